# What a person or a CI does with Guichet; `make help` lists it. Each target makes what it needs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PORT ?= 8080
MEMBER ?= owner@atelier.example
CASES ?= tests/cases
WORKERS ?= 2

# Looked for when first used, not for `make help`.
PYTHON = $(eval PYTHON := $$(shell local/find-python))$(PYTHON)
UV = $(eval UV := $$(shell command -v uv || echo .venv-tools/bin/uv))$(UV)
IN = .venv/bin

.PHONY: help setup run demo test check bench simulate cases build token reset lock

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile | \
		while read -r name words; do printf '  make %-9s %s\n' "$$name" "$$words"; done

setup: .venv/.locked .venv-stack/.locked .venv-sam/.locked ## install everything, in folders of this checkout

run: setup ## start Guichet on this machine (PORT=8080); Ctrl-C stops it
	@$(IN)/python -m local run --port $(PORT)

demo: setup ## play sales of trainings, a year of subscriptions, three months of invoices
	@$(IN)/python -m local.demo_play

test: setup ## all tests (WORKERS=2)
	@local/find-chromium --install >/dev/null || true
	@$(IN)/pytest -n $(WORKERS) --dist worksteal

check: setup ## format, lint, types, import rules, compiled configuration, lock files, template
	@$(IN)/python -m local.check

bench: setup build ## measure speed and price against benchmarks/goals.toml
	@$(IN)/python -m benchmarks

simulate: setup ## crash points of all flows, pairs, races, and years of billing (RACE=200 PAIRS=4000 SEED=1)
	@SIMULATE=1 RACE=$${RACE:-200} $(IN)/pytest -n $(WORKERS) --dist worksteal tests/simulation tests/races tests/unit/histories

cases: setup ## numeric cases (CASES=file or folder)
	@$(IN)/python -m tests.cases $(CASES)

build: setup ## sam build, byte-compiled (ARCH=arm64|x86_64; this machine's own if not given)
	@$(IN)/python -m local.build $(if $(ARCH),--architecture $(ARCH))

token: ## print a bearer token (MEMBER=owner@atelier.example)
	@$(IN)/python -m local token $(MEMBER)

reset: setup ## forget what the local stack remembers
	@$(IN)/python -m local reset

lock: .venv-tools/.locked ## compute all lock files anew
	cd layers/common && $(COMPILE) requirements.in -o requirements.txt
	cd layers/documents && $(COMPILE) requirements.in -o requirements.txt
	cd tests && $(COMPILE) requirements.in -o requirements.txt
	cd local && $(COMPILE) requirements.in -o requirements.txt
	cd local && $(COMPILE) sam-requirements.in -o sam-requirements.txt
	cd local && $(COMPILE) uv-requirements.in -o uv-requirements.txt

COMPILE = $(abspath $(UV)) pip compile --quiet --upgrade --generate-hashes --python-version 3.13 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

# An environment is made anew when its lock file changes. Bytecode is compiled at once: where
# PYTHONDONTWRITEBYTECODE is set, each process would do it again.
INSTALL = $(UV) pip sync --quiet --require-hashes --compile-bytecode --python

.venv/.locked: tests/requirements.txt pyproject.toml | .venv-tools/.locked
	@echo "installing what tests and checks need"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(INSTALL) .venv tests/requirements.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python .venv --editable .
	@touch $@

.venv-stack/.locked: local/requirements.txt | .venv-tools/.locked
	@echo "installing the emulator"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-stack
	@$(INSTALL) .venv-stack local/requirements.txt
	@touch $@

.venv-sam/.locked: local/sam-requirements.txt | .venv-tools/.locked
	@echo "installing the AWS SAM command"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-sam
	@$(INSTALL) .venv-sam local/sam-requirements.txt
	@touch $@

# Holds uv where the machine has none.
.venv-tools/.locked: local/uv-requirements.txt
	@local/find-python >/dev/null
	@mkdir -p .venv-tools
	@command -v uv >/dev/null || { echo "installing uv"; \
		$(PYTHON) -m venv .venv-tools && \
		.venv-tools/bin/pip install --quiet --require-hashes -r local/uv-requirements.txt; }
	@touch $@
