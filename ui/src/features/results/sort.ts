/** The order of rows by a column. Stable; null is last in both directions. */
import { compactJson, extended, isNumeral, wholeText } from './values';

export interface Sort {
  column: number;
  direction: 'ascending' | 'descending';
}

/** Ascending, descending, and the third time the server's own order. */
export function nextSort(sort: Sort | null, column: number): Sort | null {
  if (sort?.column !== column) return { column, direction: 'ascending' };
  return sort.direction === 'ascending' ? { column, direction: 'descending' } : null;
}

/** What is not finite: the words of the servers, where the column holds numbers. */
const INFINITE: Record<string, number> = {
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

/** A date, a time or both, with an offset, as PostgreSQL, MySQL and extended JSON write them. */
const MOMENT =
  /^(?:(\d{4,6})-(\d\d)-(\d\d))?[T ]?(?:([+-]?\d{1,3}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s?(Z|[+-]\d\d(?::?\d\d){0,2})?( BC)?$/;

/** One value, ready to be compared. */
interface Key {
  /** Where its type stands among values of several types. */
  rank: number;
  number: number;
  text: string;
}

const RANK = { number: 0, text: 1, json: 2, boolean: 3, date: 4, none: 9 };

/** Characters that are compared at first: a text of megabytes is folded no further. */
const FOLDED = 200;

/** Characters of a document that are compared: one of megabytes is not written out to be sorted. */
const COMPARED = 4000;

/** So that "é" stands at "e" and "B" between "a" and "c". */
function fold(text: string): string {
  return text.slice(0, FOLDED).normalize('NFD').toLowerCase();
}

/** Seconds since 1970 and the fraction's digits; null for what is no date. */
function moment(text: string): { seconds: number; fraction: string } | null {
  const word = text.length < 12 ? INFINITE[text.toLowerCase()] : undefined;
  if (word !== undefined && !Number.isNaN(word)) return { seconds: word, fraction: '' };
  const found = text.length < 64 ? MOMENT.exec(text) : null;
  if (!found || (found[1] === undefined && found[4] === undefined)) return null;
  const [, year, month, day, hours, minutes, seconds, fraction, offset, bc] = found;
  const date = new Date(0);
  if (year !== undefined)
    date.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day));
  const negative = hours?.startsWith('-') ?? false;
  const clock = Math.abs(Number(hours ?? 0)) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  const whole = date.getTime() / 1000 + (negative ? -clock : clock) - offsetSeconds(offset);
  return { seconds: whole, fraction: fraction ?? '' };
}

function offsetSeconds(offset: string | undefined): number {
  if (offset === undefined || offset === 'Z') return 0;
  const digits = offset.slice(1).replaceAll(':', '');
  const [hours, minutes, seconds] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
  const total = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  return offset.startsWith('-') ? -total : total;
}

function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? (extended(value)?.text ?? null) : null;
}

function everyText(values: readonly unknown[], holds: (text: string) => boolean): boolean {
  return values.every((value) => {
    const text = scalarText(value);
    return text === null || holds(text);
  });
}

function isNumber(text: string): boolean {
  return isNumeral(text) || (text.length < 12 && text.toLowerCase() in INFINITE);
}

type Reading = 'number' | 'date' | 'text';

/** What every text of the column is: a number, a date, or neither. */
function readTexts(values: readonly unknown[]): Reading {
  if (everyText(values, isNumber)) return 'number';
  return everyText(values, (text) => moment(text) !== null) ? 'date' : 'text';
}

function keyOf(value: unknown, reading: Reading): Key {
  if (value === null || value === undefined) return { rank: RANK.none, number: 0, text: '' };
  if (typeof value === 'number') return { rank: RANK.number, number: value, text: '' };
  if (typeof value === 'boolean') return { rank: RANK.boolean, number: Number(value), text: '' };
  const scalar = typeof value === 'object' ? extended(value) : null;
  const text = scalar?.text ?? (typeof value === 'object' ? compactJson(value, COMPARED) : wholeText(value));
  if (scalar?.kind === 'number' || (reading === 'number' && (scalar || typeof value === 'string')))
    return { rank: RANK.number, number: INFINITE[text.toLowerCase()] ?? Number(text), text };
  if (scalar?.kind === 'date' || (reading === 'date' && typeof value === 'string')) {
    const when = moment(text);
    if (when) return { rank: RANK.date, number: when.seconds, text: when.fraction };
  }
  return { rank: typeof value === 'object' && !scalar ? RANK.json : RANK.text, number: 0, text };
}

/** Two numerals whose doubles are the same: by their digits. */
function compareDigits(left: string, right: string): number {
  const [first, second] = [numeral(left), numeral(right)];
  if (!first || !second) return 0;
  if (first.negative !== second.negative) return first.negative ? -1 : 1;
  const length = first.whole.length - second.whole.length || compareCodes(first.whole, second.whole);
  const result = length || compareCodes(first.fraction, second.fraction);
  return first.negative ? -result : result;
}

/** Digits without zeros that say nothing; null with an exponent, whose double is all that is compared. */
function numeral(text: string): { negative: boolean; whole: string; fraction: string } | null {
  const found = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  return found ? { negative: found[1] === '-', whole: found[2] ?? '', fraction: found[3] ?? '' } : null;
}

function compareCodes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** NaN is the greatest number, as in PostgreSQL. */
function compareNumbers(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number(Number.isNaN(left)) - Number(Number.isNaN(right));
}

function compareKeys(left: Key, right: Key): number {
  if (left.rank !== right.rank) return left.rank - right.rank;
  const numbers = compareNumbers(left.number, right.number);
  if (numbers !== 0) return numbers;
  if (left.rank === RANK.number) {
    if (left.text === right.text) return 0;
    return compareDigits(left.text || String(left.number), right.text || String(right.number));
  }
  return compareCodes(left.text, right.text);
}

/** The places of the rows in the order of a column; null keeps the server's. */
export function orderOf(rows: readonly unknown[][], sort: Sort | null): Uint32Array | null {
  if (sort === null) return null;
  const values = rows.map((row) => row[sort.column]);
  const reading = readTexts(values);
  const keys = values.map((value) => keyOf(value, reading));
  const folded = keys.map((key) => (key.rank === RANK.text || key.rank === RANK.json ? fold(key.text) : ''));
  const sign = sort.direction === 'ascending' ? 1 : -1;
  const order = Uint32Array.from(rows.keys());
  return order.sort((first, second) => {
    const [left, right] = [keys[first] as Key, keys[second] as Key];
    if (left.rank === RANK.none || right.rank === RANK.none) return left.rank - right.rank || first - second;
    const result =
      left.rank === right.rank
        ? compareCodes(folded[first] as string, folded[second] as string) || compareKeys(left, right)
        : left.rank - right.rank;
    return result === 0 ? first - second : sign * result;
  });
}
