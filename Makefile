# Every target sets up what it needs: Python 3.11 or newer with venv, bash and make are enough.
# Say `make` to see what there is.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help demo demo-quarter demo-kafka demo-reset test soak check format bench lock clean

BIN := .venv/bin
# A worker for each processor. Each has its own PostgreSQL and, when asked for, its own Kafka. The
# tests of a file stay together; the files keep their order, in which the longest come first.
WORKERS := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
RUNTIME := .venv/installed-runtime
DEVELOPMENT := .venv/installed-development

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Start the demonstration: two provinces over the reform of 2025, in one process (DEMO_ARGS=...)
	@exec $(BIN)/tonghop demo $(DEMO_ARGS)

demo-quarter: $(RUNTIME) ## A smaller one: Bình Phước on the day before a deadline of June 2025
	@exec $(BIN)/tonghop demo --world quarter $(DEMO_ARGS)

demo-kafka: $(RUNTIME) ## The same over a real Apache Kafka (needs Java 17 and Maven)
	@scripts/install-system-packages kafka
	@exec $(BIN)/tonghop demo --log kafka $(DEMO_ARGS)

demo-reset: $(RUNTIME) ## Throw away the data of the demonstrations
	@$(BIN)/tonghop demo --reset
	@$(BIN)/tonghop demo --reset --world quarter

test: $(DEVELOPMENT) ## Run the tests (PYTEST_ARGS="tests/unit -x -n 0")
	@scripts/install-system-packages kafka browser $(if $(CI),deployment)
	@$(BIN)/pytest -m "not soak" $(WORKERS) $(PYTEST_ARGS)

soak: $(DEVELOPMENT) ## Run the long tests: faults, races, many random histories
	@scripts/install-system-packages kafka browser
	@$(BIN)/pytest -m soak $(WORKERS) $(PYTEST_ARGS)

check: $(DEVELOPMENT) ## Lint, formatting, types, imports, and that tests reach all of the domain
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest tests/unit/domain --quiet --hypothesis-profile=branches --cov=shared/domain \
		--cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered

format: $(DEVELOPMENT) ## Put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(RUNTIME) ## Measure against the yardsticks (BENCH_ARGS=...)
	@exec $(BIN)/tonghop bench $(BENCH_ARGS)

lock: $(DEVELOPMENT) ## Pin the dependencies again (LOCK_ARGS=--upgrade for newer ones)
	@scripts/lock $(LOCK_ARGS)

clean: ## Remove what was installed and cached; the data in .data stays
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist

$(RUNTIME): requirements.lock pyproject.toml
	@scripts/install-environment requirements.lock
	@touch $@

# The development lock holds all of the runtime lock.
$(DEVELOPMENT): requirements-dev.lock requirements.lock pyproject.toml
	@scripts/install-environment requirements-dev.lock
	@touch $(RUNTIME) $@
