#!/bin/sh
# SPDX-License-Identifier: MIT
# Ratios against named floors in the same run. Limits are those of the issue; a ratio above one is
# reported and fails only with --full, because a shared machine is noisy.
set -eu
cd "$(dirname "$0")/../.."
cmake --preset release >/dev/null
cmake --build --preset release --target openclaw bench >/dev/null
bin=$PWD/build/release/tests/bench
openclaw=$PWD/build/release/cmd/openclaw
runs=60
rows=50000
[ -z "${OPENCLAW_FULL:-}" ] || { runs=200; rows=1000000; }
t=$(mktemp -d)
stub=
trap '[ -z "$stub" ] || kill "$stub"; [ -z "${tls:-}" ] || kill "$tls"; [ -z "${sources:-}" ] || kill "$sources" 2>/dev/null; rm -rf "$t"' EXIT
over=0
measure() { "$bin/measure" "$@" || over=$((over + 1)); }

"$bin/instant_stub" >"$t/port" &
stub=$!
until [ -s "$t/port" ]; do :; done
port=$(cat "$t/port")
mkdir "$t/config" "$t/config/prompts" "$t/credentials" "$t/state" "$t/floor"
for name in ops reader coder morning digest review; do echo "Be brief." >"$t/config/prompts/$name.md"; done
printf 'http://127.0.0.1:%s/v1' "$port" >"$t/credentials/main-url"
for name in anthropic-key audit-key; do echo "0123456789abcdef0123456789abcdef" >"$t/credentials/$name"; done
sed "s/UID/$(id -u)/" tests/bench/openclaw.json >"$t/config/openclaw.json"
export OPENCLAW_CONFIG="$t/config/openclaw.json" CREDENTIALS_DIRECTORY="$t/credentials" TZ=Europe/Amsterdam

measure "ask / curl + SQLite FULL" 1.5 "$runs" "$openclaw" ask --state "$t/state" -a ops --no-tools hello -- \
  "$bin/ask_floor" "http://127.0.0.1:$port/v1/chat/completions" "$t/floor/floor.db"
measure "--version / empty process" 1.3 "$runs" "$openclaw" --version -- "$bin/empty_floor"
measure "check / empty process" 1.3 "$runs" "$openclaw" check -- "$bin/empty_floor"

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$t/key.pem" -out "$t/cert.pem" 2>/dev/null
openssl s_server -accept 127.0.0.1:0 -key "$t/key.pem" -cert "$t/cert.pem" -www >"$t/tls" 2>/dev/null &
tls=$!
until grep -q ACCEPT "$t/tls"; do :; done
tls_port=$(sed -n 's/^ACCEPT.*:\([0-9]*\)$/\1/p' "$t/tls")
cat >"$t/tls.json" <<END
{ "people": {"me": {"uid": $(id -u)}},
  "providers": {"p": {"api": "openai-chat", "base_url": "https://localhost:$tls_port/v1", "price": "free"}},
  "models": {"m": {"try": ["p:m"]}}, "agents": {"a": {"model": "m"}},
  "places": {"s": {"cli": true, "allow": [{"who": ["me"], "agents": ["a"], "groups": "all"}]}} }
END
printf '#!/bin/sh\n%s ask --config %s --state %s hello; [ $? -ne 70 ]\n' "$openclaw" "$t/tls.json" "$t/state" >"$t/ask-tls"
printf '#!/bin/sh\n%s https://localhost:%s/ /etc/ssl/certs; [ $? -eq 0 ]\n' "$bin/tls_floor" "$tls_port" >"$t/floor-tls"
chmod +x "$t/ask-tls" "$t/floor-tls"
measure "TLS ask / curl with hashed CApath" 0 20 "$t/ask-tls" -- "$t/floor-tls"

"$bin/big_sources" >"$t/big_port" &
sources=$!
until [ -s "$t/big_port" ]; do :; done
at=http://127.0.0.1:$(cat "$t/big_port")
echo "$at/feed" >"$t/feeds"
cat >"$t/jobs.json" <<END
{ "time_zone": "Europe/Amsterdam",
  "sources": { "am": {"kind": "alertmanager", "url": "$at"}, "feeds": {"kind": "feeds", "path": "$t/feeds"},
    "rss": {"kind": "miniflux", "url": "$at", "token": {"env": "KEY"}}, "cal": {"kind": "ics", "url": "$at/calendar"},
    "plane": {"kind": "plane", "url": "$at", "workspace": "w", "token": {"env": "KEY"}} },
  "jobs": { "big": { "schedule": "08:00", "gather": [ {"from": "am", "items": 1000}, {"from": "rss", "items": 1000},
    {"from": "plane", "items": 1000}, {"from": "cal", "items": 1000}, {"from": "feeds", "items": 1000} ] } } }
END
export KEY=key
measure "5 sources of 1,000 items" 0 5 "$openclaw" run-job big --force --config "$t/jobs.json" --state "$t/jobs" -- "$bin/empty_floor"
kill "$sources"
sources=

mkdir "$t/chat"
(unset OPENCLAW_CONFIG; "$bin/listener" "$openclaw" "$bin/listener_floor" "$t/chat") || over=$((over + 1))

mkdir "$t/rooms" "$t/backlog"
(unset OPENCLAW_CONFIG; python3 -B tests/bench/matrix_idle.py "$openclaw" "$bin/listener_floor" "$t/rooms") || over=$((over + 1))
(unset OPENCLAW_CONFIG; "$bin/matrix_backlog" "$t/backlog") || over=$((over + 1))

mkdir "$t/big"
"$openclaw" ask --config "$t/tls.json" --state "$t/big" hello >/dev/null 2>&1 || true  # makes every table
"$bin/fill_audit" "$t/big" "$rows"
query="--since 2026-01-01 --by agent,day --no-compare --no-chart"
sql=$("$openclaw" audit query --config "$t/tls.json" --state "$t/big" --since 2026-01-01 --by agent,day --sql)
measure "audit query / sqlite3, $rows calls" t1.3 7 "$openclaw" audit query --config "$t/tls.json" --state "$t/big" $query -- \
  sqlite3 "$t/big/openclaw.db" "$sql"
begin=$(date +%s%N)
"$openclaw" audit verify --config "$t/tls.json" --state "$t/big" >/dev/null
end=$(date +%s%N)
printf 'audit verify: %s rows/s\n' $((rows * 1000000000 / (end - begin)))
printf '%s ratios above their limit\n' "$over"
[ -z "${OPENCLAW_FULL:-}" ] || [ "$over" -eq 0 ]
