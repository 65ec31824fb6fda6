# SPDX-License-Identifier: MIT
# The listeners' units: ready after the first poll, no IP socket listens, they come back after a
# kill, end in order and leave no secret in the journal.
mkdir -p /etc/openclaw
cp /etc/openclaw/openclaw.json /tmp/openclaw.json.before

# secret NAME TEXT: a file in /etc/openclaw that the units' user may read
secret() {
  echo "$2" >"/etc/openclaw/$1"
  chown openclaw "/etc/openclaw/$1"
  chmod 400 "/etc/openclaw/$1"
}

# try_unit UNIT SECRET: with the configuration that is there
try_unit() {
  unit=$1
  # Type=notify: start returns when it is ready.
  timeout 30 systemctl start "$unit"
  first=$(systemctl show -P MainPID "$unit")
  for table in tcp tcp6 udp udp6; do
    for inode in $(awk 'NR > 1 && ($4 == "0A" || FILENAME ~ /udp/) {print $10}' "/proc/$first/net/$table"); do
      ls -l "/proc/$first/fd" | grep -q "socket:\[$inode\]" && {
        echo "$unit listens on an IP socket ($table)"
        exit 1
      }
    done
  done
  kill -9 "$first"
  for i in $(seq 200); do
    second=$(systemctl show -P MainPID "$unit")
    [ "$second" != 0 ] && [ "$second" != "$first" ] && systemctl is-active -q "$unit" && break
    sleep 0.1
  done
  [ "$second" != "$first" ] && systemctl is-active -q "$unit"
  systemctl stop "$unit"
  [ "$(systemctl show -P Result "$unit")" = success ]
  ! journalctl -u "$unit" -o cat --no-pager | grep -q "$2"
}

cat >/tmp/bot_api.py <<'PY'
import http.server, json, time
class Api(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method = self.path.rsplit("/", 1)[1]
        if method == "getUpdates" and body.get("timeout"):
            time.sleep(2)
        result = {"id": 42, "is_bot": True, "username": "ops_bot"} if method == "getMe" else [] if method == "getUpdates" else True
        data = json.dumps({"ok": True, "result": result}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *args):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8081), Api).serve_forever()
PY
systemd-run -q --unit=bot-api python3 /tmp/bot_api.py
for i in $(seq 100); do
  python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8081))' 2>/dev/null && break
  sleep 0.05
done
secret token 42:abcdefghijklmnopqrstuvwxyz0123456789
cat >/etc/openclaw/openclaw.json <<'JSON'
{ "time_zone": "Europe/Amsterdam", "state_dir": "/var/lib/openclaw",
  "telegram": { "token": { "file": "/etc/openclaw/token" }, "base_url": "http://127.0.0.1:8081" } }
JSON
try_unit openclaw-listen-telegram.service abcdefghijklmnopqrstuvwxyz
systemctl stop bot-api.service

systemd-run -q --unit=homeserver sh -c \
  'sleep infinity | python3 -B /usr/share/homeserver/homeserver.py --user bot:correcthorsebattery >/tmp/homeserver.port'
for i in $(seq 100); do
  grep -q listening /tmp/homeserver.port 2>/dev/null && break
  sleep 0.05
done
port=$(cut -d' ' -f2 /tmp/homeserver.port)
secret password correcthorsebattery
cat >/etc/openclaw/openclaw.json <<JSON
{ "time_zone": "Europe/Amsterdam", "state_dir": "/var/lib/openclaw",
  "matrix": { "homeserver": "http://127.0.0.1:$port", "user": "@bot:hs.test", "password": { "file": "/etc/openclaw/password" } } }
JSON
try_unit openclaw-listen-matrix.service correcthorsebattery
runuser -u openclaw -- openclaw matrix status | grep -q 'device signed by its identity'
systemctl stop homeserver.service

mv /tmp/openclaw.json.before /etc/openclaw/openclaw.json
echo "Telegram, Matrix: ready, no listening IP socket, back after a kill, ended in order"
