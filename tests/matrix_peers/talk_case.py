# SPDX-License-Identifier: MIT
"""The base of the tests of longer talks: what was asked and answered, and what is kept of it."""
import base64
import contextlib
import json
import sqlite3

from bot import Bot
from bot_test import BotCase
from processes import PATIENCE


def b64(data):
    return base64.b64encode(data).decode()


class TalkCase(BotCase):
    rotation = {}

    def invited(self, alice):
        return alice.ask("create_room", invite=["@bot:hs.test"], rotation=self.rotation)["room"]

    def with_nio(self, **given):
        """A nio client and a bot that hears it."""
        nio = self.peer("nio", "alice")
        room = self.invited(nio)
        place = {"matrix": room, "allow_unverified_devices": True}
        bot = Bot(f"{self.folder}/bot", self.server, self.vendor, {"ops": place}, **given)
        self.addCleanup(bot.end)
        bot.start().ready()
        nio.see("member", room=room, user="@bot:hs.test", membership="join")
        # It would share its key with the devices that it knows, and asks for them by and by.
        bot.until(lambda: nio.ask("devices", user="@bot:hs.test")["devices"], "the bot's device")
        return nio, room, bot

    def said(self, peer):
        """What the bot has said, by its own events."""
        return [e for e in list(peer.events) if e["event"] in ("message", "undecryptable") and e["sender"] == "@bot:hs.test"
                and e.get("type") in ("m.room.message", "m.room.encrypted")]

    def told(self, peer, body, **relates):
        """The bot's message with this in its text and its relation."""
        def find():
            return next((e for e in self.said(peer) if body in e["content"].get("body", "")
                         and all((e.get("relates_to") or {}).get(k) == v for k, v in relates.items())), None)
        return peer.until(find, f"message {body!r} of the bot", 2 * PATIENCE)

    def ask(self, peer, room, body):
        """A message's event id and its answer."""
        sent = peer.ask("send", room=room, body=body)["event_id"]
        return sent, self.answer(peer, sent)

    def answer(self, peer, sent):
        """The bot's answer to an event, found by what it relates to."""
        def find():
            return next((e for e in self.said(peer)
                         if ((e.get("relates_to") or {}).get("m.in_reply_to") or {}).get("event_id") == sent), None)
        return peer.until(find, f"answer to {sent}", 2 * PATIENCE)

    def timeline(self, room, sender="@bot:hs.test"):
        return [e for e in self.server.test("snapshot")["rooms"][room]["timeline"]
                if e["sender"] == sender and e["type"].startswith("m.room.") and "state_key" not in e]

    def rows(self, bot, sql, *values):
        with contextlib.closing(sqlite3.connect(f"file:{bot.folder}/state/openclaw.db?mode=ro", uri=True)) as db:
            return db.execute(sql, values).fetchall()

    def row(self, bot, event, column):
        """A column of an event's row, or None."""
        found = self.rows(bot, f"SELECT {column} FROM inbox WHERE key=?", "matrix:" + event)
        return found[0][0] if found else None

    def until_row(self, bot, event, column, is_so):
        bot.until(lambda: is_so(self.row(bot, event, column)), f"change of {event}'s {column}")

    def in_state(self, bot, event, state):
        self.until_row(bot, event, "state", lambda now: now == state)

    def change(self, bot, event, act):
        """Does something that replaces an event's text, and waits for that."""
        before = self.row(bot, event, "text_ref")
        act()
        self.until_row(bot, event, "text_ref", lambda now: now != before)

    def asked(self, bot, n):
        """Until the vendor has had so many requests."""
        bot.until(lambda: len(self.vendor.requests) >= n, f"request {n}")

    def last_said(self):
        """The person's latest words in the latest request, and its pictures."""
        content = self.vendor.requests[-1]["messages"][-1]["content"]
        if isinstance(content, str):
            return content, []
        return ("".join(p.get("text", "") for p in content),
                [p["image_url"]["url"] for p in content if p["type"] == "image_url"])

    def all_requests(self):
        return json.dumps(self.vendor.requests, ensure_ascii=False)

    def held(self, peer, room, bot, body="wait"):
        """A turn that is under way until the vendor may go."""
        n = len(self.vendor.requests)
        sent = peer.ask("send", room=room, body=body)["event_id"]
        self.asked(bot, n + 1)
        return sent

    def queued(self, peer, room, bot, body):
        sent = peer.ask("send", room=room, body=body)["event_id"]
        self.in_state(bot, sent, "new")
        return sent
