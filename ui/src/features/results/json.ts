/** JSON text as lines that can be folded. It is never parsed into values: digits stay as they were written. */
import { type Lines, MOST_LINES, packed } from './lines';
import { atOnce } from './slices';

/** What a part of a line is, for its colour. */
export type TokenKind = 'key' | 'string' | 'number' | 'word' | 'sign' | 'text';

export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

export interface JsonLines extends Lines {
  depths: Uint16Array;
  /** For a line that opens something: the line that closes it; else 0. */
  closings: Uint32Array;
}

const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Depth beyond which text is no longer laid out: a hostile nest costs nothing. */
const DEEPEST = 1000;

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
    at += 1;
  }
  return at;
}

/** Behind the string that starts at `from`; -1 where it does not end. */
function skipString(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  while (at >= 0) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
    at = text.indexOf('"', at + 1);
  }
  return -1;
}

/** Lines that are laid out before the window may draw. */
const LINES_A_SLICE = 1 << 13;

/** Lays out a text that is an object or an array; null for every other text, and for one with a fault. */
export function jsonLines(text: string): JsonLines | null {
  return atOnce(jsonLayout(text));
}

/** As {@link jsonLines}, in slices. What comes behind {@link MOST_LINES} is read, and not laid out. */
export function* jsonLayout(text: string): Generator<number, JsonLines | null> {
  const first = text[skipSpace(text, 0)];
  if (first !== '{' && first !== '[') return null;
  const starts: number[] = [];
  const ends: number[] = [];
  const depths: number[] = [];
  const closings: number[] = [];
  const open: { line: number; close: string }[] = [];
  let at = skipSpace(text, 0);
  // Each turn reads one member: its key, then a scalar or what opens or closes.
  /** Lines that there are, laid out or not. */
  let lines = 0;
  let turn = 0;
  while (true) {
    turn += 1;
    if (turn % LINES_A_SLICE === 0) yield at;
    const start = at;
    if (open.at(-1)?.close === '}') {
      if (text[at] !== '"') return null;
      at = skipString(text, at);
      if (at < 0) return null;
      at = skipSpace(text, at);
      if (text[at] !== ':') return null;
      at = skipSpace(text, at + 1);
    }
    const sign = text[at];
    if (sign === '{' || sign === '[') {
      const close = sign === '{' ? '}' : ']';
      const inner = skipSpace(text, at + 1);
      if (text[inner] !== close) {
        if (open.length >= DEEPEST) return null;
        push(start, at + 1, open.length, 0);
        open.push({ line: lines - 1, close });
        at = inner;
        continue;
      }
      at = inner + 1;
    } else if (sign === '"') {
      at = skipString(text, at);
      if (at < 0) return null;
    } else {
      LITERAL.lastIndex = at;
      if (!LITERAL.test(text)) return null;
      at = LITERAL.lastIndex;
    }
    push(start, at, open.length, 0);
    // What follows a member: a comma, or the ends of what holds it.
    while (true) {
      at = skipSpace(text, at);
      const inside = open.at(-1);
      if (!inside) return at === text.length ? finish() : null;
      if (text[at] === ',') {
        if (lines <= MOST_LINES) ends[lines - 1] = comma(ends[lines - 1] ?? at, at);
        at = skipSpace(text, at + 1);
        break;
      }
      if (text[at] !== inside.close) return null;
      open.pop();
      push(at, at + 1, open.length, 0);
      if (inside.line < MOST_LINES) closings[inside.line] = Math.min(lines, MOST_LINES) - 1;
      at += 1;
    }
  }

  function push(start: number, end: number, depth: number, closing: number): void {
    lines += 1;
    if (lines > MOST_LINES) return;
    starts.push(start);
    ends.push(end);
    depths.push(depth);
    closings.push(closing);
  }
  /** The comma belongs to the line where nothing stands between. */
  function comma(end: number, found: number): number {
    return end === found ? found + 1 : end;
  }
  function finish(): JsonLines {
    return {
      ...packed(text, starts, ends),
      depths: Uint16Array.from(depths),
      closings: Uint32Array.from(closings),
    };
  }
}

/** The lines that show when those of `folded` are closed. */
export function visibleLines(lines: JsonLines, folded: ReadonlySet<number>): Uint32Array {
  const visible = new Uint32Array(lines.count);
  let shown = 0;
  for (let line = 0; line < lines.count; line += 1) {
    visible[shown] = line;
    shown += 1;
    const closing = lines.closings[line] ?? 0;
    if (closing > 0 && folded.has(line)) line = closing;
  }
  return visible.subarray(0, shown);
}

/** The lines that open something at a depth or below it. */
export function foldedBelow(lines: JsonLines, depth: number): Set<number> {
  const folded = new Set<number>();
  for (let line = 0; line < lines.count; line += 1)
    if ((lines.closings[line] ?? 0) > 0 && (lines.depths[line] ?? 0) >= depth) folded.add(line);
  return folded;
}

/** The lines around a line that must be open for it to show. */
export function parentsOf(lines: JsonLines, line: number): number[] {
  const parents: number[] = [];
  let depth = lines.depths[line] ?? 0;
  for (let above = line - 1; above >= 0 && depth > 0; above -= 1) {
    if ((lines.closings[above] ?? 0) >= line && (lines.depths[above] ?? 0) < depth) {
      parents.push(above);
      depth = lines.depths[above] ?? 0;
    }
  }
  return parents;
}

/** The parts of a line, by their places in the text. */
export function tokensOf(text: string, start: number, end: number): Token[] {
  const tokens: Token[] = [];
  let at = start;
  while (at < end) {
    const sign = text[at] ?? '';
    let stop = at + 1;
    let kind: TokenKind = 'sign';
    if (sign === '"') {
      const behind = skipString(text, at);
      stop = behind < 0 ? end : Math.min(end, behind);
      kind = text[skipSpace(text, stop)] === ':' ? 'key' : 'string';
    } else if (/[-\d]/.test(sign)) {
      while (stop < end && /[-+.\deE]/.test(text[stop] ?? '')) stop += 1;
      kind = 'number';
    } else if (/[a-z]/.test(sign)) {
      while (stop < end && /[a-z]/.test(text[stop] ?? '')) stop += 1;
      kind = 'word';
    } else {
      while (stop < end && !/["\-\da-z]/.test(text[stop] ?? '')) stop += 1;
    }
    tokens.push({ kind, start: at, end: stop });
    at = stop;
  }
  return tokens;
}
