//! The sample's rows: made up, and the same each time, so that what a person reads about them is there.

use std::fmt::Write as _;

const FIRST: [&str; 20] = [
    "Ada", "Ben", "Clara", "David", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kira",
    "Luca", "Mina", "Noor", "Otto", "Priya", "Quinn", "Rosa", "Samir", "Tove",
];
const LAST: [&str; 12] = [
    "Brook", "Castle", "Dale", "Forest", "Garden", "Hill", "Lake", "Meadow", "North", "Rivers",
    "Stone", "Winter",
];
const CITIES: [&str; 8] = [
    "Lisbon", "Lyon", "Leeds", "Ghent", "Turin", "Graz", "Oslo", "Accra",
];
const PRODUCTS: [(&str, u32); 12] = [
    ("Notebook, ruled", 450),
    ("Notebook, plain", 450),
    ("Fountain pen", 3_900),
    ("Ink, blue", 890),
    ("Ink, black", 890),
    ("Pencil", 120),
    ("Eraser", 90),
    ("Ruler", 240),
    ("Desk lamp", 5_400),
    ("Letter tray", 1_850),
    ("Envelopes, 50", 640),
    ("Wall calendar", 1_290),
];
const KINDS: [&str; 4] = ["visit", "search", "basket", "checkout"];

/// The statements that fill a database's tables.
pub(super) fn statements(database: &str, env: &str) -> Vec<String> {
    // Production has the most, as anywhere.
    let size = match env {
        "dev" => 120,
        "stg" => 200,
        _ => 320,
    };
    match database {
        "orders" => orders(size),
        _ => vec![events(size * 2)],
    }
}

/// Numbers that look like chance, and are the same each time.
struct Numbers(u64);

impl Numbers {
    /// One below a limit.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    /// One of a list that is not empty.
    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// The rows of a table in one statement.
struct Insert(String);

impl Insert {
    fn into(head: &str) -> Self {
        Self(format!("INSERT INTO {head} VALUES"))
    }

    /// Adds a row, as it stands between its parentheses. Its texts are all of this file.
    fn row(&mut self, row: std::fmt::Arguments<'_>) {
        let comma = if self.0.ends_with("VALUES") { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{comma}\n({row})");
    }
}

fn day(numbers: &mut Numbers) -> String {
    let number = numbers.below(14 * 28);
    let (month, day) = (number / 28, number % 28);
    format!("{}-{:02}-{:02}", 2025 + month / 12, month % 12 + 1, day + 1)
}

fn moment(numbers: &mut Numbers) -> String {
    let day = day(numbers);
    format!(
        "{day} {:02}:{:02}:{:02}",
        7 + numbers.below(15),
        numbers.below(60),
        numbers.below(60)
    )
}

fn orders(size: usize) -> Vec<String> {
    let mut numbers = Numbers(7);
    let mut customers = Insert::into("customers (id, name, email, city, joined_on)");
    let people = size / 2;
    for index in 0..people {
        let first = FIRST[index % FIRST.len()];
        let last = LAST[(index / FIRST.len() + index) % LAST.len()];
        // Each name comes once in so many, and then with a number behind it.
        let number = match index / (FIRST.len() * 3) {
            0 => String::new(),
            again => (again + 1).to_string(),
        };
        let (low_first, low_last) = (first.to_lowercase(), last.to_lowercase());
        let city = match numbers.below(9) {
            0 => "NULL".to_owned(),
            _ => format!("'{}'", numbers.of(&CITIES)),
        };
        let joined = day(&mut numbers);
        customers.row(format_args!(
            "{}, '{first} {last}', '{low_first}.{low_last}{number}@example.com', {city}, '{joined}'",
            index + 1
        ));
    }
    let mut products = Insert::into("products (id, name, price_cents)");
    for (index, (name, price)) in PRODUCTS.iter().enumerate() {
        products.row(format_args!("{}, '{name}', {price}", index + 1));
    }
    let mut list = Insert::into("orders (id, customer_id, status, ordered_at)");
    let mut items = Insert::into("order_items (order_id, product_id, quantity, price_cents)");
    for order in 1..=size {
        let status = match numbers.below(10) {
            0..=2 => "open",
            3 => "cancelled",
            _ => "shipped",
        };
        // The fourth is the one that the sample action ships.
        let status = if order == 4 { "open" } else { status };
        let (customer, ordered) = (numbers.below(people) + 1, moment(&mut numbers));
        list.row(format_args!("{order}, {customer}, '{status}', '{ordered}'"));
        let first = numbers.below(PRODUCTS.len());
        for offset in 0..=numbers.below(3) {
            let product = (first + offset * 5) % PRODUCTS.len();
            let (quantity, price) = (numbers.below(4) + 1, PRODUCTS[product].1);
            items.row(format_args!(
                "{order}, {}, {quantity}, {price}",
                product + 1
            ));
        }
    }
    vec![customers.0, products.0, list.0, items.0]
}

fn events(size: usize) -> String {
    let mut numbers = Numbers(11);
    let mut events = Insert::into("events (id, kind, happened_at, detail)");
    for event in 1..=size {
        let kind = *numbers.of(&KINDS);
        let happened = moment(&mut numbers);
        let detail = match kind {
            "search" => format!(r#"{{"words": "{}"}}"#, numbers.of(&LAST).to_lowercase()),
            "visit" => format!(r#"{{"page": "/product/{}"}}"#, numbers.below(12) + 1),
            _ => format!(r#"{{"items": {}}}"#, numbers.below(5) + 1),
        };
        events.row(format_args!("{event}, '{kind}', '{happened}', '{detail}'"));
    }
    events.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_the_same_each_time_and_no_mail_address_comes_twice() {
        for env in ["dev", "stg", "prd"] {
            let statements = statements("orders", env);
            assert_eq!(statements, super::statements("orders", env));
            let mut addresses: Vec<&str> = statements[0]
                .split('\'')
                .filter(|text| text.contains('@'))
                .collect();
            let count = addresses.len();
            assert!(count >= 60);
            addresses.sort_unstable();
            addresses.dedup();
            assert_eq!(addresses.len(), count);
            assert!(addresses.contains(&"ada.brook@example.com"));
        }
    }
}
