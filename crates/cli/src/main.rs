//! `tapedeck`, the command line.
fn main() {}
