# `make demo` and `make test` set everything up by themselves in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-spark check format dist docs pins bench pictures clean

demo: $(VENV)/ready
	$(BIN)/cxtool cel sample_data/demo --no-pager
	$(BIN)/cxtool sla sample_data/demo --by channel --no-pager
	$(BIN)/cxtool behavior sample_data/demo --no-pager

test: $(VENV)/ready-dev
	$(BIN)/python -m pytest -n auto

# On a cluster that it starts on loopback; needs Java 17 or newer.
test-spark: $(VENV)/ready-spark
	$(BIN)/python -m pytest tests/spark

check: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

format: $(VENV)/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The wheel and sdist; SOURCE_DATE_EPOCH makes them the same bytes each time.
dist: $(VENV)/ready-dev
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation

# The generated parts of docs/; those of a terminal are pictures, too.
docs: $(VENV)/ready-dev
	$(BIN)/python docs/build.py

# All pictures; that of a page needs chromium.
pictures: docs
	$(BIN)/python -m docs.screen

# Exact versions of everything, without addresses.
pins: $(VENV)/ready-dev
	$(BIN)/uv pip compile --quiet --universal --all-extras --no-emit-index-url --no-annotate \
		--no-header --python-version 3.11 pyproject.toml -o constraints.txt

bench: $(VENV)/ready-bench
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.reports

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/ready: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/ready-dev: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

$(VENV)/ready-spark: $(VENV)/ready-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[spark]'
	touch $@

$(VENV)/ready-bench: $(VENV)/ready-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,bench]'
	touch $@
