#!/usr/bin/env bash
# Installs the Kafka clients that tests/src/interop drives, outside the repository. Quick when everything is there: each part leaves a stamp made of
# what it was installed from. A part whose tools are missing is left out with a line; its tests then skip, or fail under CI=true.
#
#   KAFKA_TS_INTEROP_CONFLUENT_JS=0   leaves out @confluentinc/kafka-javascript, which is compiled (about two minutes on two cores)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

clients="$PWD/tests/interop-clients"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/kafka-ts-interop"
mkdir -p "$cache"

say() { printf 'interop-setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }
fingerprint() { cat "$@" | sha256sum | cut -d' ' -f1; }
# Runs a command, and shows what it said only when it fails.
quietly() {
  local log
  log="$(mktemp)"
  if "$@" >"$log" 2>&1; then rm -f "$log"; else
    local code=$?
    cat "$log" >&2
    rm -f "$log"
    return "$code"
  fi
}
# part NAME FUNCTION FILE...: calls FUNCTION with an emptied directory unless it was made from the same files before.
part() {
  local name=$1 make=$2 stamp
  shift 2
  stamp="$(fingerprint "$@")"
  [[ "$(cat "$cache/$name/.stamp" 2>/dev/null || true)" == "$stamp" ]] && return 0
  say "installing $name"
  rm -rf "${cache:?}/$name"
  mkdir -p "$cache/$name"
  if "$make" "$cache/$name"; then echo "$stamp" >"$cache/$name/.stamp"; else
    say "$name could not be installed"
    return 1
  fi
}

debian_packages=(
  kcat python3-kafka python3-confluent-kafka python3-snappy python3-lz4 python3-zstandard
  python3-venv build-essential libssl-dev libzstd-dev libcurl4-openssl-dev zlib1g-dev
)
install_debian_packages() {
  local missing=() package
  for package in "${debian_packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return 0
  if [[ $EUID -ne 0 ]]; then
    say "not root: please install ${missing[*]}"
    return 1
  fi
  say "installing ${missing[*]}"
  quietly apt-get update -q
  DEBIAN_FRONTEND=noninteractive quietly apt-get install -y -q --no-install-recommends "${missing[@]}"
}

make_venv() { quietly /usr/bin/python3 -m venv "$1" && quietly "$1/bin/pip" install --disable-pip-version-check -q -r "$2"; }
make_kafka_python_2() { make_venv "$1" "$clients/python/kafka-python-2.txt"; }
make_kafka_python_3() { make_venv "$1" "$clients/python/kafka-python-3.txt"; }
make_confluent_kafka() { make_venv "$1" "$clients/python/confluent-kafka.txt"; }

make_java() {
  quietly mvn -q -B -f "$clients/java/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$1/lib" &&
    quietly javac -d "$1/classes" -cp "$1/lib/*" "$clients/java/InteropClient.java"
}

make_kafka_tools() {
  quietly mvn -q -B -f "$clients/kafka-tools/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$1/lib"
}

make_go() { (cd "$clients/go" && GOTOOLCHAIN=local quietly go build -o "$1/interop-client" .); }

# Compiled here, against the headers of the Node that will load it: by default its install step downloads a binary. Its makefiles do not stand -j.
make_confluent_js() {
  cp "$clients/node/confluent-javascript.json" "$1/package.json"
  (
    export PATH="$node_home/bin:$PATH" CKJS_LINKING=dynamic npm_config_build_from_source=true npm_config_nodedir="$node_home"
    cd "$1" &&
      quietly npm install --no-audit --no-fund &&
      quietly node -e 'require("@confluentinc/kafka-javascript")'
  )
}

failed=0
if has apt-get; then install_debian_packages || failed=1; else say 'no apt-get: kcat and the Python clients of Debian are left out'; fi

compiling=
if [[ "${KAFKA_TS_INTEROP_CONFLUENT_JS:-1}" != 0 ]] && has make && has c++; then
  [[ -x node_modules/.bin/node ]] || node scripts/setup.mjs --quiet
  node_home="$(dirname "$(dirname "$(readlink -f node_modules/.bin/node)")")"
  part confluent-javascript make_confluent_js "$clients/node/confluent-javascript.json" "$node_home/include/node/node_version.h" &
  compiling=$!
fi
if [[ -x /usr/bin/python3 ]]; then
  part kafka-python-2 make_kafka_python_2 "$clients/python/kafka-python-2.txt" || failed=1
  part kafka-python-3 make_kafka_python_3 "$clients/python/kafka-python-3.txt" || failed=1
  part confluent-kafka make_confluent_kafka "$clients/python/confluent-kafka.txt" || failed=1
else say 'no /usr/bin/python3: the Python clients are left out'; fi
if has mvn && has javac; then
  part java make_java "$clients/java/pom.xml" "$clients/java/InteropClient.java" || failed=1
  part kafka-tools make_kafka_tools "$clients/kafka-tools/pom.xml" || failed=1
else say "no mvn or javac: the Java client and Kafka's tools are left out"; fi
if has go; then
  part franz-go make_go "$clients/go/go.mod" "$clients/go/go.sum" "$clients/go"/*.go || failed=1
else say 'no go: the Go client is left out'; fi
if [[ -n "$compiling" ]]; then wait "$compiling" || failed=1; fi

[[ $failed -eq 0 ]] && say 'ready'
exit "$failed"
