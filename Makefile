# make demo, make test: each does all of its own set-up. make help lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check --root-user-action=ignore
# What the tests drive from outside: a C compiler and libmodbus for an independent slave, mbpoll for an independent master,
# systemd-analyze for the units, shellcheck for the installer.
SYSTEM_PACKAGES := gcc libc6-dev libmodbus-dev mbpoll systemd procps shellcheck
LOCK_COMPILE := UV_FIND_LINKS="$(PIP_FIND_LINKS)" $(BIN)/uv pip compile -q setup.cfg --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-strip-markers

.PHONY: help setup setup-dev system-packages demo test lint bench soak lock install uninstall clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit("Louguan needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Name one: make PYTHON=/path/to/python3.11 ...") if sys.version_info < (3, 11) else 0'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || ./systemd/packages.sh python3-venv
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/.gateway: .venv/.python requirements/gateway.txt setup.cfg
	@echo "Installing what the gateway needs (once) ..."
	@$(PIP) -r requirements/gateway.txt
	@$(PIP) --no-deps -e .
	@touch $@

.venv/.dev: .venv/.gateway requirements/all.txt
	@echo "Installing what tests and training need (once, a few minutes) ..."
	@$(PIP) torch==2.13.0+cpu || { echo "No CPU build of torch where pip looks: taking the default build, several GB."; $(PIP) torch==2.13.0; }
	@$(PIP) -r requirements/all.txt
	@touch $@

setup: .venv/.gateway  ## virtual environment with what a gateway needs

setup-dev: .venv/.dev system-packages  ## and what tests, lint and training need

system-packages:
	@./systemd/packages.sh $(SYSTEM_PACKAGES)

demo: setup  ## a pump room, a fault, its alarm, two residents (make demo CSV=file.csv plays a recording)
	@exec $(BIN)/louguan demo $(if $(CSV),--csv "$(CSV)")

test: setup-dev  ## all tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: setup-dev  ## ruff and mypy --strict
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: setup-dev  ## speed and memory, each beside a named peer
	@$(BIN)/python -m tests.benchmarks

soak: setup-dev  ## the long forms: thousand-kill loops
	@LOUGUAN_SOAK=1 $(BIN)/python -m pytest -k "kill" $(PYTEST_ARGS)

lock: setup-dev  ## resolve requirements/*.txt anew from setup.cfg
	@$(PIP) uv
	@$(LOCK_COMPILE) --extra dev --extra cloud -c <(echo torch==2.13.0+cpu) -o requirements/all.txt
	@sed -i 's/^torch==\([0-9.]*\)+cpu/torch==\1/' requirements/all.txt
	@$(LOCK_COMPILE) -c requirements/all.txt -o requirements/gateway.txt

install:  ## as root: a gateway under /opt/louguan, /etc/louguan, /var/lib/louguan (DESTDIR= to stage)
	@DESTDIR="$(DESTDIR)" ./systemd/install.sh

uninstall:  ## as root: remove it, keep its data
	@DESTDIR="$(DESTDIR)" ./systemd/install.sh --uninstall

clean:  ## remove what make made here
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
