# Two commands do everything on a fresh machine with Python 3.11 and make:
#   make demo    the exporter on the built-in simulated cloud
#   make test    all checks

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
ADDRESS ?= 127.0.0.1:7654
FIGURES ?= .benchmarks/figures.json

.PHONY: help demo test bench flame lint format dashboards clean

help:
	@sed -n 's/^#\{2\} //p' $(MAKEFILE_LIST)

# The stamp depends on what decides the environment's contents, so that it is made anew when they change.
$(VENV)/.run: pyproject.toml deploy/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint deploy/constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) install --constraint deploy/constraints.txt --editable '.[dev]'
	@touch $@

## demo: run the exporter on the built-in simulated cloud, no account needed
demo: $(VENV)/.run
	$(BIN)/solix-exporter demo --web.listen-address=$(ADDRESS)

## test: style, types, layers and tests
test: lint
	$(BIN)/python -m pytest --numprocesses auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## bench: speed, memory and requests, held against tests/benchmarks/floors.toml
bench: $(VENV)/.dev
	$(BIN)/python -m pytest tests/benchmarks --override-ini python_files='bench_*.py' \
	    --benchmark-quiet --timeout 1800 --figures $(FIGURES) $(BENCH)

## flame: a flame graph of an exporter with many accounts, in .benchmarks/flame.svg
flame: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.flame .benchmarks

## format: rewrite the code in the house style
format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## dashboards: make the JSON of the Grafana dashboards anew
dashboards: $(VENV)/.dev
	$(BIN)/python -m grafana.generator

## clean: remove what the other commands made
clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
