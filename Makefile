# make preview   the December 2023 digest in the browser, with live reload
# make test      every test; brings what they need, a browser and servers too
# make check     style, types, import contracts, generated docs
# make bench     the measures of the README, as a table
# make format    lay the code out

PYTHON ?= python3
ISSUE ?= 2023-12
BIN = .venv/bin

.PHONY: preview test check bench format docs clean

preview: .venv/.runtime
	@$(BIN)/newsletter preview $(ISSUE) $(ARGS)

test: .venv/.dev
	@tools/setup browser
	@tools/setup services
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/reference.py --check

bench: .venv/.dev
	@tools/setup browser
	@tools/setup services
	@$(BIN)/python -m benchmarks

format: .venv/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: .venv/.dev
	@$(BIN)/python tools/reference.py

clean:
	rm -rf .venv .cache build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.runtime: pyproject.toml
	@echo "Setting up .venv, once; this takes about half a minute"
	@PYTHON="$(PYTHON)" tools/setup venv
	@$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/.dev: .venv/.runtime
	@$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@
