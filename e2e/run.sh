#!/usr/bin/env bash
# Real clients against the real server, which must have been built: cargo build --package server.
set -uo pipefail
cd "$(dirname "$0")"

binary=${CARGO_TARGET_DIR:-$PWD/../target}/debug/repartee
python=../target/python/bin/python
status=0
tests=("$@")
[ $# -gt 0 ] || tests=(clients/*.test.js frames/*.test.js traps/*.test.js deploy/*.test.js)

[ -x "$binary" ] || { printf 'There is no %s: build the server first.\n' "$binary"; exit 1; }
export SERVER_BINARY=$binary

if command -v node >/dev/null && [ -d node_modules ]; then
    node --test --test-reporter=spec --test-concurrency=2 --test-timeout=180000 "${tests[@]}" || status=1
else
    printf 'SKIPPED: the Node clients, because Node or its packages are missing; scripts/setup.sh test\n'
fi
if [ -x "$python" ]; then
    "$python" -m pytest -q -p no:cacheprovider python || status=1
else
    printf 'SKIPPED: the Python clients, because their packages are missing; scripts/setup.sh test\n'
fi
exit "$status"
