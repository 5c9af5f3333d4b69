#!/usr/bin/env bash
# Runs a throwaway Mosquitto on a free port until it is killed, its sessions and messages kept in DIR.
#   scripts/mosquitto.sh DIR [--tls] [--password USER:PASSWORD] [--port N] [--address A]
# Only this machine reaches it, unless another address of this machine is given.
# Prints the port once it listens. Run again on the same DIR it goes on where it was, on the same port. With --tls
# DIR/tls has ca.pem, server.pem and server.key for localhost, client.pem and client.key, all made anew for DIR.
set -euo pipefail
fail() { printf 'mosquitto.sh: %s\n' "$*" >&2; exit 2; }

broker=/usr/sbin/mosquitto
[ -x "$broker" ] || broker=$(command -v mosquitto) || fail "there is no mosquitto: run scripts/setup.sh --services"
dir=${1:?usage: scripts/mosquitto.sh DIR [--tls] [--password USER:PASSWORD] [--port N] [--address A]}
shift
tls='' account='' port='' address=127.0.0.1
while [ $# -gt 0 ]; do
  case $1 in
    --tls) tls=yes ;;
    --password) account=${2:?--password needs USER:PASSWORD}; shift ;;
    --port) port=${2:?--port needs a number}; shift ;;
    --address) address=${2:?--address needs an address of this machine}; shift ;;
    *) fail "unknown option $1" ;;
  esac
  shift
done

mkdir -p "$dir/kept"
dir=$(cd "$dir" && pwd)

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

certificate() { # NAME COMMON_NAME: a key and a certificate signed by the authority
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out "$1.pem" \
    -extfile <(printf 'subjectAltName=DNS:localhost\n') 2>/dev/null
  rm "$1.csr"
}

make_certificates() {
  [ ! -f "$dir/tls/client.pem" ] || return 0
  command -v openssl >/dev/null || fail "there is no openssl: install it"
  mkdir -p "$dir/tls" && cd "$dir/tls"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=throwaway authority' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign' 2>/dev/null
  certificate server localhost
  certificate client throwaway-client
  cd "$dir"
}

[ -n "$port" ] || port=$(cat "$dir/port" 2>/dev/null || free_port)
echo "$port" >"$dir/port"

{
  echo "listener $port $address"
  # every acknowledged message is kept, however many wait; it is written within a second, and at once on SIGTERM
  echo "persistence true"
  echo "persistence_location $dir/kept/"
  echo "autosave_interval 1"
  echo "max_queued_messages 0"
  echo "log_dest file $dir/broker.log"
  # as root it would become the user mosquitto, who may not enter a folder of root's
  [ "$(id -u)" != 0 ] || echo "user root"
  if [ -n "$tls" ]; then
    make_certificates
    echo "cafile $dir/tls/ca.pem"
    echo "certfile $dir/tls/server.pem"
    echo "keyfile $dir/tls/server.key"
    echo "require_certificate true"
  fi
  if [ -n "$account" ]; then
    mosquitto_passwd -c -b "$dir/accounts" "${account%%:*}" "${account#*:}" 2>/dev/null
    echo "password_file $dir/accounts"
    echo "allow_anonymous false"
  else
    echo "allow_anonymous true"
  fi
} >"$dir/mosquitto.conf"

(
  for _ in $(seq 200); do
    if (exec 3<>"/dev/tcp/$address/$port") 2>/dev/null; then echo "$port"; exit 0; fi
    sleep 0.05
  done
) &
exec "$broker" -c "$dir/mosquitto.conf"
