import { describe, expect, test } from 'vitest';
import type { SchemaOutline } from '../../bindings/SchemaOutline';
import { completeDocument, completeSql } from './completion';

const table = (name: string, ...columns: string[]) => ({
  name,
  columns: columns.map((column) => ({ name: column, type: 'text' })),
});
const OUTLINE: SchemaOutline = {
  tables: [
    table('orders', 'id', 'total', 'customer_id'),
    table('customers', 'id', 'email'),
    table('audit.orders_log', 'at'),
    table('Mixed Case', 'Total'),
  ],
  truncated: false,
};
const TABLES = OUTLINE.tables.map(({ name }) => name);

/** `|` is where the text is completed. */
function sql(marked: string, explicit = false, language = 'postgresql') {
  const offset = marked.indexOf('|');
  const place = { text: marked.replace('|', ''), offset, explicit };
  const result = completeSql(place, OUTLINE, language, 'orders');
  return result ? { from: result.from, labels: result.options.map(({ label }) => label) } : null;
}
const labels = (marked: string, explicit = false) => sql(marked, explicit)?.labels ?? null;

describe('completion in SQL', () => {
  test('offers tables where a table is named', () => {
    for (const text of [
      'SELECT * FROM |',
      'SELECT * FROM or|',
      'SELECT * FROM orders JOIN |',
      'INSERT INTO |',
      'UPDATE |',
      'SELECT * FROM orders o, cu|',
      "SELECT 'x' FROM /* from */ |",
    ])
      expect(labels(text), text).toEqual(TABLES);
    expect(sql('SELECT * FROM or|')?.from).toBe(14);
    expect(sql('SELECT * FROM audit.or|')?.from).toBe(14);
  });

  test('offers the columns of the tables that the statement names', () => {
    expect(labels('SELECT to| FROM orders')).toEqual(['id', 'total', 'customer_id']);
    expect(labels('SELECT e| FROM orders o JOIN customers c ON o.id = c.id')).toEqual([
      'id',
      'total',
      'customer_id',
      'id',
      'email',
    ]);
    expect(labels('SELECT c.| FROM orders o JOIN customers AS c ON true')).toEqual(['id', 'email']);
    expect(labels('SELECT c.em| FROM orders o, customers c WHERE o.id = 1')).toEqual(['id', 'email']);
    expect(labels('SELECT x FROM orders WHERE i|')).toEqual(['id', 'total', 'customer_id']);
    // A filter names no table: the action's is meant.
    expect(labels('i|')).toEqual(['id', 'total', 'customer_id']);
    expect(labels('SELECT x.| FROM orders')).toBeNull();
  });

  test('says nothing in strings, comments and placeholders, and nothing unasked before a word', () => {
    expect(labels("SELECT * FROM orders WHERE a = 'from |")).toBeNull();
    expect(labels('SELECT 1 -- from |')).toBeNull();
    expect(labels('SELECT * FROM orders WHERE id = {{i|}}')).toBeNull();
    expect(labels('SELECT * FROM orders WHERE |')).toBeNull();
    expect(labels('SELECT * FROM orders WHERE |', true)).toEqual(['id', 'total', 'customer_id']);
  });

  test('writes a name in the quotes of its dialect where it needs them', () => {
    const applied = (language: string) =>
      completeSql({ text: 'SELECT * FROM ', offset: 14, explicit: true }, OUTLINE, language, '')?.options.map(
        ({ apply }) => apply,
      );
    expect(applied('postgresql')).toEqual(['orders', 'customers', 'audit.orders_log', '"Mixed Case"']);
    expect(applied('mysql')?.at(-1)).toBe('`Mixed Case`');
  });
});

function document(marked: string) {
  const offset = marked.indexOf('|');
  const result = completeDocument(
    { text: marked.replace('|', ''), offset, explicit: false },
    OUTLINE,
    'orders',
  );
  return result?.options ?? null;
}

describe('completion in a MongoDB template', () => {
  test('offers the keys of operations and stages', () => {
    expect(document('{ "|')?.map(({ label }) => label)).toContain('aggregate');
    const keys = document('{ "find": { "|')?.map(({ label }) => label);
    expect(keys).toContain('projection');
    expect(keys).toContain('total');
    expect(document('{ "aggregate": { "pipeline": [ { "$m|" } ] } }')?.map(({ label }) => label)).toContain(
      '$match',
    );
    expect(document('{ "find": { "filter": { "|')?.map(({ label }) => label)).toEqual([
      'id',
      'total',
      'customer_id',
    ]);
  });

  test('offers collections where one is named, and closes the string', () => {
    const found = document('{ "aggregate": { "pipeline": [ { "$lookup": { "from": "|');
    expect(found?.map(({ label }) => label)).toEqual(TABLES);
    expect(found?.[0]?.apply).toBe('orders"');
    expect(document('{ "aggregate": { "pipeline": [ { "$out": "|" } ] } }')?.[0]?.apply).toBe('orders');
  });

  test('says nothing in other values, in placeholders and outside of strings', () => {
    expect(document('{ "find": { "filter": { "a": "|')).toBeNull();
    expect(document('{ "find": { "filter": { "a": "{{x|')).toBeNull();
    expect(document('{ "find": |')).toBeNull();
  });
});
