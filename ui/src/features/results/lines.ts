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

/** Characters that are searched before the window may draw. */
const SEARCHED = 1 << 19;

/** Where a text has what is searched, without regard to case. */
export function* findAll(text: string, query: string): Generator<number, Uint32Array> {
  if (query === '') return new Uint32Array();
  const pattern = new RegExp(query.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
  const found: number[] = [];
  // Each part has the beginning of the next one at its end, so that no match is cut.
  for (let from = 0, next = 0; from < text.length; from += SEARCHED) {
    const part = text.slice(from, from + SEARCHED + query.length - 1);
    pattern.lastIndex = Math.max(0, next - from);
    for (let match = pattern.exec(part); match; match = pattern.exec(part)) {
      found.push(from + match.index);
      next = from + pattern.lastIndex;
      if (found.length === MOST_MATCHES) return Uint32Array.from(found);
    }
    yield from;
  }
  return Uint32Array.from(found);
}

/** Bytes that are shown at most. */
export const MOST_BYTES = 1 << 20;

const WIDTH = 16;

function printable(byte: number): string {
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.';
}

const LINES_A_SLICE = 1024;

/** Bytes as a hex dump: sixteen a line, with their place and what they are in ASCII. */
export function* hexDump(bytes: Uint8Array): Generator<number, string> {
  const lines: string[] = [];
  for (let place = 0; place < bytes.length; place += WIDTH) {
    const part = [...bytes.subarray(place, place + WIDTH)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    lines.push(
      `${place.toString(16).padStart(8, '0')}  ${hex.padEnd(WIDTH * 3 - 1)}  ${part.map(printable).join('')}`,
    );
    if (lines.length % LINES_A_SLICE === 0) yield place;
  }
  return lines.join('\n');
}

/** The bytes that a value stands for: hex as PostgreSQL (`\x`) and MySQL (`0x`) write it, or base64; null for other text. */
export function bytesOf(text: string, base64: boolean): Uint8Array | null {
  if (base64) {
    try {
      const letters = atob(text.slice(0, Math.ceil(MOST_BYTES / 3) * 4));
      const bytes = new Uint8Array(letters.length);
      for (let place = 0; place < bytes.length; place += 1) bytes[place] = letters.charCodeAt(place);
      return bytes;
    } catch {
      return null;
    }
  }
  const digits = text.slice(2, 2 + 2 * MOST_BYTES);
  if (!/^(\\x|0x)/.test(text) || digits.length % 2 === 1 || !/^[0-9a-f]*$/i.test(digits)) return null;
  const bytes = new Uint8Array(digits.length / 2);
  for (let place = 0; place < bytes.length; place += 1)
    bytes[place] = 16 * digitOf(digits.charCodeAt(2 * place)) + digitOf(digits.charCodeAt(2 * place + 1));
  return bytes;
}

/** The value of a hexadecimal digit by its code. */
function digitOf(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}
