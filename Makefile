# make demo   set up without torch, then find the singing in examples/song.ogg
# make test   set up everything, then lint, types, floors, doctests and tests
# make lint   the quick part of it
# make clean  remove what these made
#
# All that is needed is make and a Python 3.11 or newer; another than python3: make test PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint clean

demo: $(VENV)/.core
	$(BIN)/earmark detect examples/song.ogg -o work/demo --format csv,audacity --overwrite
	@echo "The files are in work/demo:" && ls work/demo

test: lint
	@$(BIN)/python -m pytest -rs

lint: $(VENV)/.all
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build dist work/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp says what is installed; it is old when what it was installed from has changed.
$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "make: $(PYTHON) was not found; install Python 3.11 or newer, or say PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: earmark needs Python 3.11 or newer, and this is $$($(PYTHON) -V 2>&1); say PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "make: this Python cannot make virtual environments;" \
	    "install its venv and ensurepip (Debian, Ubuntu: apt install python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.all: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt torch
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[all,dev]'
	@touch $(VENV)/.core $@
