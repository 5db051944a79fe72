# Two commands set up everything: `make sweep` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: sweep test lint bench clean

sweep: .venv/offline
	$(BIN)/ragcheck sweep --chunk-sizes 256,512

test: .venv/dev lint
	@command -v chromium >/dev/null || { $(AS_ROOT) apt-get -qq update && $(AS_ROOT) apt-get -qq install -y --no-install-recommends chromium; }
	$(BIN)/pytest --numprocesses 2 --dist loadfile

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev
	$(BIN)/python -m benchmarks $(if $(PEER),--peer $(PEER))

clean:
	rm -rf .venv

# torch first and by version: an unpinned one brings its CUDA build.
.venv/offline: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) torch==2.13.0
	$(PIP) --editable '.[offline,fast]'
	touch $@

.venv/dev: .venv/offline
	$(PIP) --editable '.[dev]'
	touch $@
