#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants the faults of mutants.txt into the policy, one at a time, and expects that its tests fail.
set -eu
cd "$(dirname "$0")/../.."
tests=$PWD/tests/policy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compile() { c++ -std=c++20 -O1 -DFMT_SHARED -DSPDLOG_FMT_EXTERNAL -DOPENCLAW_VERSION='"mutant"' -DJSON_USE_IMPLICIT_CONVERSIONS=0 -Itests -Ilib "$@"; }

for file in lib/base/*.cpp lib/json/*.cpp lib/crypto/*.cpp lib/url/*.cpp lib/policy/*.cpp tests/policy/*.cpp; do
  compile -c "$file" -o "$work/$(echo "$file" | tr / _).o"
done
link() { c++ "$work"/*.o -o "$work/policy_test" -lgtest -lgtest_main -lfmt -lcrypto; }
run() { OPENCLAW_POLICY_CASES=${OPENCLAW_POLICY_CASES:-300000} "$work/policy_test" --gtest_fail_fast; }

link
run > "$work/log" || { cat "$work/log"; echo "the tests fail without a planted fault" >&2; exit 1; }
planted=0
missed=0
while IFS='	' read -r file from to; do
  case $file in '#'* | '') continue ;; esac
  planted=$((planted + 1))
  FROM=$from TO=$to perl -0pe 's/\Q$ENV{FROM}\E/$ENV{TO}/ or die "not found: $ENV{FROM}\n"' "lib/policy/$file" > "$work/mutant.cpp"
  object=$work/lib_policy_$file.o
  cp "$object" "$work/good"
  compile -Ilib/policy -c "$work/mutant.cpp" -o "$object"
  link
  if run > "$work/log" 2>&1; then
    missed=$((missed + 1))
    printf 'MISSED  %s: %s\n' "$file" "$to"
  fi
  mv "$work/good" "$object"
done < "$tests/mutants.txt"
printf '%d faults planted, %d found\n' "$planted" "$((planted - missed))"
[ "$missed" -eq 0 ]
