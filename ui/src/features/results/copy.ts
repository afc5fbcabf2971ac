/**
 * Rows as text for other programs. Nothing of a value is altered beyond what a format's own rules ask for: a text
 * that a spreadsheet would take for a formula is copied as it is.
 */
import type { ColumnView } from '../../bindings/ColumnView';
import { isNumeral, kindOf, kindOfType, wholeText } from './values';

export type CopyFormat = 'tsv' | 'tsv-headed' | 'csv' | 'json' | 'markdown' | 'insert';

/** What is copied: some columns of some rows, in the order that is shown. */
export interface Excerpt {
  columns: readonly ColumnView[];
  /** How many rows. */
  rows: number;
  /** A value by the row's and the column's place in the excerpt. */
  value: (row: number, column: number) => unknown;
}

/** How a dialect of SQL writes names and literals. */
interface Dialect {
  name: (name: string) => string;
  text: (text: string) => string;
  bytes: (text: string) => string | null;
}

const doubled = (text: string, quote: string): string => text.replaceAll(quote, quote + quote);

/**
 * By the engine's template language. PostgreSQL: SQL syntax, 4.1.1 and 4.1.2, with standard_conforming_strings as it is by
 * default. MySQL: 11.1.1 and 11.2; quotes are doubled and not escaped, so that they also hold with NO_BACKSLASH_ESCAPES.
 */
const DIALECTS: Record<string, Dialect> = {
  postgresql: {
    name: (name) => `"${doubled(name, '"')}"`,
    text: (text) => `'${doubled(text, "'")}'`,
    bytes: () => null,
  },
  mysql: {
    name: (name) => `\`${doubled(name, '`')}\``,
    text: (text) => `'${doubled(text.replaceAll('\\', '\\\\'), "'").replaceAll('\0', '\\0')}'`,
    bytes: (text) => (/^0x(?:[0-9a-f]{2})+$/i.test(text) ? text : text === '0x' ? "''" : null),
  },
};

/** A name in the quotes of a language; as it is where the language has none. */
export function quotedName(language: string, name: string): string {
  return hasInsert(language) ? (DIALECTS[language]?.name(name) ?? name) : name;
}

/** Whether statements can be written in a language. */
export function hasInsert(dialect: string | undefined): boolean {
  return dialect !== undefined && Object.hasOwn(DIALECTS, dialect);
}

/** RFC 4180: quotes where a value has a quote, a comma or an end of line. An empty text has quotes too: without, it is NULL. */
function csvField(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = wholeText(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${doubled(text, '"')}"` : text;
}

/** As spreadsheets read and write it: quotes only around what would break the row. */
function tsvField(value: unknown): string {
  const text = wholeText(value);
  return /[\t\r\n]|^"/.test(text) ? `"${doubled(text, '"')}"` : text;
}

/** GitHub's tables: one line a row. What Markdown would take for its own signs is escaped. */
function markdownField(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return wholeText(value)
    .replace(/[\\|`*<[\]]|(?<!\w)_|_(?!\w)/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/\r\n|[\n\r]/g, '<br>');
}

/**
 * JSON text of a value. Numbers that came as strings, because a double does not hold them, stay strings: every reader
 * keeps them exact. Columns of JSON are part of the text with the digits that they have.
 */
function jsonValue(value: unknown, type: string): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string' && kindOfType(type) === 'json' && isJson(value)) return value;
  return JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** An object has a name once: a second column of the name gets a number. */
export function distinctNames(columns: readonly ColumnView[]): string[] {
  const taken = new Set(columns.map((column) => column.name));
  const seen = new Set<string>();
  return columns.map(({ name }) => {
    let distinct = name;
    for (let number = 2; seen.has(name) && taken.has(distinct); number += 1) distinct = `${name}_${number}`;
    seen.add(name);
    taken.add(distinct);
    return distinct;
  });
}

function literal(value: unknown, type: string, dialect: Dialect): string {
  const column = kindOfType(type);
  const kind = kindOf(value, column);
  if (kind === 'null') return 'NULL';
  if (kind === 'boolean' && typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  const text = wholeText(value);
  if (kind === 'number' && isNumeral(text)) return text;
  return (kind === 'bytes' ? dialect.bytes(text) : null) ?? dialect.text(text);
}

/** How a format writes an excerpt: what stands before, between and after its rows, and each row. */
interface Writer {
  head: string;
  row: (row: number) => string;
  between: string;
  foot: string;
}

function joined(
  excerpt: Excerpt,
  row: number,
  between: string,
  field: (value: unknown, column: number) => string,
) {
  return excerpt.columns.map((_, column) => field(excerpt.value(row, column), column)).join(between);
}

function writer(format: CopyFormat, excerpt: Excerpt, dialect: Dialect | undefined, table: string): Writer {
  const { columns } = excerpt;
  const types = columns.map((column) => column.type);
  switch (format) {
    case 'tsv':
    case 'tsv-headed':
      return {
        head: format === 'tsv' ? '' : `${columns.map((column) => tsvField(column.name)).join('\t')}\n`,
        // One cell is what it is, whatever it holds.
        row: (row) =>
          columns.length === 1 && excerpt.rows === 1 && format === 'tsv'
            ? wholeText(excerpt.value(0, 0))
            : joined(excerpt, row, '\t', tsvField),
        between: '\n',
        foot: '',
      };
    case 'csv':
      return {
        head: `${columns.map((column) => csvField(column.name)).join(',')}\r\n`,
        row: (row) => joined(excerpt, row, ',', csvField),
        between: '\r\n',
        foot: excerpt.rows > 0 ? '\r\n' : '',
      };
    case 'json': {
      const names = distinctNames(columns).map((name) => JSON.stringify(name));
      return {
        head: excerpt.rows > 0 ? '[\n' : '[',
        row: (row) =>
          `  {${joined(excerpt, row, ', ', (value, column) => `${names[column]}: ${jsonValue(value, types[column] ?? '')}`)}}`,
        between: ',\n',
        foot: excerpt.rows > 0 ? '\n]\n' : ']\n',
      };
    }
    case 'markdown': {
      const rules = types.map((type) => (kindOfType(type) === 'number' ? '---:' : '---'));
      return {
        head: `| ${columns.map((column) => markdownField(column.name)).join(' | ')} |\n| ${rules.join(' | ')} |\n`,
        row: (row) => `| ${joined(excerpt, row, ' | ', markdownField)} |`,
        between: '\n',
        foot: excerpt.rows > 0 ? '\n' : '',
      };
    }
    case 'insert': {
      if (!dialect) return { head: '', row: () => '', between: '', foot: '' };
      const names = columns.map((column) => dialect.name(column.name)).join(', ');
      const into = `INSERT INTO ${dialect.name(table)} (${names}) VALUES (`;
      return {
        head: '',
        row: (row) =>
          `${into}${joined(excerpt, row, ', ', (value, column) => literal(value, types[column] ?? '', dialect))});`,
        between: '\n',
        foot: excerpt.rows > 0 ? '\n' : '',
      };
    }
  }
}

/** The name of a table where none is known. */
const UNNAMED_TABLE = 'table_name';

export interface CopyOptions {
  /** The language of the database's templates. */
  dialect?: string | undefined;
  /** The table of statements. */
  table?: string | undefined;
}

/** Pieces of the text, each of some rows: a caller may rest between them. */
export function* pieces(format: CopyFormat, excerpt: Excerpt, options: CopyOptions = {}): Generator<string> {
  const dialect = hasInsert(options.dialect) ? DIALECTS[options.dialect ?? ''] : undefined;
  const { head, row, between, foot } = writer(format, excerpt, dialect, options.table ?? UNNAMED_TABLE);
  yield head;
  for (let start = 0; start < excerpt.rows; start += ROWS_A_PIECE) {
    const part: string[] = [];
    for (let place = start; place < Math.min(excerpt.rows, start + ROWS_A_PIECE); place += 1)
      part.push(row(place));
    yield (start > 0 ? between : '') + part.join(between);
  }
  yield foot;
}

/** Rows of a piece. */
export const ROWS_A_PIECE = 200;

/** An excerpt in a format, whole. */
export function copyText(format: CopyFormat, excerpt: Excerpt, options: CopyOptions = {}): string {
  return [...pieces(format, excerpt, options)].join('');
}
