# Everything a machine needs beyond rustup, a C compiler and python3 is fetched by scripts/setup into $(CACHE): nothing global.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CACHE := $(or $(TOLLGATE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tollgate)
# In CI every checkout is new: a target folder beside the tools keeps the build warm.
ifdef CI
export CARGO_TARGET_DIR ?= $(CACHE)/target
endif
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
export TOLLGATE_CACHE := $(CACHE)
export PATH := $(CACHE)/tools/bin:$(PATH)

WASM_TARGET := wasm32-unknown-unknown
MODULES := gateway translate token-count redact quota-check
CORE := wire policy redaction tokens quota dialects stages
PYTHON = $(CACHE)/venv/bin/python

.PHONY: help setup setup-test build wasm native demo test unit wasm-test laws fuzz-some fuzz e2e sdk-check bench lint presubmit clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:
	@scripts/setup

setup-test:
	@scripts/setup --test

build: setup wasm native ## dist/tollgate, dist/tollgate-providers and dist/*.wasm

wasm:
	cargo build --quiet --locked --profile wasm --target $(WASM_TARGET) $(MODULES:%=-p tollgate-%)
	@$(MAKE) --no-print-directory -j2 $(MODULES:%=dist/%.wasm)

# Once more through Binaryen, which makes a module smaller by a twentieth: module in, module out. Names and debug information go.
OPTIMIZE = wasm-opt -Oz --strip-debug --strip-producers --strip-target-features
define optimized
dist/$(1).wasm: $(TARGET)/$(WASM_TARGET)/wasm/tollgate_$(subst -,_,$(1)).wasm Makefile
	@mkdir -p dist
	$(OPTIMIZE) $$< -o $$@.new
	@chmod 644 $$@.new && mv $$@.new $$@
endef
$(foreach module,$(MODULES),$(eval $(call optimized,$(module))))

# The gateway once more with a switch that makes it trap, to see what a trap costs. Not for shipping.
dist/test/gateway-trap.wasm: wasm
	CARGO_TARGET_DIR="$(TARGET)/trap" cargo build --quiet --locked --profile wasm --target $(WASM_TARGET) -p tollgate-gateway --features trap-switch
	@install -D -m 644 "$(TARGET)/trap/$(WASM_TARGET)/wasm/tollgate_gateway.wasm" $@

native:
	cargo build --quiet --locked --release -p tollgate -p tollgate-providers
	@mkdir -p dist
	@install -m 755 "$(TARGET)/release/tollgate" "$(TARGET)/release/tollgate-providers" dist/

demo: build ## The tour: real SDKs, a real Envoy, simulated providers
	@$(PYTHON) examples/quickstart/tour.py

test: setup-test build unit wasm-test laws fuzz-some sdk-check e2e ## All tests
	@echo "all tests passed"

unit:
	cargo test --quiet --locked --workspace --exclude tollgate-laws

wasm-test: # the pure crates once more, on the target they ship on, under Node
	WASM_BINDGEN_TEST_TIMEOUT=300 cargo test --locked --target $(WASM_TARGET) $(CORE:%=-p tollgate-%) --lib

laws:
	cargo test --quiet --locked -p tollgate-laws

fuzz-some: # each target for some seconds
	scripts/fuzz 4

FUZZ_SECONDS := 600
fuzz: setup-test ## Every parser against random bytes, FUZZ_SECONDS (600) each
	scripts/fuzz $(FUZZ_SECONDS)

sdk-check:
	TOLLGATE_PROVIDERS=dist/tollgate-providers $(PYTHON) -m pytest -q tests/providers/tests/sdk_check

e2e: dist/test/gateway-trap.wasm # behaviour on real Envoy with real SDK clients
	$(PYTHON) -m pytest -q tests/suites

# The stages that look at every byte, to be measured inside wasm: a module with the script that loads it.
throughput: setup-test
	cargo build --quiet --locked --profile wasm --target $(WASM_TARGET) -p tollgate-throughput
	wasm-bindgen --target nodejs --out-dir dist/test/throughput "$(TARGET)/$(WASM_TARGET)/wasm/tollgate_throughput.wasm"
	$(OPTIMIZE) dist/test/throughput/tollgate_throughput_bg.wasm -o dist/test/throughput/tollgate_throughput_bg.wasm

bench: build throughput ## What it costs, as ratios to bare Envoy; leaves dist/bench.json
	cargo run --quiet --locked --release -p tollgate-bench -- --envoy $(CACHE)/venv/bin/envoy --modules dist --out dist/bench.json
	cargo run --quiet --locked --release -p tollgate-ledger --example renewals -- dist/bench.json

lint: setup
	cargo fmt --all --check
	cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
	cargo clippy --quiet --locked --target $(WASM_TARGET) $(MODULES:%=-p tollgate-%) -- -D warnings

presubmit: lint test ## What CI runs

clean:
	rm -rf dist target
