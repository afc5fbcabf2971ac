//! The records and their SQLite home.
