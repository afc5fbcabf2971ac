//! The database engines behind one trait.
