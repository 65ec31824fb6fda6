#!/bin/sh
# SPDX-License-Identifier: MIT
# The inner half of run.sh: in name spaces of its own, so that nothing of it stays.
set -eu
program=$1 work=$2
here=$(cd "$(dirname "$0")" && pwd)
units=$(cd "$here/../../systemd" && pwd)
mount -t tmpfs tmpfs /run
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
root=$work/root
rm -rf "$root"/etc/systemd/system/*.wants
: >"$root/etc/machine-id"
cp "$program" "$root/usr/bin/openclaw"
cp -r "$units"/. "$root/etc/systemd/system/"
cp -r "$here/../support/homeserver" "$root/usr/share/homeserver"
grep -q '^openclaw:' "$root/etc/passwd" || {
  echo 'openclaw:x:998:998::/var/lib/openclaw:/usr/sbin/nologin' >>"$root/etc/passwd"
  echo 'openclaw:x:998:' >>"$root/etc/group"
}
# A disk of its own below /home, nearly full.
mkdir -p "$root/home/data" "$work/small"
mount -t tmpfs -o size=4m tmpfs "$work/small"
mkdir "$work/small/upper" "$work/small/work"
mount -t overlay -o "lowerdir=$root/home,upperdir=$work/small/upper,workdir=$work/small/work" data "$root/home/data"
head -c 3900000 /dev/zero >"$root/home/data/full"
mkdir -p "$root/etc/openclaw"
cat >"$root/etc/openclaw/openclaw.json" <<'JSON'
{ "time_zone": "Europe/Amsterdam", "state_dir": "/var/lib/openclaw",
  "sources": { "here": { "kind": "host" } },
  "jobs": { "morning-briefing": { "schedule": "Mon..Fri 08:00", "max_late": "4d", "gather": [ { "from": "here" } ] } } }
JSON
systemd-nspawn -q -D "$root" --register=no --keep-unit --boot --console=pipe --private-network \
  --system-call-filter=bpf --capability=CAP_BPF,CAP_NET_ADMIN </dev/null >"$work/console" 2>&1 &
nspawn=$!
pid=
tries=0
while :; do
  pid=$(pgrep -x systemd | head -n 1 || true)
  state=
  [ -z "$pid" ] || state=$(nsenter -t "$pid" -a -- systemctl is-system-running 2>/dev/null || true)
  case $state in running | degraded) break ;; esac
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] && kill -0 "$nspawn" 2>/dev/null || {
    tail -n 20 "$work/console" >&2
    printf 'NOT RUN: units in a booted systemd: it did not come up (%s)\n' "$state" >&2
    exit 0
  }
  sleep 0.1
done
rc=0
for test in "$here"/case_*.sh; do
  name=$(basename "$test" .sh)
  if nsenter -t "$pid" -a -- sh -eu -s <"$test" >"$work/out" 2>&1; then
    printf 'ok %s: %s\n' "${name#case_}" "$(tail -n 1 "$work/out")" >&2
  else
    printf 'FAILED %s\n' "${name#case_}" >&2
    cat "$work/out" >&2
    rc=1
  fi
done
nsenter -t "$pid" -a -- poweroff -f >/dev/null 2>&1 || true
wait "$nspawn" || true
exit "$rc"
