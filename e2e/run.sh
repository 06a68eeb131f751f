#!/usr/bin/env bash
# Real clients against the real server, which must have been built: cargo build --package server.
set -uo pipefail
cd "$(dirname "$0")"

binary=${CARGO_TARGET_DIR:-$PWD/../target}/debug/repartee
python=../target/python/bin/python
status=0
tests=("$@")
[ $# -gt 0 ] || tests=(clients/*.test.js frames/*.test.js traps/*.test.js deploy/*.test.js)

cannot_run() {
    printf 'Not tested: %s, because their packages are missing (scripts/setup.sh test)\n0 passed, 0 failed, 1 skipped\n' "$1"
}

[ -x "$binary" ] || { printf 'There is no %s: build the server first.\n' "$binary"; exit 1; }
export SERVER_BINARY=$binary

if ../scripts/has-node.sh && [ -d node_modules ]; then
    node --test --test-reporter=spec --test-concurrency=2 --test-timeout=600000 "${tests[@]}" || status=1
else
    cannot_run "the Node clients"
fi
if "$python" -m pytest --version >/dev/null 2>&1; then
    timeout --kill-after=10 600 "$python" -m pytest -q -p no:cacheprovider python || status=1
else
    cannot_run "the Python clients"
fi
exit "$status"
