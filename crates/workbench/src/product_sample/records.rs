//! The sample's records, as a file would have them.

use serde_json::{Value, json};

/// A database in one environment.
pub(super) struct Place {
    pub(super) slug: &'static str,
    /// The last migration that was run there.
    pub(super) head: &'static str,
    /// What somebody did there besides.
    pub(super) by_hand: Option<&'static str>,
}

const fn place(slug: &'static str, head: &'static str) -> Place {
    Place {
        slug,
        head,
        by_hand: None,
    }
}

const ORDERS: &[Place] = &[
    place("dev", "order-notes"),
    Place {
        slug: "stg",
        head: "orders-by-customer",
        by_hand: Some("CREATE INDEX tried_by_hand ON orders (status)"),
    },
    place("prd", "first-orders"),
];

const EVENTS: &[Place] = &[
    place("dev", "events-by-time"),
    place("stg", "events-by-time"),
    place("prd", "first-events"),
];

/// A database of the sample.
pub(super) struct SampleDatabase {
    pub(super) tag: &'static str,
    name: &'static str,
    description: &'static str,
    pub(super) places: &'static [Place],
    /// The migration after which its tables can be filled.
    pub(super) filled_at: &'static str,
    actions: fn() -> Value,
    migrations: fn() -> Value,
}

impl SampleDatabase {
    /// The record of domain.md.
    pub(super) fn record(&self, envs: Vec<Value>) -> Value {
        json!({
            "name": self.name,
            "tag": self.tag,
            "type": "sqlite",
            "description": self.description,
            "envs": envs,
            "actions": (self.actions)(),
            "migrations": (self.migrations)(),
        })
    }
}

pub(super) fn environments() -> Vec<Value> {
    [
        ("Development", "dev", "development"),
        ("Staging", "stg", "staging"),
        ("Production", "prd", "production"),
    ]
    .into_iter()
    .map(|(name, slug, class)| {
        json!({ "env_name": name, "slug": slug, "class": class, "active": true })
    })
    .collect()
}

pub(super) fn databases() -> [SampleDatabase; 2] {
    [
        SampleDatabase {
            tag: "orders",
            name: "Orders",
            description: "Customers, what is for sale, and what was ordered.",
            places: ORDERS,
            filled_at: "first-orders",
            actions: order_actions,
            migrations: order_migrations,
        },
        SampleDatabase {
            tag: "events",
            name: "Events",
            description: "What people did in the shop, a line each.",
            places: EVENTS,
            filled_at: "first-events",
            actions: event_actions,
            migrations: event_migrations,
        },
    ]
}

fn order_actions() -> Value {
    json!([
        {
            "name": "Orders of a customer", "tag": "orders-of-customer", "tableName": "orders", "type": "read",
            "description": "What one person ordered, the latest first.",
            "template": "SELECT o.id, o.ordered_at, o.status, sum(i.quantity * i.price_cents) / 100.0 AS total\nFROM orders AS o\nJOIN customers AS c ON c.id = o.customer_id\nJOIN order_items AS i ON i.order_id = o.id\nWHERE c.email = '{{email:EMAIL_STRING}}'\nGROUP BY o.id\nORDER BY o.ordered_at DESC\nLIMIT {{limit:INTEGER:1:3}}",
            "data": [{ "email": "ada.brook@example.com", "limit": 20 }],
        },
        {
            "name": "Find customers", "tag": "find-customers", "tableName": "customers", "type": "read",
            "template": "SELECT id, name, email, city, joined_on FROM customers\nWHERE name LIKE '%{{part}}%' ORDER BY name",
            "data": [{ "part": "brook" }],
        },
        {
            "name": "Open orders", "tag": "open-orders", "tableName": "orders", "type": "count",
            "template": "SELECT count(*) FROM orders WHERE status = '{{status}}'",
            "data": [{ "status": "open" }],
        },
        {
            "name": "Ship an order", "tag": "ship-order", "tableName": "orders", "type": "update",
            "description": "Says that an order left the house.",
            "template": "UPDATE orders SET status = '{{status}}'",
            "filterTemplate": "id = {{id:INTEGER}} AND status = 'open'",
            "data": [{ "status": "shipped" }],
            "filterData": [{ "id": 4 }],
        },
        {
            "name": "New customer", "tag": "new-customer", "tableName": "customers", "type": "create",
            "template": "INSERT INTO customers (name, email, city, joined_on)\nVALUES ('{{name:STRING:1:80}}', '{{email:EMAIL_STRING}}', {{city:STRING?}}, {{joined:DATE}})",
            "data": [{ "name": "Robin Vale", "email": "robin.vale@example.com", "city": "Lyon", "joined": "2026-03-01" }],
        },
        {
            "name": "Remove cancelled orders", "tag": "remove-cancelled", "tableName": "orders", "type": "delete",
            "description": "Those that were cancelled before a day.",
            "template": "DELETE FROM orders",
            "filterTemplate": "status = 'cancelled' AND ordered_at < {{before:DATE}}",
            "filterData": [{ "before": "2025-06-01" }],
        },
    ])
}

fn order_migrations() -> Value {
    json!([
        {
            "name": "Customers", "tag": "customers",
            "value": {
                "up": ["CREATE TABLE customers (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL,\n  email TEXT NOT NULL UNIQUE,\n  city TEXT,\n  joined_on TEXT NOT NULL\n)"],
                "down": ["DROP TABLE customers"],
            },
        },
        {
            "name": "First orders", "tag": "first-orders",
            "value": {
                "up": [
                    "CREATE TABLE products (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL,\n  price_cents INTEGER NOT NULL CHECK (price_cents > 0)\n)",
                    "CREATE TABLE orders (\n  id INTEGER PRIMARY KEY,\n  customer_id INTEGER NOT NULL REFERENCES customers (id),\n  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'shipped', 'cancelled')),\n  ordered_at TEXT NOT NULL\n)",
                    "CREATE TABLE order_items (\n  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,\n  product_id INTEGER NOT NULL REFERENCES products (id),\n  quantity INTEGER NOT NULL CHECK (quantity > 0),\n  price_cents INTEGER NOT NULL,\n  PRIMARY KEY (order_id, product_id)\n) WITHOUT ROWID",
                ],
                "down": ["DROP TABLE order_items", "DROP TABLE orders", "DROP TABLE products"],
            },
        },
        {
            "name": "Orders by customer", "tag": "orders-by-customer",
            "description": "The list of a customer's orders read the whole table.",
            "value": {
                "up": ["CREATE INDEX orders_customer ON orders (customer_id, ordered_at)"],
                "down": ["DROP INDEX orders_customer"],
            },
        },
        {
            "name": "Order notes", "tag": "order-notes",
            "value": {
                "up": [
                    "ALTER TABLE orders ADD COLUMN note TEXT",
                    "CREATE VIEW open_orders AS\nSELECT o.id, c.name AS customer, o.ordered_at, o.note\nFROM orders AS o JOIN customers AS c ON c.id = o.customer_id\nWHERE o.status = 'open'",
                ],
                "down": ["DROP VIEW open_orders", "ALTER TABLE orders DROP COLUMN note"],
            },
        },
    ])
}

fn event_actions() -> Value {
    json!([
        {
            "name": "Latest events", "tag": "latest-events", "tableName": "events", "type": "read",
            "template": "SELECT id, kind, happened_at, json_extract(detail, '$.page') AS page FROM events\nWHERE kind = '{{kind}}' ORDER BY happened_at DESC LIMIT {{limit:INTEGER:1:3}}",
            "data": [{ "kind": "visit", "limit": 25 }],
        },
        {
            "name": "Events of a kind", "tag": "events-of-kind", "tableName": "events", "type": "count",
            "template": "SELECT count(*) FROM events WHERE kind = '{{kind}}'",
            "data": [{ "kind": "checkout" }],
        },
    ])
}

fn event_migrations() -> Value {
    json!([
        {
            "name": "First events", "tag": "first-events",
            "value": {
                "up": ["CREATE TABLE events (\n  id INTEGER PRIMARY KEY,\n  kind TEXT NOT NULL,\n  happened_at TEXT NOT NULL,\n  detail TEXT NOT NULL CHECK (json_valid(detail))\n)"],
                "down": ["DROP TABLE events"],
            },
        },
        {
            "name": "Events by time", "tag": "events-by-time",
            "value": {
                "up": ["CREATE INDEX events_time ON events (kind, happened_at)"],
                "down": ["DROP INDEX events_time"],
            },
        },
    ])
}
