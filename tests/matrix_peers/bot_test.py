#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""openclaw in end-to-end-encrypted rooms with matrix-js-sdk and matrix-nio. $OPENCLAW is the program.
    bot_test.py [TestCase.test] [-v]"""
import base64
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from bot import Bot, Vendor
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


class Survives(BotCase):
    def test_a_rebuilt_machine_is_the_same_bot(self):
        """With the recovery key: the same identity, a signed device, and the old keys."""
        key = "EsUE hMFv RjaS CqNa xqZK XWVc mqoD MX5e ijAa q9fH 3Tfs TUw2"
        alice = self.alice(signed_only=True)
        room, bot = self.together(alice, recovery_key=key)
        self.answer_to(alice, room, "before")
        bot.stop()
        again = self.bot(room, "rebuilt", recovery_key=key).start().ready()
        answer = self.answer_to(alice, room, "after", 2)
        self.assertEqual(answer["content"]["body"], "you said: after")
        self.assertEqual(answer["shield"]["colour"], "NONE", answer)

    def test_a_failing_key_query_costs_no_message(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.server.test("faults", {"kind": "status", "path": "/keys/query", "user": "@bot:hs.test", "times": 3, "status": 502,
                                    "body": "<html>502</html>", "content_type": "text/html"})
        self.assertEqual(self.answer_to(alice, room, "hello?")["content"]["body"], "you said: hello?")

    def test_lost_answers_give_no_second_message(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.server.test("faults", {"kind": "cut", "path": "/(send|sendToDevice|keys)/", "user": "@bot:hs.test",
                                    "times": -1, "probability": 0.3, "seed": 7})
        for i in range(1, 11):
            self.assertEqual(self.answer_to(alice, room, f"m{i}", i)["content"]["body"], f"you said: m{i}")
        sent = [e for r in self.server.test("snapshot")["rooms"].values() for e in r["timeline"]
                if e["type"] == "m.room.encrypted" and e["sender"] == "@bot:hs.test"]
        self.assertEqual(len(sent), 10)

    def sealed_by_bot(self):
        return [e for r in self.server.test("snapshot")["rooms"].values() for e in r["timeline"]
                if e["type"] == "m.room.encrypted" and e["sender"] == "@bot:hs.test"]

    def no_index_twice(self):
        """No session of the bot gave one index to two ciphertexts."""
        seen = {}
        for event in self.sealed_by_bot():
            sealed = base64.b64decode(event["content"]["ciphertext"] + "==")
            number, shift, at = 0, 0, 2  # version, tag of the index, then a varint
            while True:
                number |= (sealed[at] & 127) << shift
                shift, at = shift + 7, at + 1
                if sealed[at - 1] < 128:
                    break
            key = (event["content"]["session_id"], number)
            self.assertEqual(seen.setdefault(key, event["content"]["ciphertext"]), event["content"]["ciphertext"], key)

    def answered_once(self, alice, words):
        """Every message has one answer, and she can read all of them."""
        wanted = {f"you said: {w}" for w in words}

        def answers():
            return [e for e in alice.events if e["event"] in ("message", "undecryptable") and e["sender"] == "@bot:hs.test"
                    and e.get("type") in ("m.room.message", "m.room.encrypted")]

        def find():
            heard = [line for e in answers() for line in e["content"].get("body", "").replace("you said: ", "").split("\n")]
            return True if set(words) <= set(heard) else None
        alice.until(find, f"all answers; {len(answers())} came", 90)
        heard = [line for e in answers() for line in e["content"]["body"].replace("you said: ", "").split("\n")]
        self.assertEqual(sorted(heard), sorted(words), "each once")
        self.assertEqual([e for e in answers() if e["event"] == "undecryptable"], [])

    def test_killed_anywhere(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "first")
        self.server.test("faults", {"kind": "cut", "path": "/(send|sendToDevice|keys)/", "user": "@bot:hs.test",
                                    "times": -1, "probability": 0.3, "seed": 11})
        chance = random.Random(20261123)
        words, kills = ["first"], int(os.environ.get("OPENCLAW_KILLS", "25"))
        for i in range(kills):
            for n in range(chance.randrange(3)):
                words.append(f"message {i} {n}")
                alice.ask("send", room=room, body=words[-1])
            if chance.random() < 0.2:
                alice.ask("rotate", room=room)
            time.sleep(chance.random() * 0.6)  # the moment of the kill, not a wait
            bot.stop(signal.SIGKILL)
            bot.start()
        self.answered_once(alice, words)
        self.no_index_twice()

    def test_killed_at_each_point(self):
        points = ["to-device taken, not committed", "to-device committed", "messages committed, keys not", "sync committed",
                  "olm session made", "room message encrypted", "event sealed, not sent", "event sent, not noted",
                  "parcel ready, not sent", "parcel sent, not noted", "answered"]
        alice = self.alice()
        room, bot = self.together(alice)
        words, reached = [], {}
        for point in points:
            bot.stop()
            alice.ask("rotate", room=room)
            words.append(f"at {point}")
            alice.ask("send", room=room, body=words[-1])
            bot.start(OPENCLAW_FAILPOINT=point)
            try:
                reached[point] = bot.process.wait(8) == -signal.SIGKILL
            except subprocess.TimeoutExpired:
                reached[point] = False
            bot.stop(signal.SIGKILL)
            bot.start()
            self.heard_line(alice, words[-1])
        self.assertEqual([p for p, killed in reached.items() if not killed], ["olm session made", "parcel ready, not sent", "parcel sent, not noted"],
                         "these come before the first message only")
        self.answered_once(alice, words)
        self.no_index_twice()

    def heard_line(self, alice, words):
        alice.until(lambda: next((e for e in alice.events if e["event"] == "message" and e["sender"] == "@bot:hs.test"
                                  and words in e["content"].get("body", "")), None), f"the answer to {words}", 40)

    def test_a_token_that_ends_is_renewed(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "one")
        self.server.test("expire", {"user": "@bot:hs.test"})
        self.assertEqual(self.answer_to(alice, room, "two", 2)["content"]["body"], "you said: two")

    def test_no_secret_in_the_log(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "the plaintext of a room")
        bot.stop()
        log = bot.log_text()
        tokens = [d for u in self.server.test("snapshot")["users"].values() for d in str(u).split("'") if d.startswith("syt_")]
        for secret in [b"the plaintext of a room", *[t.encode() for t in tokens]]:
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
