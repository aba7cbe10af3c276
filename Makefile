# Verbs for people and for CI; `make help` lists them. Everything happens in .venv, which each verb makes for itself.
# Windows: use make from Git Bash or WSL, or type the commands of a verb by hand with .venv\Scripts in the place of .venv/bin.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
WHAT ?= scenarios

.PHONY: help
help: ## say what each verb does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.PHONY: play
play: .venv/.play ## play the example scenarios on the embedded model (no key, no account); WHAT=path plays others
	@$(BIN)/runner pull
	@$(BIN)/runner play $(WHAT) --provider local

.PHONY: notebook
notebook: .venv/.play ## open the tutorial in Jupyter, which is installed for it
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt jupyterlab
	@$(BIN)/runner pull
	$(BIN)/jupyter lab docs/tutorial.ipynb

.PHONY: setup
setup: .venv/.dev ## make the environment for working on runner itself
	@echo "ready: $(BIN)/runner --help"

.PHONY: test
test: .venv/.dev ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

.PHONY: laws
laws: .venv/.dev ## run the laws with many more examples
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/laws -n 2 $(ARGS)

.PHONY: house
house: .venv/.dev ## hold the floor plan: who may import whom
	$(BIN)/lint-imports

.PHONY: format
format: .venv/.dev ## lay out the code, mend what lint can mend
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format

.PHONY: lint
lint: .venv/.dev ## look for mistakes and for layout
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: types
types: .venv/.dev ## check the types
	$(BIN)/mypy

.PHONY: docs
docs: .venv/.dev ## write the generated pages anew: command reference, scenario schema
	$(BIN)/python docs/generate.py

.PHONY: picture
picture: .venv/.dev ## draw docs/terminal.svg anew, from a real run
	$(BIN)/runner pull
	$(BIN)/python docs/picture.py

.PHONY: bench
bench: .venv/.dev ## measure runner beside a plain loop with the openai client; ARGS=--quick for a rough look
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: installs
installs: .venv/.dev ## build the wheel; install it with pip and with pipx where nothing else is
	.ci/installs

.PHONY: check
check: lint types house test ## everything that CI holds
	$(BIN)/python docs/generate.py --check

.PHONY: pin
pin: .venv/.dev ## write constraints.txt from what is installed
	$(BIN)/python -m pip freeze --exclude-editable | grep -v '^pip==' | LC_ALL=C sort -f > constraints.txt

.PHONY: clean
clean: ## remove what make made; runs in outputs/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The environment, once for playing and once for working on runner; made anew when what it is made from changes.
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "runner needs Python 3.11 or newer, and none was found; name one: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25'

.venv/.play: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local]'
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local,dev]'
	@touch $@ .venv/.play
