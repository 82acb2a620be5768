# What to do with a clone: make demo, make test. Needs Python 3.11 or 3.12 and a package registry, nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: install demo demo-ui dev test test-long test-slow chaos soak check docs format lock clean

install: $(READY)  ## install everything into .venv

demo: $(READY)  ## replicate a simulated account and answer a question in SQL
	$(BIN)/python scripts/demo.py

demo-ui: $(READY)  ## open the Dagster UI on the demo's replica
	$(BIN)/python scripts/demo.py --ui

dev: $(READY)  ## start the Dagster UI for the account in the environment, or in .env
	$(BIN)/freshdesk-assets dev

test: $(READY)  ## run all tests but those that take long
	$(BIN)/pytest -n 2 --dist worksteal

test-long: $(READY)  ## run the tests that take tens of seconds each
	$(BIN)/pytest -n 2 --dist worksteal -m 'long and not slow'

test-slow: $(READY)  ## run the tests that take minutes
	$(BIN)/pytest -m slow

chaos: $(READY)  ## run real syncs under drawn mixtures of faults, for half an hour; SEED=3 ROUNDS=8 repeats one
	$(BIN)/python -m freshdesk_assets_tests.chaos $(SEED:%=--seed %) $(ROUNDS:%=--rounds %)
	$(if $(SEED),,$(BIN)/pytest -m slow freshdesk_assets_tests/chaos)

soak: $(READY)  ## replicate a large account for thirty days of its own, for hours; TICKETS=20000 DAYS=10 is shorter
	$(BIN)/python -m benchmarks.soak $(TICKETS:%=--tickets %) $(DAYS:%=--days %)

check: $(READY)  ## check lint, format, types, import contracts, and whether docs/ is current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/document.py --check

docs: $(READY)  ## write the generated pages: docs/, .env.example, settings in README
	$(BIN)/python scripts/document.py

format: $(READY)  ## format the code, and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## pin what pyproject.toml allows
	test -x $(BIN)/pip-compile || ($(PYTHON) -m venv .venv && $(BIN)/pip install --quiet pip-tools)
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --extra dev --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml
	# pip-compile drops the condition on a requirement of an extra (pyproject.toml says why pgserver has one).
	sed -i.before "s/^pgserver==[^ ;]*$$/& ; platform_machine == 'x86_64' or sys_platform == 'darwin'/" requirements.lock
	rm requirements.lock.before

clean:  ## delete the environment, the demo and the run records
	rm -rf .venv .demo .dagster_home

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@
