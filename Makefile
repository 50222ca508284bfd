# make run      build what is missing and serve on http://127.0.0.1:$PORT (4000), in memory unless REDIS_URL is set
# make test     everything CI runs: lint, a build without warnings, all tests, the fuzzers, the page in a browser, the compose topology
# make bench    measure this build against a C floor on this machine; QUICK=1 for a look, WSLOAD=program for a second opinion
# make steps    what one message to 10 subscribers makes a node execute, counted by single steps (x86-64)
# make faults   break Redis and the way to it in every way we know, with the shipped times, and print what it cost
# make herd     let 10,000 clients come back at once to one node with Redis, count what they cost when idle, and drain it
# make lint     check the formatting          make format   apply it
# make fuzz     fuzz the decoders, SECONDS=60 each
# make soak     churn for MINUTES=4, with Redis and without; fails if anything does not come back
# make hostile  what hostile clients cost a node, and whether a normal client notices
# make test-tsan  the Swift tests with the thread sanitizer; test-asan with the address sanitizer
# make conformance  the Autobahn suite's 517 cases against our WebSocket transport
# make clean    remove everything built

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

SWIFT ?= swift
# One program with the Swift runtime inside, as in the image: it needs no toolchain where it runs, and is what is measured.
RELEASE := $(SWIFT) build -c release $(if $(filter Linux,$(shell uname)),--static-swift-stdlib)
SECONDS ?= 60
MINUTES ?= 4
SOURCES := Package.swift Sources Tests Benchmarks $(wildcard Snippets)
PACKAGES_RUN := libhiredis-dev redis-server
# For what is written in Python with the standard library only; a server needs none of it.
PACKAGES_PYTHON := python3
PACKAGES_TEST := $(PACKAGES_RUN) $(PACKAGES_PYTHON) python3-venv chromium haproxy nginx-light prometheus curl openssl \
    iproute2

.PHONY: help run build build-tests build-release build-fuzz build-floor tests-built bench steps test test-swift \
    test-system test-allocations test-benchmarks test-fuzz test-tsan test-asan faults herd lint format fuzz \
    conformance soak hostile clean packages-run packages-python packages-test clients

help:
	@sed -n '/^# make/s/^# //p' Makefile

run: build
	@exec .build/release/channelsocket serve

build: packages-run
	$(RELEASE) --product channelsocket

# The compiler is the toolchain's own clang.
build-floor:
	mkdir -p .build/floor
	for program in floor redis crossing; do \
	    clang -O2 -Wall -Wextra -o .build/floor/$$program Benchmarks/floor/$$program.c; \
	done

bench: build-release build-floor packages-python
	$(if $(QUICK),,$(RELEASE) --package-path Benchmarks/StockHandlers --scratch-path .build/stock-handlers)
	python3 Benchmarks/run.py $(if $(QUICK),--quick,--baseline .build/stock-handlers/release/stock-handlers) \
	    $(if $(WSLOAD),--wsload $(WSLOAD))
	python3 Benchmarks/presence.py .build/release/phoenix-contract $(if $(QUICK),1000,10000)

# Tests mostly wait, and what is tested last takes as long to compile as all the others take to run.
test: packages-test clients lint build-tests
	Tests/beside.sh Tests/.artifacts/build-release.log '$(MAKE) build-release build-fuzz' $(MAKE) tests-built
	$(MAKE) test-allocations test-benchmarks test-fuzz
	@echo "make test: everything passed"

# The program, and the server whose channels are in Swift.
build-release: build
	$(RELEASE) --product phoenix-contract

build-fuzz: build packages-python
	Tests/Fuzz/run.sh .build/release 0

build-tests: packages-run
	$(SWIFT) build --build-tests

RUN_SWIFT := SWIFT=$(SWIFT) Tests/run-swift-tests.sh
# What a person touches, from outside: the page in a browser, the compose topology, the README.
RUN_SYSTEM := .venv/bin/python -W error::ResourceWarning -m unittest discover -s Tests/System

test-swift: build-tests clients
	$(RUN_SWIFT)

test-system: build-tests clients
	$(RUN_SYSTEM)

# Only runs what is built: a build beside has the package manager for itself.
tests-built:
	$(RUN_SWIFT)
	$(RUN_SYSTEM)

# Release: only the optimizer keeps temporaries off the heap.
test-allocations: build-release packages-python
	python3 -W error::ResourceWarning -m unittest discover -s Tests/Allocations

test-benchmarks: build-release build-floor packages-python
	python3 -W error::ResourceWarning -m unittest discover -s Tests/Benchmarks

clients: packages-test
	Tests/PythonClients/setup.sh
	.venv/bin/pip install -q --disable-pip-version-check --no-deps -r Tests/System/requirements.txt

herd: build packages-python
	CHANNELSOCKET_BINARY=$(CURDIR)/.build/release/channelsocket python3 Tests/Endurance/herd.py

steps: build-release packages-python
	mkdir -p .build/floor
	clang -O2 -Wall -Wextra -o .build/floor/steps Benchmarks/floor/steps.c
	python3 Benchmarks/steps.py

# Redis comes back within seconds; that the link's times are the shipped ones makes it take minutes. The first cell of a
# row says which of how many it is, so that rows that are missing, or a filter that finds nothing, do not pass for success.
faults: build-tests
	@mkdir -p Tests/.artifacts
	@printf '%s\n%s\n' \
	    '| | fault | noticed | recovered | at most | clients | sent | confirmed | reported to the caller | lost | of these confirmed | duplicated | disordered | gaps |' \
	    '|---|---|---|---|---|---|---|---|---|---|---|---|---|---|' > Tests/.artifacts/faults.md
	FAULT_TABLE=$(CURDIR)/Tests/.artifacts/faults.md $(SWIFT) test --skip-build --no-parallel --filter '^FaultTests\.' \
	    > Tests/.artifacts/faults.log 2>&1 || { tail -40 Tests/.artifacts/faults.log; cat Tests/.artifacts/faults.md; exit 1; }
	@cat Tests/.artifacts/faults.md
	@awk -F '[|/ ]+' '/^\| [0-9]+\/[0-9]+ / { rows++; all = $$3 } END { if (!rows || rows != all) { \
	    print "make faults: the table has " rows + 0 " rows of " all + 0; exit 1 } }' Tests/.artifacts/faults.md

lint:
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

format:
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

conformance: packages-test
	$(RELEASE) --product phoenix-contract
	cmp -s Tests/Conformance/requirements.txt .venv-conformance/installed.txt || { \
	    python3 -m venv .venv-conformance; \
	    .venv-conformance/bin/pip install -q --disable-pip-version-check -r Tests/Conformance/requirements.txt; \
	    cp Tests/Conformance/requirements.txt .venv-conformance/installed.txt; \
	}
	.venv-conformance/bin/python Tests/Conformance/run.py .build/release/phoenix-contract

soak: build packages-python
	CHANNELSOCKET_BINARY=.build/release/channelsocket python3 Tests/Endurance/soak.py $(MINUTES)

hostile: build packages-python
	CHANNELSOCKET_BINARY=.build/release/channelsocket python3 Tests/Endurance/hostile.py

test-tsan test-asan: test-%: packages-test clients
	SWIFT=$(SWIFT) Tests/Sanitizers/run.sh $*

fuzz: build packages-python
	Tests/Fuzz/run.sh .build/release $(SECONDS)

# The same inputs every time: what is new is looked for with `make fuzz`.
test-fuzz: build packages-python
	SEED=1 Tests/Fuzz/run.sh .build/release 4

clean:
	rm -rf .build .build-* .venv .venv-* Tests/.artifacts

# Installs the Debian packages that are missing, and asks apt only if there are any. The daemons that come with some
# of them are neither needed nor used: tests start their own on ports and sockets of their own.
define install-missing
	@if ! command -v dpkg-query >/dev/null; then \
	    echo "make: not a Debian system: please provide the equivalents of: $(1)" >&2; exit 0; \
	fi; \
	missing=(); \
	for package in $(1); do \
	    dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$$package"); \
	done; \
	(($${#missing[@]})) || exit 0; \
	echo "make: installing $${missing[*]}"; \
	sudo=(); \
	if [ "$$(id -u)" != 0 ]; then \
	    command -v sudo >/dev/null || { echo "make: as root, run: apt-get install $${missing[*]}" >&2; exit 1; }; \
	    sudo=(sudo); \
	fi; \
	install=("$${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$${missing[@]}"); \
	"$${sudo[@]}" apt-get update -q && "$${install[@]}" \
	    || { echo "make: could not install $${missing[*]}; see apt's message above" >&2; exit 1; }
endef

packages-run:
	$(call install-missing,$(PACKAGES_RUN))

packages-python:
	$(call install-missing,$(PACKAGES_PYTHON))

packages-test:
	$(call install-missing,$(PACKAGES_TEST))
