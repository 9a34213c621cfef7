# Each target is a line or two that calls scripts/. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup build plugins demo run crash test lint docs bench load conformance audit clean

help: ## lists the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## installs what a build needs (wasm target, clang, wasi-libc, DuckDB's library)
	@scripts/setup

build: setup ## builds the binary and the plugins: target/debug/codegraph
	@scripts/build

plugins: setup ## builds the plugins: target/debug/plugins/*.wasm
	@scripts/plugins

demo: ## imports examples/shop and Flask and asks questions; REPO=<path or URL> for your own code
	@scripts/demo $(REPO)

run: build ## answers over HTTP at http://127.0.0.1:8000
	@target/debug/codegraph run

crash: build ## kills servers at 50 points of imports and cancels 100 imports, on both databases
	@CODEGRAPH_CRASH_POINTS=50 scripts/test crash

test: ## installs what the tests need, builds, and runs all tests
	@scripts/test

lint: setup ## formatting, clippy, licences and sources, documentation
	@scripts/lint

docs: setup ## writes the generated pages in docs/ anew
	@scripts/docs

bench: build ## measures import, look-up and answer times, beside the peers that are installed
	@benches/run

load: build ## how the server bears many at once: requests a second, probes, memory, a crowd
	@benches/server --write 300

conformance: build ## asks the server whatever its OpenAPI document allows (schemathesis), and the reference's examples
	@scripts/examples && scripts/conformance

audit: ## known vulnerabilities of dependencies (needs a network)
	@cargo deny check advisories

clean: ## removes what was built
	@cargo clean && rm -rf .demo
