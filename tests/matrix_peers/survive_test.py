# SPDX-License-Identifier: MIT
"""What the bot lives through: kills, lost answers, copies from before, gaps, keys that did not come."""
import base64
import contextlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from bot_test import BotCase


class SurviveCase(BotCase):
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

    def answers(self, alice):
        """What the bot has said to her."""
        return [e for e in alice.events if e["event"] in ("message", "undecryptable") and e["sender"] == "@bot:hs.test"
                and e.get("type") in ("m.room.message", "m.room.encrypted")]

    def answered_once(self, alice, words):
        """Every message has one answer, and she can read all of them."""
        def find():
            heard = [line for e in self.answers(alice) for line in e["content"].get("body", "").replace("you said: ", "").split("\n")]
            return True if set(words) <= set(heard) else None
        alice.until(find, f"all answers; {len(self.answers(alice))} came", 90)
        heard = [line for e in self.answers(alice) for line in e["content"]["body"].replace("you said: ", "").split("\n")]
        self.assertEqual(sorted(heard), sorted(words), "each once")
        self.assertEqual([e for e in self.answers(alice) if e["event"] == "undecryptable"], [])

    def heard_line(self, alice, words):
        alice.until(lambda: next((e for e in alice.events if e["event"] == "message" and e["sender"] == "@bot:hs.test"
                                  and words in e["content"].get("body", "")), None), f"the answer to {words}", 40)


class Survives(SurviveCase):
    def test_a_rebuilt_machine_is_the_same_bot(self):
        """With the recovery key: the same identity, a signed device, and the old keys."""
        key = "EsUE hMFv RjaS CqNa xqZK XWVc mqoD MX5e ijAa q9fH 3Tfs TUw2"
        alice = self.alice(signed_only=True)
        room, bot = self.together(alice, recovery_key=key)
        self.answer_to(alice, room, "before")
        bot.stop()
        again = self.bot(room, "rebuilt", recovery_key=key).start().ready()
        again.until(lambda: len(alice.ask("devices", user="@bot:hs.test")["devices"]) == 2, "word of its new device")
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
        """From nothing to the third message, killed at each point that such a life passes, each time that it
        passes it; every message makes a new room key."""
        alice = self.alice()
        keys = self.bot("!none:hs.test", name="keys").run("matrix", "new-keys").stdout.split("\n")
        room = alice.ask("create_room", invite=["@bot:hs.test"], rotation={"rotation_period_msgs": 1})["room"]

        def live(number, **environment):
            """Whether it was killed."""
            bot = self.bot(room, name=f"life{number}", recovery_key=keys[0])
            bot.start(**environment)
            killed = False

            def alive(find):
                nonlocal killed
                while not (found := find()):
                    if bot.process.poll() is not None:
                        self.assertEqual((bot.process.returncode, killed), (-signal.SIGKILL, False), environment)
                        killed = True
                        bot.log.close()
                        bot.start()
                    with alice.changed:
                        alice.changed.wait(0.02)
                return found
            alive(lambda: b"listening as" in bot.log_text())
            alice.see("member", room=room, user="@bot:hs.test", membership="join")
            for nth in ("first", "second", "third"):
                if nth == "third" and number == 1:
                    self.points = pathlib.Path(log).read_text().splitlines()
                words = f"{nth} of life {number}"
                alice.ask("send", room=room, body=words)
                self.words.append(words)
                alive(lambda w=words: any(w in e["content"].get("body", "") for e in self.answers(alice)))
            if bot.process.poll() is None:
                bot.stop()
            for device in self.server.test("snapshot")["users"]["@bot:hs.test"]["devices"]:
                self.server.test("remove_device", {"user": "@bot:hs.test", "device": device})
            return killed

        self.words, self.points = [], []
        log = f"{self.folder}/points"
        self.assertFalse(live(0), "which joins")
        self.assertFalse(live(1, OPENCLAW_FAILPOINT_LOG=log))
        points = list(dict.fromkeys(self.points))
        self.assertLessEqual({"logged in", "keys uploaded, not noted", "to-device taken, not committed", "to-device committed",
                              "messages committed, keys not", "sync committed", "olm session made", "parcel sent, not noted",
                              "room message encrypted", "event sealed, not sent", "event sent, not noted"}, set(points))
        missed = [point for i, point in enumerate(points) if not live(i + 2, OPENCLAW_FAILPOINT=point)]
        self.assertEqual([p for p in missed if ":" not in p], [])
        self.assertLess(len(missed), len(points) / 10, f"not every life has as many answers of /sync: {missed}")
        self.answered_once(alice, self.words)
        self.no_index_twice()
        print(f"killed at {len(points) - len(missed)} of {len(points)} points", file=sys.stderr)

    def test_a_token_that_ends_is_renewed(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "one")
        self.server.test("expire", {"user": "@bot:hs.test"})
        self.assertEqual(self.answer_to(alice, room, "two", 2)["content"]["body"], "you said: two")

    def test_no_secret_in_the_log_or_in_clear_on_disk(self):
        alice = self.alice(signed_only=True)
        keys = self.bot("!none:hs.test", name="keys").run("matrix", "new-keys").stdout.split("\n")
        room, bot = self.together(alice, recovery_key=keys[0])
        self.answer_to(alice, room, "the plaintext of a room")
        alice.ask("send_file", room=room, name="plan.txt", mimetype="text/plain",
                  data=base64.b64encode(b"the words of a file").decode())
        self.heard(alice, room, 2)
        files = {p: p.read_bytes() for p in (bot.folder / "state").iterdir() if p.is_file()}
        self.assertLess({"matrix.db", "matrix.db-wal", "openclaw.db", "openclaw.db-wal"}, {p.name for p in files})
        bot.stop()
        files |= {p: p.read_bytes() for p in (bot.folder / "state").iterdir() if p.is_file()}
        files[bot.folder / "log"] = bot.log_text()
        tokens = self.server.test("snapshot")["users"]["@bot:hs.test"]["tokens"]
        self.assertEqual(len(tokens), 2, "access and refresh")
        sessions = [s["session_key"] for s in alice.ask("export_keys")["keys"]]
        self.assertGreaterEqual(len(sessions), 2, "hers and the bot's")
        for secret in ("plaintext of a room", "words of a file", keys[0], keys[0].replace(" ", ""), *tokens, *sessions):
            for path, raw in files.items():
                self.assertNotIn(secret.encode(), raw, path.name)
                self.assertNotIn(base64.b64encode(secret.encode()), raw, path.name)
        for secret in sessions:  # the ratchet itself
            for path, raw in files.items():
                self.assertNotIn(base64.b64decode(secret + "==")[5:133], raw, path.name)


class OlderCopy(SurviveCase):
    """matrix.db put back from before."""

    def goes_back(self, files):
        alice = self.alice(signed_only=True)
        room, bot = self.together(alice)
        words = [f"before {i}" for i in range(3)]
        for n, word in enumerate(words, 1):
            self.answer_to(alice, room, word, n)
        bot.stop()
        state = bot.folder / "state"
        kept = [f for f in state.iterdir() if f.name in files]
        for f in kept:
            shutil.copy2(f, f"{self.folder}/{f.name}")
        bot.start()
        for i in range(4):
            words.append(f"lost {i}")
            self.answer_to(alice, room, words[-1], len(words))
        bot.stop()
        for f in state.glob("matrix.db*"):
            f.unlink()
        for f in kept:
            shutil.copy2(f"{self.folder}/{f.name}", f)
        if "matrix.moves" not in files:
            self.assertTrue((state / "matrix.moves").exists())
        return alice, room, bot, words

    def goes_on(self, alice, room, bot, words):
        bot.start()
        bot.until(lambda: b"is an older copy" in bot.log_text(), "word of the older copy")
        for i in range(3):
            words.append(f"after {i}")
            self.assertEqual(self.answer_to(alice, room, words[-1], len(words))["shield"]["colour"], "NONE")
        self.answered_once(alice, words)
        self.no_index_twice()
        self.no_key_twice()

    def no_key_twice(self):
        """No session between devices gave one index to two ciphertexts, and no one-time key has two values."""
        values = {}
        for request in self.server.test("record?path=/keys/upload&user=@bot:hs.test&status=200")["requests"]:
            for name, key in (request["body"].get("one_time_keys") or {}).items():
                self.assertEqual(values.setdefault(name, key["key"]), key["key"], name)

    def test_the_count_beside_it_shows_it(self):
        self.goes_on(*self.goes_back(["matrix.db", "matrix.db-wal"]))

    def test_the_server_shows_it(self):
        """The count was put back too: what comes back of its own shows it."""
        alice, room, bot, words = self.goes_back(["matrix.db", "matrix.db-wal", "matrix.moves"])
        self.goes_on(alice, room, bot, words)

    def test_what_was_sealed_is_counted_before_it_leaves(self):
        """Also by the process that comes after the one that sealed it."""
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "before")
        bot.stop()
        alice.ask("send", room=room, body="sealed")
        self.assertEqual(bot.start(OPENCLAW_FAILPOINT="event sealed, not sent").process.wait(20), -signal.SIGKILL)
        bot.stop(signal.SIGKILL)
        bot.start()
        self.heard_line(alice, "sealed")
        bot.stop()
        state = bot.folder / "state"
        with contextlib.closing(sqlite3.connect(state / "matrix.db")) as db:
            (moves,), = db.execute("SELECT value FROM notes WHERE name='moves'")
        self.assertEqual(int((state / "matrix.moves").read_text()), int(moves))

    def test_a_copy_without_its_count(self):
        alice = self.alice(signed_only=True)
        room, bot = self.together(alice)
        words = ["before"]
        self.answer_to(alice, room, "before")
        bot.stop()
        (bot.folder / "state" / "matrix.moves").unlink()
        self.goes_on(alice, room, bot, words)

    def test_a_copy_from_before_its_keys_were_used(self):
        """The server has other one-time keys under the names that come next."""
        alice = self.alice(signed_only=True)
        room, bot = self.together(alice)
        words = ["before"]
        self.answer_to(alice, room, "before")
        bot.stop()
        state = bot.folder / "state"
        kept = list(state.glob("matrix.db*"))
        for f in kept:
            shutil.copy2(f, f"{self.folder}/{f.name}")
        (name, _), = self.server.test("snapshot")["users"]["@bot:hs.test"]["devices"].items()
        self.server.test("drop_keys", {"user": "@bot:hs.test", "device": name, "parts": ["one_time_keys"]})
        bot.start().until(lambda: len([r for r in self.server.test("record?path=/keys/upload&user=@bot:hs.test&status=200")["requests"]
                                       if r["body"].get("one_time_keys")]) > 1, "more one-time keys")
        bot.stop()
        for f in state.glob("matrix.db*"):
            f.unlink()
        for f in kept:
            shutil.copy2(f"{self.folder}/{f.name}", f)
        self.server.test("drop_keys", {"user": "@bot:hs.test", "device": name, "parts": ["one_time_keys"]})
        self.goes_on(alice, room, bot, words)


class Identity(SurviveCase):
    KEY = "EsUE hMFv RjaS CqNa xqZK XWVc mqoD MX5e ijAa q9fH 3Tfs TUw2"

    def listens_again(self, bot):
        """What is said before a new device's first sync is not for it."""
        bot.start().until(lambda: bot.log_text().count(b"listening as") == 2, "listening")

    def test_a_new_device_is_the_same_bot(self):
        alice = self.alice(signed_only=True)
        room, bot = self.together(alice, recovery_key=self.KEY)
        self.answer_to(alice, room, "before")
        bot.stop()
        before = list(self.server.test("snapshot")["users"]["@bot:hs.test"]["devices"])
        ran = bot.run("matrix", "login", "--new-device")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("signed by its identity", ran.stdout)
        after = list(self.server.test("snapshot")["users"]["@bot:hs.test"]["devices"])
        self.assertEqual((len(before), len(after)), (1, 1))
        self.assertNotEqual(before, after, "the old one is logged out")
        self.listens_again(bot)
        bot.until(lambda: after[0] in str(alice.ask("devices", user="@bot:hs.test")["devices"]), "word of its new device")
        answer = self.answer_to(alice, room, "after", 2)
        self.assertEqual((answer["content"]["body"], answer["shield"]["colour"]), ("you said: after", "NONE"))
        self.assertNotIn(b"older copy", bot.log_text())

    def test_an_identity_is_made_anew_only_when_told(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "before")
        bot.stop()
        master = self.server.test("snapshot")["users"]["@bot:hs.test"]["cross_signing"]["master"]
        said = bot.run("matrix", "reset-identity", stdin="no\n")
        self.assertIn("nothing was changed", said.stdout)
        for f in (bot.folder / "state").glob("matrix.db*"):
            f.unlink()  # lost, and no recovery key: it cannot take its identity back
        lost = bot.run("matrix", "login")
        self.assertEqual(lost.returncode, 78, lost.stderr)
        self.assertIn("cannot sign with", lost.stderr)
        ran = bot.run("matrix", "reset-identity", "--yes")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertNotEqual(self.server.test("snapshot")["users"]["@bot:hs.test"]["cross_signing"]["master"], master)
        status = bot.run("matrix", "status")
        self.assertIn("signed by its identity", status.stdout)
        self.listens_again(bot)
        self.assertEqual(self.answer_to(alice, room, "after", 2)["content"]["body"], "you said: after")


class Gaps(SurviveCase):
    def test_what_the_server_left_out_is_fetched_in_order(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "hello")
        bot.stop()
        words = [f"line {i}" for i in range(130)]
        for word in words:
            alice.ask("send", room=room, body=word)
        bot.start()
        self.answered_once(alice, ["hello", *words])
        asked = [line for r in self.vendor.requests for line in r["messages"][-1]["content"].split("\n")]
        self.assertEqual([w for w in asked if w in words], words)
        self.assertNotIn(b"more messages here", bot.log_text())


    def test_one_who_speaks_first_in_a_gap(self):
        alice, bob = self.alice(), self.peer("js", "bob")
        room, bot = self.together(alice)
        alice.ask("invite", room=room, user="@bob:hs.test")
        bob.ask("join", room=room)
        alice.see("member", room=room, user="@bob:hs.test", membership="join")
        bot.stop()
        alice.ask("send", room=room, body="the first line")
        for i in range(55):
            bob.ask("send", room=room, body=f"line {i} of a stranger")
        bot.start()
        self.answered_once(alice, ["the first line"])


class MissingKeys(BotCase):
    def test_a_key_that_did_not_come_is_asked_for_and_makes_nothing_happen(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.answer_to(alice, room, "hello")
        self.said_without_its_key(alice, room, bot, "lost words")
        answer = self.heard(alice, room, 2)["content"]["body"]
        self.assertIn("Please send it again", answer)
        self.assertNotIn("lost words", str(self.vendor.requests))
        self.assertEqual(self.answer_to(alice, room, "lost words", 3)["content"]["body"], "you said: lost words")

    def test_read_receipts(self):
        alice = self.alice()
        room, bot = self.together(alice)
        sent = alice.ask("send", room=room, body="hello")["event_id"]
        alice.until(lambda: next((e for e in alice.events if e["event"] == "receipt" and sent in str(e)), None), "a receipt", 20)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
