#!/usr/bin/env bash
# Installs the Node packages of a folder as its lock file says, unless they are there already.
set -euo pipefail
cd "$(dirname "$0")/../${1:?"usage: scripts/npm-install.sh FOLDER"}"

# Not `npm ci`: it refuses a lock file that lacks other platforms' variants of a tool, which not every registry has.
[ node_modules/.package-lock.json -nt package-lock.json ] || npm install --no-save --no-audit --no-fund --loglevel=error
