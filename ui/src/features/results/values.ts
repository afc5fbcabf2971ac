/** What a value of a result is and how it is written: short for a cell, whole for a copy. */
import type { ColumnView } from '../../bindings/ColumnView';
import { plain } from '../../design/text';

/** How a value is shown and sorted. */
export type Kind = 'null' | 'number' | 'boolean' | 'date' | 'json' | 'bytes' | 'text';

/** A cell as it is drawn. */
export interface Face {
  kind: Kind;
  /** One line, without controls, of bounded length. */
  text: string;
  /** Whether there is more than is shown. */
  cut: boolean;
}

/** Characters that a cell shows at most: what is longer costs no more to draw than this. */
export const CELL_CHARACTERS = 300;

const NUMBERS =
  /^(tinyint|smallint|mediumint|int|integer|bigint|int[248]|oid|year|float[48]?|double( precision)?|real|decimal|numeric|number)\b(?!.*\[\])/;
const DATES = /^(date|time|timetz|timestamp|timestamptz|datetime)\b(?!.*\[\])/;
const BYTES = /^(bytea|(tiny|medium|long)?blob|(var)?binary|bit|geometry|vector)$/;
const JSONS = /^jsonb?$/;
const BOOLEANS = /^bool(ean)?$/;

/** What a column holds, by the server's name for its type; text where that says nothing. */
export function kindOfType(type: string): Exclude<Kind, 'null'> {
  const name = type.trim().toLowerCase();
  if (NUMBERS.test(name)) return 'number';
  if (DATES.test(name)) return 'date';
  if (BYTES.test(name)) return 'bytes';
  if (JSONS.test(name)) return 'json';
  if (BOOLEANS.test(name)) return 'boolean';
  return 'text';
}

/** Digits with a sign, a fraction and an exponent, as servers write numbers. */
export const NUMERAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** The longest text that is looked at as a number: PostgreSQL's longest numeric has more, and sorts as text. */
export const LONGEST_NUMERAL = 2000;

export function isNumeral(text: string): boolean {
  return text.length <= LONGEST_NUMERAL && NUMERAL.test(text);
}

interface Extended {
  kind: Kind;
  text: string;
}

/** The one member of an object; it looks at no third, as there may be a million. */
function only(value: object): [string, unknown] | null {
  if (Array.isArray(value)) return null;
  let found: [string, unknown] | null = null;
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    if (found) return null;
    found = [key, (value as Record<string, unknown>)[key]];
  }
  return found;
}

/**
 * A value of extended JSON (version 2) that is one scalar, as a person writes it; null for documents and for what has no
 * shorter form than its object.
 */
export function extended(value: object): Extended | null {
  const entry = only(value);
  if (!entry) return null;
  const [key, inner] = entry;
  switch (key) {
    case '$oid':
      return typeof inner === 'string' ? { kind: 'text', text: inner } : null;
    case '$numberLong':
    case '$numberInt':
    case '$numberDouble':
    case '$numberDecimal':
      return typeof inner === 'string' ? { kind: 'number', text: inner } : null;
    case '$date':
      return { kind: 'date', text: typeof inner === 'string' ? inner : dateOfMillis(inner) };
    case '$binary': {
      const base64 = (inner as { base64?: unknown } | null)?.base64;
      return typeof base64 === 'string' ? { kind: 'bytes', text: base64 } : null;
    }
    default:
      return null;
  }
}

/** Dates outside the years 1970 to 9999 come as milliseconds. */
function dateOfMillis(inner: unknown): string {
  const digits = (inner as { $numberLong?: unknown } | null)?.$numberLong;
  const date = new Date(Number(digits));
  return Number.isNaN(date.getTime()) ? String(digits) : date.toISOString();
}

/** What a value is, in a column of a type. */
export function kindOf(value: unknown, column: Exclude<Kind, 'null'>): Kind {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'object') return extended(value)?.kind ?? 'json';
  return column;
}

/** The whole value as text, exactly as the server wrote it where it is text; null is empty. */
export function wholeText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return extended(value)?.text ?? JSON.stringify(value);
  return String(value);
}

/** Ends of lines and tabs take one place in a cell; what hides or reorders text takes none. */
function oneLine(text: string): string {
  return plain(text.replace(/\r\n|[\n\r\u2028\u2029]/g, '↵').replace(/\t/g, ' '));
}

/** Cut at a whole character: half a surrogate pair is no text. */
export function cutAt(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** The value in a cell. It reads no more of it than is shown, whatever the size. */
export function faceOf(value: unknown, column: Exclude<Kind, 'null'>): Face {
  const kind = kindOf(value, column);
  if (kind === 'null') return { kind, text: 'NULL', cut: false };
  const scalar = typeof value === 'object' && value !== null ? extended(value) : null;
  const raw = scalar
    ? scalar.text
    : typeof value === 'object'
      ? compactJson(value, CELL_CHARACTERS + 1)
      : String(value);
  const cut = raw.length > CELL_CHARACTERS;
  return { kind, text: oneLine(cutAt(raw, CELL_CHARACTERS)), cut };
}

/** JSON on one line until `budget` characters are written: a document of ten megabytes is not walked for a cell. */
export function compactJson(value: unknown, budget: number): string {
  let out = '';
  const write = (item: unknown): void => {
    if (out.length >= budget) return;
    if (typeof item === 'string') {
      out += JSON.stringify(cutAt(item, budget));
    } else if (Array.isArray(item)) {
      out += '[';
      for (let index = 0; index < item.length && out.length < budget; index += 1) {
        if (index > 0) out += ',';
        write(item[index]);
      }
      out += ']';
    } else if (typeof item === 'object' && item !== null) {
      out += '{';
      let first = true;
      for (const key in item) {
        if (!Object.hasOwn(item, key)) continue;
        if (out.length >= budget) break;
        if (!first) out += ',';
        first = false;
        out += `${JSON.stringify(cutAt(key, budget))}:`;
        write((item as Record<string, unknown>)[key]);
      }
      out += '}';
    } else {
      out += JSON.stringify(item) ?? 'null';
    }
  };
  write(value);
  return out.length > budget ? cutAt(out, budget) : out;
}

/** Whether a column stands at the right: of numbers by its type, or by the values that it has where it has no type. */
export function isNumberColumn(column: ColumnView, rows: readonly unknown[][], index: number): boolean {
  if (column.type !== '') return kindOfType(column.type) === 'number';
  let numbers = 0;
  for (const row of rows.slice(0, 100)) {
    const kind = kindOf(row[index], 'text');
    if (kind === 'null') continue;
    if (kind !== 'number') return false;
    numbers += 1;
  }
  return numbers > 0;
}

/** Places that a text takes where every character has the same width; characters of East Asia take two. */
export function places(text: string): number {
  let count = 0;
  for (const character of text)
    count +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Extended_Pictographic}]/u.test(
        character,
      )
        ? 2
        : 1;
  return count;
}

const LEAST_PLACES = 6;

/** Rows that are looked at for a width. */
const SAMPLE = 200;

/** How many places a column wants for its heading and for the values of the first rows, at most `most`. */
export function wantedPlaces(
  column: ColumnView,
  rows: readonly unknown[][],
  index: number,
  most: number,
): number {
  const kind = kindOfType(column.type);
  let widest = Math.max(LEAST_PLACES, places(plain(column.name)) + 3, places(plain(column.type)));
  for (let row = 0; row < Math.min(rows.length, SAMPLE) && widest < most; row += 1)
    widest = Math.max(widest, places(faceOf(rows[row]?.[index], kind).text));
  return Math.min(widest, most);
}
