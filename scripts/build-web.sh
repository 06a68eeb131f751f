#!/usr/bin/env bash
# Builds the page that the server serves, if its sources are newer than the last build.
# Without a Node that can build it the server serves its built-in page instead.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -f web-client/package.json ] || exit 0
scripts/has-node.sh || { printf 'The server will show its built-in page.\n'; exit 0; }

scripts/npm-install.sh web-client
built=web-client/app/dist/index.html
if [ -f "$built" ] && [ -z "$(find web-client -name node_modules -prune -o -name dist -prune -o -path web-client/e2e -prune -o -path web-client/examples -prune -o -type f -newer "$built" -print -quit)" ]; then
    exit 0
fi
npm --prefix web-client run build
