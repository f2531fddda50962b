# One line a target: everything is done by dev.py, with or without make.
# Arguments are passed on: make test ARGS="-k outbox"
ARGS ?=
SCENARIO ?=
CLUSTER ?=
ROW ?=
DEV = python3 dev.py

.DEFAULT_GOAL := help
.PHONY: run test check demo bench chaos chaos-long manage pins sbom clean help

run: ## Start the servers and all roles; Ctrl-C stops them
	@$(DEV) run $(addprefix --cluster=,$(CLUSTER)) $(ARGS)

test: ## Run the tests on servers of their own
	@$(DEV) test $(ARGS)

check: ## Lint, types, architecture, migrations, container files
	@$(DEV) check $(ARGS)

demo: ## Run, import the sample data, compare both sides
	@$(DEV) demo $(ARGS)

bench: ## Measure: make bench SCENARIO="orders reads"; without it, all
	@$(DEV) bench $(addprefix --scenario=,$(SCENARIO)) $(ARGS)

chaos: ## Break it on purpose, prove that nothing is wrong: make chaos ROW="1 5"
	@$(DEV) chaos $(addprefix --row=,$(ROW)) $(ARGS)

chaos-long: ## The same for hours, in the full sizes
	@$(DEV) chaos --long $(addprefix --row=,$(ROW)) $(ARGS)

manage: ## Run a manage.py command on the stack: make manage ARGS=reconcile
	@$(DEV) manage $(ARGS)

pins: ## Pin what the image installs anew, with hashes
	@$(DEV) pins $(ARGS)

sbom: ## Write a bill of materials (CycloneDX) of what the image installs
	@$(DEV) sbom $(ARGS)

clean: ## Stop what was left running, remove .local and .venv
	@$(DEV) clean $(ARGS)

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /  \1	/p' $(MAKEFILE_LIST) | expand -t 14
