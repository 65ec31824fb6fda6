#!/bin/sh
# SPDX-License-Identifier: MIT
# Fails when clang-format would change a file; with --fix it changes them.
set -eu
cd "$(dirname "$0")/.."
mode="--dry-run --Werror"
[ "${1:-}" = --fix ] && mode=-i
find lib cmd tests \( -name '*.cpp' -o -name '*.h' \) -print | sort | xargs clang-format $mode
