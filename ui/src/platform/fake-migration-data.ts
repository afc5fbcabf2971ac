/** The migrations of the fake's databases, and how far each environment is with them. */
import type { MigrationInput } from '../bindings/MigrationInput';

type Written = [
  name: string,
  up: string,
  down: string,
  more?: Partial<MigrationInput> & { pre?: string; post?: string },
];

const ORDERS: Written[] = [
  [
    'Create customers',
    'CREATE TABLE customers (\n  id bigint PRIMARY KEY,\n  name text NOT NULL,\n  created_at timestamptz NOT NULL DEFAULT now()\n);',
    'DROP TABLE customers;',
  ],
  [
    'Create orders',
    'CREATE TABLE orders (\n  id bigint PRIMARY KEY,\n  customer_id bigint NOT NULL REFERENCES customers (id),\n  state text NOT NULL,\n  total numeric(12, 2),\n  placed_at timestamptz NOT NULL\n);\n\nCREATE INDEX orders_customer_idx ON orders (customer_id);',
    'DROP INDEX orders_customer_idx;\n\nDROP TABLE orders;',
  ],
  [
    'Create order items',
    'CREATE TABLE order_items (\n  order_id bigint NOT NULL REFERENCES orders (id),\n  position integer NOT NULL,\n  sku text NOT NULL,\n  PRIMARY KEY (order_id, position)\n);',
    'DROP TABLE order_items;',
  ],
  [
    'Check order states',
    "ALTER TABLE orders ADD CONSTRAINT orders_state_check CHECK (state IN ('open', 'paid', 'shipped', 'lost')) NOT VALID;\n\nALTER TABLE orders VALIDATE CONSTRAINT orders_state_check;",
    'ALTER TABLE orders DROP CONSTRAINT orders_state_check;',
  ],
  [
    'Create payments',
    "CREATE TABLE payments (\n  id bigint PRIMARY KEY,\n  order_id bigint NOT NULL REFERENCES orders (id),\n  amount numeric(12, 2) NOT NULL,\n  currency char(3) NOT NULL DEFAULT 'EUR'\n);",
    'DROP TABLE payments;',
  ],
  [
    'Backfill totals',
    'UPDATE orders SET total = (SELECT sum(amount) FROM payments WHERE payments.order_id = orders.id) WHERE total IS NULL;',
    '',
  ],
  [
    'Totals are not null',
    'ALTER TABLE orders ALTER COLUMN total SET NOT NULL;',
    'ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;',
    { pre: 'SELECT count(*) = 0 FROM orders WHERE total IS NULL;' },
  ],
  [
    'Keep an audit log',
    'CREATE SCHEMA audit;\n\nCREATE TABLE audit.orders_log (\n  id bigserial PRIMARY KEY,\n  order_id bigint NOT NULL,\n  said text NOT NULL,\n  at timestamptz NOT NULL DEFAULT now()\n);',
    'DROP TABLE audit.orders_log;\n\nDROP SCHEMA audit;',
  ],
  [
    'Index orders by day',
    'CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);',
    'DROP INDEX CONCURRENTLY orders_placed_at_idx;',
    { no_transaction: true },
  ],
  [
    'Orders have a channel',
    "ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';",
    'ALTER TABLE orders DROP COLUMN channel;',
  ],
  [
    'Orders have a warehouse',
    "ALTER TABLE orders ADD COLUMN warehouse text;\n\nCREATE INDEX orders_warehouse_idx ON orders (warehouse);\n\nUPDATE orders SET warehouse = 'main' WHERE warehouse IS NULL;",
    'UPDATE orders SET warehouse = NULL;\n\nDROP INDEX orders_warehouse_idx;\n\nALTER TABLE orders DROP COLUMN warehouse;',
    {
      pre: 'SELECT count(*) > 0 FROM orders;',
      post: 'SELECT count(*) = 0 FROM orders WHERE warehouse IS NULL;',
    },
  ],
  [
    'Drop the old channel',
    'ALTER TABLE orders DROP COLUMN channel;',
    '',
    { description: 'Channels are in the warehouse’s own database by now.' },
  ],
];

const USERS: Written[] = [
  [
    'Create users',
    'CREATE TABLE users (id BIGINT PRIMARY KEY, email VARCHAR(190) NOT NULL);',
    'DROP TABLE users;',
  ],
  [
    'Users have a name',
    'ALTER TABLE users ADD COLUMN name VARCHAR(120);',
    'ALTER TABLE users DROP COLUMN name;',
  ],
  [
    'Create sessions',
    'CREATE TABLE sessions (id CHAR(36) PRIMARY KEY, user_id BIGINT NOT NULL);',
    'DROP TABLE sessions;',
  ],
  [
    'Index sessions',
    'CREATE INDEX sessions_user ON sessions (user_id);',
    'DROP INDEX sessions_user ON sessions;',
  ],
  [
    'Users can be locked',
    'ALTER TABLE users ADD COLUMN locked_at DATETIME;',
    'ALTER TABLE users DROP COLUMN locked_at;',
  ],
  [
    'Emails are unique',
    'UPDATE users SET email = LOWER(email) WHERE id > 0;\n\nALTER TABLE users ADD COLUMN email_checked DATETIME;\n\nALTER TABLE users ADD UNIQUE KEY users_email (email);\n\nALTER TABLE users MODIFY email VARCHAR(190) NOT NULL;',
    'ALTER TABLE users MODIFY email VARCHAR(190);\n\nALTER TABLE users DROP KEY users_email;\n\nALTER TABLE users DROP COLUMN email_checked;\n\nSELECT 1;',
  ],
  [
    'Create invoices',
    'CREATE TABLE invoices (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);',
    'DROP TABLE invoices;',
  ],
];

const EVENTS: Written[] = [
  [
    'Create events',
    '[\n  { "create": "events", "validator": { "$jsonSchema": { "required": ["type", "at"] } } }\n]',
    '[\n  { "drop": "events" }\n]',
  ],
  [
    'Index events by type',
    '[\n  { "createIndexes": "events", "indexes": [{ "key": { "type": 1, "at": -1 }, "name": "type_at" }] }\n]',
    '[\n  { "dropIndexes": "events", "index": "type_at" }\n]',
  ],
  [
    'Events expire',
    '[\n  { "createIndexes": "events", "indexes": [{ "key": { "at": 1 }, "name": "expire", "expireAfterSeconds": 31536000 }] }\n]',
    '[\n  { "dropIndexes": "events", "index": "expire" }\n]',
  ],
];

function inputOf([name, up, down, more = {}]: Written): MigrationInput {
  const { pre = '', post = '', ...rest } = more;
  return {
    name,
    tag: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    texts: { up, down, pre, post },
    no_transaction: false,
    waivers: [],
    ...rest,
  };
}

function many(count: number, sql: boolean): MigrationInput[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(4, '0');
    return inputOf(
      sql
        ? [
            `Step ${number}`,
            `CREATE TABLE step_${number} (id BIGINT PRIMARY KEY);`,
            `DROP TABLE step_${number};`,
          ]
        : [
            `Step ${number}`,
            `[\n  { "create": "step_${number}" }\n]`,
            `[\n  { "drop": "step_${number}" }\n]`,
          ],
    );
  });
}

/** Of one database, as it is made; `wanted` where its own are not enough. */
export function migrationsOf(database: { tag: string; type: string }, wanted: number): MigrationInput[] {
  const own = { orders: ORDERS, users: USERS, events: EVENTS }[database.tag];
  if (own && wanted <= own.length) return own.map(inputOf);
  return many(wanted, database.type !== 'mongodb');
}

/** What an environment has of a database: how many are applied, and what is odd about it. */
export interface Situation {
  applied: number;
  /** Hours since it was last read; null where it never was. */
  read: number | null;
  /** The next one stopped after so many statements. */
  stopped?: number;
  /** By position: applied with another text than it has now. */
  edited?: number;
  /** There, and not in the catalog. */
  missing?: boolean;
  drift?: boolean;
}

const KNOWN: Record<string, Situation> = {
  'orders@dev': { applied: 12, read: 0.1 },
  'orders@stg': { applied: 10, read: 2, drift: true },
  'orders@prd': { applied: 9, read: 50 },
  'users@dev': { applied: 5, read: 0.05, stopped: 2 },
  'users@stg': { applied: 5, read: null },
  'users@prd': { applied: 5, read: 26, missing: true },
  'events@dev': { applied: 3, read: 0.5, edited: 2 },
  'events@prd': { applied: 2, read: 4 },
};

export function situationOf(database: { tag: string }, slug: string, count: number): Situation {
  const known = KNOWN[`${database.tag}@${slug}`];
  if (known && count <= 12) return known;
  const spread = (database.tag.length + slug.charCodeAt(0)) % 4;
  return {
    applied: Math.max(0, count - spread),
    read: spread === 3 ? null : 1 + spread,
    drift: spread === 2,
  };
}
