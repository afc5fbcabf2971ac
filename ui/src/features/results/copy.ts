/**
 * Rows as text for other programs. Nothing of a value is altered beyond what a format's own rules ask for: a text
 * that a spreadsheet would take for a formula is copied as it is.
 */
import type { ColumnView } from '../../bindings/ColumnView';
import type { Piece } from './clipboard';
import { jsonLayout } from './json';
import { cutAt, isNumeral, kindOf, kindOfType, wholeText } from './values';

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
  /** What stands between the quotes of a literal. */
  text: (text: string) => string;
  bytes: (text: string) => string | null;
}

/** By patterns: of a long text `replaceAll` makes a chain of a hundred thousand pieces, which is slow to put together. */
const QUOTES = { '"': /"/g, "'": /'/g, '`': /`/g };

const doubled = (text: string, quote: keyof typeof QUOTES): string => text.replace(QUOTES[quote], '$&$&');

/**
 * By the engine's template language. PostgreSQL: SQL syntax, 4.1.1 and 4.1.2, with standard_conforming_strings as it is by
 * default. MySQL: 11.1.1 and 11.2; quotes are doubled and not escaped, so that they also hold with NO_BACKSLASH_ESCAPES.
 */
const DIALECTS: Record<string, Dialect> = {
  postgresql: {
    name: (name) => `"${doubled(name, '"')}"`,
    text: (text) => doubled(text, "'"),
    bytes: () => null,
  },
  mysql: {
    name: (name) => `\`${doubled(name, '`')}\``,
    text: (text) => doubled(text.replace(/\\/g, '\\\\'), "'").replaceAll('\0', '\\0'),
    bytes: (text) => (/^0x(?:[0-9a-f]{2})+$/i.test(text) ? text : text === '0x' ? "''" : null),
  },
  // https://sqlite.org/lang_expr.html: nothing escapes but a doubled quote.
  sqlite: {
    name: (name) => `"${doubled(name, '"')}"`,
    text: (text) => doubled(text, "'"),
    bytes: (text) => (/^0x(?:[0-9a-f]{2})*$/i.test(text) ? `x'${text.slice(2)}'` : null),
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

/** Characters that are written before the window may draw. */
const CHUNK = 1 << 18;

/** A text with each of its parts written: `write` looks at one character at a time, so that it does not matter where a part ends. */
function* inChunks(text: string, write: (part: string) => string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const part = cutAt(text.slice(at, at + CHUNK), at + CHUNK < text.length ? CHUNK - 1 : CHUNK);
    yield write(part);
    at += part.length;
  }
}

function* quoted(text: string, quote: '"'): Generator<string> {
  yield quote;
  yield* inChunks(text, (part) => doubled(part, quote));
  yield quote;
}

/** RFC 4180: quotes where a value has a quote, a comma or an end of line. An empty text has quotes too: without, it is NULL. */
function* csvField(value: unknown): Generator<string> {
  if (value === null || value === undefined) return;
  const text = wholeText(value);
  if (text === '' || /[",\r\n]/.test(text)) yield* quoted(text, '"');
  else yield text;
}

/** As spreadsheets read and write it: quotes only around what would break the row. */
function* tsvField(value: unknown): Generator<string> {
  const text = wholeText(value);
  if (/[\t\r\n]|^"/.test(text)) yield* quoted(text, '"');
  else yield text;
}

/** What Markdown may take for a sign of its own. */
const SIGNS = /[\\|`*<[\]_&]|\r\n|[\n\r]/g;
const SIGNS_A_PIECE = 1 << 13;

/** GitHub's tables: one line a row. What Markdown would take for its own signs is escaped. */
function* markdownField(value: unknown): Generator<string> {
  if (value === null || value === undefined) {
    yield 'NULL';
    return;
  }
  const text = wholeText(value);
  let parts: string[] = [];
  let at = 0;
  const pattern = new RegExp(SIGNS);
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    parts.push(text.slice(at, found.index), escaped(text, found[0], found.index));
    at = pattern.lastIndex;
    if (parts.length < SIGNS_A_PIECE) continue;
    yield parts.join('');
    parts = [];
  }
  parts.push(text.slice(at));
  yield parts.join('');
}

function escaped(text: string, sign: string, place: number): string {
  if (sign === '\n' || sign === '\r' || sign === '\r\n') return '<br>';
  if (sign === '&') {
    const entity = /&#?\w+;/y;
    entity.lastIndex = place;
    return entity.test(text) ? '&amp;' : sign;
  }
  // Inside of a word an underscore is only an underscore.
  const inside = sign === '_' && /\w/.test(text[place - 1] ?? ' ') && /\w/.test(text[place + 1] ?? ' ');
  return inside ? sign : `\\${sign}`;
}

/**
 * JSON text of a value. Numbers that came as strings, because a double does not hold them, stay strings: every reader
 * keeps them exact. Columns of JSON are part of the text with the digits that they have.
 */
function* jsonValue(value: unknown, type: string): Generator<string> {
  if (value === undefined) yield 'null';
  else if (typeof value !== 'string') yield JSON.stringify(value);
  else if (kindOfType(type) === 'json' && (yield* isJson(value))) yield value;
  else {
    yield '"';
    yield* inChunks(value, (part) => JSON.stringify(part).slice(1, -1));
    yield '"';
  }
}

function* isJson(text: string): Generator<string, boolean> {
  if (text.length > CHUNK) {
    const layout = jsonLayout(text);
    for (let step = layout.next(); true; step = layout.next()) {
      if (step.done) return step.value !== null;
      yield '';
    }
  }
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

function* literal(value: unknown, type: string, dialect: Dialect): Generator<string> {
  const column = kindOfType(type);
  const kind = kindOf(value, column);
  const text = wholeText(value);
  const bytes = kind === 'bytes' ? dialect.bytes(text) : null;
  if (kind === 'null') yield 'NULL';
  else if (kind === 'boolean' && typeof value === 'boolean') yield value ? 'TRUE' : 'FALSE';
  else if (kind === 'number' && isNumeral(text)) yield text;
  else if (bytes !== null) yield bytes;
  else {
    yield "'";
    yield* inChunks(text, (part) => dialect.text(part));
    yield "'";
  }
}

/** How a format writes an excerpt: what stands before, between and after its rows, and each row. */
interface Writer {
  head: string;
  row: (row: number) => Generator<string>;
  between: string;
  foot: string;
}

function* joined(
  excerpt: Excerpt,
  row: number,
  between: string,
  field: (value: unknown, column: number) => Generator<string>,
): Generator<string> {
  for (let column = 0; column < excerpt.columns.length; column += 1) {
    if (column > 0) yield between;
    yield* field(excerpt.value(row, column), column);
  }
}

function* around(before: string, inside: Generator<string>, behind: string): Generator<string> {
  yield before;
  yield* inside;
  yield behind;
}

function* nothing(): Generator<string> {}

const textOf = (field: Generator<string>): string => [...field].join('');

function writer(format: CopyFormat, excerpt: Excerpt, dialect: Dialect | undefined, table: string): Writer {
  const { columns } = excerpt;
  const types = columns.map((column) => column.type);
  switch (format) {
    case 'tsv':
    case 'tsv-headed':
      return {
        head:
          format === 'tsv' ? '' : `${columns.map((column) => textOf(tsvField(column.name))).join('\t')}\n`,
        // One cell is what it is, whatever it holds.
        row: (row) =>
          columns.length === 1 && excerpt.rows === 1 && format === 'tsv'
            ? around(wholeText(excerpt.value(0, 0)), nothing(), '')
            : joined(excerpt, row, '\t', tsvField),
        between: '\n',
        foot: '',
      };
    case 'csv':
      return {
        head: `${columns.map((column) => textOf(csvField(column.name))).join(',')}\r\n`,
        row: (row) => joined(excerpt, row, ',', csvField),
        between: '\r\n',
        foot: excerpt.rows > 0 ? '\r\n' : '',
      };
    case 'json': {
      const names = distinctNames(columns).map((name) => JSON.stringify(name));
      const member = (value: unknown, column: number) =>
        around(`${names[column]}: `, jsonValue(value, types[column] ?? ''), '');
      return {
        head: excerpt.rows > 0 ? '[\n' : '[',
        row: (row) => around('  {', joined(excerpt, row, ', ', member), '}'),
        between: ',\n',
        foot: excerpt.rows > 0 ? '\n]\n' : ']\n',
      };
    }
    case 'markdown': {
      const rules = types.map((type) => (kindOfType(type) === 'number' ? '---:' : '---'));
      const names = columns.map((column) => textOf(markdownField(column.name)));
      return {
        head: `| ${names.join(' | ')} |\n| ${rules.join(' | ')} |\n`,
        row: (row) => around('| ', joined(excerpt, row, ' | ', markdownField), ' |'),
        between: '\n',
        foot: excerpt.rows > 0 ? '\n' : '',
      };
    }
    case 'insert': {
      if (!dialect) return { head: '', row: nothing, between: '', foot: '' };
      const names = columns.map((column) => dialect.name(column.name)).join(', ');
      const into = `INSERT INTO ${dialect.name(table)} (${names}) VALUES (`;
      const field = (value: unknown, column: number) => literal(value, types[column] ?? '', dialect);
      return {
        head: '',
        row: (row) => around(into, joined(excerpt, row, ', ', field), ');'),
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

/** Pieces of the text, none much longer than the longest value's part: a caller may rest between them. */
export function* pieces(format: CopyFormat, excerpt: Excerpt, options: CopyOptions = {}): Generator<Piece> {
  const dialect = hasInsert(options.dialect) ? DIALECTS[options.dialect ?? ''] : undefined;
  const { head, row, between, foot } = writer(format, excerpt, dialect, options.table ?? UNNAMED_TABLE);
  let text = head;
  for (let place = 0; place < excerpt.rows; place += 1) {
    if (place > 0) text += between;
    for (const part of row(place)) {
      text += part;
      // A part of nothing is a rest while a long value is looked at.
      if (text.length < CHUNK && part !== '') continue;
      yield { text, rows: place };
      text = '';
    }
    if ((place + 1) % ROWS_A_PIECE > 0) continue;
    yield { text, rows: place + 1 };
    text = '';
  }
  yield { text: text + foot, rows: excerpt.rows };
}

/** Rows of a piece at most. */
const ROWS_A_PIECE = 200;

/** An excerpt in a format, whole. */
export function copyText(format: CopyFormat, excerpt: Excerpt, options: CopyOptions = {}): string {
  return [...pieces(format, excerpt, options)].map(({ text }) => text).join('');
}
