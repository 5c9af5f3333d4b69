#!/usr/bin/env bash
# Runs the gates named (lint, page, tests), all of them even when one fails, and sums up.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
summary=()
failed=0

gate() { # name, command…
  local name=$1 start=$SECONDS verdict=passed
  shift
  printf '\n── %s\n' "$name"
  "$@" </dev/null || { verdict=FAILED; failed=1; }
  summary+=("$(printf '%-8s %-14s %4d s' "$verdict" "$name" $((SECONDS - start)))")
}

lint() {
  gate ruff "$bin/ruff" check .
  gate format "$bin/ruff" format --check .
  gate mypy "$bin/mypy"
  gate imports "$bin/lint-imports"
}

page() {
  gate 'page types' npm --prefix viewer/web run check --silent
  gate 'page tests' npm --prefix viewer/web test --silent
}

tests() {
  gate tests "$bin/python" -m pytest --numprocesses auto --dist loadfile
}

for group in "$@"; do
  "$group"
done
printf '\n── summary\n'
printf '%s\n' "${summary[@]}"
exit "$failed"
