# Each target sets up what it needs and then does one thing. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test test-system lint types docs bench guards format lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("scenario needs Python 3.11 or newer: make PYTHON=/path/to/python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY) ## Play the bundled scenarios against the bundled agent
	$(BIN)/scenario demo

test: export PYTHONDONTWRITEBYTECODE =  # many tests start a process, which would compile all that it loads
test: $(READY) ## Run the tests that need no system package, with branch coverage
	$(BIN)/coverage erase
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-branch --cov-report= --cov-fail-under=0 -m "not system"
	$(BIN)/coverage report

test-system: $(READY) ## Run the tests that need a browser or a database server
	$(BIN)/pytest -m system || { [ $$? -eq 5 ] && echo "There is no test yet that needs a system package."; }

lint: $(READY) ## Check style, layers and dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/deptry src

types: $(READY) ## Check types
	$(BIN)/pyright

docs: $(READY) ## Build the documentation into site/
	$(BIN)/zensical build --clean --strict

bench: $(READY) ## Measure the cost of the library, as ratios
	$(BIN)/python bench/overhead.py
	$(BIN)/python bench/model_calls.py
	$(BIN)/python bench/store.py
	$(BIN)/python bench/reports.py
	$(BIN)/python bench/suite.py
	$(BIN)/python bench/web.py

guards: $(READY) ## Measure the guards of simulated users on labelled replies
	$(BIN)/python -m scenario._simulator.evaluate tests/data/simulator_replies.jsonl

format: $(READY) ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY) ## Resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--exclude-newer "1 week" \
		--group dev --output-file requirements/dev.txt pyproject.toml

clean: ## Remove what the other targets made
	rm -rf $(VENV) site dist build .coverage* .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
