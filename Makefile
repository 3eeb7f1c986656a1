# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Front door. The scripts in tools/ do the work; each also runs alone.
MAKEFLAGS += --no-print-directory --no-builtin-rules
PREFIX ?= /usr/local
export PREFIX DESTDIR JOBS

.DEFAULT_GOAL := help
.PHONY: help demo build test golden bench bench-live format lint asan tsan fuzz docs docs-check onnxruntime install setup clean

help: ## this list
	@echo 'Veery: a modular instrument driven by text'
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: ## build, render sessions/deep_groove.veery to out/, play it
	@tools/demo

build: ## packages and build/veery, nothing is run
	@tools/setup build && tools/build && echo 'build: build/veery is ready'

test: ## build and run every test; closes with the counts
	@tools/test

golden: ## the ears against reference data and other programs
	@tools/golden

bench: ## speed and memory against other synthesis engines
	@bench/run.sh

bench-live: ## the live studio: latency, isolation, soak (BENCH_SECONDS=60)
	@bench/live.sh

format: ## let clang-format put every C file into shape
	@tools/setup lint && find include src tests bench -name '*.[ch]' | xargs clang-format -i

lint: ## format, static analysis, room order, real-time audit
	@tools/lint

asan: ## every test under the address and undefined-behaviour sanitizers
	@tools/sanitize address

tsan: ## every test under the thread sanitizer
	@tools/sanitize thread

fuzz: ## each fuzz target for 60 s (FUZZ_SECONDS=N)
	@tools/fuzz $(or $(FUZZ_SECONDS),60)

docs: ## write docs/reference from the program's own tables
	@tools/setup build && tools/build && tools/docs

docs-check: ## fail when docs/reference is not what make docs writes
	@tools/setup build && tools/build && tools/docs check

onnxruntime: ## fetch ONNX Runtime (14 MB), for tags by a trained head
	@tools/fetch-onnxruntime

install: ## install to PREFIX=/usr/local (DESTDIR is honoured)
	@tools/install

setup: ## install the missing Debian packages
	@tools/setup build

clean: ## remove what the targets above made
	@rm -rf build build-asan build-tsan build-fuzz out
