#!/bin/sh
# SPDX-License-Identifier: MIT
# House rules that a script can see: file sizes, SPDX lines, man pages, shell syntax.
set -eu
cd "$(dirname "$0")/.."
bad=0
fail() { printf '%s\n' "$*" >&2; bad=1; }
for file in $(find lib cmd tests \( -name '*.cpp' -o -name '*.h' \) -print); do
  lines=$(wc -l <"$file")
  [ "$lines" -le 400 ] || fail "$file has $lines lines, more than 400"
  head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || fail "$file lacks its SPDX line"
done
for page in man/*.1 man/*.5; do
  # The pages name each other; where they are not installed, mandoc cannot find them.
  faults=$(mandoc -T lint -W style "$page" 2>&1 | grep -v 'referenced manual not found' || true)
  [ -z "$faults" ] || fail "$faults"
done
for script in share/*.sh tests/*.sh tests/*/*.sh; do
  [ -e "$script" ] || continue
  sh -n "$script" || fail "$script does not parse"
done
median=$(find lib cmd \( -name '*.cpp' -o -name '*.h' \) -print | xargs -n 1 wc -l | awk '{print $1}' | sort -n |
  awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}')
printf 'median file: %s lines\n' "$median" >&2
[ "$median" -le 120 ] || fail "the median file has $median lines, more than 120"
exit $bad
