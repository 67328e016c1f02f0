# Meguri's commands. Each does its own set-up; the second time that takes no time.
#
#   make demo ARGS=--exit     ARGS reaches the program behind a target
#   make test ARGS="-k race"
#
# Needed: python3 >= 3.11 with venv, git, make. Not needed: root, Docker, apt, a database, a broker, Node, a browser.

SHELL := /bin/sh
# Some machines tell Python to keep no bytecode. Then each of the many processes that demo and tests start compiles Django anew, three seconds each.
unexport PYTHONDONTWRITEBYTECODE
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup demo test check prepared format bench drills drilled faults races offline pages screens docs coverage audit lock clean

ARGS ?=
BIN := .venv/bin
PYTHON_STAMP := .venv/.stamp
DEMO_STAMP := .venv/.demo
NPM_STAMP := node_modules/.stamp
# Each process has servers of its own, and a file of tests stays with one of them. One more than the two cores of the
# build machine: while one waits for a worker, a browser or a killed database to come back, two others work. Linters and
# types need one core for half a minute: they run beside the tests; a fault of theirs is printed at once, and at the end.
THREE := -n 3 --no-loadscope-reorder
# What is run again on SQLite: what touches the database and may differ by it. The engine, the jobs and the record in
# `make test`, all else in `make drills`.
ON_SQLITE := MEGURI_TEST_DATABASE=sqlite $(BIN)/python -m pytest $(THREE)
TWICE := not bench and not worker and not browser and not postgres and not services and not once
ENGINE := tests/workflow tests/tasks tests/review/trail
# What djhtml indents. What must stay as it is typed stands between {# fmt:off #} and {# fmt:on #}.
TEMPLATES := --tabwidth 2 templates

help: ## この一覧 / this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "make %-10s %s\n", $$1, $$2}'

setup: $(PYTHON_STAMP) $(NPM_STAMP) ## 必要なものを .venv と node_modules に入れる / install only

$(PYTHON_STAMP): requirements/dev.txt requirements/uv.txt config/local/setup.sh
	@sh config/local/setup.sh python
	@touch $@

# Who has everything has the demo's part, and keeps the rest.
$(DEMO_STAMP): requirements/demo.txt requirements/uv.txt config/local/setup.sh
	@if [ -e $(PYTHON_STAMP) ]; then $(MAKE) --no-print-directory $(PYTHON_STAMP); else sh config/local/setup.sh demo; fi
	@touch $@

$(NPM_STAMP): package.json package-lock.json .npmrc $(PYTHON_STAMP)
	@sh config/local/setup.sh npm
	@touch $@

demo: $(DEMO_STAMP) ## 令和6年度を最初から公表まで動かし、画面を開く / a whole year, then the screens (ARGS=--exit ends there)
	@exec $(BIN)/python -m config.local.demo --with-parent $(ARGS)

test: setup ## すべてのテスト / linters and all tests: PostgreSQL, broker, worker, browser; then the core on SQLite
ifeq ($(strip $(ARGS)),)
	@mkdir -p build; { $(MAKE) --no-print-directory check >build/check.txt 2>&1 || { cat build/check.txt >&2; false; }; } & check=$$!; \
	  $(BIN)/python -m tests.prepared && $(BIN)/python -m pytest $(THREE) -m "not bench and not drill"; tests=$$?; \
	  wait $$check && cat build/check.txt || { echo "make check が通っていません / make check failed: build/check.txt" >&2; tests=1; }; \
	  exit $$tests
	@cat build/faults-short.md
	@$(ON_SQLITE) -m "$(TWICE) and not drill" $(ENGINE)
else
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -m "not bench" $(ARGS)
endif

check: setup ## 書式と型 / linters, the form of templates, types
	@$(BIN)/ruff check .
	@$(BIN)/python -m tests.names
	@report=$$($(BIN)/lint-imports 2>&1) || { printf '%s\n' "$$report"; exit 1; }
	@report=$$($(BIN)/djhtml --check $(TEMPLATES) 2>&1) || { printf '%s\n' "$$report" "make format" >&2; exit 1; }
	@$(BIN)/mypy

prepared: setup # what many tests begin with
	@$(BIN)/python -m tests.prepared

format: setup ## 書式をそろえる / format the code
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .
	@$(BIN)/djhtml $(TEMPLATES)

bench: setup ## 速さを測る、10分ほど(FULL=1 は大きな計画まで)/ benchmarks, one table at the end; FULL=1 with large plans
	@MEGURI_BENCH=$(if $(FULL),full,quick) $(BIN)/python -m pytest -m bench -s --timeout 1800 $(if $(findstring tests/,$(ARGS)),,tests/bench) $(ARGS)

# Half an hour on two quiet cores. A shared machine has been seen at less than half that speed: what hangs is ended after an hour.
drills: setup prepared ## 長い通しの確かめ、40分まで / the long proofs, at most 40 minutes: a whole year, kills, backups, sweeps over every page
	@exec timeout 3600 $(MAKE) --no-print-directory drilled

drilled:
ifeq ($(strip $(ARGS)),)
	@$(BIN)/python -m pytest $(THREE) -m drill --timeout 1800
	@$(ON_SQLITE) -m "$(TWICE) and drill" $(ENGINE)
	@$(ON_SQLITE) -m "$(TWICE)" $(addprefix --ignore=,$(ENGINE))
else
	@$(BIN)/python -m pytest -m drill --timeout 1800 $(ARGS)
endif

faults: setup ## 壊して確かめる / the fault bench
	@MEGURI_FAULTS=full $(BIN)/python -m pytest -m fault -s --timeout 1800 $(ARGS)
	@MEGURI_FAULTS=full MEGURI_TEST_DATABASE=sqlite $(BIN)/python -m pytest -s tests/workflow/test_walk.py

races: setup ## 同時の決定を 200 回ずつ / 200 races of deciders on PostgreSQL, then on SQLite
	@MEGURI_RACES=200 $(BIN)/python -m pytest -s -k races $(ARGS) tests/workflow/test_races.py
	@MEGURI_RACES=200 MEGURI_TEST_DATABASE=sqlite $(BIN)/python -m pytest -s -k races $(ARGS) tests/workflow/test_races.py

offline: setup ## ネットワークのない場所に入れるアーカイブを作る / one archive that installs without a network
	@exec $(BIN)/python -m config.local.offline $(ARGS)

pages: setup ## 帳票をページ画像にする(LibreOffice が必要)/ workbooks rendered to pages
	@command -v soffice >/dev/null || command -v libreoffice >/dev/null || { \
	  echo "LibreOffice がないため、ページ画像は作れません。 / LibreOffice is absent: no pages were rendered." >&2; exit 1; }
	@exec $(BIN)/python -m config.local.pages $(ARGS)

screens: setup ## 画面の写真を docs/screens に作り直す / pictures of the demo's screens
	@exec $(BIN)/python -m config.local.screens

docs: setup ## docs/ の図をコードから描き直す / the pictures of docs/, drawn anew from code and flows
	@$(BIN)/python docs/picture.py
	@exec $(BIN)/python docs/year.py

# On PostgreSQL: the run on SQLite repeats only what touches the database, and would call the pure domain untested.
coverage: setup ## どの行が試験されていないか / lines that no test without worker and browser runs: build/coverage/index.html
	@mkdir -p build/coverage
	@COVERAGE_FILE=build/coverage/data $(BIN)/python -m pytest $(THREE) -m "not bench and not drill and not worker and not browser and not services" \
	  --cov=config --cov=workflow --cov=tasks --cov=review --cov-report=term:skip-covered --cov-report=html:build/coverage $(ARGS)

audit: setup ## 既知の脆弱性 / known vulnerabilities
	@sh config/local/audit.sh

lock: setup ## requirements と package-lock.json を固定し直す / pin again
	@sh config/local/lock.sh

clean: ## 作ったものをすべて消す / remove everything that was made
	rm -rf .venv node_modules build var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
