#!/usr/bin/env bash
# Makes a small authority and a server certificate by it, so that phones and headsets on the local network reach
# `aisletwin serve` over HTTPS, which browsers ask for before they let a page use the camera.
#   scripts/certificate.sh DIR NAME_OR_ADDRESS…
# DIR then holds ca.crt (for the devices), server.pem and server.key (for the server), and ca.key (keep it away from
# everybody: whoever has it can pretend to be any name below to these devices). Run again with other names it keeps the
# authority, so that devices need nothing new. The authority may sign for the names of its first run and for addresses
# of private networks only.
set -euo pipefail
fail() { printf 'certificate.sh: %s\n' "$*" >&2; exit 2; }

readonly authority_days=1825 server_days=397 # browsers take no longer ones than 398 days from a server

dir=${1:-}
[ -n "$dir" ] && [ $# -ge 2 ] || fail "usage: scripts/certificate.sh DIR NAME_OR_ADDRESS…, as certs twin.local 192.168.1.20"
shift
command -v openssl >/dev/null || fail "there is no openssl: install it"
umask 077
mkdir -p "$dir"

is_address() { [[ $1 =~ ^[0-9]+(\.[0-9]+){3}$ || $1 == *:* ]]; }

alternatives='' permitted=''
for name in "$@"; do
  if is_address "$name"; then
    alternatives+="IP:$name,"
  elif [[ $name =~ ^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ ]]; then
    alternatives+="DNS:$name,"
    permitted+="permitted;DNS:$name,"
  else
    fail "'$name' is no name and no address: give those that devices will type, without https:// and port"
  fi
done
alternatives=${alternatives%,}
permitted+='permitted;DNS:localhost,permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:172.16.0.0/255.240.0.0,'
permitted+='permitted;IP:192.168.0.0/255.255.0.0,permitted;IP:127.0.0.0/255.0.0.0,permitted;IP:169.254.0.0/255.255.0.0,'
permitted+='permitted;IP:fc00:0:0:0:0:0:0:0/fe00:0:0:0:0:0:0:0,permitted;IP:fe80:0:0:0:0:0:0:0/ffc0:0:0:0:0:0:0:0'

if [ ! -f "$dir/ca.key" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$dir/ca.key" -out "$dir/ca.crt" \
    -days "$authority_days" -subj "/O=aisletwin/CN=aisletwin on $(hostname)" \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign' \
    -addext "nameConstraints=critical,$permitted" 2>/dev/null || fail "openssl could not make the authority"
fi

aside=$(mktemp -d "$dir/.new.XXXXXX")
trap 'rm -rf "$aside"' EXIT
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$aside/server.key" -out "$aside/server.csr" \
  -subj "/O=aisletwin/CN=$1" 2>/dev/null || fail "openssl could not make the key"
openssl x509 -req -in "$aside/server.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -CAserial "$aside/serial" \
  -days "$server_days" -out "$aside/server.pem" -extfile <(
    printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n'
    printf 'subjectAltName=%s\n' "$alternatives"
  ) 2>/dev/null || fail "openssl could not sign for $*"
openssl verify -CAfile "$dir/ca.crt" "$aside/server.pem" >/dev/null 2>&1 ||
  fail "the authority in $dir may not sign for $*: it was made for other names, or an address is no private one. Use another DIR, and give its ca.crt to the devices"
mv "$aside/server.key" "$aside/server.pem" "$dir/"
chmod 644 "$dir/ca.crt" "$dir/server.pem"

cat <<TOLD
$dir/ca.crt       for the devices; sha256 $(openssl x509 -in "$dir/ca.crt" -noout -fingerprint -sha256 | cut -d= -f2)
$dir/server.pem   for the server, with server.key; until $(openssl x509 -in "$dir/server.pem" -noout -enddate | cut -d= -f2)

1. Make a token for whoever is to look:  aisletwin tokens make tokens.json "Ada" --role operator
2. Serve:  aisletwin serve SITE --host 0.0.0.0 --port 8443 --tokens tokens.json \\
             --https-certificate $dir/server.pem --https-key $dir/server.key
3. Bring ca.crt to each device by cable, mail or a shared folder, compare its sha256, and install it:
   Android:     Settings › Security › Encryption & credentials › Install a certificate › CA certificate
   Meta Quest:  by adb and the Android settings, or by the device manager of the company
   iPhone:      open the file, Settings › Profile downloaded › Install; then General › About › Certificate Trust
                Settings › switch it on (Safari has no WebXR: the table and the exports work, the camera view does not)
4. Open  https://$1:8443/ar.html
TOLD
