#!/usr/bin/env bash
# Succeeds where there is a Node that can build and test the web client; otherwise it says what is missing.
set -euo pipefail

wanted='install Node 20.19, 22.12 or newer, with npm'
command -v npm >/dev/null || { printf 'Node is missing: %s.\n' "$wanted"; exit 1; }
version=$(node --version)
IFS=. read -r major minor _ <<<"${version#v}"
if { [ "$major" -eq 20 ] && [ "$minor" -ge 19 ]; } || { [ "$major" -eq 22 ] && [ "$minor" -ge 12 ]; } || [ "$major" -gt 22 ]; then
    exit 0
fi
printf 'Node %s is too old: %s.\n' "$version" "$wanted"
exit 1
