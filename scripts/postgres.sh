#!/usr/bin/env bash
# A throwaway PostgreSQL, as Debian has it, for tests and trials: on a socket in its own folder, reached by nobody else.
#   scripts/postgres.sh DIR          starts it, prints its URL, and ends with it
# DIR must be empty or missing, or one that was used so before: then it goes on with what it kept.
# As root it runs as the user postgres, for PostgreSQL refuses to be root.
set -euo pipefail
fail() { printf 'postgres: %s\n' "$*" >&2; exit 2; }

dir=${1:?usage: scripts/postgres.sh DIR}
bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -1) || fail "it is not installed: apt-get install postgresql"
[ -x "$bin/initdb" ] || fail "it is not installed: apt-get install postgresql"
[ -z "$(ls -A "$dir" 2>/dev/null)" ] || [ -f "$dir/data/PG_VERSION" ] || fail "$dir is not empty: name another folder"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres: "$dir"
  as=(setpriv --reuid postgres --regid postgres --clear-groups)
fi

[ -f "$dir/data/PG_VERSION" ] || "${as[@]}" "$bin/initdb" --pgdata "$dir/data" --username aisletwin --auth trust --encoding UTF8 --no-instructions >"$dir/initdb.log" 2>&1 ||
  fail "initdb failed: $(tail -1 "$dir/initdb.log")"
"${as[@]}" "$bin/postgres" -D "$dir/data" -k "$dir" -h '' -c max_connections=60 >>"$dir/log" 2>&1 &
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server' EXIT
trap 'exit 0' TERM INT
for _ in $(seq 100); do
  "$bin/pg_isready" -q -h "$dir" -U aisletwin -d postgres && break
  kill -0 $server 2>/dev/null || fail "it did not start: $(tail -1 "$dir/log")"
  sleep 0.1
done
printf 'postgresql://aisletwin@/postgres?host=%s\n' "$dir"
wait $server
