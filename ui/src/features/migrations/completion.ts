/** What may stand at a place of a migration’s statements: tables and columns in SQL, commands and collections in JSON. */
import type { Completion, CompletionResult } from '@codemirror/autocomplete';
import type { SchemaOutline } from '../../bindings/SchemaOutline';
import { plain } from '../../design/text';
import { completeSql, type Place, spotIn } from '../actions/completion';

/** Beyond those of a query: where a definition names a table. */
const TABLE_PLACE =
  /\b(?:table(?:\s+if\s+exists)?(?:\s+only)?|references|truncate|on|analyze|vacuum)\s+([\w.]*)$/i;
const ALTERED = /\b(?:alter\s+table(?:\s+if\s+exists)?(?:\s+only)?|on|update|into|from)\s+([\w.$]+)/i;

/** The statement that the place is in, by what was read; the whole text where nothing was. */
function statementAt(place: Place, starts: number[]): Place {
  const start = starts.filter((candidate) => candidate <= place.offset).at(-1) ?? 0;
  const next = starts.find((candidate) => candidate > place.offset) ?? place.text.length;
  return { ...place, text: place.text.slice(start, next), offset: place.offset - start };
}

export function completeStatement(
  place: Place,
  outline: SchemaOutline,
  language: string,
  starts: number[],
): CompletionResult | null {
  const inner = statementAt(place, starts);
  const shift = place.offset - inner.offset;
  const named = TABLE_PLACE.exec(inner.text.slice(0, inner.offset));
  if (named) {
    // A name that is only made now is in no outline.
    if (/\bcreate\s+(?:\w+\s+)*table\s+[\w.]*$/i.test(inner.text.slice(0, inner.offset))) return null;
    const options = outline.tables.map(({ name }): Completion => ({ label: plain(name), type: 'class' }));
    return options.length > 0
      ? { from: place.offset - (named[1]?.length ?? 0), options, validFor: /^[\w$.]*$/ }
      : null;
  }
  const table = ALTERED.exec(inner.text)?.[1] ?? '';
  const found = completeSql(inner, outline, language, table);
  return found && { ...found, from: found.from + shift };
}

/** The commands that change a schema, each with its other keys. */
const COMMANDS: Record<string, string[]> = {
  create: [
    'validator',
    'validationLevel',
    'validationAction',
    'capped',
    'size',
    'timeseries',
    'viewOn',
    'pipeline',
  ],
  createIndexes: ['indexes'],
  dropIndexes: ['index'],
  collMod: ['validator', 'validationLevel', 'validationAction', 'index'],
  drop: [],
  renameCollection: ['to', 'dropTarget'],
  insert: ['documents', 'ordered'],
  update: ['updates', 'ordered'],
  delete: ['deletes', 'ordered'],
  find: ['filter', 'limit'],
  count: ['query'],
};
const INDEX = [
  'key',
  'name',
  'unique',
  'sparse',
  'expireAfterSeconds',
  'partialFilterExpression',
  'collation',
];

export function completeCommand(place: Place, outline: SchemaOutline): CompletionResult | null {
  const spot = spotIn(place.text.slice(0, place.offset));
  if (!spot) return null;
  const close = place.text[place.offset] === '"' ? '' : '"';
  const result = (labels: string[], type: string): CompletionResult | null =>
    labels.length > 0
      ? {
          from: spot.start,
          options: labels.map((label) => ({ label: plain(label), type, apply: `${label}${close}` })),
          validFor: /^[\w$.]*$/,
        }
      : null;
  const depth = spot.path.length - (spot.path[0]?.list ? 1 : 0);
  if (spot.key !== null)
    return depth === 1 && spot.key in COMMANDS
      ? result(
          outline.tables.map(({ name }) => name),
          'class',
        )
      : null;
  if (depth === 1) {
    const command = Object.keys(COMMANDS).find((name) =>
      place.text.slice(place.text.lastIndexOf('{', place.offset - 1), place.offset).includes(`"${name}"`),
    );
    return result(command ? (COMMANDS[command] ?? []) : Object.keys(COMMANDS), 'keyword');
  }
  return spot.path.at(-2)?.key === 'indexes' ? result(INDEX, 'property') : null;
}
