# Each target does the set-up that it needs; nothing but Python 3.11 or later has to be there.
# Paths are relative throughout: make cannot hold a path with a space in a variable.

.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots lock clean local dev
MAKEFLAGS += --no-print-directory

PYTHON_HERE := .venv/bin/python

# The first Python that is new enough installs what is pinned; $(1) is local or dev.
define install
	@for python in "$$PYTHON" python3.11 python3 python3.12 python3.13 python3.14 python; do \
		if [ -n "$$python" ] && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec "$$python" requirements/install.py $(1); \
		fi; \
	done; \
	echo "FlexClinic needs Python 3.11 or later, and found none: install it, or name it with PYTHON=/path/to/python." >&2; \
	exit 1
endef

help:
	@echo "make run     start FlexClinic with a demo clinic: PORT (8000), HOST (127.0.0.1), DATABASE_URL, FLEXCLINIC_DATA"
	@echo "make test    all tests; browser tests where a Chromium is found"
	@echo "make check   format, lint, types, layers, migrations, deployment, known vulnerabilities"
	@echo "make bench   the benchmarks, as ratios with limits; BENCH=\"api growth\" for some of them, BENCH=--pictures to draw"
	@echo "make screenshots   the pictures of README and docs, taken anew from the demo clinic"
	@echo "make lock    pin the newest versions that requirements/*.in allow"
	@echo "make clean   remove .venv and caches; the data in var/ stays"

local:
	$(call install,local)

dev:
	$(call install,dev)

run: local
	@$(PYTHON_HERE) -m flexclinic.serve

# Two processes share the tests by files, in the order in which they were collected; then what has to be alone.
ifeq ($(CI),true)
TESTS := (long or not long)
export FLEXCLINIC_REQUIRE_BROWSER := 1
else
TESTS := not long
endif

test: dev
	@echo "* tests, in two processes"
	@$(PYTHON_HERE) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "$(TESTS) and not alone"
	@echo "* tests that run alone"
	@$(PYTHON_HERE) -m pytest -m "$(TESTS) and alone"

# What a clinic would set, so that the deployment check sees production.
PRODUCTION = env -u DEBUG -u FLEXCLINIC_DEMO -u DEMO_STAFF_PASSWORD -u STAFF_MFA -u RATE_LIMITS \
	SECRET_KEY="$$($(PYTHON_HERE) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	DATABASE_URL=postgres://flexclinic@database.example.test/flexclinic \
	EMAIL_URL=smtp+tls://mail.example.test:587 \
	ALLOWED_HOSTS=example.test SITE_URL=https://example.test

check: dev
	@echo "* format"
	@$(PYTHON_HERE) -m ruff format --check --quiet .
	@echo "* lint"
	@$(PYTHON_HERE) -m ruff check --quiet .
	@echo "* types"
	@FLEXCLINIC_DEMO=1 $(PYTHON_HERE) -m mypy
	@echo "* layers"
	@FLEXCLINIC_DEMO=1 .venv/bin/lint-imports
	@echo "* migrations"
	@FLEXCLINIC_DEMO=1 $(PYTHON_HERE) manage.py makemigrations --check --dry-run
	@echo "* deployment"
	@$(PRODUCTION) $(PYTHON_HERE) manage.py check --deploy --fail-level WARNING
	@echo "* known vulnerabilities"
	@$(PYTHON_HERE) .ci/audit.py requirements/dev.txt

bench: dev
	@$(PYTHON_HERE) -m benchmarks $(BENCH)

screenshots: dev
	@$(PYTHON_HERE) -m docs.take_screenshots

LOCK = $(PYTHON_HERE) -m uv pip compile --quiet --no-header --no-emit-index-url --generate-hashes --universal \
	--python-version 3.11 --upgrade

lock: dev
	@echo "Pinning requirements.txt, requirements/local.txt, requirements/dev.txt, requirements/elsewhere.txt"
	@$(LOCK) requirements/production.in --output-file requirements.txt
	@$(LOCK) requirements/local.in --output-file requirements/local.txt
	@$(LOCK) requirements/dev.in --output-file requirements/dev.txt
	@$(LOCK) requirements/elsewhere.in --output-file requirements/elsewhere.txt

clean:
	rm -rf .venv .venv.lock .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -not -path './var/*' -prune -exec rm -rf {} +
	@echo "The data in var/ stays."
