# SPDX-License-Identifier: MIT
"""The rules of /sync, to-device delivery, history and faults, over plain HTTP."""
import http.client
import json
import signal
import threading
import time
from urllib.parse import quote

from http_user import V3, Rules, bodies

LIMIT = json.dumps({"room": {"timeline": {"limit": 4}}})
LAZY = json.dumps({"room": {"timeline": {"limit": 1}, "state": {"lazy_load_members": True}}})


def ageless(value):
    if isinstance(value, dict):
        return {k: ageless(v) for k, v in value.items() if k != "age"}
    return [ageless(v) for v in value] if isinstance(value, list) else value


class Sync(Rules):
    def test_an_old_token_gives_the_same_again_and_gaps_can_be_filled(self):
        alice, bob = self.user("alice"), self.user("bob")
        room = alice.room(bob)
        since = bob.now()
        for n in range(9):
            alice.send(room, str(n))
        first = bob.sync(since, filter=LIMIT)
        self.assertEqual(ageless(first), ageless(bob.sync(since, filter=LIMIT)))
        timeline = first["rooms"]["join"][room]["timeline"]
        self.assertEqual((timeline["limited"], bodies(timeline)), (True, ["5", "6", "7", "8"]))
        path = f"/rooms/{quote(room)}/messages?dir=b&limit=3&from={timeline['prev_batch']}"
        page = bob.get(path)
        self.assertEqual([e["content"]["body"] for e in page["chunk"]], ["4", "3", "2"])
        page = bob.get(f"/rooms/{quote(room)}/messages?dir=b&limit=2&from={page['end']}")
        self.assertEqual([e["content"].get("body") for e in page["chunk"]], ["1", "0"])
        self.assertEqual(bodies(bob.sync(since, filter=json.dumps({"room": {"timeline": {"limit": 20}}}))
                                ["rooms"]["join"][room]["timeline"]), [str(n) for n in range(9)])
        self.refused(bob.ask("GET", f"/rooms/{quote(room)}/messages?dir=x"), 400, "M_INVALID_PARAM")

    def test_a_held_user_gets_all_at_once(self):
        alice, bob = self.user("alice"), self.user("bob")
        room = alice.room(bob)
        since = bob.now()
        self.server.test("hold", {"user": "bob", "held": True})
        for n in range(12):
            alice.send(room, str(n))
        self.assertEqual(bob.sync(since), {"next_batch": since})
        self.server.test("hold", {"user": "bob", "held": False})
        timeline = bob.sync(since)["rooms"]["join"][room]["timeline"]
        self.assertEqual((timeline["limited"], len(timeline["events"])), (True, 10))

    def test_long_poll_ends_with_news_or_with_time(self):
        alice, bob = self.user("alice"), self.user("bob")
        room = alice.room(bob)
        since, begin, found = bob.now(), time.monotonic(), []
        poll = threading.Thread(target=lambda: found.append(bob.sync(since, timeout=20000)))
        poll.start()
        alice.send(room, "wake up")
        poll.join()
        self.assertEqual(bodies(found[0]["rooms"]["join"][room]["timeline"]), ["wake up"])
        self.assertLess(time.monotonic() - begin, 10)
        self.assertNotIn("rooms", bob.sync(found[0]["next_batch"], timeout=50))

    def test_invites_leaves_and_lazy_members(self):
        alice, bob, carol = self.user("alice"), self.user("bob"), self.user("carol")
        room = alice.room(carol)
        since = bob.now()
        alice.post(f"/rooms/{quote(room)}/invite", {"user_id": bob.id})
        events = bob.sync(since)["rooms"]["invite"][room]["invite_state"]["events"]
        self.assertTrue({"m.room.create", "m.room.join_rules", "m.room.member"} <= {e["type"] for e in events})
        bob.post(f"/join/{quote(room)}")
        carol.send(room, "hi")
        joined = bob.sync(since, filter=LAZY)["rooms"]["join"][room]
        members = {e["state_key"] for e in joined["state"]["events"] if e["type"] == "m.room.member"}
        self.assertEqual((members, joined["timeline"]["limited"]), ({bob.id, carol.id}, True))
        everyone = bob.sync(since)["rooms"]["join"][room]
        members = {e["state_key"] for part in ("state", "timeline") for e in everyone[part]["events"]
                   if e["type"] == "m.room.member"}
        self.assertEqual(members, {alice.id, bob.id, carol.id})
        since = bob.now()
        alice.post(f"/rooms/{quote(room)}/kick", {"user_id": bob.id, "reason": "bye"})
        alice.send(room, "not for bob")
        left = bob.sync(since)["rooms"]["leave"][room]["timeline"]["events"]
        self.assertEqual([e["content"].get("reason") for e in left], ["bye"])
        self.refused(bob.ask("PUT", f"/rooms/{quote(room)}/send/m.room.message/x", {"body": "x"}), 403, "M_FORBIDDEN")
        bob.post(f"/rooms/{quote(room)}/forget")
        self.assertNotIn("rooms", bob.sync(since))

    def test_typing_receipts_and_account_data(self):
        alice, bob = self.user("alice"), self.user("bob")
        room = alice.room(bob)
        event, since = alice.send(room, "read me"), alice.now()
        bob.put(f"/rooms/{quote(room)}/typing/{bob.id}", {"typing": True, "timeout": 50})
        bob.post(f"/rooms/{quote(room)}/receipt/m.read/{event}")
        told = alice.sync(since)
        kinds = {e["type"]: e["content"] for e in told["rooms"]["join"][room]["ephemeral"]["events"]}
        self.assertIn(bob.id, kinds["m.receipt"][event]["m.read"])
        ended = alice.sync(told["next_batch"], timeout=5000)["rooms"]["join"][room]["ephemeral"]["events"]
        self.assertEqual(ended, [{"type": "m.typing", "content": {"user_ids": []}}])
        alice.put(f"/user/{alice.id}/account_data/m.test", {"a": 1})
        self.assertEqual(alice.sync(since)["account_data"]["events"], [{"type": "m.test", "content": {"a": 1}}])
        self.assertNotIn("account_data", alice.sync(alice.now()))
        self.refused(alice.ask("PUT", f"/user/{bob.id}/account_data/m.test", {}), 403, "M_FORBIDDEN")
        self.refused(bob.ask("POST", f"/rooms/{quote(room)}/receipt/m.odd/{event}", {}), 400, "M_INVALID_PARAM")

    def test_state_after_is_a_setting(self):
        alice = self.user("alice")
        room = alice.room()
        self.assertIn("state", alice.sync(use_state_after="true")["rooms"]["join"][room])
        self.server.test("settings", {"state_after": True})
        joined = alice.sync(use_state_after="true")["rooms"]["join"][room]
        self.assertIn("m.room.create", {e["type"] for e in joined["state_after"]["events"]})
        self.assertNotIn("state", joined)

    def test_forgotten_tokens(self):
        alice = self.user("alice")
        since = alice.now()
        self.server.test("forget_tokens", {})
        self.refused(alice.ask("GET", "/sync?since=" + since), 400, "M_UNKNOWN")
        self.refused(alice.ask("GET", "/sync?since=nonsense"), 400, "M_UNKNOWN")
        self.assertIn("next_batch", alice.sync())


class ToDevice(Rules):
    def put(self, sender, receiver, txn, device="*", n=1):
        messages = {receiver.id: {device: {"n": n}}}
        return sender.put("/sendToDevice/m.test/" + txn, {"messages": messages})

    def numbers(self, answer):
        return [e["content"]["n"] for e in answer.get("to_device", {}).get("events", ())]

    def test_deleted_when_the_newer_token_comes_and_not_before(self):
        alice, bob, other = self.user("alice"), self.user("bob"), self.user("bob")
        old = bob.now()
        self.put(alice, bob, "a", n=1)
        first = bob.sync(old)
        self.assertEqual(self.numbers(first), [1])
        self.put(alice, bob, "b", n=2)
        self.assertEqual(self.numbers(bob.sync(old)), [1, 2])
        self.assertEqual(self.numbers(bob.sync(first["next_batch"])), [2])
        self.assertEqual(self.numbers(bob.sync(old)), [2])
        self.assertEqual(self.numbers(other.sync()), [1, 2])
        queue = self.server.test("snapshot")["users"][bob.id]["devices"][bob.device]["to_device"]
        self.assertEqual([e["content"]["n"] for e in queue], [2])

    def test_hundred_at_a_time_and_transactions(self):
        alice, bob = self.user("alice"), self.user("bob")
        since = bob.now()
        for n in range(130):
            self.put(alice, bob, f"t{n}", bob.device, n)
        self.put(alice, bob, "t0", bob.device, 999)
        first = bob.sync(since)
        self.assertEqual(self.numbers(first), list(range(100)))
        self.assertEqual(self.numbers(bob.sync(first["next_batch"])), list(range(100, 130)))
        self.server.test("forget_transactions", {"path": "sendToDevice"})
        self.put(alice, bob, "t0", bob.device, 999)
        self.assertEqual(self.numbers(bob.sync(first["next_batch"]))[-1], 999)
        self.refused(alice.ask("PUT", "/sendToDevice/m.test/x", {}), 400, "M_MISSING_PARAM")
        self.refused(alice.ask("PUT", "/sendToDevice/m.test/x", {"messages": {bob.id: {"*": 1}}}), 400, "M_BAD_JSON")


class Faults(Rules):
    def fault(self, **rule):
        return self.server.test("faults", rule)["fault"]

    def test_lost_answers_and_requests(self):
        alice = self.user("alice")
        room = alice.room()
        for kind, done in (("lose_request", []), ("lose_answer", ["lose_answer"]), ("cut", ["cut"])):
            self.fault(kind=kind, path="/send/", user=alice.id)
            with self.assertRaises((OSError, http.client.HTTPException)):
                alice.send(room, kind, txn=kind)
            timeline = self.server.test("snapshot")["rooms"][room]["timeline"]
            self.assertEqual([e["content"]["body"] for e in timeline if e["content"].get("body") == kind], done)
            alice.send(room, kind, txn=kind)
        timeline = self.server.test("snapshot")["rooms"][room]["timeline"]
        said = [e["content"]["body"] for e in timeline if "body" in e["content"]]
        self.assertEqual(said, ["lose_request", "lose_answer", "cut"])

    def test_answers_that_are_not_the_servers(self):
        alice = self.user("alice")
        limited = {"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 30}
        self.fault(kind="status", path="/whoami", times=2, status=429, body=limited, headers={"Retry-After": "1"})
        self.fault(kind="status", path="/whoami", status=502, body="<html>bad gateway</html>")
        answers = [alice.ask("GET", "/account/whoami") for _ in range(4)]
        self.assertEqual([a[0] for a in answers], [429, 429, 502, 200])
        self.assertEqual((answers[0][1], answers[2][1]), (limited, b"<html>bad gateway</html>"))
        self.fault(kind="merge", path="/whoami", body={"device_id": "OTHER", "is_guest": None})
        self.assertEqual(alice.get("/account/whoami"), {"user_id": alice.id, "device_id": "OTHER"})
        number = self.fault(kind="delay", path="/whoami", delay_ms=60)
        begin = time.monotonic()
        alice.get("/account/whoami")
        self.assertGreaterEqual(time.monotonic() - begin, 0.06)
        self.assertEqual(self.server.test("faults")["faults"][-1], {"fault": number, "kind": "delay", "hits": 1,
                                                                    "left": 0})
        self.assertEqual(self.server.call("POST", "/_test/faults", {"kind": "odd"})[0], 400)

    def test_a_hanging_request_ends_when_the_rule_goes(self):
        alice, ended = self.user("alice"), threading.Event()
        self.fault(kind="hang", path="/whoami")

        def ask():
            try:
                alice.get("/account/whoami")
            except (OSError, http.client.HTTPException):
                ended.set()
        thread = threading.Thread(target=ask)
        thread.start()
        begin = time.monotonic()
        self.server.test("wait", path="/whoami")
        self.assertLess(time.monotonic() - begin, 5)
        self.assertFalse(ended.is_set())
        self.server.test("faults", verb="DELETE")
        thread.join()
        self.assertTrue(ended.is_set())

    def test_chance_repeats_with_its_seed_and_twice_does_the_work_twice(self):
        alice, runs = self.user("alice"), []
        for _ in range(2):
            number = self.fault(kind="status", path="/whoami", times=-1, probability=0.3, seed=7, status=500)
            runs.append([alice.ask("GET", "/account/whoami")[0] for _ in range(60)])
            self.server.test(f"faults/{number}", verb="DELETE")
        self.assertEqual(runs[0], runs[1])
        self.assertTrue(8 <= runs[0].count(500) <= 28, runs[0])
        self.fault(kind="status", path="/whoami", skip=2)
        self.assertEqual([alice.ask("GET", "/account/whoami")[0] for _ in range(4)], [200, 200, 500, 200])
        self.fault(kind="twice", path="/createRoom")
        room = alice.room()
        self.assertEqual(len(alice.get("/joined_rooms")["joined_rooms"]), 2)
        self.fault(kind="twice", path="/send/")
        alice.send(room, "once", txn="same")
        said = [e for e in self.server.test("snapshot")["rooms"][room]["timeline"] if "body" in e["content"]]
        self.assertEqual(len(said), 1)


class Control(Rules):
    def test_forgeries_record_and_wait(self):
        alice, bob = self.user("alice"), self.user("bob")
        room, since = alice.room(bob), bob.now()
        forged = {"type": "m.room.message", "sender": alice.id, "content": {"body": "forged"}, "event_id": "$forged",
                  "origin_server_ts": 5}
        self.assertEqual(self.server.test("inject", {"room": room, "events": [forged]}), {"event_ids": ["$forged"]})
        self.server.test("to_device", {"user": "bob", "events": [
            {"type": "m.room.encrypted", "sender": "@mallory:else.where", "content": {}}]})
        told = bob.sync(since)
        self.assertEqual(told["rooms"]["join"][room]["timeline"]["events"][0]["origin_server_ts"], 5)
        self.assertEqual(told["to_device"]["events"][0]["sender"], "@mallory:else.where")
        bob.send(room, "mine")
        found = self.server.test("wait", room=room, type="m.room.message", sender=bob.id, count=1)["events"]
        self.assertEqual(found[0]["content"]["body"], "mine")
        status, _ = self.server.call("GET", f"/_test/wait?room={quote(room)}&type=m.none&timeout=20")
        self.assertEqual(status, 408)
        row = self.server.test("record", path="/send/", user=bob.id)["requests"][0]
        self.assertEqual((row["method"], row["device"], row["body"]["body"], row["status"], row["fault"]),
                         ("PUT", bob.device, "mine", 200, None))

    def test_it_ends_with_a_signal(self):
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(10), 0)

    def test_versions_and_unknown_requests(self):
        self.assertIn("v1.12", self.server.call("GET", "/_matrix/client/versions")[1]["versions"])
        self.refused(self.server.call("GET", V3 + "/nothing"), 404, "M_UNRECOGNIZED")
        self.refused(self.server.call("DELETE", V3 + "/sync"), 405, "M_UNRECOGNIZED")
        self.refused(self.server.call("GET", "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports"), 404,
                     "M_UNRECOGNIZED")
