/** A long text as lines of bounded length, by places in it: nothing is copied until a line is drawn. */

export interface Lines {
  text: string;
  count: number;
  starts: Uint32Array;
  ends: Uint32Array;
}

/** Longer lines go on in the next one. */
export const LINE_CHARACTERS = 1000;

/** More lines are not laid out: a browser's scrolled height ends at some thirty million pixels. */
export const MOST_LINES = 500_000;

export function packed(text: string, starts: readonly number[], ends: readonly number[]): Lines {
  const count = Math.min(starts.length, MOST_LINES);
  return {
    text,
    count,
    starts: Uint32Array.from(starts.slice(0, count)),
    ends: Uint32Array.from(ends.slice(0, count)),
  };
}

/** The lines of a text, each of at most {@link LINE_CHARACTERS}. */
export function textLines(text: string): Lines {
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  while (starts.length <= MOST_LINES) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    let start = at;
    do {
      let stop = Math.min(end, start + LINE_CHARACTERS);
      // Half a surrogate pair is no text.
      const last = text.charCodeAt(stop - 1);
      if (stop < end && last >= 0xd800 && last <= 0xdbff) stop -= 1;
      starts.push(start);
      ends.push(stop);
      start = stop;
    } while (start < end && starts.length <= MOST_LINES);
    if (found < 0) break;
    at = found + 1;
  }
  return packed(text, starts, ends);
}

/** The line at a place of the text. */
export function lineAt(lines: Lines, place: number): number {
  let low = 0;
  let high = lines.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines.starts[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** More are not counted. */
export const MOST_MATCHES = 10_000;

/** Where a text has what is searched, without regard to case. */
export function findAll(text: string, query: string): Uint32Array {
  if (query === '') return new Uint32Array();
  const pattern = new RegExp(query.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
  const found: number[] = [];
  for (const match of text.matchAll(pattern)) {
    found.push(match.index);
    if (found.length === MOST_MATCHES) break;
  }
  return Uint32Array.from(found);
}

/** Bytes that are shown at most. */
export const MOST_BYTES = 1 << 20;

const WIDTH = 16;

function printable(byte: number): string {
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.';
}

/** Bytes as a hex dump: sixteen a line, with their place and what they are in ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let place = 0; place < bytes.length; place += WIDTH) {
    const part = [...bytes.subarray(place, place + WIDTH)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    lines.push(
      `${place.toString(16).padStart(8, '0')}  ${hex.padEnd(WIDTH * 3 - 1)}  ${part.map(printable).join('')}`,
    );
  }
  return lines.join('\n');
}

/** The bytes that a value stands for: hex as PostgreSQL (`\x`) and MySQL (`0x`) write it, or base64; null for other text. */
export function bytesOf(text: string, base64: boolean): Uint8Array | null {
  if (base64) {
    try {
      return Uint8Array.from(atob(text.slice(0, Math.ceil(MOST_BYTES / 3) * 4)), (letter) =>
        letter.charCodeAt(0),
      );
    } catch {
      return null;
    }
  }
  const digits = text.slice(2, 2 + 2 * MOST_BYTES);
  if (!/^(\\x|0x)/.test(text) || digits.length % 2 === 1 || !/^[0-9a-f]*$/i.test(digits)) return null;
  const bytes = new Uint8Array(digits.length / 2);
  for (let place = 0; place < bytes.length; place += 1)
    bytes[place] = Number.parseInt(digits.slice(2 * place, 2 * place + 2), 16);
  return bytes;
}
