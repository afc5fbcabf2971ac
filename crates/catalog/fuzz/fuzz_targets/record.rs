//! The body stands in `catalog::fuzzing`, where the committed corpus runs through it too.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| catalog::fuzzing::record(data));
