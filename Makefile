# Every target makes what it needs, once: stamps in .make/ remember what is done.
#   make demo   the quickstart as a pipeline, here, headless      make lab    the workbench in JupyterLab
#   make test   everything that guards a change                   make help   all targets

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
UV_VERSION := 0.13.9
# The uv on PATH when there is one, else one of our own from PyPI.
UV := $(shell command -v uv || echo $(STAMPS)/uv/bin/uv)
export UV_PYTHON_DOWNLOADS ?= never
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
export NO_UPDATE_NOTIFIER := 1
# Tests start thousands of interpreters: none of them should compile the same modules again.
unexport PYTHONDONTWRITEBYTECODE
# Yarn 3 does not read npm's configuration: give it npm's registry.
NPM_REGISTRY = $(shell npm config get registry 2>/dev/null)
JLPM = YARN_NPM_REGISTRY_SERVER=$(NPM_REGISTRY) YARN_ENABLE_TELEMETRY=0 PATH="$(CURDIR)/$(BIN):$$PATH" jlpm
LABEXTENSION := jupyter_ext/cellift/labextension
FRONT_END_SOURCES := $(shell find labextension/src labextension/style labextension/schema -type f 2>/dev/null) \
  labextension/package.json labextension/tsconfig.json

.PHONY: help demo lab test lint bench clean env front-end test-python test-front-end test-browser test-truth test-mutation test-pythons test-oldest test-storage test-binder chromium pictures docs lock
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# --- environment -----------------------------------------------------------------------------------------------
$(STAMPS)/uv/bin/uv:
	@mkdir -p $(STAMPS)
	$(PYTHON) -m venv $(STAMPS)/uv
	$(STAMPS)/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(BIN)/python: | $(UV)
	$(UV) venv --quiet --python "$(PYTHON)" $(VENV)

$(STAMPS)/dev: requirements/dev.txt | $(BIN)/python
	@mkdir -p $(STAMPS)
	echo "Installing the locked packages into $(VENV)" >&2
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	touch $@

$(STAMPS)/cellift: pyproject.toml jupyter_ext/cellift/_version.py $(wildcard jupyter_ext/jupyter-config/*/*) $(STAMPS)/dev
	@# The link first: the installer would remove the files of the last installation through it.
	rm -rf $(VENV)/share/jupyter/labextensions/@cellift
	SKIP_JUPYTER_BUILDER=1 $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

env: $(STAMPS)/cellift

# --- front end -------------------------------------------------------------------------------------------------
$(STAMPS)/node: labextension/package.json labextension/yarn.lock $(STAMPS)/dev
	@command -v node >/dev/null || { echo "Node.js 20 or newer is needed to build the front end: install the nodejs package" >&2; exit 1; }
	echo "Installing the front end's locked packages" >&2
	cd labextension && $(JLPM) install --immutable >../$(STAMPS)/node.log 2>&1 || { tail -40 ../$(STAMPS)/node.log >&2; exit 1; }
	touch ../$@

$(STAMPS)/front-end: $(FRONT_END_SOURCES) $(STAMPS)/node
	cd labextension && $(JLPM) build:prod
	touch ../$@

# The browser loads what was built here, not a copy made at installation.
front-end: $(STAMPS)/front-end $(STAMPS)/cellift ## build the labextension and link it into .venv
	@mkdir -p $(VENV)/share/jupyter/labextensions/@cellift
	link=$(VENV)/share/jupyter/labextensions/@cellift/labextension
	if [ ! -L $$link ]; then rm -rf $$link; ln -s $(CURDIR)/$(LABEXTENSION) $$link; fi

# --- use -------------------------------------------------------------------------------------------------------
demo: env ## run the quickstart as a pipeline on this machine
	@$(BIN)/cellift run examples/quickstart.ipynb --name quickstart
	echo
	echo "To open the workbench in JupyterLab:  make lab"

# Jupyter asks root (a container, usually) to say so.
ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
lab: front-end ## open the workbench in JupyterLab
	@$(BIN)/jupyter lab --ServerApp.root_dir=examples --LabApp.default_url=/lab/tree/quickstart.ipynb $(ALLOW_ROOT) $(LAB_FLAGS)

# --- checks ----------------------------------------------------------------------------------------------------
test: lint test-python test-front-end test-browser ## lint, types, contracts, unit, server, kernel, front-end and browser tests

lint: env $(STAMPS)/node ## ruff, mypy --strict, import contracts, eslint, prettier, tsc
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p cellift -p cellift_kernel
	$(BIN)/lint-imports --no-cache
	cd labextension && $(JLPM) lint:check

PYTEST_FLAGS ?=
test-python: front-end $(STAMPS)/kfp ## unit, server, kernel and packaging tests
	PYTHON=$(BIN)/python bash tests/halves.sh tests --ignore=tests/e2e --ignore=tests/truth $(PYTEST_FLAGS)

test-front-end: $(STAMPS)/front-end ## jest
	cd labextension && $(JLPM) test

test-browser: front-end chromium ## a real JupyterLab in Chromium
	$(BIN)/python -m pytest tests/e2e $(PYTEST_FLAGS)

test-truth: env ## notebooks as pipelines beside the same notebooks run from top to bottom
	PYTHON=$(BIN)/python bash tests/halves.sh tests/truth $(PYTEST_FLAGS)

test-mutation: env ## each rule and guard, switched off, turns a test red
	$(BIN)/python -m tests.truth.mutation

test-pythons: $(STAMPS)/dev ## unit tests on the oldest and the newest supported Python, the bootstrap on 3.9
	UV="$(UV)" bash tests/pythons.sh

test-oldest: front-end chromium ## the workbench in JupyterLab 4.4 and Notebook 7.4
	@$(UV) venv --quiet --allow-existing --python "$(PYTHON)" .venv-oldest
	$(UV) pip install --quiet --python .venv-oldest/bin/python --require-hashes -r requirements/oldest.txt
	rm -rf .venv-oldest/share/jupyter/labextensions/@cellift
	SKIP_JUPYTER_BUILDER=1 $(UV) pip install --quiet --python .venv-oldest/bin/python --no-deps --no-build-isolation --editable .
	link=.venv-oldest/share/jupyter/labextensions/@cellift/labextension
	mkdir -p $$(dirname $$link); rm -rf $$link; ln -s $(CURDIR)/$(LABEXTENSION) $$link
	.venv-oldest/bin/python -m pytest tests/e2e $(PYTEST_FLAGS)

# Real S3 servers, built from their published modules: the module cache and this folder keep them.
SERVERS := $(STAMPS)/servers
GO_BUILD = command -v go >/dev/null || { echo "Go 1.24 or newer is needed to build the S3 servers of the tests" >&2; exit 1; }; \
  echo "Building $(@F) (some minutes, once)" >&2; mkdir -p $(SERVERS); \
  cd tests/storage/servers/$(@F) && go build -trimpath -buildvcs=false -ldflags "-s -w" -o "$(CURDIR)/$@"
$(SERVERS)/minio: tests/storage/servers/minio/go.sum
	@$(GO_BUILD) github.com/minio/minio
$(SERVERS)/versitygw: tests/storage/servers/versitygw/go.sum
	@$(GO_BUILD) github.com/versity/versitygw/cmd/versitygw

test-storage: front-end chromium $(SERVERS)/minio $(SERVERS)/versitygw ## the suite of stores, with MinIO and the Versity gateway too
	CELLIFT_TEST_SERVERS=$(CURDIR)/$(SERVERS) $(BIN)/python -m pytest tests/storage $(PYTEST_FLAGS)

test-binder: ## the steps of binder/ in a clean environment
	bash tests/binder.sh

bench: env $(STAMPS)/kfp ## the budgets of the design, beside the rivals
	for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

docs: env ## write the list of codes into docs/diagnostics.md
	$(BIN)/python -m cellift.api.diagnostics_page

pictures: front-end chromium ## take the pictures of docs/images/ anew
	$(BIN)/python tests/e2e/pictures.py

# kfp is only a peer to compare with: it gets an environment of its own.
$(STAMPS)/kfp: requirements/kfp.txt | $(UV)
	@mkdir -p $(STAMPS)
	$(UV) venv --quiet --allow-existing --python "$(PYTHON)" .venv-kfp
	$(UV) pip install --quiet --python .venv-kfp/bin/python --require-hashes -r requirements/kfp.txt
	touch $@

chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then exit 0; fi
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	  echo "Installing Chromium with apt-get" >&2
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null
	else
	  echo "The browser tests need Chromium on PATH: install it with the system's package manager, then run make test again" >&2; exit 1
	fi

lock: | $(UV) ## resolve the lock files anew
	$(UV) pip compile --quiet --universal --python-version 3.10 --all-extras --generate-hashes --no-header --no-annotate -o requirements/dev.txt pyproject.toml requirements/dev.in
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --no-annotate -o requirements/kfp.txt requirements/kfp.in
	$(UV) pip compile --quiet --universal --python-version 3.10 --extra lab --extra endpoint --generate-hashes --no-header --no-annotate -o requirements/oldest.txt pyproject.toml requirements/oldest.in

clean: ## remove everything that the targets made
	rm -rf $(VENV) .venv-* $(STAMPS) $(LABEXTENSION) labextension/node_modules labextension/lib labextension/tsconfig.tsbuildinfo
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis dist test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
