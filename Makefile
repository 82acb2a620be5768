# What to do with a clone: make demo, make test. Needs Python 3.11 to 3.14 and a package registry, nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
TESTING := .venv/.ready-to-test
LAKE := .venv-lake/.ready
LAKE_BIN := .venv-lake/bin

SUPPORTED := import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 14) or sys.exit( \
	'This is Python %d.%d, and 3.11 to 3.14 can be used. Name one, like this: make install PYTHON=python3.12' % v)
COMPILE := --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
PGSERVER := (platform_machine == 'x86_64' or sys_platform == 'darwin') and python_version < '3.13'

.PHONY: install demo demo-ui dev test test-long test-lake test-lake-long test-lake-slow test-slow chaos soak check docs format lock clean

install: $(READY)  ## install what syncs and the UI need into .venv

demo: $(READY)  ## replicate a simulated account and answer a question in SQL
	$(BIN)/python scripts/demo.py

demo-ui: $(READY)  ## open the Dagster UI on the demo's replica
	$(BIN)/python scripts/demo.py --ui

dev: $(READY)  ## start the Dagster UI for the account in the environment, or in .env
	$(BIN)/freshdesk-assets dev

test: $(TESTING)  ## run all tests but those that take long
	$(BIN)/pytest -n 2 --dist worksteal

test-long: $(TESTING)  ## run the tests that take tens of seconds each
	$(BIN)/pytest -n 2 --dist worksteal -m 'long and not slow'

test-lake: $(LAKE)  ## run the tests of a lake with its DuckDB, of landing in one, and of what touches a file
	$(LAKE_BIN)/pytest -n 2 --dist worksteal freshdesk_assets_tests/lake
	FRESHDESK_TEST_DESTINATION=postgres $(LAKE_BIN)/pytest -n 2 --dist worksteal freshdesk_assets_tests/warehouse/landing
	$(LAKE_BIN)/pytest -n 2 --dist worksteal freshdesk_assets_tests/warehouse freshdesk_assets_tests/test_children.py

test-lake-long: $(LAKE)  ## run those of whole replicas on a lake, each against the same account's in a file
	$(LAKE_BIN)/pytest -n 2 --dist worksteal -m 'long and not slow' freshdesk_assets_tests/lake

test-lake-slow: $(LAKE)  ## let a month pass on a lake, for an hour
	FRESHDESK_TEST_DESTINATION=postgres $(LAKE_BIN)/pytest -m slow freshdesk_assets_tests/replica/test_month.py

test-slow: $(TESTING)  ## run the tests that take minutes
	$(BIN)/pytest -m slow

chaos: $(TESTING)  ## run real syncs under drawn mixtures of faults, for half an hour; SEED=3 ROUNDS=8 repeats one
	$(BIN)/python -m freshdesk_assets_tests.chaos $(SEED:%=--seed %) $(ROUNDS:%=--rounds %)
	$(if $(SEED),,$(BIN)/pytest -m slow freshdesk_assets_tests/chaos)

soak: $(TESTING)  ## replicate a large account for thirty days of its own, for hours; TICKETS=20000 DAYS=10 is shorter
	$(BIN)/python -m benchmarks.soak $(TICKETS:%=--tickets %) $(DAYS:%=--days %)

check: $(TESTING)  ## check lint, format, types, import contracts, and whether docs/ is current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/document.py --check

docs: $(TESTING)  ## write the generated pages: docs/, .env.example, settings in README
	$(BIN)/python scripts/document.py

format: $(TESTING)  ## format the code, and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## pin what pyproject.toml allows
	test -x $(BIN)/pip-compile || ($(PYTHON) -m venv .venv && $(BIN)/pip install --quiet pip-tools)
	$(BIN)/pip-compile $(COMPILE) --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile $(COMPILE) --constraint requirements.lock --extra dev --output-file requirements-dev.lock \
		pyproject.toml
	# pip-compile drops the condition on a requirement of an extra (pyproject.toml says why pgserver has one).
	sed -i.before "s/^pgserver==[^ ;]*$$/& ; $(PGSERVER)/" requirements-dev.lock
	rm requirements-dev.lock.before
	grep -v '^duckdb==' requirements.lock > .lake.constraints
	$(BIN)/pip-compile $(COMPILE) --constraint .lake.constraints --extra lake --extra dev --extra lake-dev \
		--output-file requirements-lake.lock pyproject.toml
	sed -i.before "s/^pgserver==[^ ;]*$$/& ; $(PGSERVER)/" requirements-lake.lock
	rm requirements-lake.lock.before .lake.constraints

clean:  ## delete the environment, the demo and the run records
	rm -rf .venv .venv-lake .demo .dagster_home

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c "$(SUPPORTED)"
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(TESTING): $(READY) requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	touch $@

$(LAKE): requirements-lake.lock pyproject.toml
	@$(PYTHON) -c "$(SUPPORTED)"
	$(PYTHON) -m venv --clear .venv-lake
	$(LAKE_BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-lake.lock
	$(LAKE_BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@
