# What a person types. `make` alone lists it.
HOST ?= 127.0.0.1
PORT ?= 8501
export HOST PORT

# A certificate of our own: XUNJIE_TLS_CERT and XUNJIE_TLS_KEY name its files (docs/intranet.md).
TLS := $(if $(XUNJIE_TLS_CERT),--server.sslCertFile "$(XUNJIE_TLS_CERT)" --server.sslKeyFile "$(XUNJIE_TLS_KEY)")

# No index, host or path of this machine may get into a locked file.
LOCK := .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run test soak bench check format bundle lock picture

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

# Stamps live inside .venv: they go when it goes.
.venv/run.stamp: requirements.txt requirements-uv.txt
	@scripts/venv requirements.txt && touch $@

.venv/dev.stamp: requirements-dev.txt requirements-uv.txt
	@scripts/venv requirements-dev.txt && touch .venv/run.stamp $@

run: .venv/run.stamp ## the app, on http://127.0.0.1:8501 (HOST=… PORT=… for another address)
	@.venv/bin/python scripts/preflight.py
	@echo "Xunjie: $(if $(TLS),https,http)://$(HOST):$(PORT)   (Ctrl-C stops it)"
	@exec .venv/bin/python -m streamlit run streamlit_app.py --server.address "$(HOST)" --server.port "$(PORT)" --server.headless true $(TLS)

test: .venv/dev.stamp ## every test, with reduced counts; the browser tests last
	@scripts/postgis
	@CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && .venv/bin/python -m scripts.every_test

soak: .venv/dev.stamp ## every test with its full counts; writes docs/evidence/
	@scripts/postgis
	@CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && .venv/bin/python -m scripts.soak

bench: .venv/dev.stamp ## speed beside known packages, answers compared; writes var/bench.json
	@CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && .venv/bin/python -m bench

check: .venv/dev.stamp ## lint, format, types
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check .
	@.venv/bin/python -m mypy

format: .venv/dev.stamp ## put the code in order
	@.venv/bin/python -m ruff check --fix .
	@.venv/bin/python -m ruff format .

# What a bundle is for; BUNDLE_PLATFORMS=this makes one for this kind of machine, BUNDLE_WHEELS names a folder of wheels.
BUNDLE_PLATFORMS ?= x86_64,aarch64
BUNDLE_PYTHONS ?= 3.11
BUNDLE_WHEELS ?=

bundle: .venv/run.stamp ## one archive that installs without a network; in var/bundle/, see docs/installing.md
	@.venv/bin/python scripts/bundle.py --platforms "$(BUNDLE_PLATFORMS)" --pythons "$(BUNDLE_PYTHONS)" $(if $(BUNDLE_WHEELS),--wheels "$(BUNDLE_WHEELS)")

picture: .venv/dev.stamp ## take the README's picture again
	@CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && .venv/bin/python -m scripts.picture

lock: .venv/dev.stamp ## compile the pinned requirements from pyproject.toml
	@printf 'uv==0.13.9\n' | $(LOCK) --no-annotate --output-file requirements-uv.txt -
	@$(LOCK) --output-file requirements.txt pyproject.toml
	@$(LOCK) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
