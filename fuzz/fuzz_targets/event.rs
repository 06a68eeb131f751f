#![no_main]

use protocol::roleplay::{Limits, decode};

// One client event: its JSON up to a zero byte, then a binary attachment.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (text, attachment) = data.split_at(data.iter().position(|byte| *byte == 0).unwrap_or(data.len()));
    let limits = Limits { max_chunk_bytes: 4_096, max_text_chars: 200 };
    if let Ok(text) = std::str::from_utf8(text) {
        let _ = decode(text, &[attachment.to_vec().into()], &limits);
    }
});
