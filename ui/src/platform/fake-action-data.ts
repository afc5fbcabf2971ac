/** The actions that the fake has, and the rows that their runs give. */
import type { ActionRecordInput } from '../bindings/ActionRecordInput';
import type { ColumnView } from '../bindings/ColumnView';

const ORDERS: ActionRecordInput[] = [
  {
    name: 'Orders of a customer',
    tag: 'orders-of-a-customer',
    tableName: 'orders',
    type: 'read',
    description: 'The newest first, as support reads them.',
    template:
      "SELECT id, customer, status, total, placed_at, note\n  FROM orders\n WHERE customer = '{{customer:STRING:2:40}}'\n   AND total >= {{least:DECIMAL?}}\n ORDER BY {{sort:IDENTIFIER(placed_at|total)}} {{direction:KEYWORD(ASC|DESC)}}\n LIMIT {{limit:INTEGER:1:4}}",
    data: [
      { customer: 'Ada Lovelace', sort: 'placed_at', direction: 'DESC', limit: 100 },
      { customer: 'Grace Hopper', least: '99.50', sort: 'total', direction: 'ASC', limit: 10 },
    ],
  },
  {
    name: 'Open orders',
    tag: 'open-orders',
    tableName: 'orders',
    type: 'count',
    template: "SELECT count(*) FROM orders WHERE status = 'open'",
  },
  {
    name: 'Refund an order',
    tag: 'refund-an-order',
    tableName: 'orders',
    type: 'update',
    description: 'Sets the status only: the payment provider is told by the worker.',
    template: "UPDATE orders SET status = 'refunded', refunded_on = {{day:DATE}}, note = '{{note:STRING?}}'",
    filterTemplate: 'id = {{id:INTEGER}}',
  },
  {
    name: 'Archive old orders',
    tag: 'archive-old-orders',
    tableName: 'orders',
    type: 'delete',
    template: 'DELETE FROM orders',
    allRows: true,
  },
  {
    name: 'Rebuild statistics',
    tag: 'rebuild-statistics',
    tableName: 'orders',
    type: 'aggregate',
    description: 'Takes about a minute.',
    template: 'SELECT status, count(*), pg_sleep(60) FROM orders GROUP BY status',
  },
  {
    name: 'Revenue by day',
    tag: 'revenue-by-day',
    tableName: 'revenue',
    type: 'aggregate',
    template: 'SELECT day, sum(total) FROM broken_view GROUP BY day',
  },
];

const USERS: ActionRecordInput[] = [
  {
    name: 'Find a user',
    tag: 'find-a-user',
    tableName: 'users',
    type: 'read',
    template: "SELECT id, email, active, created_at\n  FROM users\n WHERE email = '{{email:EMAIL_STRING}}'",
  },
  {
    name: 'Set a password',
    tag: 'set-a-password',
    tableName: 'users',
    type: 'update',
    template:
      "UPDATE users SET password_hash = SHA2('{{password:STRING:8:64}}', 256), active = {{active:BOOLEAN}}",
    filterTemplate: 'id = {{id:UUID}}',
  },
  {
    name: 'Charge an invoice',
    tag: 'charge-an-invoice',
    tableName: 'payments',
    type: 'create',
    template: 'INSERT INTO payments (invoice, at) VALUES ({{invoice:INTEGER}}, {{at:DATETIME}})',
  },
];

const EVENTS: ActionRecordInput[] = [
  {
    name: 'Events by type',
    tag: 'events-by-type',
    tableName: 'events',
    type: 'read',
    template:
      '{\n  "find": {\n    "filter": { "type": { "$in": "{{types:ARRAY}}" } },\n    "limit": 50\n  }\n}',
  },
  {
    name: 'Record an event',
    tag: 'record-an-event',
    tableName: 'events',
    type: 'create',
    template:
      '{\n  "insertOne": {\n    "type": "{{type:NOSPACES_STRING:3:20}}",\n    "payload": "{{payload:OBJECT}}",\n    "user": "{{user:OBJECT_ID}}"\n  }\n}',
  },
];

const BY_TAG: Record<string, ActionRecordInput[]> = { orders: ORDERS, users: USERS, events: EVENTS };

function many(tag: string, type: string, count: number): ActionRecordInput[] {
  const table = tag.split('-')[0] ?? tag;
  const verbs = ['Find', 'Count', 'Add', 'Change', 'Remove', 'Sum', 'List'];
  return Array.from({ length: count }, (_, index) => ({
    name: `${verbs[index % verbs.length]} ${table}`,
    tag: `${verbs[index % verbs.length]?.toLowerCase()}-${table}`,
    tableName: table,
    type: 'read' as const,
    template:
      type === 'mongodb'
        ? '{\n  "find": { "filter": { "id": "{{id:UUID}}" } }\n}'
        : `SELECT * FROM ${table} WHERE id = {{id:INTEGER}}`,
  }));
}

/** The actions that a database has at the start. */
export function actionsOf(database: { tag: string; type: string; actions: number }): ActionRecordInput[] {
  return structuredClone(BY_TAG[database.tag] ?? many(database.tag, database.type, database.actions));
}

const STATUSES = ['open', 'paid', 'shipped', 'refunded'];
const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Edsger Dijkstra', 'Barbara Liskov', 'Alan Kay'];

const column = (name: string, type: string): ColumnView => ({ name, type });

interface Table {
  columns: ColumnView[];
  /** How many rows there are. */
  total: number;
  row: (index: number) => unknown[];
}

const TABLES: Record<string, Table> = {
  orders: {
    columns: [
      column('id', 'int8'),
      column('customer', 'text'),
      column('status', 'text'),
      column('total', 'numeric'),
      column('placed_at', 'timestamptz'),
      column('note', 'jsonb'),
    ],
    total: 1234,
    row: (index) => [
      `${9007199254740993n + BigInt(index)}`,
      NAMES[index % NAMES.length],
      STATUSES[index % STATUSES.length],
      `${(index * 7) % 900}.${String((index * 13) % 100).padStart(2, '0')}`,
      `2026-11-${String(1 + (index % 28)).padStart(2, '0')}T08:${String(index % 60).padStart(2, '0')}:00Z`,
      index % 3 === 0 ? null : { gift: index % 2 === 0, packed_by: NAMES[(index + 1) % NAMES.length] },
    ],
  },
  users: {
    columns: [
      column('id', 'char(36)'),
      column('email', 'varchar(255)'),
      column('active', 'tinyint(1)'),
      column('created_at', 'datetime'),
    ],
    total: 1,
    row: () => ['0190c0fe-0000-7000-8000-000000000000', 'ada@shop.example', true, '2026-02-03 09:12:44'],
  },
  events: {
    columns: [
      column('_id', 'objectId'),
      column('type', 'string'),
      column('at', 'date'),
      column('payload', 'object'),
    ],
    total: 50,
    row: (index) => [
      { $oid: `65f0c0de0000000000${String(index).padStart(6, '0')}` },
      index % 2 === 0 ? 'login' : 'checkout',
      { $date: `2026-11-${String(1 + (index % 28)).padStart(2, '0')}T10:00:00Z` },
      { page: `/cart/${index}`, ms: index * 3 },
    ],
  },
};

const WIDE_TYPES = ['int8', 'text', 'numeric', 'timestamptz', 'jsonb'];
/** What a result may hold and a grid must bear. */
const HOSTILE = ['', 'NULL', '=1+2', '\u202etxt.exe', 'a\nb', '</script>', 'x'.repeat(10_000_000)];

/** Fifty columns, for the grid's tests. */
export function wideTable(total: number): Table {
  const columns = Array.from({ length: 50 }, (_, index) =>
    column(`c${index}`, WIDE_TYPES[index % WIDE_TYPES.length] ?? ''),
  );
  const value = (row: number, at: number): unknown => {
    if ((row + at) % 11 === 10) return null;
    if (at % 5 === 0) return `${9007199254740993n + BigInt((row * 7919) % 100_003)}`;
    if (at % 5 === 1) return HOSTILE[row] ?? `name ${(row * 7919) % 100_003}`;
    if (at % 5 === 2) return `${row % 900}.50`;
    if (at % 5 === 3) return `2026-11-${String(1 + (row % 28)).padStart(2, '0')} 08:00:00+00`;
    return `{"id": ${row}, "tags": ["a", {"b": 12345678901234567890}]}`;
  };
  return { columns, total, row: (index) => columns.map((_, at) => value(index, at)) };
}

const HUGE = 10_000_000;

/** A flat text of ten megabytes, as one that came over the boundary is. */
const hugeText = (part: string): string =>
  Array.from({ length: Math.ceil(HUGE / part.length) }, () => part).join('');

/** Ten megabytes of each kind: prose, signs that every format escapes, JSON as a text, a document, bytes. */
const HUGE_VALUES: (() => unknown)[] = [
  () => hugeText('The quick brown fox jumps over the lazy dog.\n'),
  () => hugeText('a "b", it\'s | _c_ \\ &amp; `d`\r\n'),
  () => `[${hugeText('{"id": 12345678901234567890, "tags": ["a", null]}, ')}0]`,
  () => Array.from({ length: HUGE / 50 }, (_, id) => ({ id, name: 'a name of some length', on: true })),
  () => `\\x${hugeText('00ff7e41')}`,
];

/** Four rows of five cells of ten megabytes. */
export function hugeTable(): Table {
  const types = ['text', 'text', 'json', 'jsonb', 'bytea'];
  return {
    columns: types.map((type, index) => column(`huge${index}`, type)),
    total: 4,
    row: () => HUGE_VALUES.map((value) => value()),
  };
}

export function tableOf(name: string): Table {
  return (
    TABLES[name] ?? {
      columns: [column('id', 'int8'), column('name', 'text')],
      total: 3,
      row: (index) => [index + 1, `${name} ${index + 1}`],
    }
  );
}

/** Names as long as they may be, and a template with very many inputs. */
export function longActions(type: string): ActionRecordInput[] {
  const name = 'Reconcile the settlements of the quarter with the ledger of every merchant, '
    .repeat(3)
    .trim();
  const keys = Array.from({ length: 24 }, (_, index) => `input_${index}_of_this_reconciliation`);
  const types = ['STRING', 'INTEGER', 'DATE', 'BOOLEAN', 'DECIMAL?', 'DATETIME', 'ARRAY', 'JSON'];
  return [0, 1, 2].map((index) => ({
    name: `${name} ${index}`,
    tag: `reconcile-the-settlements-of-the-quarter-with-the-ledger-${index}`,
    tableName: 'accounting.settlements_of_every_merchant_and_every_quarter',
    type: 'read' as const,
    description: name,
    template:
      type === 'mongodb'
        ? '{ "find": { "filter": {} } }'
        : `SELECT *\n  FROM orders\n WHERE ${keys.map((key, at) => `${key} = {{${key}:${types[at % types.length]}}}`).join('\n   AND ')}`,
  }));
}
