# Adds up the closing lines of the test runners in a log: cargo, node, vitest, pytest, and ours.
# Prints: passed failed skipped.

function count(word,    at) {
    return match($0, "[0-9]+ " word) ? substr($0, RSTART, RLENGTH) + 0 : 0
}

{ gsub(/\033\[[0-9;]*m/, "") }

/^test result: / {
    passed += count("passed"); failed += count("failed"); skipped += count("ignored")
}
/^(#|ℹ) (pass|fail|skipped|todo|cancelled) [0-9]+$/ {
    if ($2 == "pass") passed += $3
    else if ($2 == "fail" || $2 == "cancelled") failed += $3
    else skipped += $3
}
/^ *Tests +[0-9].*\([0-9]+\)$/ || /^[0-9]+ passed, [0-9]+ failed/ || /^(=+ )?[0-9]+ (passed|failed|skipped).* in [0-9.]+s/ {
    passed += count("passed"); failed += count("failed"); skipped += count("skipped")
}
# A test that cannot run says so and ends well: it did not pass. Node counts its own.
/SKIPPED: / && !/# SKIPPED: / { skipped++; passed-- }

END { print passed + 0, failed + 0, skipped + 0 }
