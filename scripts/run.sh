#!/usr/bin/env bash
# Builds and starts Repartee with its embedded defaults; settings come from .env and the environment.
# The build is the one that the tests use, so that `make run` after `make test` starts at once.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh run
scripts/build-web.sh
exec cargo run --package server -- serve
