# Everything a newcomer needs is `make demo`; everything an engineer needs is `make test` and `make check`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DO_NOT_TRACK = 1
# In the order of the folders: journeys, which are long, begin before the many short unit tests. A third process works while
# two wait for their servers.
ON_TWO_CORES := -n 3 --dist loadfile --no-loadscope-reorder

PORT ?= 4200
DASHBOARD_PORT ?= 8501

.PHONY: setup setup-distributed setup-dashboard setup-serve setup-bench demo serve dashboard test test-all check bench bench-scale bench-backfill lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	  || { echo "Python 3.11, 3.12, 3.13 or 3.14 is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.14"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (two minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What the extra `distributed` adds to the locked packages, and nothing else: a backfill on a Dask cluster.
setup-distributed: $(VENV)/.distributed

$(VENV)/.distributed: $(VENV)/.ready requirements-distributed.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-distributed.lock
	@touch $@

# What the extra `dashboard` adds to the locked packages.
setup-dashboard: $(VENV)/.dashboard

$(VENV)/.dashboard: $(VENV)/.ready requirements-dashboard.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dashboard.lock
	@touch $@

# What the extra `serve` adds to the locked packages: `jobindsats serve-data`.
setup-serve: $(VENV)/.serve

$(VENV)/.serve: $(VENV)/.ready requirements-serve.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-serve.lock
	@touch $@

# What the extra `bench` adds to the locked packages: what people would use instead.
setup-bench: $(VENV)/.bench

$(VENV)/.bench: $(VENV)/.ready requirements-bench.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.demo

serve: setup
	@exec $(BIN)/jobindsats serve --port $(PORT)

dashboard: setup-dashboard
	@exec $(BIN)/python -m dashboards $(DASHBOARD_PORT)

test: setup
	@$(BIN)/python -m pytest -q $(ON_TWO_CORES) -m "not slow" $(ARGUMENTS)

test-all: setup
	@$(BIN)/python -m pytest -q $(ON_TWO_CORES)

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: setup-bench
	@$(BIN)/python -m tests.bench $(ARGUMENTS)

bench-scale: setup
	@$(BIN)/python -m tests.bench.scale $(ARGUMENTS)

bench-backfill: setup
	@$(BIN)/python -m tests.bench.backfill_workers

lock:
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-index-url --no-header --extra dev --output-file requirements.lock pyproject.toml
	@for extra in distributed dashboard serve bench; do \
	  $(PYTHON) -c 'import sys, tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]], sep="\n")' $$extra \
	  | $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-index-url --no-header --constraint requirements.lock --output-file requirements-$$extra.lock - || exit 1; done
	@rm -rf $(VENV)-lock

clean:
	@rm -rf $(VENV)
