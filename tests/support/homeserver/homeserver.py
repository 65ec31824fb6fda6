# SPDX-License-Identifier: MIT
"""A Matrix homeserver in memory, for tests: prints `listening PORT`, ends on SIGTERM or when stdin closes."""
import argparse
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import accounts
import backup
import control
import keys
import media
import room_make
import room_use
import sync
from api import MatrixError, Raw, Request, Router
from faults import merge
from model import Homeserver

BODY_LIMIT = 64 * 1024 * 1024
ROUTER = Router(accounts.ROUTES, keys.ROUTES, backup.ROUTES, room_make.ROUTES, room_use.ROUTES, sync.ROUTES,
                media.ROUTES, control.ROUTES)


class Lost(Exception):
    """The connection ends here, after these bytes."""

    def __init__(self, sent=b""):
        super().__init__()
        self.sent = sent


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT:
            raise Lost()
        return self.rfile.read(length)

    def answer(self):
        hs = self.server.hs
        request = None
        try:
            request = Request(self.command, self.path, self.headers, self.read_body())
            status, body, kind, headers = self.serve(hs, request)
            self.write(self.head(status, body, kind, headers) + (b"" if self.command == "HEAD" else body))
        except Lost as lost:
            self.write(lost.sent)
            self.hang_up()
        except (OSError, ValueError):
            self.hang_up()

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = do_PATCH = answer

    def serve(self, hs, request):
        row = {"n": 0, "at": time.time(), "method": request.method, "path": request.path, "query": request.query,
               "user": None, "device": None, "body": None, "status": None, "fault": None}
        with hs.changed:
            if not request.path.startswith("/_test/"):
                hs.record.append(row)
                row["n"] = len(hs.record)
                row["body"] = readable(request.body)
                hs.changed.notify_all()
            try:
                found = self.with_faults(hs, request, row)
                row["status"] = found[0]
                return found
            finally:
                hs.changed.notify_all()
                if row["n"] and self.server.record_file:
                    print(json.dumps(row), file=self.server.record_file, flush=True)

    def with_faults(self, hs, request, row):
        if request.path.startswith("/_test/"):
            return perform(hs, request, row)
        token = hs.tokens.get(request.headers.get("Authorization", "")[7:])
        row["user"], row["device"] = (token.user.user_id, token.device_id) if token else (None, None)
        rules = hs.faults.choose(request, row["user"])
        row["fault"] = ",".join(r.kind for r in rules) or None
        for rule in rules:
            if rule.kind == "delay":
                hs.faults.wait(rule)
        rule = next((r for r in rules if r.kind != "delay"), None)
        kind = rule.kind if rule else None
        if kind == "hang":
            hs.faults.hang(rule)
        if kind in ("hang", "lose_request"):
            raise Lost()
        if kind == "status" and not rule.after_work:
            status, body, content_type, headers = rule.answer()
            return status, body, content_type, list(headers.items())
        found = perform(hs, request, row)
        row["status"] = found[0]
        if kind == "twice":
            found = perform(hs, request, row)
        if kind == "lose_answer":
            raise Lost()
        if kind == "cut":
            raise Lost((self.head(*found) + found[1])[:-max(1, len(found[1]) // 2)])
        if kind == "status":
            status, body, content_type, headers = rule.answer()
            return status, body, content_type, list(headers.items())
        if kind == "merge":
            return found[0], json.dumps(merge(json.loads(found[1]), rule.body)).encode(), found[2], found[3]
        return found

    def head(self, status, body, kind, headers):
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('Unknown',))[0]}", f"Content-Type: {kind}",
                 f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def write(self, data):
        self.wfile.write(data)
        self.wfile.flush()

    def hang_up(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def log_message(self, *_):
        pass


def readable(body):
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return f"{len(body)} bytes"


def perform(hs, request, row):
    """The real answer as (status, bytes, content type, headers)."""
    try:
        if request.method == "OPTIONS":
            return 204, b"", "application/json", []
        handler, is_open = ROUTER.find(request)
        if not is_open:
            hs.authenticate(request)
            row["user"], row["device"] = request.user.user_id, request.device.device_id
        found, status = handler(hs, request), 200
    except MatrixError as error:
        found, status = error.body, error.status
    except Exception:  # a fault of the handler is answered as a server would, and shown
        traceback.print_exc()
        found, status = {"errcode": "M_UNKNOWN", "error": "Internal server error"}, 500
    if isinstance(found, Raw):
        return found.status, found.body, found.content_type, list(found.headers)
    return status, json.dumps(found).encode(), "application/json", []


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, hs, record_file):
        super().__init__(("127.0.0.1", 0), Handler)
        self.hs, self.record_file = hs, record_file

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def end_with_stdin():
    while os.read(0, 4096):
        pass
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="hs.test", help="server name in user ids")
    parser.add_argument("--seed", type=int, help="makes the ids of events and rooms repeatable")
    parser.add_argument("--room-version", default="11", help="12 gives room ids without a server part")
    parser.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD")
    parser.add_argument("--record", metavar="FILE", help="writes each request as a line of JSON")
    options = parser.parse_args()
    hs = Homeserver(options.name, options.seed, options.room_version)
    for pair in options.user:
        hs.add_user(*pair.split(":", 1))
    record_file = open(options.record, "a", encoding="utf-8") if options.record else None
    server = Server(hs, record_file)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=end_with_stdin, daemon=True).start()
    print("listening", server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
