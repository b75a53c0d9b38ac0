# The two commands of the README: `make run` and `make test`. Both begin with `make setup`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test check bench-smoke lock clean

setup: .venv/run.stamp

.venv/run.stamp: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -c 'from optimizer.search.native import library; library()'
	$(BIN)/python -c 'from optimizer.periodic.native import library; library()'
	touch $@

.venv/test.stamp: .venv/run.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

run: setup
	$(BIN)/gongpei plan scenarios/library/mountain --out out/mountain --seconds 30 --workers 2

test: .venv/test.stamp check
	$(BIN)/python -m pytest -n 2
	$(MAKE) --no-print-directory bench-smoke
	$(BIN)/gongpei plan scenarios/library/four_villages --out out/four_villages --iterations 20

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench-smoke: .venv/test.stamp
	$(BIN)/python -m pytest benchmarks/speed --benchmark-disable -q

# Rewrites both lock files: hashes for every platform and Python, no index host named.
LOCK := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header pyproject.toml
lock:
	$(BIN)/$(LOCK) --extra build -o requirements.lock
	$(BIN)/$(LOCK) --extra build --extra dev -o requirements-dev.lock

clean:
	rm -rf .venv out .mypy_cache .pytest_cache .ruff_cache .hypothesis
