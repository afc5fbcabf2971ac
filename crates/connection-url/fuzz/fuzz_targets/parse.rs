//! The body stands in `connection_url::fuzzing`, where the committed corpus runs through it too.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connection_url::fuzzing::parse(data));
