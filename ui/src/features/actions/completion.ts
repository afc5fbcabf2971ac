/** What may stand at a place of a template: tables and columns in SQL, keys and collections in a MongoDB document. */
import type { Completion, CompletionResult } from '@codemirror/autocomplete';
import type { OutlineColumn } from '../../bindings/OutlineColumn';
import type { OutlineTable } from '../../bindings/OutlineTable';
import type { SchemaOutline } from '../../bindings/SchemaOutline';
import { plain } from '../../design/text';
import { quotedName } from '../results/copy';
import { codeParts } from './highlight';

export interface Place {
  text: string;
  offset: number;
  /** Asked for by key, and not by typing. */
  explicit: boolean;
}

const WORD = /[A-Za-z_][\w$.]*$/;
/** The places where tables are named. A comma goes on with them until another clause begins. */
const TABLE_PLACE = /\b(?:from|join|into|update)\s+$/i;
const TABLE_LIST = /\bfrom\b(?:(?!\b(?:where|group|order|having|limit|on|set|values|select)\b)[^;()])*,\s*$/i;
const NAMED = /\b(?:from|join|into|update)\s+([\w$.]+)(?:\s+(?:as\s+)?([A-Za-z_]\w*))?/gi;
const NAMED_NEXT = /,\s*([\w$.]+)(?:\s+(?:as\s+)?([A-Za-z_]\w*))?/gi;

/** The text with blanks in place of comments, strings and placeholders, each as long as it was; without the quotes of names. */
function bare(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ');
  return codeParts(text, true)
    .map(({ kind, text: part }) =>
      kind === 'comment' || kind === 'text'
        ? blank(part)
        : kind === 'name'
          ? ` ${part.slice(1, -1)} `.slice(0, part.length)
          : part,
    )
    .join('')
    .replace(/\{\{[^{}]*(?:\}\}|$)/g, blank);
}

const isKeyword = (word: string): boolean => codeParts(word, true)[0]?.kind === 'keyword';

const tableCalled = (outline: SchemaOutline, name: string): OutlineTable | undefined =>
  outline.tables.find((table) => table.name === name) ??
  outline.tables.find((table) => table.name.toLowerCase() === name.toLowerCase());

/** The tables that a statement names, by what it calls them; `also` where it names none. */
function tablesIn(text: string, outline: SchemaOutline, also: string): Map<string, OutlineTable> {
  const found = new Map<string, OutlineTable>();
  const take = (name: string | undefined, alias: string | undefined) => {
    const table = name === undefined ? undefined : tableCalled(outline, name);
    if (!table) return;
    found.set(table.name.toLowerCase(), table);
    found.set((table.name.split('.').at(-1) ?? table.name).toLowerCase(), table);
    if (alias !== undefined && !isKeyword(alias)) found.set(alias.toLowerCase(), table);
  };
  for (const match of text.matchAll(NAMED)) {
    take(match[1], match[2]);
    const [list = ''] =
      text.slice(match.index).match(/^[^;()]*?(?=\b(?:where|group|order|set|on|join)\b|$)/i) ?? [];
    if (/^from/i.test(match[0])) for (const next of list.matchAll(NAMED_NEXT)) take(next[1], next[2]);
  }
  if (found.size === 0) take(also, undefined);
  return found;
}

/** A name that would be read as another one without quotes gets the quotes of the dialect. */
function written(name: string, language: string): string {
  const parts = name.split('.');
  return parts
    .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) && !isKeyword(part) ? part : quotedName(language, part)))
    .join('.');
}

const option = (label: string, detail: string, type: string, apply: string): Completion => ({
  label: plain(label),
  type,
  apply,
  ...(detail === '' ? {} : { detail: plain(detail) }),
});

function columnOptions(columns: OutlineColumn[], table: string, language: string): Completion[] {
  return columns.map(({ name, type }) =>
    option(name, table === '' ? type : `${type} · ${table}`, 'property', written(name, language)),
  );
}

/** In SQL: tables where a table is named, else the columns of the tables that the statement names. */
export function completeSql(
  { text, offset, explicit }: Place,
  outline: SchemaOutline,
  language: string,
  table: string,
): CompletionResult | null {
  const clean = bare(text);
  const before = clean.slice(0, offset);
  // Inside of a string, a comment or a placeholder there is nothing to complete.
  const [part] = codeParts(text.slice(0, offset), true).slice(-1);
  if (part?.kind === 'comment' || part?.kind === 'text' || /\{\{[^{}]*$/.test(text.slice(0, offset)))
    return null;
  const word = WORD.exec(before)?.[0] ?? '';
  const rest = before.slice(0, before.length - word.length);
  const from = offset - word.length;
  if (TABLE_PLACE.test(rest) || TABLE_LIST.test(rest)) {
    const options = outline.tables.map(({ name }) => option(name, '', 'class', written(name, language)));
    return options.length > 0 ? { from, options, validFor: /^[\w$.]*$/ } : null;
  }
  if (word === '' && !explicit) return null;
  const named = tablesIn(clean, outline, table);
  const dot = word.lastIndexOf('.');
  if (dot >= 0) {
    const of = named.get(word.slice(0, dot).toLowerCase()) ?? tableCalled(outline, word.slice(0, dot));
    return of
      ? { from: from + dot + 1, options: columnOptions(of.columns, '', language), validFor: /^[\w$]*$/ }
      : null;
  }
  const tables = [...new Set(named.values())];
  const options = tables.flatMap(({ name, columns }) =>
    columnOptions(columns, tables.length > 1 ? name : '', language),
  );
  return options.length > 0 ? { from, options, validFor: /^[\w$]*$/ } : null;
}

const OPERATIONS: Record<string, string[]> = {
  find: ['filter', 'projection', 'sort', 'limit', 'skip'],
  findOne: ['filter', 'projection', 'sort', 'skip'],
  countDocuments: ['filter', 'limit', 'skip'],
  estimatedDocumentCount: [],
  insertOne: [],
  insertMany: [],
  updateOne: ['filter', 'update', 'upsert', '$set', '$unset', '$inc', '$push', '$pull', '$addToSet'],
  updateMany: ['filter', 'update', 'upsert', '$set', '$unset', '$inc', '$push', '$pull', '$addToSet'],
  deleteOne: ['filter'],
  deleteMany: ['filter'],
  aggregate: ['pipeline'],
};
const STAGES =
  '$match $group $project $sort $limit $skip $lookup $unwind $set $unset $count $facet $unionWith $out $merge'.split(
    ' ',
  );
/** Keys whose value is a collection. */
const COLLECTIONS = new Set(['from', 'into', 'coll', '$out', '$unionWith']);

export interface Spot {
  /** What each object and list on the way is a value of: an object in a list of nothing. */
  path: { key: string | null; list: boolean }[];
  /** What the place is a value of; null where a key is expected. */
  key: string | null;
  /** Where the string that is being written begins, behind its quote. */
  start: number;
}

/** Where in a document a string is being written; null outside of one. */
export function spotIn(text: string): Spot | null {
  const path: Spot['path'] = [];
  let key: string | null = null;
  let pending: string | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      let end = at + 1;
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
      if (end >= text.length) return { path, key, start: at + 1 };
      pending = text.slice(at + 1, end);
      at = end;
    } else if (sign === ':') key = pending;
    else if (sign === ',') key = null;
    else if (sign === '{' || sign === '[') {
      path.push({ key, list: sign === '[' });
      key = null;
    } else if (sign === '}' || sign === ']') {
      path.pop();
      key = null;
    }
  }
  return null;
}

/** In a MongoDB template: the keys of operations and stages, fields where they are known, and collections by name. */
export function completeDocument(
  { text, offset }: Place,
  outline: SchemaOutline,
  collection: string,
): CompletionResult | null {
  const spot = spotIn(text.slice(0, offset));
  if (!spot || text.slice(spot.start, offset).includes('{{')) return null;
  const { path, key, start } = spot;
  const close = text[offset] === '"' ? '' : '"';
  const all = (names: string[], type: string) =>
    names.map((name) => option(name, '', type, `${name}${close}`));
  const result = (options: Completion[]): CompletionResult | null =>
    options.length > 0 ? { from: start, options, validFor: /^[\w$.]*$/ } : null;
  if (key !== null)
    return COLLECTIONS.has(key)
      ? result(
          all(
            outline.tables.map(({ name }) => name),
            'class',
          ),
        )
      : null;
  const fields = (tableCalled(outline, collection)?.columns ?? []).map(({ name, type }) =>
    option(name, type, 'property', `${name}${close}`),
  );
  if (path.length === 1) return result(all([...Object.keys(OPERATIONS), 'where'], 'keyword'));
  if (path.length === 2) {
    const options = OPERATIONS[path[1]?.key ?? ''] ?? [];
    return result([...all(options, 'keyword'), ...fields]);
  }
  if (path.at(-1)?.list) return null;
  if (path.at(-2)?.list && path.length <= 4 && path[1]?.key === 'aggregate')
    return result(all(STAGES, 'keyword'));
  return result(fields);
}
