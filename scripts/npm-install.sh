#!/usr/bin/env bash
# Installs the Node packages of a folder exactly as its lock file says, unless they are there already.
set -euo pipefail
cd "$(dirname "$0")/../${1:?"usage: scripts/npm-install.sh FOLDER"}"

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
