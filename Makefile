PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
OUTPUT ?= output
PARTS = test,lint,plot

.PHONY: demo test test-slow lint format benchmarks clean

demo: $(VENV)/.installed
	$(BIN)/python examples/digits.py --output $(OUTPUT)

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2

test-slow: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2 -m slow

lint: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmarks: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[benchmark]'
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

$(VENV)/.installed: setup.cfg setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[$(PARTS)]'
	touch $@

clean:
	rm -rf $(VENV) $(OUTPUT) build *.egg-info .mypy_cache .pytest_cache .ruff_cache
