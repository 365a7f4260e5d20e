# make demo   everything, end to end: simulate, film, import, annotate, benchmark    (CLIPS="a.mp4 b.mov" adds your own)
# make test   every test; what needs Chromium says so and skips where there is none
VENV := .venv
BIN := $(VENV)/bin
CLIPS ?=
ARGS ?=
SLOW_TESTS = -m slow

.PHONY: env env-train demo benchmark test test-fast lint lock sample wheel clean help

help:
	@sed -n '1,2p' Makefile && echo "also: env, env-train, benchmark, test-fast, lint, lock, sample, wheel, clean"

env: $(VENV)/.ready

# PyBullet ships a wheel for Python 3.11 only, so the environment is 3.11 whatever `python3` is.
$(VENV)/.ready: requirements.lock pyproject.toml scripts/make_env.sh
	@bash scripts/make_env.sh $(VENV)
	@$(BIN)/wink fetch
	@touch $@

# What training needs besides (200 MB to fetch, 830 on disk); without it its tests say so and skip. With pip: uv would choose a build for GPUs.
env-train: env
	@$(BIN)/pip install --quiet --disable-pip-version-check "torch==2.13.0" "onnx==1.23.2"

demo: env
	@$(BIN)/wink demo $(ARGS) $(CLIPS)

test: env
	$(BIN)/pytest
	$(BIN)/pytest $(SLOW_TESTS)

test-fast: env
	$(BIN)/pytest

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The reference benchmark, from its seed to docs/benchmark; an hour or more the first time.
benchmark: env
	@$(BIN)/wink generate experiment=benchmark_v1 name=benchmark_v1
	@$(BIN)/wink benchmark benchmark_v1 output=docs/benchmark $(ARGS)

# Only for maintainers: choose new versions of everything.
lock:
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra peers --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements.lock

# Only for maintainers: the dataset kept in git, after the physics, the pictures or the schema have changed.
sample: env
	@test ! -e datasets/sample/annotations.parquet || { echo "datasets/sample holds annotations: move them first"; exit 1; }
	rm -rf datasets/sample
	$(BIN)/wink generate experiment=sample name=sample paths.datasets=datasets
	rm -rf datasets/sample/.shards datasets/sample/contact_sheet.jpg
	$(BIN)/wink info sample paths.datasets=datasets check=true

wheel: env
	$(BIN)/uv build --wheel --out-dir dist .

# Removes what can be made again; datasets/ and .label_studio/ (annotations!) stay.
clean:
	rm -rf $(VENV) .cache build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
