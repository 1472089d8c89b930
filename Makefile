# Every target with `##` behind it is listed by `make help`.
PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# One more than processors: some tests wait for other processes, or for a lock.
WORKERS ?= $(shell expr `getconf _NPROCESSORS_ONLN` + 1)
# So many tests at once for a worker: all of tests/faults, which are begun first, for one; few at the end.
CHUNK := 60

.DEFAULT_GOAL := help
.PHONY: help demo set-up test check format lint types style story bench faults screenshots translations coverage clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## set everything up and serve a demo on http://127.0.0.1:8000 (PORT, HOST)
	@$(PYTHON) bootstrap.py
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/portal demo

set-up: ## install what developing and testing need
	@$(PYTHON) bootstrap.py --extras test

test: set-up ## set up what tests need and run them all (ARGS="tests/links -x")
	@$(BIN)/python -m tests.machine
	@$(BIN)/pytest -n $(WORKERS) --maxschedchunk $(CHUNK) $(ARGS)

check: set-up lint test ## all that CI does: format, lint, types, import contracts, templates, tests

lint: set-up ## format check, ruff, mypy --strict, import contracts, templates; all tests can be read
	@$(MAKE) --no-print-directory -j 2 types style

types: set-up
	$(BIN)/mypy --strict .

style: set-up
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint templates --lint --quiet
	@said=$$($(BIN)/pytest --collect-only -qq 2>&1) || { echo "$$said"; exit 1; }

format: set-up ## put the code in its usual form
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

story: ## run the main job end to end without a browser (INVOICES=file.csv)
	@$(PYTHON) bootstrap.py --extras test
	@$(BIN)/portal demo --story $(if $(INVOICES),--invoices $(INVOICES))

bench: ## measure the list page, tokens and import beside their limits (ARGS="list_page --rows 1000000")
	@$(PYTHON) bootstrap.py --extras test --extras bench
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m bench $(ARGS)

faults: set-up ## kill workers and break lines for real, and write docs/promises.md (ARGS="--part 0.1")
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m tests.faults $(ARGS)

screenshots: set-up ## photograph every page at 360 and 1280 pixels into var/screenshots
	@$(BIN)/python -m tests.machine
	@$(BIN)/pytest tests/browser --screenshots var/screenshots -q

translations: set-up ## bring every catalogue up to date with the sentences in code and templates
	@$(BIN)/python -m tests.catalogues update

coverage: set-up ## run the tests and show which lines none of them reaches
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n $(WORKERS) -q $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

clean: ## remove what was made here: environment, caches, demo data, compiled translations
	rm -rf .venv .venv.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* \
		htmlcov build var *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -path '*/translations/*' -name '*.mo' -delete
