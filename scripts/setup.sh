#!/usr/bin/env bash
# Makes a fresh checkout ready: system libraries, .venv, the browser page. Does nothing that is already done.
#   scripts/setup.sh [--browser] [--services] [--peers]
# also Chromium, which takes pictures, and a display for the window; the broker and the database of the tests;
# what benchmarks compare with
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"

say() { printf '» %s\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 2; }

digest() { # of the files named, their order included
  sha256sum -- "$@" | sha256sum | cut -d' ' -f1
}

system_packages() { # Debian packages behind what open3d and vtk load, and what draws without a screen
  local libraries
  libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
  has() { grep -qF "$1" <<<"$libraries"; }
  has libEGL.so.1 || echo libegl1
  has libGL.so.1 || echo libgl1
  has libEGL_mesa.so.0 || has libEGL_nvidia.so.0 || echo libegl-mesa0 libgl1-mesa-dri
  has libX11.so.6 || echo libx11-6
  has libgomp.so.1 || echo libgomp1
  has libusb-1.0.so.0 || echo libusb-1.0-0
  if wants --browser; then
    command -v chromium >/dev/null || echo chromium fonts-dejavu-core
    command -v Xvfb >/dev/null || echo xvfb
  fi
  if wants --services; then
    [ -x /usr/sbin/mosquitto ] || echo mosquitto
    command -v openssl >/dev/null || echo openssl
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    command -v ip >/dev/null || echo iproute2
  fi
}

install_system_packages() {
  local missing
  missing=$(system_packages | xargs)
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || fail "this machine lacks what Debian calls: $missing"
  [ "$(id -u)" = 0 ] || fail "run first: sudo apt-get update && sudo apt-get install --no-install-recommends $missing"
  say "installing $missing"
  apt-get update -qq || fail "the package lists could not be read: run apt-get update by hand to see why"
  # shellcheck disable=SC2086 # a list of names
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null </dev/null
}

install_python_packages() {
  local stamp=.venv/aisletwin-stamp wanted
  wanted=$("$python" -V)-$PWD-$(digest pyproject.toml constraints.txt hatch_build.py)
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" -V) is below Python 3.11: set PYTHON to a newer one"
  say "installing Python packages into .venv"
  .venv/bin/python -V >/dev/null 2>&1 || "$python" -m venv --without-pip .venv # Debian's python3 comes without ensurepip, but with pip
  "$python" -m pip --python .venv/bin/python install -qq --constraint constraints.txt --editable '.[dev,docs,cluster,postgres]'
  .venv/bin/python scripts/warm_kernels.py || say "the kernels are not compiled yet: the first run will take longer"
  echo "$wanted" >"$stamp"
}

build_page() {
  local stamp=viewer/web/node_modules/.aisletwin-stamp wanted sources
  [ -f viewer/web/package.json ] || return 0
  mapfile -t sources < <(find viewer/web -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -print | LC_ALL=C sort)
  wanted=$(digest "${sources[@]}")
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || [ ! -f viewer/web/dist/index.html ] || return 0
  command -v npm >/dev/null || fail "npm is not installed: install Node.js 20 or newer, it builds the browser page"
  say "building the browser page"
  (cd viewer/web && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run build --silent) >/dev/null </dev/null
  echo "$wanted" >"$stamp"
}

install_peers() { # solvers and simulators that the product never imports
  .venv/bin/python -c 'import fast_tsp, ortools, pyvrp, salabim, simpy' 2>/dev/null && return 0
  say "installing the solvers and simulators that benchmarks compare with"
  "$python" -m pip --python .venv/bin/python install -qq --constraint constraints.txt --editable '.[dev,docs,cluster,postgres,bench]'
}

wants() { # whether an option is among the script's arguments
  [[ " $arguments " == *" $1 "* ]]
}

arguments="$*"
install_system_packages
install_python_packages
if wants --peers; then install_peers; fi
build_page
