# `make app` and `make test` are all a newcomer needs; README.md has the plain commands behind them.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

.PHONY: app test test-fast pictures test-inspect test-frameworks plant soak check format chromium lock bench replicate calibrate help

help:                  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

app: .venv/.app        ## open the dashboard on http://127.0.0.1:8501
	$(BIN)/streamlit run app.py

test: .venv/.dev chromium  ## run all tests, those in a headless browser included
	$(BIN)/python -m pytest -n auto --dist worksteal

test-fast: .venv/.dev  ## run the tests that need no browser
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not browser"

pictures: .venv/.dev chromium  ## keep in tests/output what every page looks like in the browser's tests
	ROLELESS_TEST_PICTURES=1 $(BIN)/python -m pytest -n auto --dist worksteal -m browser

test-inspect: .venv/.dev .venv-inspect/.done  ## read our logs back with Inspect
	$(BIN)/python -m pytest -m inspect tests

test-frameworks: .venv/.dev .venv-crewai/.done .venv-autogen/.done  ## run what is taken home in CrewAI and AutoGen
	$(BIN)/python -m pytest -o addopts="--strict-markers -q" -m frameworks tests/frameworks

plant: .venv/.dev      ## plant bugs, one at a time, and say which tests notice; takes a quarter of an hour
	$(BIN)/python -m tests.plant

soak: .venv/.dev      ## kill, damage, crowd and fuzz for as long as docs/guarantees.md says; takes about half an hour
	$(BIN)/python -m pytest -o addopts="--strict-markers -q" -m soak tests/soak

check: .venv/.dev      ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/python -m pytest tests/test_architecture.py

format: .venv/.dev     ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

chromium:              ## find a Chromium for the tests, or install one
	@sh .ci/chromium

lock: .venv/.dev       ## make the lock files anew from the .in files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		requirements-inspect.in -o requirements-inspect.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		requirements-crewai.in -o requirements-crewai.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		requirements-autogen.in -o requirements-autogen.txt

bench: .venv/.dev      ## measure; every program prints a table and one JSON line
	for program in $(filter-out cells calibrate limits replicate resampling worlds,$(basename $(notdir $(wildcard bench/*.py)))); do \
		$(BIN)/python -m bench.$$program; done

replicate: .venv/.app  ## play 25,000 simulated runs and hold the paper's claims against them; takes some minutes
	$(BIN)/python -m bench.replicate

calibrate: .venv/.dev  ## fit the simulated models to the paper and write what they predict into docs/simulation.md
	$(BIN)/python -m bench.calibrate

.venv/.app: requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: .venv/.app requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Inspect reads our logs back in the tests; requirements-inspect.in says why it lives apart.
.venv-inspect/.done: requirements-inspect.txt | .venv/.dev
	test -x .venv-inspect/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python .venv-inspect
	$(BIN)/uv pip install --quiet --python .venv-inspect/bin/python --require-hashes -r requirements-inspect.txt
	@touch $@

# What is taken home runs in these; requirements-crewai.in and requirements-autogen.in say why they live apart.
.venv-crewai/.done .venv-autogen/.done: .venv-%/.done: requirements-%.txt | .venv/.dev
	test -x .venv-$*/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python .venv-$*
	$(BIN)/uv pip install --quiet --python .venv-$*/bin/python --require-hashes -r requirements-$*.txt
	@touch $@
