#!/usr/bin/env bash
# Runs every test there is and closes with one line: N passed, N failed, N skipped.
# With CI=true a skipped test is a failure. Nothing that it starts outlives it.
set -uo pipefail
cd "$(dirname "$0")/.."

log=target/test.log
failed_stages=()

main() {
    mkdir -p target
    : >"$log"
    # Every process of this run carries this mark in its environment, daemons too: see leftovers.
    TEST_RUN="run-$$-$(date +%s)"
    trap 'end_leftovers' EXIT
    trap 'exit 130' INT TERM

    stage "set-up" marked scripts/setup.sh test
    export PATH="$PWD/target/python/bin:$PATH"
    stage "format" marked cargo fmt --all --check
    stage "lints" marked cargo clippy --workspace --all-targets -- -D warnings
    stage "web client: build" marked scripts/build-web.sh
    stage "build" marked cargo build --package server
    stage "Rust tests" marked cargo test --workspace --no-fail-fast
    if scripts/has-node.sh; then
        stage "web client: check" marked npm --prefix web-client run check
        stage "web client: tests" marked npm --prefix web-client test
    else
        skip "the web client"
    fi
    if scripts/has-node.sh >/dev/null && [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
        stage "web client: browser" marked npm --prefix web-client run e2e
    else
        skip "the pages in a browser, which needs Node and Chromium (CHROMIUM names it where it is not /usr/bin/chromium)"
    fi
    stage "real clients" marked e2e/run.sh
    stage "nothing left running" no_leftovers
    report
}

stage() { # title command...
    local title=$1 started=$SECONDS
    shift
    printf '\n== %s\n' "$title"
    "$@" 2>&1 </dev/null | tee -a "$log"
    if [ "${PIPESTATUS[0]}" -eq 0 ]; then
        printf '== %s: ok, %d s\n' "$title" $((SECONDS - started))
    else
        printf '== %s: FAILED, %d s\n' "$title" $((SECONDS - started))
        failed_stages+=("$title")
    fi
}

skip() { # what
    printf '\nNot tested: %s\n0 passed, 0 failed, 1 skipped\n' "$1" | tee -a "$log"
}

marked() {
    TEST_RUN=$TEST_RUN "$@"
}

leftovers() {
    grep -lsxz "TEST_RUN=$TEST_RUN" /proc/[0-9]*/environ | cut -d / -f 3
}

no_leftovers() {
    local deadline=$((SECONDS + 10))
    while [ -n "$(leftovers)" ]; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            printf 'Still running:\n'
            ps -o pid,ppid,args -p "$(leftovers | paste -sd,)"
            return 1
        fi
        sleep 0.2
    done
}

end_leftovers() {
    local process
    for process in $(leftovers); do
        kill -KILL "$process" 2>/dev/null
    done
}

report() {
    local passed failed skipped status=0
    read -r passed failed skipped < <(awk -f scripts/tally.awk "$log")
    printf '\n'
    grep -o 'SKIPPED: .*' "$log" | sort | uniq -c
    [ ${#failed_stages[@]} -eq 0 ] || { printf 'Failed: %s\n' "${failed_stages[@]}"; status=1; }
    # A stage may fail without a test that counts: a lint, a build, a crash of the runner.
    [ "$failed" -ge ${#failed_stages[@]} ] || failed=${#failed_stages[@]}
    [ "$failed" -eq 0 ] || status=1
    if [ "$skipped" -gt 0 ] && [ "${CI:-}" = true ]; then
        printf 'With CI=true a skipped test is a failure.\n'
        status=1
    fi
    printf 'In all %d min %d s\n' $((SECONDS / 60)) $((SECONDS % 60))
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit "$status"
}

main
