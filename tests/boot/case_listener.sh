# SPDX-License-Identifier: MIT
# The listener's unit: ready after the first poll, no IP socket listens, comes back after a kill,
# ends in order.
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
mkdir -p /etc/openclaw
cp /etc/openclaw/openclaw.json /tmp/openclaw.json.before
echo '42:abcdefghijklmnopqrstuvwxyz0123456789' >/etc/openclaw/token
chown openclaw /etc/openclaw/token
chmod 400 /etc/openclaw/token
cat >/etc/openclaw/openclaw.json <<'JSON'
{ "time_zone": "Europe/Amsterdam", "state_dir": "/var/lib/openclaw",
  "telegram": { "token": { "file": "/etc/openclaw/token" }, "base_url": "http://127.0.0.1:8081" } }
JSON
# Type=notify: start returns when it is ready.
timeout 30 systemctl start openclaw-listen-telegram.service
first=$(systemctl show -P MainPID openclaw-listen-telegram.service)
for table in tcp tcp6 udp udp6; do
  for inode in $(awk 'NR > 1 && ($4 == "0A" || FILENAME ~ /udp/) {print $10}' "/proc/$first/net/$table"); do
    ls -l "/proc/$first/fd" | grep -q "socket:\[$inode\]" && {
      echo "it listens on an IP socket ($table)"
      exit 1
    }
  done
done
kill -9 "$first"
for i in $(seq 200); do
  second=$(systemctl show -P MainPID openclaw-listen-telegram.service)
  [ "$second" != 0 ] && [ "$second" != "$first" ] && systemctl is-active -q openclaw-listen-telegram.service && break
  sleep 0.1
done
[ "$second" != "$first" ] && systemctl is-active -q openclaw-listen-telegram.service
systemctl stop openclaw-listen-telegram.service
[ "$(systemctl show -P Result openclaw-listen-telegram.service)" = success ]
! journalctl -u openclaw-listen-telegram.service -o cat --no-pager | grep -q abcdefghijklmnopqrstuvwxyz
mv /tmp/openclaw.json.before /etc/openclaw/openclaw.json
systemctl stop bot-api.service
echo "ready, no listening IP socket, back after a kill, ended in order"
