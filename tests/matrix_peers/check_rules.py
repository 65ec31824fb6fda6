# SPDX-License-Identifier: MIT
"""The rules of login, keys, backup, rooms and media, over plain HTTP."""
import threading
from urllib.parse import quote

from http_user import V3, Rules, bodies

BLANK = "A" * 43
OLM = "m.olm.v1.curve25519-aes-sha2"


class Login(Rules):
    def test_wrong_requests(self):
        alice, call = self.user("alice"), self.server.call
        good = {"type": "m.login.password", "user": "alice", "password": "pw"}
        for body, status, code in (({**good, "password": "no"}, 403, "M_FORBIDDEN"),
                                   ({**good, "type": "m.odd"}, 400, "M_UNKNOWN"),
                                   ({"user": "alice"}, 400, "M_MISSING_PARAM"),
                                   ({**good, "device_id": 5}, 400, "M_BAD_JSON")):
            self.refused(call("POST", V3 + "/login", body), status, code)
        self.refused(call("POST", V3 + "/login", raw=b"{"), 400, "M_NOT_JSON")
        self.refused(call("POST", V3 + "/login", raw=b"[]"), 400, "M_BAD_JSON")
        self.refused(call("GET", V3 + "/account/whoami"), 401, "M_MISSING_TOKEN")
        self.assertFalse(self.refused(call("GET", V3 + "/sync", token="x"), 401, "M_UNKNOWN_TOKEN")["soft_logout"])
        self.assertEqual(call("GET", "/_matrix/client/r0/account/whoami", token=alice.token)[1]["user_id"], alice.id)

    def test_one_device_for_life(self):
        first = self.user("alice", device_id="BOT")
        second = self.user("alice", device_id="BOT")
        self.refused(first.ask("GET", "/account/whoami"), 401, "M_UNKNOWN_TOKEN")
        self.assertEqual([d["device_id"] for d in second.get("/devices")["devices"]], ["BOT"])
        second.post("/logout")
        self.assertFalse(self.refused(second.ask("GET", "/sync"), 401, "M_UNKNOWN_TOKEN")["soft_logout"])
        self.assertEqual(self.server.test("snapshot")["users"][first.id]["devices"], {})

    def test_refresh(self):
        self.server.test("settings", {"access_token_ms": 600000})
        alice = self.user("alice", refresh_token=True)
        self.assertGreater(alice.login["expires_in_ms"], 0)
        self.assertNotIn("refresh_token", self.user("bob").login)
        self.server.test("expire", {"user": "alice"})
        self.assertTrue(self.refused(alice.ask("GET", "/sync"), 401, "M_UNKNOWN_TOKEN")["soft_logout"])
        old = alice.login["refresh_token"]
        lost = alice.post("/refresh", {"refresh_token": old})
        again = alice.post("/refresh", {"refresh_token": old})
        alice.token = lost["access_token"]
        self.refused(alice.ask("GET", "/account/whoami"), 401, "M_UNKNOWN_TOKEN")
        alice.token = again["access_token"]
        self.assertEqual(alice.get("/account/whoami")["device_id"], alice.device)
        self.refused(alice.ask("POST", "/refresh", {"refresh_token": old}), 401, "M_UNKNOWN_TOKEN")
        alice.post("/refresh", {"refresh_token": again["refresh_token"]})
        self.expiry_ends_a_poll(alice)
        self.server.test("expire", {"user": "alice", "hard": True})
        self.assertFalse(self.refused(alice.ask("GET", "/sync"), 401, "M_UNKNOWN_TOKEN")["soft_logout"])


    def expiry_ends_a_poll(self, alice):
        since, found = alice.now(), []
        poll = threading.Thread(target=lambda: found.append(alice.ask("GET", f"/sync?timeout=20000&since={since}")))
        poll.start()
        self.server.test("wait", path="/sync", user=alice.id, status=None)
        self.server.test("expire", {"user": "alice"})
        poll.join()
        self.assertTrue(self.refused(found[0], 401, "M_UNKNOWN_TOKEN")["soft_logout"])


class Keys(Rules):
    def device_keys(self, user, **more):
        keys = {f"{kind}:{user.device}": BLANK for kind in ("curve25519", "ed25519")}
        return {"user_id": user.id, "device_id": user.device, "algorithms": [OLM], "keys": keys,
                "signatures": {user.id: {f"ed25519:{user.device}": "x"}}, **more}

    def key(self, value, **more):
        return {"key": value, "signatures": {}, **more}

    def claim(self, asker, user):
        asked = {"one_time_keys": {user.id: {user.device: "signed_curve25519"}}}
        return asker.post("/keys/claim", asked)["one_time_keys"].get(user.id, {}).get(user.device)

    def test_one_time_and_fallback_keys(self):
        alice, bob = self.user("alice"), self.user("bob")
        body = {"device_keys": self.device_keys(alice),
                "one_time_keys": {f"signed_curve25519:{n}": self.key(str(n)) for n in "12"},
                "fallback_keys": {"signed_curve25519:f": self.key("f", fallback=True)}}
        for _ in range(2):
            counts = alice.post("/keys/upload", body)["one_time_key_counts"]
            self.assertEqual(counts, {"signed_curve25519": 2})
        other = {"one_time_keys": {"signed_curve25519:1": self.key("other")}}
        refusal = self.refused(alice.ask("POST", "/keys/upload", other), 400, "M_UNKNOWN")
        self.assertRegex(refusal["error"], "^One time key signed_curve25519:1 already exists")
        for wrong in (self.device_keys(alice, device_id="OTHER"), self.device_keys(alice, user_id=bob.id), {}):
            self.assertEqual(alice.ask("POST", "/keys/upload", {"device_keys": wrong})[0], 400)
        told = alice.sync()
        self.assertEqual(told["device_one_time_keys_count"], {"signed_curve25519": 2})
        self.assertEqual(told["device_unused_fallback_key_types"], ["signed_curve25519"])
        claimed = [next(iter(self.claim(bob, alice))) for _ in range(4)]
        self.assertEqual(claimed, [f"signed_curve25519:{n}" for n in "12ff"])
        alice.post("/keys/upload", {"fallback_keys": body["fallback_keys"]})
        told = alice.sync()
        self.assertEqual((told["device_one_time_keys_count"], told["device_unused_fallback_key_types"]),
                         ({"signed_curve25519": 0}, []))
        self.server.test("settings", {"omit_counts": True})
        self.assertNotIn("device_one_time_keys_count", alice.sync())

    def test_device_lists(self):
        alice, bob, carol = self.user("alice"), self.user("bob"), self.user("carol")
        room = alice.room(bob)
        since = alice.now()
        for user in (bob, carol):
            user.post("/keys/upload", {"device_keys": self.device_keys(user)})
        told = alice.sync(since)
        self.assertEqual(told["device_lists"], {"changed": [bob.id], "left": []})
        shown = alice.post("/keys/query", {"device_keys": {bob.id: [], "@x:else.where": []}})
        self.assertEqual(list(shown["device_keys"][bob.id]), [bob.device])
        self.assertIn("else.where", shown["failures"])
        self.assertNotIn(bob.id, shown["master_keys"])
        alice.post(f"/rooms/{quote(room)}/invite", {"user_id": carol.id})
        carol.post(f"/join/{quote(room)}")
        bob.post(f"/rooms/{quote(room)}/leave")
        later = alice.sync(told["next_batch"])
        self.assertEqual(later["device_lists"], {"changed": [carol.id], "left": [bob.id]})
        path = f"/keys/changes?from={told['next_batch']}&to={later['next_batch']}"
        self.assertEqual(alice.get(path), later["device_lists"])
        self.server.test("remove_device", {"user": "carol", "device": carol.device})
        self.assertEqual(alice.sync(later["next_batch"])["device_lists"]["changed"], [carol.id])
        self.assertEqual(alice.post("/keys/query", {"device_keys": {carol.id: []}})["device_keys"], {carol.id: {}})
        self.refused(carol.ask("GET", "/sync"), 401, "M_UNKNOWN_TOKEN")
        self.refused(alice.ask("POST", "/keys/query", {}), 400, "M_MISSING_PARAM")
        self.refused(alice.ask("POST", "/keys/query", {"device_keys": {bob.id: "x"}}), 400, "M_BAD_JSON")

    def test_dropped_keys(self):
        alice = self.user("alice")
        alice.post("/keys/upload", {"device_keys": self.device_keys(alice)})
        self.server.test("drop_keys", {"user": "alice", "device": alice.device})
        self.assertEqual(alice.post("/keys/query", {"device_keys": {alice.id: []}})["device_keys"], {alice.id: {}})

    def cross_key(self, user, kind, letter):
        public = letter * 42 + "A"
        return {"user_id": user.id, "usage": [kind], "keys": {f"ed25519:{public}": public}}

    def test_cross_signing_needs_a_password_only_to_replace(self):
        alice, path = self.user("alice"), "/keys/device_signing/upload"
        one, two = (self.cross_key(alice, "master", letter) for letter in "xy")
        part = {"self_signing_key": self.cross_key(alice, "self_signing", "z")}
        self.refused(alice.ask("POST", path, part), 400, "M_MISSING_PARAM")
        self.refused(alice.ask("POST", path, {"master_key": one, **part}), 400, "M_INVALID_SIGNATURE")
        for _ in range(2):
            alice.post(path, {"master_key": one})
        status, asked = alice.ask("POST", path, {"master_key": two})
        self.assertEqual((status, asked["flows"]), (401, [{"stages": ["m.login.password"]}]))
        auth = {"type": "m.login.password", "session": asked["session"], "password": "wrong",
                "identifier": {"type": "m.id.user", "user": "alice"}}
        self.refused(alice.ask("POST", path, {"master_key": two, "auth": auth}), 401, "M_FORBIDDEN")
        alice.post(path, {"master_key": two, "auth": {**auth, "password": "pw"}})
        shown = alice.post("/keys/query", {"device_keys": {alice.id: []}})["master_keys"]
        self.assertEqual(shown, {alice.id: two})
        alice.post("/keys/upload", {"device_keys": self.device_keys(alice)})
        signed = {alice.id: {alice.device: self.device_keys(alice), "nobody": {}}}
        failures = alice.post("/keys/signatures/upload", signed)["failures"][alice.id]
        self.assertEqual({k: v["errcode"] for k, v in failures.items()},
                         {alice.device: "M_NOT_FOUND", "nobody": "M_NOT_FOUND"})


class Backup(Rules):
    def session(self, index, verified=False, data="d"):
        return {"first_message_index": index, "forwarded_count": 0, "is_verified": verified,
                "session_data": {"ciphertext": data}}

    def test_versions_and_merging(self):
        alice = self.user("alice")
        self.refused(alice.ask("GET", "/room_keys/version"), 404, "M_NOT_FOUND")
        new = {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {"public_key": "k"}}
        self.assertEqual(alice.post("/room_keys/version", new), {"version": "1"})
        one = "/room_keys/keys/!r/s?version=1"
        self.assertEqual(alice.put(one, self.session(5)), {"etag": "1", "count": 1})
        self.assertEqual(alice.put(one, self.session(7))["etag"], "1")
        self.assertEqual(alice.put(one, self.session(2))["etag"], "2")
        self.assertEqual(alice.put(one, self.session(9, verified=True))["etag"], "3")
        self.assertEqual(alice.put("/room_keys/keys/!r?version=1", {"sessions": {"t": self.session(0)}})["count"], 2)
        whole = {"rooms": {"!q": {"sessions": {"u": self.session(0)}}}}
        self.assertEqual(alice.put("/room_keys/keys?version=1", whole)["count"], 3)
        self.assertEqual(alice.get(one)["first_message_index"], 9)
        self.assertEqual(set(alice.get("/room_keys/keys?version=1")["rooms"]), {"!r", "!q"})
        self.assertEqual(alice.get("/room_keys/version")["count"], 3)
        self.refused(alice.ask("PUT", one, {"session_data": {}}), 400, "M_MISSING_PARAM")
        alice.put("/room_keys/version/1", {**new, "auth_data": {"public_key": "k", "signatures": {}}})
        self.refused(alice.ask("PUT", "/room_keys/version/1", {**new, "algorithm": "x"}), 400, "M_INVALID_PARAM")
        self.assertEqual(alice.post("/room_keys/version", new), {"version": "2"})
        refusal = self.refused(alice.ask("PUT", one, self.session(0)), 403, "M_WRONG_ROOM_KEYS_VERSION")
        self.assertEqual(refusal["current_version"], "2")
        for _ in range(2):
            alice.good("DELETE", "/room_keys/version/2")
        self.assertEqual(alice.get("/room_keys/version")["version"], "1")
        self.refused(alice.ask("GET", "/room_keys/keys/!r/none?version=1"), 404, "M_NOT_FOUND")


class Rooms(Rules):
    def test_transactions_belong_to_the_device(self):
        alice, second, bob = self.user("alice"), self.user("alice"), self.user("bob")
        room = alice.room(bob)
        first = alice.send(room, "a", txn="t")
        self.assertEqual(alice.send(room, "b", txn="t"), first)
        self.assertNotEqual(second.send(room, "c", txn="t"), first)
        for user, expected in ((alice, "t"), (second, None), (bob, None)):
            event = user.get(f"/rooms/{quote(room)}/event/{first}")
            self.assertEqual(event["unsigned"].get("transaction_id"), expected)
        undone = [alice.put(f"/rooms/{quote(room)}/redact/{first}/r", {})["event_id"] for _ in range(2)]
        self.assertEqual(undone[0], undone[1])

    def test_who_may_do_what(self):
        alice, bob, carol = self.user("alice"), self.user("bob"), self.user("carol")
        room = alice.room(bob)
        base = f"/rooms/{quote(room)}"
        self.refused(carol.ask("PUT", base + "/send/m.room.message/1", {}), 403, "M_FORBIDDEN")
        self.refused(carol.ask("POST", f"/join/{quote(room)}", {}), 403, "M_FORBIDDEN")
        self.refused(carol.ask("GET", base + "/state/m.room.encryption"), 403, "M_FORBIDDEN")
        self.refused(bob.ask("GET", base + "/state/m.room.encryption"), 404, "M_NOT_FOUND")
        self.refused(bob.ask("PUT", base + "/state/m.room.encryption", {}), 403, "M_FORBIDDEN")
        self.refused(bob.ask("POST", base + "/kick", {"user_id": alice.id}), 403, "M_FORBIDDEN")
        self.refused(bob.ask("PUT", base + "/send/m.room.message/2", {"n": 1.5}), 400, "M_BAD_JSON")
        self.refused(bob.ask("PUT", base + "/send/m.room.message/3", {"b": "x" * 70000}), 413, "M_TOO_LARGE")
        self.refused(bob.ask("POST", base + "/invite", {}), 400, "M_MISSING_PARAM")
        self.refused(bob.ask("POST", "/createRoom", {"room_version": "99"}), 400, "M_UNSUPPORTED_ROOM_VERSION")
        alice.put(base + "/state/m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
        self.assertEqual(bob.get(base + "/state/m.room.encryption/"), {"algorithm": "m.megolm.v1.aes-sha2"})
        alice.put(base + "/state/m.room.tombstone", {"body": "moved", "replacement_room": "!x"})
        self.assertEqual(set(bob.get(base + "/joined_members")["joined"]), {alice.id, bob.id})
        self.assertEqual(bob.get("/joined_rooms"), {"joined_rooms": [room]})
        levels = alice.get(base + "/state/m.room.power_levels")
        alice.put(base + "/state/m.room.power_levels", {**levels, "users": {alice.id: 100, bob.id: 50}})
        self.refused(bob.ask("POST", base + "/kick", {"user_id": alice.id}), 403, "M_FORBIDDEN")
        self.refused(bob.ask("PUT", base + "/state/m.room.power_levels", {"users": {bob.id: 101}}), 403, "M_FORBIDDEN")
        for wrong in ({"users": {alice.id: "100"}}, {"users": []}, {"kick": "50"}, {"events": {"m.room.name": None}}):
            self.refused(alice.ask("PUT", base + "/state/m.room.power_levels", wrong), 400, "M_BAD_JSON")
        before = bob.now()
        bob.post(base + "/leave")
        chunk = alice.get(base + f"/members?at={before}&membership=join")["chunk"]
        self.assertEqual({e["state_key"] for e in chunk}, {alice.id, bob.id})
        self.assertEqual(alice.get(base + "/members?not_membership=leave")["chunk"][0]["state_key"], alice.id)

    def test_redaction_strips(self):
        alice, bob = self.user("alice"), self.user("bob")
        room = alice.room(bob)
        event, hers = bob.send(room, "oops"), alice.send(room, "mine")
        self.refused(bob.ask("PUT", f"/rooms/{quote(room)}/redact/{hers}/x", {}), 403, "M_FORBIDDEN")
        redaction = alice.put(f"/rooms/{quote(room)}/redact/{event}/y", {"reason": "typo"})["event_id"]
        shown = bob.get(f"/rooms/{quote(room)}/event/{event}")
        self.assertEqual((shown["content"], shown["unsigned"]["redacted_because"]["event_id"]), ({}, redaction))
        shown = bob.get(f"/rooms/{quote(room)}/event/{redaction}")
        self.assertEqual(shown["content"], {"reason": "typo", "redacts": event})
        mark = {"m.relates_to": {"rel_type": "m.annotation", "event_id": hers, "key": "+"}}
        bob.put(f"/rooms/{quote(room)}/send/m.reaction/1", mark)
        self.refused(bob.ask("PUT", f"/rooms/{quote(room)}/send/m.reaction/2", mark), 400, "M_DUPLICATE_ANNOTATION")

    def test_history_visibility(self):
        alice, bob = self.user("alice"), self.user("bob")
        rule = {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "joined"}}
        for initial, expected in (([], ["early", "late"]), ([rule], ["late"])):
            room = alice.room(initial_state=initial)
            alice.send(room, "early")
            alice.post(f"/rooms/{quote(room)}/invite", {"user_id": bob.id})
            bob.post(f"/join/{quote(room)}")
            alice.send(room, "late")
            chunk = bob.get(f"/rooms/{quote(room)}/messages?dir=f&limit=50")["chunk"]
            self.assertEqual(bodies({"events": chunk}), expected)

    def test_room_version_12(self):
        alice, bob = self.user("alice"), self.user("bob")
        room = alice.room(bob, room_version="12")
        self.assertNotIn(":", room)
        levels = alice.get(f"/rooms/{quote(room)}/state/m.room.power_levels")
        self.assertEqual(levels["users"], {})
        self.refused(alice.ask("PUT", f"/rooms/{quote(room)}/state/m.room.power_levels",
                               {**levels, "users": {alice.id: 100}}), 400, "M_BAD_JSON")
        alice.post(f"/rooms/{quote(room)}/kick", {"user_id": bob.id})


class Media(Rules):
    def test_only_with_a_token(self):
        alice = self.user("alice")
        status, made = alice.ask("POST", "/_matrix/media/v3/upload", raw=b"\x00\xffdata",
                                 content_type="application/octet-stream")
        self.assertEqual(status, 200)
        name = made["content_uri"][len("mxc://"):]
        good = "/_matrix/client/v1/media/download/" + name
        self.assertEqual(alice.ask("GET", good), (200, b"\x00\xffdata"))
        self.refused(self.server.call("GET", good), 401, "M_MISSING_TOKEN")
        for version in ("v3", "r0"):
            self.refused(alice.ask("GET", f"/_matrix/media/{version}/download/{name}"), 404, "M_NOT_FOUND")
        self.server.test("settings", {"unauthenticated_media": True})
        self.assertEqual(self.server.call("GET", f"/_matrix/media/r0/download/{name}"), (200, b"\x00\xffdata"))
        self.server.test("settings", {"upload_limit": 3})
        self.refused(alice.ask("POST", "/_matrix/media/v3/upload", raw=b"1234"), 413, "M_TOO_LARGE")
