# Everything a person or a CI runs. Logic stays in Swift; this file only names commands.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BUILD := .build/release
VENV := .build/venv
PACKAGES := pkg-config librocksdb-dev libsecp256k1-dev libbotan-2-dev
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
DEVNET ?=
FILTER ?=
SEEDS ?= 20000
FIRST ?= 1
SECONDS ?= 600
COUNT ?= 300

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: packages
packages: ## install the Debian packages that are missing
	@missing=""; for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing:$$missing"; \
	  $(SUDO) apt-get -o DPkg::Lock::Timeout=200 update -qq; \
	  $(SUDO) apt-get -o DPkg::Lock::Timeout=200 install -y -qq --no-install-recommends $$missing >/dev/null; fi

.PHONY: build
build: packages ## build cairn and cairn-prover, release
	swift build -c release --product cairn
	swift build -c release --product cairn-prover

.PHONY: devnet
devnet: build ## run a local chain that proves its own blocks (options: make devnet DEVNET="--until-proven 5")
	$(BUILD)/cairn devnet $(DEVNET)

.PHONY: test
test: build $(VENV)/ready ## build and run the whole suite (a part: make test FILTER=Circuits)
	swift build -c release --build-tests
	@# One test at a time: scenarios start processes and wait for them, which starves whatever runs beside them.
	@# What failed is said once more at the end, where a reader looks first.
	CAIRN_PYTHON=$(abspath $(VENV))/bin/python swift test -c release --skip-build --no-parallel \
	  $(if $(FILTER),--filter $(FILTER)) 2>&1 | tee .build/test.log \
	  || { echo "failed (whole log: .build/test.log):"; grep -a -A 3 -E '^✘' .build/test.log | tail -60; exit 1; }

.PHONY: soak-kills
soak-kills: build ## kill validators of a real network under load (number: make soak-kills COUNT=300)
	swift build -c release --build-tests
	CAIRN_KILLS=$(COUNT) swift test -c release --skip-build --filter killsLoseNothing

.PHONY: soak-cuts
soak-cuts: build ## cut a real network in halves and heal it (number: make soak-cuts COUNT=50)
	swift build -c release --build-tests
	CAIRN_CUTS=$(COUNT) swift test -c release --skip-build --filter halvesWaitForEachOther

$(VENV)/ready: Tests/requirements.txt
	@# Debian's python3 alone makes no virtual environments: ensurepip comes with python3-venv.
	@if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then echo "installing: python3-venv"; \
	  $(SUDO) apt-get -o DPkg::Lock::Timeout=200 update -qq; \
	  $(SUDO) apt-get -o DPkg::Lock::Timeout=200 install -y -qq --no-install-recommends python3-venv >/dev/null; fi
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check -r Tests/requirements.txt
	touch $@

.PHONY: bench
bench: build ## measure the prover, and execution, sync, start and overload of a node
	$(BUILD)/cairn-prover bench
	swift run -c release cairn-bench

.PHONY: soak-verifier
soak-verifier: packages ## every mutation of proofs and witnesses, by proving and verifying (hours)
	swift build -c release --build-tests
	CAIRN_SOAK=1 swift test -c release --skip-build --filter 'ClaimRejectionTests|CellMutationTests|MutationTests'

.PHONY: sim
sim: packages ## the simulator's share of a merge: oracle, twins, seeds and a sample of mutants (five minutes)
	swift build -c release --product cairn-sim
	$(BUILD)/cairn-sim oracle --steps 1000000
	$(BUILD)/cairn-sim twins --scenarios 1000
	$(BUILD)/cairn-sim soak --seeds 500
	@# Each commit draws its own ten of the planted bugs.
	$(BUILD)/cairn-sim mutants --sample 10 --draw $$(git rev-list --count HEAD 2>/dev/null || echo 1)

.PHONY: soak
soak: packages ## a night's simulation: twins, 20,000 seeds, all planted bugs (make soak SEEDS=20000 FIRST=1000000)
	swift build -c release --product cairn-sim
	$(BUILD)/cairn-sim twins --scenarios 100000
	$(BUILD)/cairn-sim soak --seeds $(SEEDS) --first $(FIRST)
	$(BUILD)/cairn-sim mutants

.PHONY: fuzz
fuzz: packages ## fuzz every decoder and verifier with libFuzzer, SECONDS in all (make fuzz SECONDS=14400)
	swift build -c release --package-path Tests/Fuzz --scratch-path .build/fuzz --product Fuzzer
	ASAN_OPTIONS=detect_leaks=0 .build/fuzz/release/Fuzzer all $(SECONDS) .build/fuzz-data

.PHONY: pages
pages: packages ## write the pages of the circuits from their recording
	swift build -c release --build-tests
	CAIRN_WRITE_DOCS=1 swift test -c release --skip-build --filter CircuitPageTests

.PHONY: soak-jobs
soak-jobs: packages ## 100,000 random jobs against the laws of the proving rules
	swift run -c release cairn-sim jobs --count 100000

.PHONY: format
format: ## rewrite the sources in the house format
	swift format -i -r Sources Tests Package.swift

.PHONY: lint
lint: ## check the house format
	swift format lint --strict -r Sources Tests Package.swift

.PHONY: clean
clean: ## remove build output and the devnet's data
	rm -rf .build devnet/data
