# SPDX-License-Identifier: MIT
"""Real clients against each other on the test homeserver: js-sdk with js-sdk, js-sdk with nio."""
import base64
import os
import tempfile
import unittest

from processes import Failed, Peer, Server

FILE = base64.b64encode(bytes(range(256)) * 40).decode()


class Clients(unittest.TestCase):
    room_version = "11"

    def setUp(self):
        self.server = Server("--room-version", self.room_version)
        self.addCleanup(self.server.end)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("alice", "bob", "carol"):
            self.server.test("users", {"user": name, "password": "pw"})

    def peer(self, kind, user, **given):
        peer = Peer(kind)
        self.addCleanup(peer.end)
        peer.me = peer.ask("start", homeserver=self.server.url, user=f"@{user}:hs.test",
                           **({} if "token" in given else {"password": "pw"}), **given)
        return peer

    def again(self, kind, old, store):
        me = old.me
        old.ask("stop")
        return self.peer(kind, me["user_id"][1:].split(":")[0], token=me["token"], device_id=me["device_id"],
                         store=store)

    def meet(self, maker, *guests):
        ids = [g.me["user_id"] for g in guests]
        room = maker.ask("create_room", invite=ids)["room"]
        for guest, user in zip(guests, ids):
            guest.see("member", room=room, user=user, membership="invite")
            guest.ask("join", room=room)
            maker.see("member", room=room, user=user, membership="join")
        return room

    def say(self, speaker, room, hearer, body):
        sent = speaker.ask("send", room=room, body=body)["event_id"]
        heard = hearer.see("message", event_id=sent)
        self.assertEqual(heard["content"]["body"], body)
        self.assertTrue(heard["encrypted"])
        return heard

    def all_kinds(self, a, b, room):
        """Text both ways, edit, reply, reaction, file both ways, redaction."""
        first = self.say(a, room, b, "one — ü")["event_id"]
        self.say(b, room, a, "two")
        edit = a.ask("edit", room=room, target=first, body="one, edited")["event_id"]
        self.assertEqual(b.see("message", event_id=edit)["content"]["m.new_content"]["body"], "one, edited")
        reply = b.ask("reply", room=room, target=first, body="indeed")["event_id"]
        self.assertEqual(a.see("message", event_id=reply)["relates_to"], {"m.in_reply_to": {"event_id": first}})
        mark = b.ask("react", room=room, target=first, key="👍")["event_id"]
        self.assertEqual(a.see("message", event_id=mark)["relates_to"]["key"], "👍")
        for giver, taker in ((a, b), (b, a)):
            sent = giver.ask("send_file", room=room, name="bytes.bin", data=FILE)["event_id"]
            content = taker.see("message", event_id=sent)["content"]
            self.assertEqual(taker.ask("fetch_file", file=content["file"])["data"], FILE)
        b.ask("redact", room=room, target=reply)
        a.see("redaction", target=reply)
        stored = {e["event_id"]: e for e in self.server.test("snapshot")["rooms"][room]["timeline"]}
        self.assertEqual(stored[reply]["content"], {})
        self.assertEqual(stored[first]["type"], "m.room.encrypted")

    def verify(self, a, b, flow):
        b.see("verification", flow=flow, phase="requested")
        b.ask("accept", flow=flow)
        a.see("verification", flow=flow, phase="ready", sas=True)
        a.ask("start_sas", flow=flow)
        shown = [p.see("sas", flow=flow) for p in (a, b)]
        self.assertEqual(shown[0]["emoji"], shown[1]["emoji"])
        self.assertEqual(shown[0]["decimal"], shown[1]["decimal"])
        for p in (a, b):
            p.ask("confirm", flow=flow)
        for p in (a, b):
            p.see("verification", flow=flow, phase="done")


class JsAndJs(Clients):
    def test_talk_restart_and_lost_answer(self):
        store = os.path.join(self.folder, "alice")
        alice, bob = self.peer("js", "alice", store=store), self.peer("js", "bob")
        alice.ask("bootstrap", backup=False)
        room = self.meet(alice, bob)
        self.all_kinds(alice, bob, room)
        self.assertEqual(self.say(alice, room, bob, "signed")["shield"], {"colour": "NONE", "reason": None})
        before = self.say(bob, room, alice, "unsigned")
        self.assertEqual(before["shield"], {"colour": "RED", "reason": "UNSIGNED_DEVICE"})
        alice = self.again("js", alice, store)
        self.assertEqual(alice.see("message", event_id=before["event_id"])["content"]["body"], "unsigned")
        self.say(bob, room, alice, "after the restart")
        self.say(alice, room, bob, "after my restart")
        devices = self.server.test("snapshot")["users"]["@alice:hs.test"]["devices"]
        self.assertEqual(list(devices), [alice.me["device_id"]])
        self.say(bob, room, alice, "the same session")
        bob.ask("rotate", room=room)
        last = self.say(bob, room, alice, "a new session")["event_id"]
        timeline = self.server.test("snapshot")["rooms"][room]["timeline"]
        sessions = [e["content"]["session_id"] for e in timeline
                    if e["sender"] == "@bob:hs.test" and "session_id" in e["content"]]
        self.assertEqual((timeline[-1]["event_id"], sessions.count(sessions[-1])), (last, 1))
        self.lossy(alice, bob, room)

    def lossy(self, alice, bob, room):
        """A lost request or answer fails in js-sdk; a repeat has the same transaction id, so one message results."""
        for kind in ("lose_request", "lose_answer"):
            self.server.test("faults", {"kind": kind, "method": "PUT", "path": "/send/m.room.encrypted/"})
            with self.assertRaises(Failed):
                bob.ask("send", room=room, body=kind)
            bob.ask("resend", room=room)
            alice.see("message", content={"msgtype": "m.text", "body": kind})
        self.say(bob, room, alice, "after the losses")
        told = [e["content"].get("body") for e in alice.events if e["event"] == "message"]
        self.assertEqual([told.count(kind) for kind in ("lose_request", "lose_answer")], [1, 1])

    def test_verification_backup_and_second_device(self):
        alice, bob = self.peer("js", "alice"), self.peer("js", "bob")
        recovery = alice.ask("bootstrap", password="pw")
        self.assertTrue(recovery["cross_signing"] and recovery["secret_storage"] and recovery["backup"])
        bob.ask("bootstrap", password="pw")
        room = self.meet(alice, bob)
        old = self.say(bob, room, alice, "before the second device")["event_id"]
        self.verify(alice, bob, alice.ask("verify_user", user="@bob:hs.test", room=room)["flow"])
        alice.see("trust", user="@bob:hs.test", verified=True)
        bob.see("trust", user="@alice:hs.test", verified=True)
        self.server.test("wait", path="/room_keys/keys", user="@alice:hs.test", method="PUT", status=200)
        second = self.peer("js", "alice")
        self.assertEqual(second.see("undecryptable", event_id=old)["failure"], "HISTORICAL_MESSAGE_BACKUP_UNCONFIGURED")
        restored = second.ask("recover", recovery_key=recovery["recovery_key"])
        self.assertTrue(restored["imported"] >= 1 and restored["device_signed"] and restored["cross_signing"])
        self.assertEqual(second.see("message", event_id=old)["content"]["body"], "before the second device")
        self.assertEqual(second.see("message", event_id=old)["shield"]["colour"], "GREY")
        third = self.peer("js", "alice")
        flow = third.ask("verify_own")["flow"]
        self.verify(third, second, flow)
        self.say(bob, room, second, "to all")


    def test_the_other_commands(self):
        store = os.path.join(self.folder, "alice")
        alice, bob = self.peer("js", "alice", store=store), self.peer("js", "bob")
        alice.ask("bootstrap", backup=False)
        room = self.meet(alice, bob)
        first = self.say(alice, room, bob, "first")["event_id"]
        answer = bob.ask("thread", room=room, target=first, body="in a thread")["event_id"]
        self.assertEqual(alice.see("message", event_id=answer)["relates_to"]["rel_type"], "m.thread")
        bob.ask("typing", room=room, on=True)
        alice.see("typing", room=room, user="@bob:hs.test", typing=True)
        bob.ask("read", room=room, target=first)
        self.server.test("wait", path="/receipt/m.read/", user="@bob:hs.test", status=200)
        alice.ask("send_state", room=room, type="m.room.topic", content={"topic": "new"})
        bob.see("message", type="m.room.topic", content={"topic": "new"})
        flow = alice.ask("verify_device", user="@bob:hs.test", device=bob.me["device_id"])["flow"]
        self.verify(alice, bob, flow)
        self.assertTrue(alice.ask("devices", user="@bob:hs.test")["devices"][0]["verified"])
        flow = bob.ask("verify_user", user="@alice:hs.test", room=room)["flow"]
        alice.see("verification", flow=flow, phase="requested")
        alice.ask("cancel", flow=flow)
        self.assertEqual(bob.see("verification", flow=flow, phase="cancelled")["code"], "m.user")
        self.assertEqual(len(alice.ask("export_keys")["keys"]), 2)
        self.assertIn(first, [e["event_id"] for e in alice.ask("events", room=room)["events"]])
        alice.ask("dump")
        alice.kill()
        alice = self.peer("js", "alice", token=alice.me["token"], device_id=alice.me["device_id"], store=store)
        self.say(bob, room, alice, "after the kill")
        alice.ask("kick", room=room, user="@bob:hs.test")
        bob.see("member", room=room, user="@bob:hs.test", membership="leave")
        with self.assertRaisesRegex(Failed, "no command"):
            bob.ask("nonsense")


class JsAndNio(Clients):
    room_version = "12"

    def test_talk_and_restart(self):
        self.server.test("settings", {"unauthenticated_media": True})
        store = os.path.join(self.folder, "nio")
        alice, bob = self.peer("js", "alice"), self.peer("nio", "bob", store=store)
        alice.ask("bootstrap", backup=False)
        room = self.meet(alice, bob)
        self.assertNotIn(":", room)
        self.all_kinds(alice, bob, room)
        bob = self.again("nio", bob, store)
        self.say(alice, room, bob, "after the restart")
        self.say(bob, room, alice, "after my restart")
        bob.ask("rotate", room=room)
        self.say(bob, room, alice, "a new session")
        self.assertEqual(bob.ask("devices", user="@alice:hs.test")["devices"][0]["device"], alice.me["device_id"])
        other = self.meet(bob, alice)
        self.all_kinds(bob, alice, other)

    def test_signed_devices_only(self):
        alice, bob = self.peer("js", "alice", signed_only=True), self.peer("nio", "bob")
        carol = self.peer("js", "carol")
        for peer in (alice, carol):
            peer.ask("bootstrap", backup=False)
        room = self.meet(alice, bob, carol)
        sent = alice.ask("send", room=room, body="not for the unsigned")["event_id"]
        carol.see("message", event_id=sent)
        bob.see("undecryptable", event_id=sent)
        withheld = self.server.test("wait", path="/sendToDevice/m.room_key.withheld/")["requests"][0]["body"]
        told = withheld["messages"]["@bob:hs.test"][bob.me["device_id"]]
        self.assertEqual(told["code"], "m.unverified")
        sent = bob.ask("send", room=room, body="from the unsigned")["event_id"]
        self.assertEqual(alice.see("undecryptable", event_id=sent)["failure"], "UNSIGNED_SENDER_DEVICE")
        self.assertEqual(carol.see("message", event_id=sent)["shield"]["colour"], "RED")
