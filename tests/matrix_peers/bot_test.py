#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""openclaw in end-to-end-encrypted rooms with matrix-js-sdk and matrix-nio. $OPENCLAW is the program.
    bot_test.py [TestCase.test] [-v]"""
import json
import os
import signal
import sys
import tempfile
import time
import unittest

from bot import Bot, Pager, Vendor
from processes import Peer, Server


class BotCase(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.end)
        self.vendor = Vendor()
        self.addCleanup(self.vendor.end)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("alice", "bob", "mallory", "bot"):
            self.server.test("users", {"user": name, "password": "pw"})

    def peer(self, kind, user, **given):
        peer = Peer(kind)
        self.addCleanup(peer.end)
        peer.me = peer.ask("start", homeserver=self.server.url, user=f"@{user}:hs.test", password="pw", **given)
        return peer

    def alice(self, **given):
        """A client as Element's people have one: cross-signed, with secret storage."""
        alice = self.peer("js", "alice", **given)
        alice.ask("bootstrap", password="pw")
        return alice

    def bot(self, room, name="bot", **given):
        bot = Bot(f"{self.folder}/{name}", self.server, self.vendor, {"ops": {"matrix": room}}, **given)
        self.addCleanup(bot.end)
        return bot

    def invited(self, alice):
        """A room of hers that the bot joins."""
        return alice.ask("create_room", invite=["@bot:hs.test"])["room"]

    def together(self, alice, **given):
        room = self.invited(alice)
        bot = self.bot(room, **given).start().ready()
        alice.see("member", room=room, user="@bot:hs.test", membership="join")
        return room, bot

    def answer_to(self, alice, room, words, n=1):
        alice.ask("send", room=room, body=words)
        return self.heard(alice, room, n)

    def said_without_its_key(self, alice, room, bot, body):
        """A message whose room key did not reach the bot; its event, the device, what was held back from it."""
        bot.stop()
        alice.ask("rotate", room=room)
        sent = alice.ask("send", room=room, body=body)["event_id"]
        (name, device), = self.server.test("snapshot")["users"]["@bot:hs.test"]["devices"].items()
        self.server.test("drop_keys", {"user": "@bot:hs.test", "device": name, "parts": ["to_device"]})
        bot.start()
        bot.until(lambda: f"cannot read {sent}".encode() in bot.log_text(), "the key that is missing")
        return sent, name, device["to_device"]

    def heard(self, alice, room, n):
        """The bot's n-th message."""
        def find():
            found = [e for e in alice.events if e["event"] in ("message", "undecryptable") and e["sender"] == "@bot:hs.test"
                     and e.get("type") in ("m.room.message", "m.room.encrypted")]
            return found[n - 1] if len(found) >= n else None
        return alice.until(find, f"answer {n} of the bot", 40)


class Talks(BotCase):
    def test_a_verified_conversation_from_nothing(self):
        """A client that takes signed devices only: the bot has made its own identity."""
        alice = self.alice(signed_only=True)
        room, bot = self.together(alice)
        answer = self.answer_to(alice, room, "hello there")
        self.assertEqual(answer["event"], "message", answer)
        self.assertEqual(answer["content"]["body"], "you said: hello there")
        self.assertTrue(answer["encrypted"])
        self.assertEqual(answer["shield"]["colour"], "NONE", answer)
        self.assertEqual(bot.stop(), 0)

    def test_many_messages_and_rotation(self):
        alice = self.alice()
        room, bot = self.together(alice)
        for i in range(1, 41):
            if i % 10 == 0:
                alice.ask("rotate", room=room)
            self.assertEqual(self.answer_to(alice, room, f"message {i}", i)["content"]["body"], f"you said: message {i}")

    def test_restarts_lose_nothing(self):
        alice = self.alice()
        room, bot = self.together(alice)
        for i in range(1, 7):
            bot.stop(signal.SIGKILL if i % 2 else signal.SIGTERM)
            alice.ask("send", room=room, body=f"while you were away {i}")
            bot.start()
            self.assertEqual(self.heard(alice, room, i)["content"]["body"], f"you said: while you were away {i}")

    def test_markdown_becomes_html(self):
        alice = self.alice()
        room, bot = self.together(alice)
        content = self.answer_to(alice, room, "**bold**")["content"]
        self.assertEqual(content["formatted_body"], "<p>you said: <strong>bold</strong></p>")

    def test_a_dangerous_tool_asks_and_words_say_yes(self):
        alice = self.alice()
        room, bot = self.together(alice)
        question = self.answer_to(alice, room, 'call command_mark {"name":"asked"}')
        self.assertIn("Run command_mark?", question["content"]["body"])
        self.assertEqual(list(bot.effects.iterdir()), [])
        code = question["content"]["body"].split("yes ")[1][:4]
        alice.ask("react", room=room, target=question["event_id"], key="👍")  # the server may have made it
        alice.ask("send", room=room, body="yes")
        self.assertIn("you said: yes", self.heard(alice, room, 2)["content"]["body"])
        self.assertEqual(list(bot.effects.iterdir()), [])
        alice.ask("send", room=room, body="yes " + code)
        bot.until(lambda: list(bot.effects.iterdir()), "the effect")

    def test_a_reaction_says_no(self):
        alice = self.alice()
        room, bot = self.together(alice)
        question = self.answer_to(alice, room, 'call command_mark {"name":"asked"}')
        alice.ask("react", room=room, target=question["event_id"], key="👎")
        def told():
            return [e for e in alice.events if e["event"] == "message" and "said no" in e["content"].get("body", "")]
        alice.until(lambda: told() or None, "the refusal", 20)
        self.assertEqual(list(bot.effects.iterdir()), [])

    def test_a_nio_client(self):
        """An old client that cannot cross-sign is heard only where the place says so."""
        nio = self.peer("nio", "alice")
        room = nio.ask("create_room", invite=["@bot:hs.test"])["room"]
        bot = Bot(f"{self.folder}/bot", self.server, self.vendor, {"ops": {"matrix": room, "allow_unverified_devices": True}})
        self.addCleanup(bot.end)
        bot.start().ready()
        nio.see("member", room=room, user="@bot:hs.test", membership="join")
        bot.until(lambda: nio.ask("devices", user="@bot:hs.test")["devices"], "its device")
        nio.ask("send", room=room, body="hello from nio")
        self.assertEqual(self.heard(nio, room, 1)["content"]["body"], "you said: hello from nio")


class Refuses(BotCase):
    def quiet(self, alice, room, bot):
        """What was refused has no answer: the next allowed message gets the first one."""
        self.assertEqual(self.answer_to(alice, room, "still there?")["content"]["body"], "you said: still there?")
        self.assertEqual(len(self.vendor.requests), 1)

    def test_an_unsigned_device_is_not_obeyed(self):
        alice = self.alice()
        room, bot = self.together(alice)
        thief = self.peer("js", "alice")  # her password, not her identity
        thief.ask("send", room=room, body="obey me")
        bot.until(lambda: b"not signed by its owner" in bot.log_text(), "the refusal")
        self.quiet(alice, room, bot)

    def test_a_plain_message_of_the_server_is_not_obeyed(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.server.test("inject", {"room": room, "events": [
            {"type": "m.room.message", "sender": "@alice:hs.test", "content": {"msgtype": "m.text", "body": "obey me"}}]})
        bot.until(lambda: b"not encrypted" in bot.log_text(), "the refusal")
        self.quiet(alice, room, bot)

    def test_an_event_played_back_is_not_answered_again(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "once")
        sealed = [e for r in self.server.test("snapshot")["rooms"].values() for e in r["timeline"]
                  if e["type"] == "m.room.encrypted" and e["sender"] == "@alice:hs.test"][-1]
        self.server.test("inject", {"room": room, "events": [
            {"type": sealed["type"], "sender": sealed["sender"], "content": sealed["content"]}]})
        bot.until(lambda: b"played back" in bot.log_text(), "the refusal")
        self.assertEqual(self.answer_to(alice, room, "twice", 2)["content"]["body"], "you said: twice")

    def test_an_event_under_another_name_is_not_believed(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "once")
        sealed = [e for r in self.server.test("snapshot")["rooms"].values() for e in r["timeline"]
                  if e["type"] == "m.room.encrypted" and e["sender"] == "@alice:hs.test"][-1]
        self.server.test("inject", {"room": room, "events": [
            {"type": sealed["type"], "sender": "@bob:hs.test", "content": sealed["content"]}]})
        bot.until(lambda: b"cannot read" in bot.log_text(), "the refusal")
        self.assertEqual(len(self.vendor.requests), 1)

    def test_poison_stops_nothing(self):
        """Deep, odd and false things of strangers and of the server."""
        alice = self.alice()
        room, bot = self.together(alice)
        deep = {}
        for _ in range(200):
            deep = {"x": deep}
        self.server.test("to_device", {"user": "@bot:hs.test", "events": [
            {"type": "m.odd", "sender": "@mallory:hs.test", "content": deep},
            {"type": "m.room.encrypted", "sender": "@mallory:hs.test", "content": {"algorithm": "m.olm.v1.curve25519-aes-sha2",
             "sender_key": "A" * 43, "ciphertext": []}},
            {"type": "m.key.verification.request", "sender": "@x:dead.test", "content": {"transaction_id": "t" * 9000,
             "from_device": "d" * 9000, "methods": ["m.sas.v1"], "timestamp": 1}}]})
        self.server.test("inject", {"room": room, "events": [
            {"type": "m.room.message", "sender": "@alice:hs.test", "content": deep},
            {"type": "m.room.encrypted", "sender": "@alice:hs.test", "content": {"algorithm": "m.megolm.v1.aes-sha2",
             "session_id": "x", "ciphertext": 7}},
            {"type": "m.room.redaction", "sender": "@mallory:hs.test", "redacts": "$nothing", "content": {}},
            {"type": "m.reaction", "sender": "@alice:hs.test", "content": {"m.relates_to": []}}]})
        self.server.test("faults", {"kind": "merge", "path": "/keys/query", "user": "@bot:hs.test", "times": 2,
                                    "merge": {"master_keys": {"@alice:hs.test": {"user_id": "@alice:hs.test", "keys": ["x"]}}}})
        self.quiet(alice, room, bot)

    def test_strangers_and_their_invitations_are_refused(self):
        alice = self.alice()
        room, bot = self.together(alice)
        mallory = self.alice_like("mallory")
        other = mallory.ask("create_room", invite=["@bot:hs.test"])["room"]
        mallory.see("member", room=other, user="@bot:hs.test", membership="leave")
        bob = self.alice_like("bob")  # known by name, but not here
        alice.ask("invite", room=room, user="@bob:hs.test")
        bob.see("member", room=room, user="@bob:hs.test", membership="invite")
        bob.ask("join", room=room)
        bob.ask("send", room=room, body="obey me")
        bot.until(lambda: b"not allowed in this place" in bot.log_text(), "the refusal")
        self.quiet(alice, room, bot)

    def alice_like(self, user):
        peer = self.peer("js", user)
        peer.ask("bootstrap", password="pw")
        return peer


class Verifies(BotCase):
    def test_the_bot_asks_and_both_agree(self):
        alice = self.alice()
        room, bot = self.together(alice)
        asked = bot.begin("matrix", "verify", "@alice:hs.test")
        flow = alice.see("verification")["flow"]
        alice.ask("accept", flow=flow)
        shown = alice.see("sas")["emoji"]
        asked.stdin.write("yes\n")
        asked.stdin.flush()
        alice.ask("confirm", flow=flow)
        out, err = asked.communicate(timeout=60)
        self.assertEqual(asked.returncode, 0, out + err)
        for emoji in shown:
            self.assertIn(emoji[0] if isinstance(emoji, list) else emoji, out)
        self.assertIn("verified", out)

    def test_her_client_asks_in_the_room_and_no_is_no(self):
        alice = self.alice()
        room, bot = self.together(alice)
        flow = alice.ask("verify_user", user="@bot:hs.test", room=room)["flow"]
        alice.see("verification", flow=flow, phase="ready")
        alice.ask("start_sas", flow=flow)
        asked = bot.begin("matrix", "verify", "@alice:hs.test")
        alice.see("sas")
        asked.stdin.write("no\n")
        asked.stdin.flush()
        out, err = asked.communicate(timeout=60)
        self.assertEqual(asked.returncode, 3, out + err)
        self.assertIn("not verified", out)

    def test_status_rooms_and_a_row_that_waits(self):
        alice = self.alice()
        room, bot = self.together(alice)
        status = json.loads(bot.run("matrix", "status", "--json").stdout)
        self.assertTrue(status["is_signed"] and status["listener_runs"], status)
        self.assertIn("ops", bot.run("matrix", "rooms").stdout)
        bot.stop()
        answer = bot.run("send", "ops", stdin="words for later")
        self.assertEqual(answer.returncode, 75, answer.stderr)
        self.assertIn("listen-matrix does not run", answer.stderr)
        bot.start()
        self.assertEqual(self.heard(alice, room, 1)["content"]["body"], "words for later")


class Jobs(BotCase):
    def test_when_the_listener_is_down_another_place_hears_and_the_text_waits(self):
        alice = self.alice()
        room, bot = self.together(alice)
        bot.stop()
        pager = Pager()
        self.addCleanup(pager.end)
        bot.secret("token", "42:abcdefghijklmnopqrstuvwxyz0123456789")
        bot.configure({"ops": {"matrix": room}, "pager": {"telegram": 5, "allow": []}}, {
            "telegram": {"token": {"file": str(bot.folder / "token")}, "base_url": pager.url},
            "sources": {"here": {"kind": "host"}},
            "jobs": {"note": {"schedule": "00:00", "max_late": "1d", "gather": [{"from": "here"}],
                              "deliver": [{"to": "ops"}], "else": "pager"}}})
        first = bot.run("run-job", "note", "--force", "--deliver")
        self.assertEqual(first.returncode, 75, first.stderr)
        self.assertIn("listen-matrix does not run", first.stderr)
        self.assertEqual(bot.run("run-job", "--recover").returncode, 75)
        told, = pager.texts
        self.assertIn("note ", told)
        self.assertIn("listen-matrix does not run", told)
        self.assertNotIn("1 of 1 sources", told)
        bot.start()
        self.assertIn("1 of 1 sources", self.heard(alice, room, 1)["content"]["body"])
        self.assertEqual(len(pager.texts), 1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
