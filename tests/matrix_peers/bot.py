# SPDX-License-Identifier: MIT
"""The bot under test on the homeserver, with a vendor that says back what it is told."""
import contextlib
import http.server
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

from processes import Child, Failed, PATIENCE


class Vendor:
    """openai-chat: "call TOOL ARGS" calls it and tells the result, "context" lists what it was sent, what
    ends in "wait" is answered once may_go is set, all else is said back."""

    def __init__(self):
        vendor = self
        self.requests = []
        self.may_go = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                vendor.requests.append(request)
                body = vendor.answer(request["messages"]).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Content-Length", str(len(body)))
                with contextlib.suppress(ConnectionError):  # the bot may have been killed meanwhile
                    self.end_headers()
                    self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, messages):
        def text(message):
            content = message.get("content") or ""
            return content if isinstance(content, str) else "".join(p.get("text", "") for p in content)

        last = text(messages[-1])
        if messages[-1]["role"] == "tool":
            return self.say("result: " + last)
        if last.startswith("call "):
            _, tool, arguments = last.split(" ", 2)
            call = {"index": 0, "id": f"call_{len(messages)}", "type": "function",
                    "function": {"name": tool, "arguments": arguments.split("\n")[0]}}
            return self.chunk({"role": "assistant", "tool_calls": [call]}, "tool_calls")
        if last.endswith("wait"):
            self.may_go.wait(PATIENCE * 2)
        if last.startswith("context"):
            return self.say("\n".join(text(m) for m in messages))
        return self.say("you said: " + last)

    def say(self, words):
        return self.chunk({"role": "assistant", "content": words}, "stop")

    @staticmethod
    def chunk(delta, finish):
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        row = {"id": "c", "object": "chat.completion.chunk", "model": "talker", "choices": [choice]}
        return f"data: {json.dumps(row)}\n\ndata: [DONE]\n\n"

    def end(self):
        self.may_go.set()
        self.server.shutdown()
        self.server.server_close()


class Pager:
    """As much of Telegram as takes texts."""

    def __init__(self):
        texts = self.texts = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                if self.path.endswith("/sendMessage"):
                    texts.append(asked["text"])
                result = {"message_id": len(texts), "date": 1, "chat": {"id": asked.get("chat_id"), "type": "private"}}
                body = json.dumps({"ok": True, "result": result}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Bot:
    """openclaw listen-matrix as @bot:hs.test; places: {name: {matrix, allow…}}."""

    def __init__(self, folder, server, vendor, places, recovery_key=None, more=None):
        self.folder, self.server, self.vendor, self.process = pathlib.Path(folder), server, vendor, None
        self.recovery_key = recovery_key
        self.folder.mkdir(parents=True, exist_ok=True)
        effects = self.folder / "effects"
        effects.mkdir(exist_ok=True)
        self.effects = effects
        self.secret("password", "pw")
        if recovery_key:
            self.secret("recovery", recovery_key)
        self.configure(places, more or {})

    def configure(self, places, more):
        server, vendor, effects = self.server, self.vendor, self.effects
        matrix = {"homeserver": server.url, "user": "@bot:hs.test", "password": {"file": str(self.folder / "password")}}
        if self.recovery_key:
            matrix["recovery_key"] = {"file": str(self.folder / "recovery")}
        config = {
            "time_zone": "Europe/Amsterdam", "log": "info", "state_dir": str(self.folder / "state"),
            "people": {"me": {"uid": os.getuid(), "matrix": "@alice:hs.test"}, "eva": {"matrix": "@bob:hs.test"}},
            "providers": {"main": {"api": "openai-chat", "base_url": vendor.url, "private_text": True}},
            "models": {"m": {"try": ["main:talker"]}},
            "prices": {"main:talker": {"input_usd_per_mtok": "1.00", "output_usd_per_mtok": "2.00"}},
            "commands": {"mark": {"argv": ["/usr/bin/mktemp", "-p", str(effects), "{name}.XXXXXX"], "write": [str(effects)]}},
            "groups": {"asked": [{"tool": "command_mark", "args": {"name": {"eq": "asked"}}, "confirm": True}]},
            "agents": {"ops": {"model": "m", "groups": ["asked"]}},
            "places": {name: {"allow": [{"who": ["me"], "agents": ["ops"], "groups": "all"}], **place}
                       for name, place in places.items()},
            "matrix": matrix, **more}
        (self.folder / "openclaw.json").write_text(json.dumps(config))

    def secret(self, name, value):
        path = self.folder / name
        path.write_text(value)
        path.chmod(0o600)

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "OPENCLAW_CONFIG": str(self.folder / "openclaw.json"),
                **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **more}

    def start(self, **environment):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([os.environ["OPENCLAW"], "listen-matrix"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=self.log, env=self.environment(**environment))
        return self

    def ready(self):
        """Until it waits in a /sync that has a since."""
        self.until(lambda: b"listening as" in self.log_text(), "listening")
        return self

    def log_text(self):
        return (self.folder / "log").read_bytes()

    def until(self, find, what, patience=PATIENCE * 2):
        end = time.monotonic() + patience
        while not (found := find()):
            if time.monotonic() > end or self.process.poll() is not None:
                raise Failed(f"no {what}: {self.log_text().decode(errors='replace')[-3000:]}")
            time.sleep(0.02)
        return found

    def stop(self, by=signal.SIGTERM):
        if self.process is None:
            return None
        self.process.send_signal(by)
        code = self.process.wait(PATIENCE)
        self.process = None
        self.log.close()
        return code

    def run(self, *words, stdin=""):
        return subprocess.run([os.environ["OPENCLAW"], *words], input=stdin, capture_output=True, text=True,
                              env=self.environment(), timeout=90)

    def begin(self, *words):
        return subprocess.Popen([os.environ["OPENCLAW"], *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=self.environment())

    def end(self):
        if self.process is not None:
            self.stop(signal.SIGKILL)
        if os.environ.get("MATRIX_PEER_LOG"):
            print(self.log_text().decode(errors="replace"))
