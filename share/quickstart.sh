#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the build needs (Debian), builds the release and prints this machine's briefing.
set -eu
cd "$(dirname "$0")/.."
. share/packages.sh
install_packages $build_packages
say "building build/release/cmd/openclaw"
cmake --preset release >build.log 2>&1 || { cat build.log >&2; exit 1; }
rm -f build.log
cmake --build --preset release
say "openclaw run-job morning-briefing"
text=$(build/release/cmd/openclaw run-job morning-briefing 2>/dev/null) || true
if [ -n "$text" ]; then
  printf '%s\n' "$text"
else
  build/release/cmd/openclaw run-job morning-briefing --again  # today's was made before
fi
