# The entry points. Each is a script, so that it can be read, and run without make.

.DEFAULT_GOAL := help
.PHONY: help run test check audit fmt bindings licences package reproduce bench soak pictures clean

help: ## What there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## Install what is missing, build, open the window
	@scripts/run

test: ## Install what is missing, then run everything that CI runs
	@scripts/test

check: ## Formatting, lints, types, layout, licences: no servers, no window
	@scripts/check

audit: ## Known weaknesses of dependencies, a step of a release: asks the network
	@scripts/audit

fmt: ## Format Rust and TypeScript
	@scripts/format

bindings: ## Write the TypeScript of the DTOs to ui/src/bindings
	@scripts/bindings

licences: ## Write the list of what Tapedeck is built from, with its licences
	@scripts/licences

package: ## Build .deb and .rpm into target/package
	@scripts/package

reproduce: ## Build the packages twice and compare them
	@scripts/reproduce

bench: ## Measure
	@scripts/bench

soak: ## The long runs that `make test` samples (hours)
	@scripts/soak

pictures: ## Take docs/pictures from the real window
	@scripts/pictures

clean: ## Remove build outputs (the test tools in .tools stay)
	@rm -rf target ui/dist tests/e2e/output
