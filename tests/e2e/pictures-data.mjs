// What the pictures of the docs show: a shop whose hosts, people and orders are made up.

const EMAILS = ["anna@example.com", "bo@example.com", "chen@example.com", "dara@example.com", "emil@example.com", "fatma@example.com"];

const orders = (count) =>
  `INSERT INTO orders (id, email, total, placed_at, shipped) VALUES ${Array.from(
    { length: count },
    (_, index) =>
      `(${1001 + index}, '${EMAILS[index % EMAILS.length]}', ${(((index * 7919) % 20_000) / 100 + 4).toFixed(2)}, '2026-11-${String((index % 27) + 1).padStart(2, "0")} 09:30', ${index % 3 !== 0})`,
  ).join(", ")}`;

export const MIGRATIONS = {
  orders: [
    {
      name: "Create orders",
      tag: "001_create_orders",
      value: {
        up: ["CREATE TABLE orders (id bigint PRIMARY KEY, email text NOT NULL, total numeric(10,2) NOT NULL, placed_at timestamptz NOT NULL, shipped boolean NOT NULL)", orders(48)],
        down: ["DELETE FROM orders", "DROP TABLE orders"],
      },
    },
    {
      name: "Find orders by e-mail",
      tag: "002_orders_email_idx",
      value: { up: ["CREATE INDEX orders_email_idx ON orders (email)"], down: ["DROP INDEX orders_email_idx"] },
    },
    {
      name: "Create payments",
      tag: "003_create_payments",
      value: {
        up: ["CREATE TABLE payments (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, paid_at timestamptz)"],
        down: ["DROP TABLE payments"],
      },
    },
    {
      name: "Orders have a note",
      tag: "004_orders_have_a_note",
      value: { up: ["ALTER TABLE orders ADD COLUMN note text", "UPDATE orders SET note = '' WHERE note IS NULL"], down: ["SELECT 1", "ALTER TABLE orders DROP COLUMN note"] },
    },
  ],
  users: [
    {
      name: "Create users",
      tag: "001_create_users",
      value: {
        up: [
          "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(190) NOT NULL)",
          "INSERT INTO users VALUES (1, 'anna@example.com'), (2, 'bo@example.com'), (3, 'anna@example.com')",
        ],
        down: ["DELETE FROM users", "DROP TABLE users"],
      },
    },
    {
      name: "E-mails are unique",
      tag: "002_emails_are_unique",
      value: {
        up: ["ALTER TABLE users ADD COLUMN verified boolean NOT NULL DEFAULT false", "ALTER TABLE users ADD UNIQUE INDEX users_email (email)"],
        down: ["ALTER TABLE users DROP INDEX users_email", "ALTER TABLE users DROP COLUMN verified"],
      },
    },
  ],
};

export const ACTIONS = [
  {
    name: "Orders of a customer",
    tag: "by-email",
    tableName: "orders",
    type: "read",
    template:
      "SELECT id, email, total, placed_at, shipped\nFROM orders\nWHERE email = {{email:EMAIL_STRING}}\nORDER BY {{sort:IDENTIFIER(placed_at|total)}} DESC\nLIMIT {{limit:INTEGER}}",
    data: [{ email: "anna@example.com", sort: "placed_at", limit: 20 }],
  },
  { name: "Revenue by day", tag: "revenue", tableName: "orders", type: "aggregate", template: "SELECT placed_at::date AS day, sum(total) AS total FROM orders GROUP BY 1 ORDER BY 1" },
  {
    name: "Ship an order",
    tag: "ship",
    tableName: "orders",
    type: "update",
    template: "UPDATE orders SET shipped = true",
    filterTemplate: "id = {{id:INTEGER}}",
  },
];

// What somebody does in staging without a migration.
export const BY_HAND = { name: "By hand", tag: "by-hand", tableName: "orders", type: "create", template: "ALTER TABLE orders ADD COLUMN weight_g integer" };

// Files of other programs in a home folder, by their names.
export const ELSEWHERE = {
  ".pg_service.conf": `[orders-dev]
host=localhost
dbname=orders
user=app
[orders-stg]
host=stg-db.example.com
dbname=orders
user=app
sslmode=require
`,
  ".pgpass": "localhost:5432:orders:app:not-a-real-one\nstg-db.example.com:5432:orders:app:not-a-real-one\n",
  ".my.cnf": "[client_users_stg]\nhost=users.example.com\nuser=ada\npassword=not-a-real-one\n",
};

// Four databases by the command line, as a script would: the window shows them at once.
export function databases({ postgresql, mysql, mongodb }) {
  const envs = (urls) => Object.entries(urls).map(([slug, connection_url]) => ({ slug, connection_url }));
  const wrong = mysql.urls.stg.replace(encodeURIComponent(mysql.password), "not-it").replace(mysql.password, "not-it");
  return [
    { type: "postgresql", tag: "orders", name: "Orders", envs: envs(postgresql.urls), description: "Carts, orders and payments." },
    { type: "mysql", tag: "users", name: "Users", envs: envs({ ...mysql.urls, stg: wrong }) },
    { type: "mongodb", tag: "events", name: "Events", envs: envs({ dev: mongodb.urls.dev, prd: mongodb.urls.prd }) },
    {
      type: "postgresql",
      tag: "search",
      name: "Search",
      envs: envs({ dev: postgresql.urls.dev, prd: "postgresql://search:$Secret{SEARCH_PASSWORD}@127.0.0.1:9/search" }),
    },
  ];
}
