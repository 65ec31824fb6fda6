# SPDX-License-Identifier: MIT
"""Starts the homeserver and the peers as children, speaks to them, and ends them."""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SERVER = HERE.parent / "support" / "homeserver" / "homeserver.py"
COMMANDS = {"js": [os.environ.get("OPENCLAW_NODE", "node"), os.environ.get("OPENCLAW_JS_PEER", str(HERE / "js_peer.mjs"))], "nio": ["/usr/bin/python3", "-B", str(HERE / "nio_peer.py")]}
PATIENCE = 20


class Failed(Exception):
    pass


class Child:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(self):
        """Closing stdin is the request to end; a child that does not is killed."""
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Server(Child):
    def __init__(self, *options):
        super().__init__([sys.executable, "-B", str(SERVER), *options])
        self.port = int(self.process.stdout.readline().split()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def call(self, method, path, body=None, token=None, raw=None, content_type="application/json"):
        """(status, parsed answer); bytes stay bytes."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": content_type, **({"Authorization": f"Bearer {token}"} if token else {})}
        asked = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def test(self, name, body=None, verb=None, **query):
        """A request to the control interface, which must succeed."""
        path = f"/_test/{name}" + ("?" + urllib.parse.urlencode(query) if query else "")
        status, answer = self.call(verb or ("GET" if body is None else "POST"), path, body)
        if status != 200:
            raise Failed(f"{path}: {status} {answer}")
        return answer


class Peer(Child):
    def __init__(self, kind):
        super().__init__(COMMANDS[kind])
        self.changed = threading.Condition()
        self.replies, self.events, self.number, self.gone = {}, [], 0, False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            row = json.loads(line)
            with self.changed:
                if "event" in row:
                    self.events.append(row)
                else:
                    self.replies[row["id"]] = row
                self.changed.notify_all()
        with self.changed:
            self.gone = True
            self.changed.notify_all()

    def until(self, find, what, patience):
        end = time.monotonic() + patience
        with self.changed:
            while (found := find()) is None:
                left = end - time.monotonic()
                if left <= 0 or self.gone:
                    raise Failed(f"no {what}; last events: {self.events[-5:]}")
                self.changed.wait(left)
            return found

    def ask(self, command, **given):
        self.number += 1
        number = self.number
        self.process.stdin.write(json.dumps({"id": number, "do": command, **given}) + "\n")
        self.process.stdin.flush()
        reply = self.until(lambda: self.replies.get(number), f"reply to {command}", 2 * PATIENCE)
        if not reply["ok"]:
            raise Failed(f"{command}: {reply['error']}")
        return reply

    def see(self, event, patience=PATIENCE, **fields):
        """The first event of this kind whose fields have these values."""
        def find():
            return next((e for e in self.events if e["event"] == event
                         and all(e.get(name) == value for name, value in fields.items())), None)
        return self.until(find, f"{event} {fields}", patience)
