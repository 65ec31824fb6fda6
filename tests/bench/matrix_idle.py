#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""matrix_idle.py OPENCLAW FLOOR FOLDER: an idle listener in 50 encrypted rooms of 20 members: its memory
against the floor's, its CPU between syncs, and how soon it is ready on a state that it knows. Prints."""
import http.server
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "matrix_peers"))
from processes import Server  # noqa: E402

ROOMS, MEMBERS, STARTS, QUIET = 50, 20, 9, 20


class Polled(http.server.BaseHTTPRequestHandler):
    """What the floor asks: the second request gets no answer."""

    def do_POST(self):
        if self.path.endswith("getUpdates"):
            time.sleep(600)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


def rooms_with_people(server):
    """Their ids; the bot is invited to each, the others are in it."""
    people = [f"u{i}" for i in range(MEMBERS - 1)]
    for name in ("bot", *people):
        server.test("users", {"user": name, "password": "pw"})
    tokens = []
    for name in people:
        status, answer = server.call("POST", "/_matrix/client/v3/login", {
            "type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": "pw"})
        assert status == 200, answer
        tokens.append(answer["access_token"])
    rooms = []
    for _ in range(ROOMS):
        status, answer = server.call("POST", "/_matrix/client/v3/createRoom", {
            "preset": "private_chat", "invite": [f"@{n}:hs.test" for n in ("bot", *people[1:])],
            "initial_state": [{"type": "m.room.encryption", "state_key": "",
                               "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]}, tokens[0])
        assert status == 200, answer
        rooms.append(answer["room_id"])
        for token in tokens[1:]:
            status, answer = server.call("POST", f"/_matrix/client/v3/join/{rooms[-1]}", {}, token)
            assert status == 200, answer
    return rooms


def configure(folder, server, rooms):
    (folder / "password").write_text("pw")
    (folder / "password").chmod(0o400)
    config = {
        "time_zone": "Europe/Amsterdam", "state_dir": str(folder / "state"),
        "people": {"me": {"uid": os.getuid(), "matrix": "@u0:hs.test"}},
        "providers": {"p": {"api": "openai-chat", "base_url": "http://127.0.0.1:9", "price": "free", "private_text": True}},
        "models": {"m": {"try": ["p:m"]}}, "agents": {"a": {"model": "m"}},
        "places": {f"room{i}": {"matrix": room, "allow": [{"who": ["me"], "agents": ["a"], "groups": "all"}]}
                   for i, room in enumerate(rooms)},
        "matrix": {"homeserver": server.url, "user": "@bot:hs.test", "password": {"file": str(folder / "password")}}}
    (folder / "openclaw.json").write_text(json.dumps(config))


def start(openclaw, folder):
    """The process, once it has said that it is ready, and after how many ms."""
    path = str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.settimeout(60)
        begin = time.monotonic()
        process = subprocess.Popen([openclaw, "listen-matrix"], stdin=subprocess.DEVNULL, stderr=open(folder / "log", "ab"),
                                   env={**os.environ, "OPENCLAW_CONFIG": str(folder / "openclaw.json"), "NOTIFY_SOCKET": path})
        while notify.recv(256) != b"READY=1":
            pass
        took = (time.monotonic() - begin) * 1000
    os.unlink(path)
    return process, took


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def resident(process):
    """KiB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def ticks(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def main():
    openclaw, floor, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    server = Server()
    polled = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Polled)
    polled.daemon_threads = True
    threading.Thread(target=polled.serve_forever, daemon=True).start()
    process = bare = None
    try:
        rooms = rooms_with_people(server)
        configure(folder, server, rooms)
        process, _ = start(openclaw, folder)
        joined = 0
        while joined < ROOMS:  # invitations come with the first answers
            snapshot = server.test("snapshot")["rooms"]
            joined = sum(room["members"].get("@bot:hs.test") == "join" for room in snapshot.values())
            assert process.poll() is None
        for i in range(ROOMS):
            subprocess.run([openclaw, "send", f"room{i}"], input="hello", text=True, check=True, timeout=60,
                           env={**os.environ, "OPENCLAW_CONFIG": str(folder / "openclaw.json")})
        ready = []
        for _ in range(STARTS):
            stop(process)
            process, took = start(openclaw, folder)
            ready.append(took)
        bare = subprocess.Popen([floor, f"http://127.0.0.1:{polled.server_port}", str(folder / "floor.db"), "/etc/ssl/certs",
                                 "libolm.so.3"])  # the same libraries
        time.sleep(2)
        before = ticks(process)
        time.sleep(QUIET)
        cpu = (ticks(process) - before) * 1000 // os.sysconf("SC_CLK_TCK")
        own, theirs = resident(process), resident(bare)
        print(f"idle in {ROOMS} encrypted rooms of {MEMBERS} / floor: memory {own / 1024:.1f} / {theirs / 1024:.1f} MiB"
              f" = {own / theirs:.2f}; CPU in {QUIET} s: {cpu} ms; ready after {statistics.median(ready):.1f} ms")
    finally:
        for child in (process, bare):
            if child is not None and child.poll() is None:
                child.kill()
                child.wait()
        server.end()


main()
