# SPDX-License-Identifier: MIT
"""A user of the test homeserver over plain HTTP, and the base of the checks of its rules."""
import itertools
import unittest
from urllib.parse import quote

from processes import Server

V3 = "/_matrix/client/v3"


class User:
    def __init__(self, server, name, **login):
        self.server, self.numbers = server, itertools.count(1)
        body = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": "pw"}
        status, self.login = server.call("POST", V3 + "/login", {**body, **login})
        assert status == 200, self.login
        self.id, self.device, self.token = (self.login[k] for k in ("user_id", "device_id", "access_token"))

    def ask(self, method, path, body=None, **more):
        path = path if path.startswith("/_") else V3 + path
        return self.server.call(method, path, body, self.token, **more)

    def get(self, path):
        return self.good("GET", path)

    def post(self, path, body=None):
        return self.good("POST", path, body if body is not None else {})

    def put(self, path, body):
        return self.good("PUT", path, body)

    def good(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        assert status == 200, (method, path, status, answer)
        return answer

    def room(self, *others, **more):
        made = self.post("/createRoom", {"invite": [o.id for o in others], **more})["room_id"]
        for other in others:
            other.post("/join/" + quote(made))
        return made

    def send(self, room, body, txn=None):
        txn = txn or f"m{next(self.numbers)}"
        path = f"/rooms/{quote(room)}/send/m.room.message/{txn}"
        return self.put(path, {"msgtype": "m.text", "body": body})["event_id"]

    def sync(self, since=None, **query):
        query = {**query, **({"since": since} if since else {})}
        return self.get("/sync?" + "&".join(f"{k}={quote(str(v))}" for k, v in query.items()))

    def now(self):
        return self.sync()["next_batch"]


class Rules(unittest.TestCase):
    """Each test has a server of its own with the users alice, bob and carol."""

    options = ()

    def setUp(self):
        self.server = Server(*self.options)
        self.addCleanup(self.server.end)
        for name in ("alice", "bob", "carol"):
            self.server.test("users", {"user": name, "password": "pw"})

    def user(self, name, **login):
        return User(self.server, name, **login)

    def refused(self, answer, status, errcode):
        self.assertEqual((answer[0], answer[1].get("errcode")), (status, errcode), answer)
        return answer[1]


def bodies(timeline):
    return [e["content"]["body"] for e in timeline["events"] if e["type"] == "m.room.message"]
