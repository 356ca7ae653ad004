# newsbeam: every target sets up what it needs; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MODEL := models/en_newsbeam_sm
# training has an environment of its own: torch is large, and nothing at run time needs it
TRAINING := .venv-training
# so have the extractors that ours is measured beside
PEERS := .venv-peers
DATA ?= ../shared/corpora
WORK ?= build/model

.PHONY: help setup demo test test-real lint bench peers torture model eval-model lock schemas clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY) ## virtual environment, locked dependencies, newsbeam and its model

$(READY): pyproject.toml requirements/dev.txt $(MODEL)/pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "newsbeam needs Python 3.11 to 3.14 and found no $(PYTHON); name one with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { \
	  echo "newsbeam needs Python 3.11 to 3.14; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) lacks venv and pip (on Debian: apt-get install python3-venv)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . -e $(MODEL)
	@touch $@

demo: setup ## a small press on this machine, watched for two cycles
	@$(BIN)/newsbeam demo

test: setup ## the tests; needs no other program
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

test-real: setup ## tests against a real PostgreSQL (15 or newer, on a throwaway cluster of its own)
	@$(BIN)/python -m benchmarks.postgres
	$(BIN)/python -m pytest tests_real

lint: setup ## ruff, mypy, committed schemas, rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m schemas.formats
	$(BIN)/newsbeam validate

bench: setup ## one table of figures, as ratios within one run
	$(BIN)/python -m benchmarks

peers: setup $(PEERS)/.ready ## extraction beside its peers, in an environment of their own
	$(BIN)/python -m benchmarks.peers

$(PEERS)/.ready: requirements/peers.txt
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python --require-hashes -r requirements/peers.txt
	@touch $@

torture: setup ## kill runs on SQLite and PostgreSQL, harm disk, clock and ledger: is anything lost or twice?
	$(BIN)/python -m benchmarks.promise

model: setup $(TRAINING)/.ready ## train the reading model from corpora to wheel (DATA=folder WORK=folder QUICK=1)
	PYTHONPATH=.:$(MODEL) $(TRAINING)/bin/python -m models.training.recipe $(DATA) --work $(WORK) $(if $(QUICK),--quick)

$(TRAINING)/.ready: requirements/training.txt
	@test -x $(TRAINING)/bin/python || $(PYTHON) -m venv $(TRAINING)
	$(BIN)/uv pip install --quiet --python $(TRAINING)/bin/python --require-hashes -r requirements/training.txt
	@touch $@

eval-model: setup ## the reading model on open tests, beside others
	$(BIN)/python -m benchmarks.model

lock: setup ## resolve the locks anew: hashes, no addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock' pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock' -c requirements/run.txt --group dev pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock' -c requirements/run.txt --group training pyproject.toml requirements/build.in -o requirements/training.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock' -c requirements/run.txt --group peers -o requirements/peers.txt

schemas: setup ## write the committed JSON and Arrow schemas anew
	$(BIN)/python -m schemas.formats --write

clean: ## remove the environment and what tools left
	rm -rf $(VENV) $(TRAINING) $(PEERS) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
