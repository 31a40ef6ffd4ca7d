#!/usr/bin/env bash
# Installs the peers that `npm run bench -- peers` measures, outside the repository. Quick when everything is there: each part leaves a stamp made of
# what it was installed from. What the machine does not allow is left out with a line, and the bench names it as missing; the others run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

from="$PWD/apps/bench/src/peers/install"
java_client=("$PWD"/apps/bench/src/peers/clients/java/*.java)
caches="${XDG_CACHE_HOME:-$HOME/.cache}"
cache="$caches/kafka-ts-bench"
interop="$caches/kafka-ts-interop"
mkdir -p "$cache"
missing=0

say() { printf 'bench-setup: %s\n' "$*" >&2; }
without() {
  say "$*"
  missing=$((missing + 1))
}
has() { command -v "$1" >/dev/null 2>&1; }
# Runs a command, and shows what it said only when it fails.
quietly() {
  local log code=0
  log="$(mktemp)"
  "$@" >"$log" 2>&1 || code=$?
  [[ $code -eq 0 ]] || tail -n 40 "$log" >&2
  rm -f "$log"
  return "$code"
}
# part NAME FUNCTION FILE...: calls FUNCTION with an emptied directory unless it was made from the same files before.
part() {
  local name=$1 make=$2 stamp
  shift 2
  stamp="$(cat "$@" | sha256sum | cut -d' ' -f1)"
  [[ "$(cat "$cache/$name/.stamp" 2>/dev/null || true)" == "$stamp" ]] && return 0
  say "installing $name"
  rm -rf "${cache:?}/$name"
  mkdir -p "$cache/$name"
  if "$make" "$cache/$name"; then echo "$stamp" >"$cache/$name/.stamp"; else without "$name could not be installed"; fi
}

make_node() { cp "$from/node.json" "$1/package.json" && (cd "$1" && quietly npm install --no-audit --no-fund --ignore-scripts); }

# Compiled here, against the headers of the Node that will load it; or taken from scripts/interop-setup.sh, which compiles the same.
make_confluent() {
  local same="$interop/confluent-javascript"
  if [[ -f "$same/.stamp" ]] && diff -q <(tail -n +3 "$from/confluent.json") <(tail -n +3 "$same/package.json") >/dev/null; then
    cp -R "$same/." "$1"
    return 0
  fi
  has make && has c++ || { say '@confluentinc/kafka-javascript needs make and a C++ compiler' && return 1; }
  cp "$from/confluent.json" "$1/package.json"
  (
    export PATH="$node_home/bin:$PATH" CKJS_LINKING=dynamic npm_config_build_from_source=true npm_config_nodedir="$node_home"
    cd "$1" && quietly npm install --no-audit --no-fund && quietly node -e 'require("@confluentinc/kafka-javascript")'
  )
}

make_apache_kafka() {
  quietly mvn -q -B -f "$from/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$1/lib" &&
    quietly javac -d "$1/classes" -cp "$1/lib/*" "${java_client[@]}"
}

install_servers() {
  local wanted=()
  has redis-server || wanted+=(redis-server)
  has nats-server || [[ -x /usr/sbin/nats-server ]] || wanted+=(nats-server)
  [[ ${#wanted[@]} -eq 0 ]] && return 0
  if [[ $EUID -ne 0 ]] || ! has apt-get; then
    without "please install ${wanted[*]}: this needs root and apt-get"
    return 0
  fi
  say "installing ${wanted[*]}"
  # Only the programs are wanted: a policy that allows no service keeps the packages from starting theirs.
  local policy=/usr/sbin/policy-rc.d
  [[ -e "$policy" ]] && policy= || install -m 755 /dev/stdin "$policy" <<<$'#!/bin/sh\nexit 101'
  { quietly apt-get update -q && DEBIAN_FRONTEND=noninteractive quietly apt-get install -y -q --no-install-recommends "${wanted[@]}"; } ||
    without "${wanted[*]} could not be installed"
  [[ -z "$policy" ]] || rm -f "$policy"
}

[[ -x node_modules/.bin/node ]] || node scripts/setup.mjs --quiet
node_home="$(dirname "$(dirname "$(readlink -f node_modules/.bin/node)")")"
install_servers
if has npm; then
  part node make_node "$from/node.json"
  part confluent make_confluent "$from/confluent.json" "$node_home/include/node/node_version.h"
else without 'no npm: the Node clients are left out'; fi
if has mvn && has javac; then
  part apache-kafka make_apache_kafka "$from/pom.xml" "${java_client[@]}"
else without 'no mvn or javac (Debian: maven, default-jdk-headless): Apache Kafka is left out'; fi

if [[ $missing -eq 0 ]]; then say "ready in $cache"; else say "$missing left out; what is there is in $cache"; fi
