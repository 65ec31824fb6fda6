# SPDX-License-Identifier: MIT
"""The rules of cross-signing with good signatures, and odd bodies for every request."""
import base64
import hashlib
import http.client
import json
import re
import sys
from urllib.parse import quote

from http_user import Rules
from processes import SERVER

sys.path.insert(0, str(SERVER.parent))
import ed25519
import homeserver
from api import canonical

VECTOR = ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
          "d25bf5f0595bbe24655141438e7a100b")
ODD = [b"", b"{", b"null", b"[]", b"5", b'"x"', b"{}", b'{"a":NaN}', b"[" * 5000, b"\xff"]
VALUES = [None, 1, 1.5, "x", True, [], [1], {}, {"a": 1}, {"timeline": 1}, {"state": {"types": [1]}},
          {"@alice:hs.test": 1}, {"@alice:hs.test": {"x": 1}}]
NAMES = ["auth", "creation_content", "device_keys", "device_id", "devices", "events", "fallback_keys", "identifier",
         "initial_state", "invite", "master_key", "messages", "one_time_keys", "password",
         "power_level_content_override", "preset", "reason", "redacts", "refresh_token", "rooms", "self_signing_key",
         "sessions", "type", "typing", "timeout", "user_id", "user_signing_key", "users", "users_default",
         "m.relates_to", "room", "event_fields", "@alice:hs.test"]


def unpadded(data):
    return base64.b64encode(data).decode().rstrip("=")


def encode(point):
    inverse = pow(point[2], ed25519.P - 2, ed25519.P)
    x, y = point[0] * inverse % ed25519.P, point[1] * inverse % ed25519.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class Signer:
    def __init__(self, seed):
        digest = hashlib.sha512(seed).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
        self.prefix = digest[32:]
        self.public = encode(ed25519.times(self.scalar, ed25519.BASE))
        self.name = unpadded(self.public)

    def sign(self, message):
        def number(*parts):
            return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ed25519.ORDER
        r = number(self.prefix, message)
        point = encode(ed25519.times(r, ed25519.BASE))
        s = (r + number(point, self.public, message) * self.scalar) % ed25519.ORDER
        return point + s.to_bytes(32, "little")

    def signed(self, user, value, key_id=None):
        signature = unpadded(self.sign(canonical(value)))
        return {**value, "signatures": {user.id: {f"ed25519:{key_id or self.name}": signature}}}


def cross_key(user, signer, usage):
    return {"user_id": user.id, "usage": [usage], "keys": {f"ed25519:{signer.name}": signer.name}}


class CrossSigning(Rules):
    def person(self, name, number):
        """A user whose device and cross-signing keys are uploaded."""
        user = self.user(name)
        user.keys = [Signer(bytes([number, n] * 16)) for n in range(4)]
        device, master, own, others = user.keys
        keys = {f"curve25519:{user.device}": "A" * 43, f"ed25519:{user.device}": device.name}
        user.device_keys = {"user_id": user.id, "device_id": user.device, "algorithms": [], "keys": keys}
        user.post("/keys/upload", {"device_keys": device.signed(user, user.device_keys, user.device)})
        user.master = cross_key(user, master, "master")
        user.post("/keys/device_signing/upload", {
            "master_key": user.master, "self_signing_key": master.signed(user, cross_key(user, own, "self_signing")),
            "user_signing_key": master.signed(user, cross_key(user, others, "user_signing"))})
        return user

    def test_known_answer(self):
        secret, public, signature = (bytes.fromhex(text) for text in VECTOR)
        self.assertEqual((Signer(secret).public, Signer(secret).sign(b"")), (public, signature))
        self.assertTrue(ed25519.verify(public, b"", signature))
        self.assertFalse(ed25519.verify(public, b"x", signature))
        larger = int.from_bytes(signature[32:], "little") + ed25519.ORDER
        self.assertFalse(ed25519.verify(public, b"", signature[:32] + larger.to_bytes(32, "little")))

    def test_signatures_and_who_sees_them(self):
        alice, bob, carol = self.person("alice", 1), self.person("bob", 2), self.person("carol", 3)
        alice.room(bob, carol)
        since, others = alice.now(), (bob.now(), carol.now())
        signature = alice.keys[2].signed(alice, alice.device_keys)
        body = {alice.id: {alice.device: signature,
                           alice.keys[1].name: alice.keys[0].signed(alice, alice.master, alice.device)}}
        self.assertEqual(alice.post("/keys/signatures/upload", body), {"failures": {}})
        self.assertEqual(bob.sync(others[0])["device_lists"]["changed"], [alice.id])
        query = {"device_keys": {u.id: [] for u in (alice, bob)}}
        shown = bob.post("/keys/query", query)
        names = set(shown["device_keys"][alice.id][alice.device]["signatures"][alice.id])
        self.assertEqual(names, {f"ed25519:{alice.device}", f"ed25519:{alice.keys[2].name}"})
        self.assertIn(f"ed25519:{alice.device}", shown["master_keys"][alice.id]["signatures"][alice.id])
        self.assertEqual(list(shown["user_signing_keys"]), [bob.id])
        since, others = alice.now(), (bob.now(), carol.now())
        body = {bob.id: {bob.keys[1].name: alice.keys[3].signed(alice, bob.master)}}
        self.assertEqual(alice.post("/keys/signatures/upload", body), {"failures": {}})
        self.assertEqual(alice.sync(since)["device_lists"]["changed"], [bob.id])
        self.assertNotIn("device_lists", carol.sync(others[1]))
        seen = [alice.id in u.post("/keys/query", query)["master_keys"][bob.id].get("signatures", {})
                for u in (alice, bob, carol)]
        self.assertEqual(seen, [True, False, False])

    def test_refused_signatures(self):
        alice, bob = self.person("alice", 1), self.person("bob", 2)
        good = alice.keys[2].signed(alice, alice.device_keys)
        other = alice.keys[2].signed(alice, {**alice.device_keys, "algorithms": ["x"]})
        forged = {**good, "signatures": {alice.id: {f"ed25519:{alice.keys[2].name}": unpadded(bytes(64))}}}
        for value, code in ((other, "M_UNKNOWN"), (forged, "M_INVALID_SIGNATURE"),
                            (alice.keys[1].signed(alice, alice.device_keys), "M_INVALID_SIGNATURE")):
            failures = alice.post("/keys/signatures/upload", {alice.id: {alice.device: value}})["failures"]
            self.assertEqual(failures[alice.id][alice.device]["errcode"], code)
        failures = alice.post("/keys/signatures/upload", {bob.id: {bob.device: good}})["failures"]
        self.assertEqual(failures[bob.id][bob.device]["errcode"], "M_NOT_FOUND")

    def test_only_the_owner_hears_of_a_new_user_signing_key(self):
        alice, bob = self.person("alice", 1), self.person("bob", 2)
        alice.room(bob)
        since, others, fresh = alice.now(), bob.now(), Signer(bytes(32))
        auth = {"type": "m.login.password", "user": "alice", "password": "pw"}
        alice.post("/keys/device_signing/upload", {"auth": auth, "user_signing_key": alice.keys[1].signed(
            alice, cross_key(alice, fresh, "user_signing"))})
        self.assertEqual(alice.sync(since)["device_lists"]["changed"], [alice.id])
        self.assertNotIn("device_lists", bob.sync(others))

    def test_changed_device_keys_lose_their_signature_and_equal_ones_keep_it(self):
        alice = self.person("alice", 1)
        body = {alice.id: {alice.device: alice.keys[2].signed(alice, alice.device_keys)}}
        alice.post("/keys/signatures/upload", body)
        for keys, count in ((alice.device_keys, 2), ({**alice.device_keys, "algorithms": ["x"]}, 1)):
            alice.post("/keys/upload", {"device_keys": alice.keys[0].signed(alice, keys, alice.device)})
            shown = alice.post("/keys/query", {"device_keys": {alice.id: []}})["device_keys"][alice.id][alice.device]
            self.assertEqual(len(shown["signatures"][alice.id]), count)


class OddBodies(Rules):
    def routes(self, **names):
        """(method, path) of each request that does not end the session."""
        for method, pattern, _, _ in homeserver.ROUTER.routes:
            path = pattern.pattern.replace("(?:v3|r0)", "v3").removesuffix("/?")
            path = re.sub(r"\(\?P<(\w+)>\[\^/]\+\)", lambda found: quote(names.get(found[1], "x")), path)
            if not path.endswith(("/logout", "/logout/all", "/devices/" + names["device"])) and "/_test" not in path:
                yield method, path

    def test_none_breaks_the_server(self):
        alice = self.user("alice")
        names = {"room": alice.room(), "user": alice.id, "device": alice.device, "server": "hs.test",
                 "type": "m.room.power_levels"}
        values = [json.dumps({name: value}).encode() for name in NAMES for value in VALUES]
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        self.addCleanup(connection.close)
        for method, path in self.routes(**names):
            for raw in ODD + values if method in ("POST", "PUT") else [None]:
                connection.request(method, path, raw, {"Authorization": "Bearer " + alice.token})
                answer = connection.getresponse()
                text = answer.read()
                self.assertLess(answer.status, 500, (method, path, raw, text))
                self.assertNotIn(b"Invalid access token", text, (method, path, raw))
