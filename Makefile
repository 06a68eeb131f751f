.DEFAULT_GOAL := help
.PHONY: help run test check sim fuzz bench load generate clean

help: ## What can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: ## Install what is missing, build, and start on port 3001
	@scripts/run.sh

test: ## Every test there is, real services and real clients included
	@scripts/test.sh

check: ## The inner loop: format, lints, quick tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test --workspace --lib --bins --quiet

sim: ## Live whole conversations by chance and look for a broken rule: ARGS="--seconds 600", ARGS="--seed 7" to see one
	cargo run --release --package sim -- $(ARGS)

fuzz: ## Look longer for bytes that break a parser
	@scripts/fuzz.sh

bench: ## Measure the server on one core, next to a plain echo, and compare with the aims: ARGS=--quick
	@scripts/setup.sh run
	cargo build --release --package server
	cargo run --release --package loadtest -- bench $(ARGS)

load: ## Load a server that runs: JWT_SECRET=... make load ARGS="--url http://... --sessions 200"
	cargo run --release --package loadtest -- run $(ARGS)

generate: ## Write again what is generated: the wire types for TypeScript, openapi.json and .env.example
	UPDATE_GENERATED=1 cargo test --package protocol --test generated
	UPDATE_GENERATED=1 cargo test --package server --lib the_document_in_the_repository
	cargo run --package server -- config example > target/env.example && mv target/env.example .env.example

clean: ## Remove everything that was built; the data stays
	cargo clean
	rm -rf web-client/node_modules web-client/*/node_modules web-client/*/dist web-client/examples/*/node_modules web-client/examples/*/.next e2e/node_modules
