# Two commands are all you need: `make run` and `make test`. `make demo` is `make run` with fleets that join.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
# Tests wait more than they compute.
PARALLEL := -n 3 --dist worksteal

.PHONY: run demo test test-slow test-all test-fast check bench screenshots requirements clean

run: .venv/.runtime
	@$(BIN)/streamlit run app.py --server.port $(PORT)

# Fleets join the simulated data by themselves, and all that happens is seen sooner.
demo: .venv/.runtime
	@CATENA_SIMULATED_JOINS=$${CATENA_SIMULATED_JOINS:-60} CATENA_POLL_SECONDS=$${CATENA_POLL_SECONDS:-5} \
		$(BIN)/streamlit run app.py --server.port $(PORT)

# Compiled once, not in each process of the tests and in each dashboard that they start.
test test-slow test-fast: export PYTHONDONTWRITEBYTECODE :=

test: .venv/.dev
	@sh scripts/ensure_chromium.sh
	@sh scripts/ensure_redis.sh
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

# What is long and rarely breaks alone, and more examples of each property.
test-slow: .venv/.dev
	@sh scripts/ensure_chromium.sh
	@sh scripts/ensure_redis.sh
	$(BIN)/python -m pytest $(PARALLEL) -m "slow or hypothesis" --hypothesis-profile=thorough

test-all: test test-slow

test-fast: .venv/.dev
	$(BIN)/python -m pytest -m "not browser and not started and not slow"

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.safety

# Three quarters of an hour on a quiet machine; QUICK=1: a part of it in three minutes.
bench: .venv/.dev
	@sh scripts/ensure_chromium.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements-dev.txt --group bench
	@QUICK=$(QUICK) $(BIN)/python -m benchmarks

screenshots: .venv/.dev
	@sh scripts/ensure_chromium.sh
	$(BIN)/python -m scripts.screenshots

# Exact pins for every platform, from the ranges in pyproject.toml.
requirements: .venv/.dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: .venv/bin/python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/bin/python requirements.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/.runtime

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
