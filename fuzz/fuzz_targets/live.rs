#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| repartee_fuzz::live(data));
