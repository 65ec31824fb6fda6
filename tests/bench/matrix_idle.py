# SPDX-License-Identifier: MIT
"""matrix_idle.py OPENCLAW FLOOR FOLDER [ROOMS MEMBERS]: a listener in many encrypted rooms: its memory at idle
against the listener's floor, and how soon after its start it is ready. It has spoken in each room once."""
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "matrix_peers"))
from http_user import User  # noqa: E402
from processes import Server  # noqa: E402

OPENCLAW, FLOOR, FOLDER = sys.argv[1:4]
ROOMS, MEMBERS = (int(n) for n in (sys.argv[4:6] or (50, 20)))
STARTS = 15


def resident(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Listener:
    def __init__(self, config, state):
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = f"{FOLDER}/notify"
        pathlib.Path(path).unlink(missing_ok=True)
        self.notify.bind(path)
        self.notify.settimeout(60)
        begin = time.monotonic()
        self.process = subprocess.Popen([OPENCLAW, "listen-matrix", "--config", config, "--state", state],
                                        env={**os.environ, "NOTIFY_SOCKET": path}, stderr=open(f"{FOLDER}/log", "ab"))
        while self.notify.recv(256) != b"READY=1":
            pass
        self.ready = (time.monotonic() - begin) * 1000

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.notify.close()


def hanging():
    """Takes what is asked and never answers but the first question, as a long poll does."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        held = []
        while True:
            peer, _ = listening.accept()
            held.append(peer)
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")  # the next one on it waits
    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


server = Server()
users = [f"u{i}" for i in range(MEMBERS - 1)]
for name in ["bot", *users]:
    server.test("users", {"user": name, "password": "pw"})
people = [User(server, name) for name in users]
bot = f"@bot:{people[0].id.split(':')[1]}"
sealed = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
rooms = []
for i in range(ROOMS):
    rooms.append(people[0].room(*people[1:], initial_state=[sealed]))
    people[0].post(f"/rooms/{rooms[-1]}/invite", {"user_id": bot})
pathlib.Path(f"{FOLDER}/matrix-password").write_text("pw")
os.chmod(f"{FOLDER}/matrix-password", 0o400)
config = f"{FOLDER}/matrix-idle.json"
pathlib.Path(config).write_text(json.dumps({
    "time_zone": "Europe/Amsterdam", "people": {"me": {"matrix": people[0].id, "uid": os.getuid()}},
    "providers": {"p": {"api": "openai-chat", "base_url": "http://127.0.0.1:9", "price": "free", "private_text": True}},
    "models": {"m": {"try": ["p:m"]}}, "agents": {"a": {"model": "m"}},
    "places": {f"r{i}": {"matrix": room, "allow": [{"who": ["me"], "agents": ["a"], "groups": "all"}]}
               for i, room in enumerate(rooms)},
    "matrix": {"homeserver": server.url, "user": bot, "password": {"file": f"{FOLDER}/matrix-password"}}}))
state = f"{FOLDER}/matrix-state"
first = Listener(config, state)
end = time.monotonic() + 120
while sum(bot in m["joined"] for m in (people[0].get(f"/rooms/{r}/joined_members") for r in rooms)) < ROOMS:
    if time.monotonic() > end:
        sys.exit("the bot did not join")
for i in range(ROOMS):
    subprocess.run([OPENCLAW, "send", "--config", config, "--state", state, f"r{i}", "hello"], check=True,
                   stdout=subprocess.DEVNULL)
for room in rooms:
    server.test("wait", room=room, type="m.room.encrypted", timeout=60000)
first.end()
ready = []
for _ in range(STARTS):
    listener = Listener(config, state)
    ready.append(listener.ready)
    listener.end()
listener = Listener(config, state)
floor = subprocess.Popen([FLOOR, hanging(), f"{FOLDER}/floor-matrix.db", "/etc/ssl/certs"])
time.sleep(5)
ours, theirs = resident(listener.process.pid), resident(floor.pid)
print(f"matrix: idle in {ROOMS} encrypted rooms of {MEMBERS} / floor: memory {ours:.1f} / {theirs:.1f} MiB = {ours / theirs:.2f}; "
      f"ready after {statistics.median(ready):.0f} ms")
floor.kill()
floor.wait()
listener.end()
server.end()
