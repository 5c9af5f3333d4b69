# Every chore is one command, and each does its own set-up first.
#   make demo ARGS="--once"   the whole chain on a generated warehouse, then the viewer
#   make docs                 the documentation as pages, in build/docs; ARGS="--serve" shows them at a loopback address
.PHONY: setup demo test lint docs bench bench-tours bench-simulation bench-scan clean

setup:
	@scripts/setup.sh

demo:
	@scripts/setup.sh --browser
	@.venv/bin/aisletwin demo $(ARGS)

test:
	@scripts/setup.sh --browser --services
	@scripts/check.sh lint page tests

lint: setup
	@scripts/check.sh lint

docs: setup
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs $(if $(filter --serve,$(ARGS)),serve --dev-addr 127.0.0.1:8800,build)

bench:
	@scripts/setup.sh --peers
	@for bench in benchmarks/bench_*.py; do .venv/bin/python "$$bench" $(ARGS) || exit 1; done

bench-tours:
	@scripts/setup.sh --peers
	@for bench in tours batching scheduling; do .venv/bin/python "benchmarks/bench_$$bench.py" $(ARGS) || exit 1; done

bench-simulation:
	@scripts/setup.sh --peers
	@.venv/bin/python benchmarks/bench_simulation.py $(ARGS)

bench-scan:
	@scripts/setup.sh --peers
	@.venv/bin/python benchmarks/bench_recognition.py --data $(ARGS)

clean:
	rm -rf .venv demo-site build dist viewer/web/node_modules viewer/web/dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
