#!/bin/sh
# SPDX-License-Identifier: MIT
# Boots Debian's systemd over a throw-away copy of this machine's root and tries our units in it.
# usage: run.sh PROGRAM; needs root, systemd-nspawn and a kernel with overlay file systems.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
cannot() {
  printf 'NOT RUN: units in a booted systemd: %s\n' "$1" >&2
  exit 0
}
[ "$(id -u)" -eq 0 ] || cannot "only root can boot one"
command -v systemd-nspawn >/dev/null || cannot "no systemd-nspawn"
unshare -m -C -p -f --mount-proc true 2>/dev/null || cannot "no namespaces"
work=$(mktemp -d)
trap 'rmdir "$work"' EXIT
# A control group of its own, so that what systemd makes below it goes with it.
group=
for base in /sys/fs/cgroup/unified /sys/fs/cgroup; do
  [ -e "$base/cgroup.procs" ] && [ -e "$base/cgroup.controllers" ] && group=$base/openclaw-boot.$$ && break
done
[ -n "$group" ] && mkdir "$group" 2>/dev/null || cannot "no control groups of version 2"
rc=0
(
  sh -c 'echo $PPID' >"$group/cgroup.procs"
  exec timeout 240 unshare -m -C -p -f --mount-proc --kill-child --propagation private \
    sh "$here/inside.sh" "$program" "$work"
) || rc=$?
for child in $(find "$group" -depth -type d 2>/dev/null); do rmdir "$child" 2>/dev/null || true; done
exit "$rc"
