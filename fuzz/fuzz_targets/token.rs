#![no_main]

use std::sync::LazyLock;

use server::{auth::Tokens, clock, config::Config};

static TOKENS: LazyLock<Tokens> = LazyLock::new(|| {
    let config = Config::from_pairs(&[]).expect("the defaults are good");
    Tokens::new(&config.auth, &"a secret of the fuzzer, long enough for it".to_owned().into())
});

// No text that somebody made up is ever a valid token.
libfuzzer_sys::fuzz_target!(|token: &str| assert!(TOKENS.verify(token, clock::now()).is_err()));
