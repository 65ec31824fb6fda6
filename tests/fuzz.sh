#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets with clang and runs each for a short while (60 s in all; --full: a million
# executions each).
set -eu
cd "$(dirname "$0")/.."
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target $(cd tests/fuzz && ls ./*_fuzz.cpp | sed 's|^./||; s|.cpp$||')
set -- build/fuzz/tests/fuzz/*_fuzz
seconds=$((60 / $#))
[ "$seconds" -ge 2 ] || seconds=2
limit="-max_total_time=$seconds"
[ -z "${OPENCLAW_FULL:-}" ] || limit="-runs=1000000"
passed=0
for target; do
  name=$(basename "$target" _fuzz)
  scratch=$(mktemp -d)
  if "$target" $limit -rss_limit_mb=1024 -timeout=10 -verbosity=0 -print_final_stats=1 -artifact_prefix="$scratch/" \
      "$scratch" "tests/fuzz/corpus/$name" >"$scratch.log" 2>&1; then
    printf '%-24s %s executions\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch.log")"
    passed=$((passed + 1))
  else
    tail -n 40 "$scratch.log" >&2
    exit 1
  fi
  rm -rf "$scratch" "$scratch.log"
done
printf '%s fuzz targets passed\n' "$passed"
