#!/bin/sh
# SPDX-License-Identifier: MIT
# Golden cases of the command line: cases/NAME/{cmd,out,err,rc}, and config.json where a case needs
# another one than openclaw.json here. run.sh [NAME…]; UPDATE=1 rewrites what is expected.
# Needs OPENCLAW and VENDOR_STUB, the paths of the two programs.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
: "${OPENCLAW:?}" "${VENDOR_STUB:?}"
export OPENCLAW SAY="$here/say" STUB_KEY=stub-key-0123456789
for name in ANTHROPIC_API_KEY OPENAI_API_KEY GEMINI_API_KEY OPENROUTER_API_KEY OLLAMA_HOST \
  CREDENTIALS_DIRECTORY CONFIGURATION_DIRECTORY STATE_DIRECTORY OPENCLAW_CONFIG NO_COLOR \
  CLICOLOR_FORCE JOURNAL_STREAM http_proxy https_proxy OPENCLAW_NOW LC_ALL; do unset "$name"; done
export TZ=UTC LANG=C.UTF-8 COLUMNS=100 TERM=xterm LSAN_OPTIONS=detect_leaks=0

top=$(mktemp -d) || exit 1
export STUB_LOG="$top/stub.log"
"$VENDOR_STUB" --log "$STUB_LOG" --say "$SAY" > "$top/port" < /dev/null &
stub=$!
trap 'kill "$stub" 2> /dev/null; rm -rf "$top"' EXIT
trap 'exit 130' INT TERM
tries=0
until [ -s "$top/port" ]; do
  tries=$((tries + 1))
  [ "$tries" -gt 500 ] && { echo "the stub gave no port"; exit 1; }
  sleep 0.02
done
STUB=$(cat "$top/port")
export STUB

normalise() {
  sed -E \
    -e "s|$T|@T|g" -e "s|$here|@CLI|g" -e "s/127\.0\.0\.1:$STUB/@STUB/g" -e "s/$(hostname | cut -d. -f1)/@HOST/g" \
    -e 's/[0-7][0-9A-HJKMNP-TV-Z]{25}/@ULID/g' -e 's/req_stub_[0-9]+/@REQ/g' \
    -e 's/[0-9a-f]{64}/@SHA/g' -e 's/sha256:[0-9a-f]{12}/sha256:@SHA/g' \
    -e 's/"(ttft_ms|duration_ms|ms|at|[a-z_]+_ms)":[0-9]+/"\1":0/g' \
    -e 's/[0-9]+ ms/@TIME/g' -e 's/ [0-9]+\.[0-9] s\b/ @TIME/g' \
    -e 's/\(ABI [0-9]+\)/(ABI @N)/' -e 's/openclaw [0-9]+\.[0-9]+\.[0-9]+/openclaw @VERSION/' \
    -e "s/\"uid\": $(id -u) /\"uid\": @UID /g" "$1"
}

passed=0
failed=0
[ "$#" -gt 0 ] || set -- "$here"/cases/*/
for case in "$@"; do
  case=$here/cases/$(basename "$case")
  export T="$top/t"
  mkdir -p "$T/files"
  export HOME="$T" XDG_CONFIG_HOME="$T/none" XDG_STATE_HOME="$T/state" OPENCLAW_CONFIG="$T/openclaw.json"
  config=$here/openclaw.json
  [ -f "$case/config.json" ] && config=$case/config.json
  sed -e "s|@STUB@|127.0.0.1:$STUB|g" -e "s|@UID@|$(id -u)|g" -e "s|@T@|$T|g" "$config" > "$T/openclaw.json"
  (cd "$T" && sh "$case/cmd") > "$top/out.raw" 2> "$top/err.raw" < /dev/null
  echo $? > "$top/rc"
  normalise "$top/out.raw" > "$top/out"
  normalise "$top/err.raw" > "$top/err"
  good=1
  for part in out err rc; do
    if [ "${UPDATE:-0}" = 1 ]; then cp "$top/$part" "$case/$part"; fi
    if ! cmp -s "$case/$part" "$top/$part"; then
      good=0
      echo "--- $(basename "$case"): $part"
      diff -u "$case/$part" "$top/$part" | sed 1,2d
    fi
  done
  [ "$good" = 1 ] && passed=$((passed + 1)) || failed=$((failed + 1))
  chmod -R u+rwX "$T" && rm -rf "$T"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
