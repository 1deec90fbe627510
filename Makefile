# Two commands matter to a newcomer: `make demo` and `make test`. Needs Python 3.11 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test install check bench fmt i18n docs template clean

demo: install ## build the demonstration region and serve it on http://localhost:8000
	$(BIN)/multaqa demo

test: install ## run every test
	$(BIN)/pytest -n auto --dist worksteal

install: $(VENV)/.installed ## virtual environment and locked dependencies

$(VENV)/.installed: requirements.lock pyproject.toml hatch_build.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

check: install ## style, types, floors, templates, translations, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	git ls-files -z -- '*.html' | xargs -0 $(BIN)/djhtml --check --tabwidth 2
	$(BIN)/python tools/messages.py check
	$(BIN)/python tools/reference.py --check

fmt: install ## put code and templates in the house's shape
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	git ls-files -z --cached --others --exclude-standard -- '*.html' | xargs -0 $(BIN)/djhtml --tabwidth 2

i18n: install ## merge new messages into the catalogues and compile them
	$(BIN)/python tools/messages.py update

docs: install ## write the generated reference anew
	$(BIN)/python tools/reference.py

template: install ## migrate an empty database once and keep it beside the settings
	$(BIN)/python tools/template.py

bench: install ## measure the kernels and record the curves in bench/results
	for script in bench/*.py; do $(BIN)/python $$script || exit 1; done

clean: ## remove what can be made again
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache var
