# Everything a person does with this project starts here: `make help`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SQL := models tests/dbt
CODE := commands landing orchestration reports simulation sync tracking warehouse \
	relyv.py tests bench

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all test-browser check format clean

help:  ## Show what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed profiles.yml  ## Install everything into .venv

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv==0.13.9'
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode \
		--constraint constraints.txt --editable '.[postgres,snowflake,dagster,dev]'
	$(BIN)/python -m compileall -q $(CODE)
	@touch $@

profiles.yml: | profiles.example.yml
	cp profiles.example.yml profiles.yml

demo: install  ## The whole flow on this laptop: land, build, sync to a sandbox, three times
	$(BIN)/relyv demo

test: install  ## Run every test but the slow ones
	$(BIN)/pytest -n 2 --dist loadfile -m 'not slow'

test-all: install  ## Run every test
	$(BIN)/pytest -n 2 --dist loadfile

test-browser: install  ## Test the pages in a real browser (needs Chromium: apt-get install chromium)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt \
		--editable '.[postgres,snowflake,dagster,dev,browser]'
	$(BIN)/pytest tests/browser

check: install  ## Format, lint, types, dbt parse with warnings as errors, SQL lint
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/dbt --quiet parse --no-partial-parse --warn-error --show-all-deprecations --target demo
	SNOWFLAKE_ACCOUNT=none SNOWFLAKE_USER=none SNOWFLAKE_PRIVATE_KEY_PATH=none \
		$(BIN)/dbt --quiet parse --warn-error --show-all-deprecations --target prod \
		--target-path target/prod
	RELYV_DUCKDB_PATH=target/lint.duckdb $(BIN)/sqlfluff lint --disable-progress-bar $(SQL)

format: install  ## Format Python and SQL
	$(BIN)/ruff check --fix-only $(CODE)
	$(BIN)/ruff format $(CODE)
	RELYV_DUCKDB_PATH=target/lint.duckdb $(BIN)/sqlfluff fix --disable-progress-bar $(SQL)

clean:  ## Remove what was built, the demo's warehouse included
	rm -rf target logs relyv.duckdb relyv.duckdb.wal relyv.duckdb.demo
