#!/usr/bin/env bash
# Looks for bytes that break a parser: with the coverage-guided fuzzer where it is installed, otherwise with many random cases.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-60}

if cargo fuzz --version >/dev/null 2>&1 && cargo +nightly --version >/dev/null 2>&1; then
    for target in webm ogg mp4 wav intake live event token tape; do
        seeds=()
        case $target in event | token | tape) ;; *) seeds=(crates/audio/tests/fixtures) ;; esac
        mkdir -p "fuzz/corpus/$target"
        printf '== %s, %s s\n' "$target" "$seconds"
        cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "${seeds[@]}" -- -max_total_time="$seconds"
    done
else
    printf 'cargo-fuzz or a nightly toolchain is missing (cargo install cargo-fuzz), so this tries random cases.\n'
    export PROPTEST_CASES=${PROPTEST_CASES:-100000}
    cargo test --package audio --test fuzz_smoke
    cargo test --package protocol --test decoding
    cargo test --package server --lib auth::tokens
    cargo test --package tape --test replaying
fi
