# One door to everything a person does here; `make help` lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PIP_COMPILE := $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
# Compiled modules are kept, whatever the environment says: every start of a service would compile them again.
export PYTHONDONTWRITEBYTECODE :=
# What tests write lies in memory where 8 GB of it are free: hundreds of databases are made and dropped, and a disk takes
# a fifth longer. Programs that run as another account pass through the folder (711).
TEST_FILES := room=$$(df --output=avail /dev/shm 2>/dev/null | tail -n 1); \
	free=$$(awk '/^MemAvailable/ { print $$2 }' /proc/meminfo 2>/dev/null); \
	if [ "$${room:-0}" -gt 8000000 ] && [ "$${free:-0}" -gt 12000000 ]; then at=/dev/shm; else at=$${TMPDIR:-/tmp}; fi; \
	mktemp -d "$$at/paidan-test-XXXXXX"
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11

.PHONY: help setup run flows demo check test faults plants notices bench console-load promtool schemathesis canary audit suggestions axe weights screenshots icons contracts lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/run.stamp ## environment and pinned dependencies in .venv, with .venv/bin/paidan

run: setup ## the whole system on this machine, with the demonstration county; Ctrl-C stops it
	@exec $(BIN)/paidan up

flows: setup ## which event reaches which consumers
	@$(BIN)/paidan flows

demo: setup ## residents, volunteers and coordinators acting on the system that make run started
	@$(BIN)/paidan demo

check: .venv/dev.stamp ## format, lint, types, import rules, translations, contract drift
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/unit/web/test_translations.py tests/contracts

test: .venv/dev.stamp ## the whole test suite, browser tests included; DATABASES=both: doors and pages on both
	@command -v chromium >/dev/null || \
		{ echo "The browser tests need Chromium: install the package chromium (Debian: apt-get install chromium)." >&2; exit 1; }
	@$(BIN)/python -m compileall -q -j 0 deploy services shared tests
	@files=$$($(TEST_FILES)) && chmod 711 "$$files" && trap 'rm -rf "$$files"' EXIT && \
		TMPDIR="$$files" DATABASES=$(DATABASES) $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadscope

faults: .venv/dev.stamp ## kill, stop, cut, fill and forge for a quarter of an hour, and verify that nothing is lost (docs/faults.md)
	@$(BIN)/python -m tests.faults $(FAULTS)

plants: .venv/dev.stamp ## plant known bugs and see the fault suite catch each (docs/faults.md)
	@$(BIN)/python -m tests.faults.plants $(PLANTS)

notices: .venv/dev.stamp ## one simulated day of the county: who is told what, how often, and when it rings (docs/notices.md)
	@$(BIN)/python -m tests.noticing $(NOTICES)

bench: .venv/dev.stamp ## orders a second beside what others would build, ten minutes; QUICK=1 one; PART=idle, pairing, watching, growth
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick) $(if $(PART),--part $(PART))

console-load: .venv/dev.stamp ## the console against a million stored events: each view, and the tail (docs/console.md)
	@$(BIN)/python -m tests.console_load $(CONSOLE_LOAD)

promtool: .venv/dev.stamp ## rules, dashboard and metrics tried on Prometheus itself (docs/observability.md)
	@$(BIN)/python -m tests.promtool

schemathesis: .venv/dev.stamp ## call every operation of the OpenAPI documents as everybody, thousands of times (docs/security.md)
	@$(BIN)/python -m tests.calling $(SCHEMATHESIS)

canary: .venv/dev.stamp ## plant words in every personal field and look for them everywhere else (docs/security.md)
	@$(BIN)/python -m tests.canary $(CANARY)

audit: .venv/dev.stamp ## known weaknesses of what is pinned, and ruff's security rules over the tree (docs/security.md)
	$(BIN)/ruff check --select S .
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock --requirement requirements-dev.lock

suggestions: setup ## how well residents' own words find their service (docs/suggesting.md)
	@$(BIN)/paidan definition suggest --held-out tests/data/phrases/held_out.csv

axe: .venv/dev.stamp ## look at every page in every width, light, size and language by axe-core (docs/pages.md)
	@$(BIN)/python -m tests.browser.axe $(AXE)

weights: .venv/dev.stamp ## what each page weighs, and when it is first painted on a slow telephone (docs/pages.md)
	@$(BIN)/python -m tests.browser.weights

screenshots: .venv/dev.stamp ## take docs/images again, every page, and write docs/pages.md
	@$(BIN)/python -m tests.browser.screenshots $(SCREENSHOTS)

icons: .venv/dev.stamp ## draw the pictures of the installed pages again, from shared/web/static/paidan.svg
	@$(BIN)/python -m tests.browser.icons

contracts: .venv/dev.stamp ## write docs/openapi, docs/asyncapi and docs/access.md again, as the services serve them
	$(BIN)/python -m tests.contracts.published

lock: .venv/dev.stamp ## pin every dependency again, with hashes, from pyproject.toml
	$(PIP_COMPILE) --build-deps-for editable --output-file requirements.lock pyproject.toml
	$(PIP_COMPILE) --build-deps-for editable --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml

# A Python of the right age makes the environment; one made by an older or a vanished Python is made afresh.
.venv/run.stamp: requirements.lock pyproject.toml
	@for python in $(PYTHONS); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then echo "paidan needs Python 3.11 or newer, and none of $(PYTHONS) is." >&2; exit 1; fi; \
	if $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exit 0; fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "$$python cannot make environments: install its venv module (Debian: apt-get install python3-venv)." >&2; \
		exit 1; \
	fi; \
	$$python -m venv --clear .venv
	$(PIP_INSTALL) --only-binary :all: --require-hashes --requirement requirements.lock
	PYTHONWARNINGS=ignore $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(PIP_INSTALL) --only-binary :all: --require-hashes --requirement requirements-dev.lock
	@touch $@
