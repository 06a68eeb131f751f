#![no_main]

// A recording of a session: it is replayed, or refused with the line and the reason.
libfuzzer_sys::fuzz_target!(|recording: &[u8]| {
    let _ = tape::replay(recording, |_, _| ());
});
