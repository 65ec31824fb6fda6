#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Long talks, files, threads, edits, redactions and replies with real clients. $OPENCLAW is the program.
    talk_test.py [TestCase.test] [-v]"""
import json
import os
import signal
import sys
import unittest

from bot import Bot
from processes import PATIENCE
from talk_case import TalkCase, b64

TEXT = "a first line\numläute, 😀 and </file>\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
GIVEN = bytes(range(256)) * 300 + b"end"


class Rotation(TalkCase):
    rotation = {"rotation_period_msgs": 7}

    def talk(self, peer, room, turns, rotate=None):
        for i in range(1, turns + 1):
            if rotate and i % rotate == 0:
                peer.ask("rotate", room=room)
            _, answer = self.ask(peer, room, f"message {i}")
            self.assertEqual((answer["event"], answer["content"].get("body")), ("message", f"you said: message {i}"))
            self.assertTrue(answer["encrypted"])
        self.assertEqual([e["content"]["body"] for e in self.said(peer)], [f"you said: message {i}" for i in range(1, turns + 1)])
        self.assertEqual([e for e in peer.events if e["event"] == "undecryptable"], [])
        self.assertEqual(len(self.vendor.requests), turns)
        for sender in ("@alice:hs.test", "@bot:hs.test"):
            sealed = self.timeline(room, sender)
            self.assertEqual({e["type"] for e in sealed}, {"m.room.encrypted"})
            sessions = [e["content"]["session_id"] for e in sealed]
            self.assertEqual(len(sessions), turns)
            self.assertLessEqual(max(sessions.count(s) for s in sessions), 7, sender)
            changes = sum(a != b for a, b in zip(sessions, sessions[1:]))
            self.assertEqual(len(set(sessions)), 1 + changes, "a session that was left does not come back")
            self.assertLessEqual(changes, turns // 7 + 1, sender)

    def test_two_hundred_messages_with_js(self):
        alice = self.alice(signed_only=True)
        room, _ = self.together(alice)
        self.talk(alice, room, 100)

    def test_forty_messages_with_nio(self):
        nio, room, _ = self.with_nio()
        self.talk(nio, room, 20, rotate=7)


class Files(TalkCase):
    def more(self):
        path = os.path.join(self.folder, "report.bin")
        with open(path, "wb") as file:
            file.write(GIVEN)
        sends = {"tool": "send_file", "args": {"path": {"under": [path]}}, "when_tainted": "allow"}
        return path, {"models": {"m": {"images": True, "try": ["main:talker"]}}, "documents": {"most_mib": 1},
                      "groups": {"sends": [sends]}, "agents": {"ops": {"model": "m", "groups": ["sends"]}}}

    def both_ways(self, peer, room, path):
        sent = peer.ask("send_file", room=room, name="note.txt", data=b64(TEXT.encode()), mimetype="text/plain")["event_id"]
        self.assertIn("a first line", self.answer(peer, sent)["content"]["body"])
        words, pictures = self.last_said()
        self.assertIn("<file>\n" + TEXT.replace("</", "<\\/") + "\n</file>", words)
        self.assertIn("note.txt", words)
        self.assertEqual(pictures, [])
        sent = peer.ask("send_file", room=room, name="p.png", data=b64(PICTURE), mimetype="image/png", msgtype="m.image")["event_id"]
        self.answer(peer, sent)
        self.assertEqual(self.last_said()[1], ["data:image/png;base64," + b64(PICTURE)])
        sent = peer.ask("send", room=room, body="call send_file " + json.dumps({"path": path}))["event_id"]
        file = self.told(peer, "report.bin")
        self.assertTrue(file["encrypted"])
        self.assertEqual(file["relates_to"], {"m.in_reply_to": {"event_id": sent}})
        self.assertEqual((file["content"]["msgtype"], file["content"]["filename"]), ("m.file", "report.bin"))
        self.assertEqual(file["content"]["info"]["size"], len(GIVEN))
        self.assertEqual(peer.ask("fetch_file", file=file["content"]["file"])["data"], b64(GIVEN))
        self.told(peer, "result: sent: report\u2024bin")  # inert: files were read

    def test_both_ways_with_js(self):
        alice = self.alice()
        path, more = self.more()
        room, bot = self.together(alice, more=more)
        self.both_ways(alice, room, path)
        sent = alice.ask("send_file", room=room, name="b.txt", caption="what is this?", data=b64(b"mango"))["event_id"]
        self.assertTrue(self.answer(alice, sent)["content"]["body"].startswith("you said: what is this?"))
        self.assertIn("<file>\nmango\n</file>", self.last_said()[0])
        # The server may change what it keeps: the hash is checked.
        n = len(self.vendor.requests)
        self.server.test("faults", {"kind": "status", "status": 200, "path": "/media/download/", "user": "@bot:hs.test",
                                    "body": "papaya", "content_type": "application/octet-stream"})
        sent = alice.ask("send_file", room=room, name="c.txt", data=b64(b"mango"))["event_id"]
        self.assertIn("I could not read c.txt", self.answer(alice, sent)["content"]["body"])
        self.assertEqual(len(self.vendor.requests), n)
        sent = alice.ask("send_file", room=room, name="d.txt", data=b64(b"x" * (1 << 20) + b"x"))["event_id"]
        self.told(alice, "d.txt is too large")
        # Into the thread that it was asked for in.
        sent = alice.ask("thread", room=room, target=sent, body="call send_file " + json.dumps({"path": path}))["event_id"]
        file = self.told(alice, "report.bin", rel_type="m.thread")
        self.assertEqual(alice.ask("fetch_file", file=file["content"]["file"])["data"], b64(GIVEN))

    def test_both_ways_with_nio(self):
        self.server.test("settings", {"unauthenticated_media": True})
        path, more = self.more()
        nio, room, _ = self.with_nio(more=more)
        self.both_ways(nio, room, path)

    def test_an_edited_caption_keeps_its_file(self):
        alice = self.alice()
        room, bot = self.together(alice, more=self.more()[1])
        self.held(alice, room, bot)
        sent = alice.ask("send_file", room=room, name="b.txt", caption="whta is this?", data=b64(b"mango"))["event_id"]
        self.in_state(bot, sent, "new")
        content = dict(alice.see("message", event_id=sent)["content"], body="what is this?")
        self.change(bot, sent, lambda: alice.ask("send_event", room=room, type="m.room.message", content={
            **content, "body": "* what is this?", "m.new_content": content,
            "m.relates_to": {"rel_type": "m.replace", "event_id": sent}}))
        self.vendor.may_go.set()
        self.assertTrue(self.answer(alice, sent)["content"]["body"].startswith("you said: what is this?"))
        self.assertIn("mango", self.last_said()[0])


class Threads(TalkCase):
    def test_a_thread_is_a_conversation_of_its_own(self):
        alice = self.alice()
        room, bot = self.together(alice)
        root, first = self.ask(alice, room, "the main word is mango")
        self.assertEqual(first["relates_to"], {"m.in_reply_to": {"event_id": root}})
        one = alice.ask("thread", room=room, target=root, body="the word of the thread is papaya")["event_id"]
        answer = self.answer(alice, one)
        related = {"rel_type": "m.thread", "event_id": root, "is_falling_back": False, "m.in_reply_to": {"event_id": one}}
        self.assertEqual(answer["relates_to"], related)
        self.assertNotIn("mango", json.dumps(self.vendor.requests[-1]))
        two = alice.ask("thread", room=room, target=root, body="context")["event_id"]
        answer = self.answer(alice, two)
        self.assertEqual(answer["relates_to"], {**related, "m.in_reply_to": {"event_id": two}})
        self.assertIn("papaya", answer["content"]["body"])
        self.assertNotIn("mango", answer["content"]["body"])
        main = self.ask(alice, room, "context")[1]
        self.assertEqual(set(main["relates_to"]), {"m.in_reply_to"})
        self.assertIn("mango", main["content"]["body"])
        self.assertNotIn("papaya", main["content"]["body"])
        # /new in the thread begins that one anew and leaves the main one.
        alice.ask("thread", room=room, target=root, body="/new")
        self.told(alice, "A new conversation.", rel_type="m.thread", event_id=root)
        four = alice.ask("thread", room=room, target=root, body="context again")["event_id"]
        self.assertNotIn("papaya", self.answer(alice, four)["content"]["body"])
        self.assertIn("mango", self.ask(alice, room, "context once more")[1]["content"]["body"])
        # A thread that is held does not hold the rest of the room.
        held = alice.ask("thread", room=room, target=root, body="wait")["event_id"]
        self.asked(bot, 7)
        self.assertEqual(self.ask(alice, room, "still there?")[1]["content"]["body"], "you said: still there?")
        self.vendor.may_go.set()
        self.assertEqual(self.answer(alice, held)["relates_to"]["rel_type"], "m.thread")


class Edits(TalkCase):
    def test_queued_and_answered(self):
        alice = self.alice()
        room, bot = self.together(alice)
        held = self.held(alice, room, bot)
        sent = self.queued(alice, room, bot, "the word is mango")
        self.change(bot, sent, lambda: alice.ask("edit", room=room, target=sent, body="the word is papaya"))
        alice.ask("edit", room=room, target=held, body="too late for this one")
        self.vendor.may_go.set()
        self.assertEqual(self.answer(alice, held)["content"]["body"], "you said: wait")
        self.assertEqual(self.answer(alice, sent)["content"]["body"], "you said: the word is papaya")
        self.assertNotIn("mango", self.all_requests())
        alice.ask("edit", room=room, target=sent, body="the word is kiwi")
        seen = self.ask(alice, room, "context")[1]["content"]["body"]
        self.assertIn("papaya", seen)
        self.assertNotIn("kiwi", seen + self.all_requests())
        self.assertNotIn("too late", self.all_requests())
        self.assertEqual(len(self.vendor.requests), 3)
        self.assertEqual(len(self.said(alice)), 3)

    def test_nobody_edits_the_words_of_another(self):
        alice = self.alice()
        room = self.invited(alice)
        bot = Bot(f"{self.folder}/bot", self.server, self.vendor, {"ops": {"matrix": room, "allow": [
            {"who": ["me", "eva"], "agents": ["ops"], "groups": "all"}]}})
        self.addCleanup(bot.end)
        bot.start().ready()
        bob = self.peer("js", "bob")
        bob.ask("bootstrap", password="pw")
        alice.ask("invite", room=room, user="@bob:hs.test")
        bob.see("member", room=room, user="@bob:hs.test", membership="invite")
        bob.ask("join", room=room)
        alice.see("member", room=room, user="@bob:hs.test", membership="join")
        held = self.held(alice, room, bot)
        sent = self.queued(alice, room, bot, "the word is mango")
        bob.ask("edit", room=room, target=sent, body="the word is papaya")
        with_bob = self.queued(bob, room, bot, "hello from bob")  # the edit came before it
        self.vendor.may_go.set()
        for event, words in ((held, "wait"), (sent, "the word is mango"), (with_bob, "hello from bob")):
            self.assertIn(words, self.answer(alice, event)["content"]["body"])
        self.assertNotIn("papaya", self.all_requests())


class Redactions(TalkCase):
    def together(self, alice, **given):
        return super().together(alice, more={"audit": {"keep": "full"}}, **given)

    def texts(self, bot, event):
        """All that the audit shows of an event's run."""
        shown = bot.run("audit", "show", self.row(bot, event, "run"))
        self.assertEqual(shown.returncode, 0, shown.stderr)
        return shown.stdout

    def take_back(self, alice, room, bot, event):
        alice.ask("redact", room=room, target=event)
        self.until_row(bot, event, "text_ref", lambda now: now == "")

    def verified(self, bot):
        checked = bot.run("audit", "verify")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_queued_and_running(self):
        alice = self.alice()
        room, bot = self.together(alice)
        self.held(alice, room, bot)
        gone = self.queued(alice, room, bot, "the word is mango")
        stays = self.queued(alice, room, bot, "the word is papaya")
        self.take_back(alice, room, bot, gone)
        self.assertEqual(self.row(bot, gone, "state"), "cancelled")
        self.vendor.may_go.set()
        self.assertEqual(self.answer(alice, stays)["content"]["body"], "you said: the word is papaya")
        self.vendor.may_go.clear()
        running = self.held(alice, room, bot, "the word is kiwi, wait")
        self.take_back(alice, room, bot, running)
        self.assertEqual(self.row(bot, running, "state"), "cancelled")
        self.assertEqual(self.ask(alice, room, "still there?")[1]["content"]["body"], "you said: still there?")
        self.assertNotIn("mango", self.all_requests())
        self.assertEqual(len(self.said(alice)), 3, "none of what was taken back is answered")
        self.assertNotIn("kiwi", self.texts(bot, running))
        self.verified(bot)

    def test_answered(self):
        alice = self.alice()
        room, bot = self.together(alice)
        sent, answer = self.ask(alice, room, "the word is mango")
        self.in_state(bot, sent, "done")
        self.assertIn("mango", self.texts(bot, sent))
        bodies = self.rows(bot, "SELECT count(*) FROM bodies")[0][0]
        self.take_back(alice, room, bot, sent)
        self.assertNotIn("mango", self.texts(bot, sent))
        self.assertLessEqual(self.rows(bot, "SELECT count(*) FROM bodies")[0][0], bodies - 4, "question, answer, request, reply")
        self.assertEqual(self.rows(bot, "SELECT count(*) FROM call_ends"), [(1,)], "that it was, stays")
        self.assertEqual(self.ask(alice, room, "hello")[1]["content"]["body"], "you said: hello")
        self.assertEqual(len(self.vendor.requests), 2)
        self.verified(bot)

    def test_what_was_taken_back_is_told_to_no_model_again(self):
        alice = self.alice()
        room, bot = self.together(alice)
        sent, _ = self.ask(alice, room, "mango")
        self.ask(alice, room, "a mangosteen is another fruit")
        self.in_state(bot, sent, "done")
        self.take_back(alice, room, bot, sent)
        told = self.ask(alice, room, "context")[1]["content"]["body"].split("\n")
        self.assertNotIn("mango", told)
        self.assertIn("a mangosteen is another fruit", told)

    def test_one_of_a_burst_that_was_answered(self):
        """Messages that became one turn: each can be taken back."""
        alice = self.alice()
        room, bot = self.together(alice)
        self.held(alice, room, bot)
        first = self.queued(alice, room, bot, "the word is papaya")
        second = self.queued(alice, room, bot, "the other word is mango")
        self.vendor.may_go.set()
        self.assertEqual(self.answer(alice, first)["content"]["body"], "you said: the word is papaya\nthe other word is mango")
        self.in_state(bot, second, "merged")
        alice.ask("redact", room=room, target=second)
        alice.ask("send", room=room, body="/whoami")
        self.told(alice, "You are me")  # what came before that was taken
        self.assertNotIn("mango", self.texts(bot, first))

    def test_one_that_asked_first(self):
        """Its words are in the run that asked, too."""
        alice = self.alice()
        room, bot = self.together(alice)
        sent, question = self.ask(alice, room, 'call command_mark {"name":"asked"}\nthe word is mango')
        asking = self.row(bot, sent, "run")
        self.assertIn("mango", bot.run("audit", "show", asking).stdout)
        alice.ask("send", room=room, body="yes " + question["content"]["body"].split("yes ")[1][:4])
        self.in_state(bot, sent, "done")
        self.take_back(alice, room, bot, sent)
        self.assertNotIn("mango", self.texts(bot, sent))
        self.assertNotIn("mango", bot.run("audit", "show", asking).stdout)

    def test_one_whose_answer_is_not_sent_yet(self):
        """The answer may hold its words: it stays here, and is erased as well."""
        alice = self.alice()
        room, bot = self.together(alice)
        self.ask(alice, room, "hello")
        self.server.test("faults", {"kind": "status", "status": 502, "path": "/rooms/.*/send/", "user": "@bot:hs.test",
                                    "times": -1})
        sent = alice.ask("send", room=room, body="the word is mango")["event_id"]
        self.in_state(bot, sent, "done")
        self.take_back(alice, room, bot, sent)
        self.server.test("faults", verb="DELETE")
        self.ask(alice, room, "still there?")
        self.assertEqual([e["content"]["body"] for e in self.said(alice)], ["you said: hello", "you said: still there?"])
        self.assertNotIn("mango", self.texts(bot, sent))

    def test_one_whose_key_comes_later(self):
        """A server that holds a key back does not bring to life what was taken back."""
        alice = self.alice()
        room, bot = self.together(alice)
        self.ask(alice, room, "hello")
        sent, name, held_back = self.said_without_its_key(alice, room, bot, "the word is mango")
        alice.ask("redact", room=room, target=sent)
        alice.ask("rotate", room=room)
        self.ask(alice, room, "one")
        self.server.test("to_device", {"user": "@bot:hs.test", "device": name, "events": held_back})
        self.ask(alice, room, "two")
        self.assertNotIn("mango", self.all_requests())


class Replies(TalkCase):
    def test_to_the_bots_own_words(self):
        alice = self.alice()
        room, bot = self.together(alice)
        _, answer = self.ask(alice, room, "the word is mango")
        alice.ask("send", room=room, body="/new")
        self.told(alice, "A new conversation.")
        self.assertNotIn("mango", self.ask(alice, room, "context")[1]["content"]["body"])
        # As old clients write it: with the quoted words in front.
        reply = alice.ask("send_event", room=room, type="m.room.message", content={
            "msgtype": "m.text", "body": "> <@bot:hs.test> you said: the word is mango\n\ncontext of this",
            "m.relates_to": {"m.in_reply_to": {"event_id": answer["event_id"]}}})["event_id"]
        self.assertIn("the word is mango", self.answer(alice, reply)["content"]["body"])
        self.assertEqual(self.last_said()[0], "context of this")
        # What the bot was told to say, by another process.
        self.assertEqual(bot.run("send", "ops", stdin="the disk of papaya is full").returncode, 0)
        told = self.told(alice, "the disk of papaya is full")
        reply = alice.ask("reply", room=room, target=told["event_id"], body="what is full?")["event_id"]
        self.answer(alice, reply)
        self.assertIn("the disk of papaya is full", self.last_said()[0])
        self.assertTrue(self.last_said()[0].endswith("what is full?"))
        self.assertNotIn("mango", json.dumps(self.vendor.requests[-1]), "a conversation of its own")
        # In a thread, too.
        reply = alice.ask("send_event", room=room, type="m.room.message", content={
            "msgtype": "m.text", "body": "context in a thread", "m.relates_to": {
                "rel_type": "m.thread", "event_id": answer["event_id"], "is_falling_back": False,
                "m.in_reply_to": {"event_id": answer["event_id"]}}})["event_id"]
        self.assertIn("the word is mango", self.answer(alice, reply)["content"]["body"])


class Restarts(TalkCase):
    rotation = {"rotation_period_msgs": 3}

    def test_of_both_in_the_middle_of_a_talk(self):
        store = os.path.join(self.folder, "alice.store")
        alice = self.alice(store=store)
        room, bot = self.together(alice)
        words = {}
        for i in range(4):
            words[self.ask(alice, room, f"one {i}")[0]] = f"one {i}"
        words[self.held(alice, room, bot)] = "wait"
        bot.stop(signal.SIGKILL)
        self.vendor.may_go.set()
        bot.start()
        self.answer(alice, list(words)[-1])
        self.vendor.may_go.clear()
        words[self.held(alice, room, bot)] = "wait"
        alice.ask("stop")
        self.vendor.may_go.set()
        self.in_state(bot, list(words)[-1], "done")
        bot.stop(signal.SIGKILL)
        bot.start()
        alice = self.peer("js", "alice", token=alice.me["token"], device_id=alice.me["device_id"], store=store)
        self.answer(alice, list(words)[-1])
        for i in range(4):
            words[self.ask(alice, room, f"two {i}")[0]] = f"two {i}"
        events = {e["event_id"]: e for e in alice.ask("events", room=room)["events"] if e["type"] == "m.room.message"
                  or e["wire_type"] == "m.room.encrypted"}
        self.assertEqual([e for e in events.values() if e["failure"]], [])
        for sender, wanted in (("@alice:hs.test", list(words.values())), ("@bot:hs.test", [f"you said: {w}" for w in words.values()])):
            self.assertEqual([e["content"]["body"] for e in events.values() if e["sender"] == sender], wanted)
            self.assertEqual(len(self.timeline(room, sender)), len(words), "nothing twice")
        self.assertEqual([e for e in alice.events if e["event"] == "undecryptable"], [])
        self.assertEqual(bot.stop(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
