/** A line in parts that are drawn alike: by what they are, and by whether a search found them. */
import { plain } from '../../design/text';
import type { Token, TokenKind } from './json';

export interface Segment {
  text: string;
  kind: TokenKind;
  /** Found by a search; `here` is the one that a person stands at. */
  found: 'no' | 'yes' | 'here';
}

export interface Matches {
  /** Where each begins, ascending. */
  starts: Uint32Array;
  /** Characters of each. */
  length: number;
  /** Which of them a person stands at. */
  at: number;
}

/** The first match that ends behind a place. */
export function firstAfter(matches: Matches, place: number): number {
  let low = 0;
  let high = matches.starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches.starts[middle] ?? 0) + matches.length > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What shows of a part: never an end of a line, nothing that hides or reorders text. */
function shown(text: string, kind: TokenKind): string {
  if (kind === 'sign') return text.replace(/\s+/g, '').replace(':', ': ');
  return plain(text.replace(/[\r\n\u2028\u2029]/g, ''));
}

export function segmentsOf(text: string, tokens: readonly Token[], matches: Matches): Segment[] {
  const segments: Segment[] = [];
  const add = (start: number, end: number, kind: TokenKind, found: Segment['found']) => {
    if (end <= start) return;
    const part = shown(text.slice(start, end), kind);
    if (part !== '') segments.push({ text: part, kind, found });
  };
  for (const { start, end, kind } of tokens) {
    let at = start;
    for (let match = firstAfter(matches, start); match < matches.starts.length; match += 1) {
      const from = matches.starts[match] ?? 0;
      if (from >= end) break;
      const to = Math.min(end, from + matches.length);
      add(at, from, kind, 'no');
      add(Math.max(at, from), to, kind, match === matches.at ? 'here' : 'yes');
      at = to;
    }
    add(at, end, kind, 'no');
  }
  return segments;
}
