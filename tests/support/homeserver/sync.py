# SPDX-License-Identifier: MIT
"""GET /sync: everything after a position, computed anew each time, so an older token gives the same answer."""
import time
from fnmatch import fnmatchcase

from accounts import PUSH_RULES, check_filter
from api import MatrixError, invalid, parse_object
from keys import device_lists
from model import now_ms
from room_use import history_token

STRIPPED = ("m.room.create", "m.room.join_rules", "m.room.name", "m.room.avatar", "m.room.topic",
            "m.room.canonical_alias", "m.room.encryption")


def passes(rules, kind, sender=None):
    """Whether an event filter lets this type and sender through."""
    def listed(name, value):
        return any(fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in rules.get(name) or ())
    if rules.get("types") is not None and not listed("types", kind) or listed("not_types", kind):
        return False
    if sender is None:
        return True
    return sender not in rules.get("not_senders", ()) and sender in rules.get("senders", (sender,))


class Sync:
    """One user's device asking for what happened in (since, now]."""

    def __init__(self, hs, request, since, filters):
        self.hs, self.user, self.device = hs, request.user, request.device
        self.me = request.user.user_id
        self.since, self.to_device_since = since or (None, 0)
        self.full_state = request.flag("full_state")
        self.filter = filters
        self.rooms = filters.get("room", {})
        stable, unstable = "use_state_after", "org.matrix.msc4222.use_state_after"
        self.state_name = "state"
        if hs.settings["state_after"] and request.query.get(stable, request.query.get(unstable)) == "true":
            self.state_name = "state_after" if stable in request.query else "org.matrix.msc4222.state_after"

    def answer(self):
        """(the body, whether there is any news)."""
        hs, start = self.hs, self.since or 0
        limit = hs.settings["to_device_limit"]
        waiting = [row for row in self.device.to_device if row[0] > self.to_device_since][:limit]
        delivered = waiting[-1][0] if waiting else self.to_device_since
        body = {"next_batch": hs.sync_token(to_device=delivered)}
        rooms = {"join": {}, "invite": {}, "leave": {}}
        for room in hs.rooms.values():
            if room.room_id in self.rooms.get("not_rooms", ()) or \
                    room.room_id not in self.rooms.get("rooms", (room.room_id,)):
                continue
            section, value = self.room(room)
            if value:
                rooms[section][room.room_id] = value
        rooms = {name: found for name, found in rooms.items() if found}
        rules = self.filter.get("account_data", {})
        data = [{"type": kind, "content": content} for kind, (content, at) in self.user.account_data.items()
                if at > start and passes(rules, kind)]
        if self.since is None:
            data.append({"type": "m.push_rules", "content": PUSH_RULES})
        if rooms:
            body["rooms"] = rooms
        if data:
            body["account_data"] = {"events": data}
        if waiting:
            body["to_device"] = {"events": [event for _, event in waiting]}
        if self.since is not None:
            lists = device_lists(hs, self.me, self.since)
            if lists["changed"] or lists["left"]:
                body["device_lists"] = lists
        news = len(body) > 1
        if not hs.settings["omit_counts"]:
            body["device_one_time_keys_count"] = self.device.counts()
            body["device_unused_fallback_key_types"] = self.device.unused_fallback()
            body["org.matrix.msc2732.device_unused_fallback_key_types"] = self.device.unused_fallback()
        return body, news

    def room(self, room):
        own = [e for e in room.state_log if e.type == "m.room.member" and e.state_key == self.me]
        if not own:
            return "leave", None
        recent = [e for e in own if e.position > (self.since or 0)]
        now = own[-1].content["membership"]
        if now == "join":
            left = self.since is not None and room.membership(self.me, self.since) != "join"
            fresh = self.since is None or left or any(e.content["membership"] != "join" for e in recent)
            return "join", self.joined(room, fresh)
        if now == "invite":
            return "invite", self.invited(room, own[-1]) if recent else None
        keep = self.rooms.get("include_leave", False) if self.since is None else bool(recent)
        if not keep or room.forgotten.get(self.me):
            return "leave", None
        return "leave", self.left(room, own)

    def invited(self, room, event):
        wanted = [room.current[kind, ""] for kind in STRIPPED if (kind, "") in room.current]
        inviter = room.current.get(("m.room.member", event.sender))
        return {"invite_state": {"events": [e.stripped() for e in (*wanted, *filter(None, [inviter]), event)]}}

    def left(self, room, own):
        start = self.since or 0
        end = own[-1].position
        first = [e for e in own if e.position > start][0] if self.since is not None else own[-1]
        if self.since is not None and room.membership(self.me, start) != "join" and \
                not any(e.content["membership"] == "join" for e in own if e.position > start):
            return {"timeline": {"events": [self.show(room, own[-1])], "limited": False,
                                 "prev_batch": history_token(self.hs, first.position - 1)}, "state": {"events": []}}
        return self.window(room, start, end, self.since is None)

    def joined(self, room, fresh):
        start = 0 if fresh else self.since
        value = self.window(room, start, self.hs.position, fresh)
        value["ephemeral"] = {"events": self.ephemeral(room, start)}
        rules = self.rooms.get("account_data", {})
        data = self.user.room_account_data.get(room.room_id, {})
        value["account_data"] = {"events": [{"type": kind, "content": content} for kind, (content, at) in data.items()
                                            if at > start and passes(rules, kind)]}
        empty = not any(value[name]["events"] for name in ("timeline", self.state_name, "ephemeral", "account_data"))
        if empty and not fresh and not self.full_state and not value["timeline"]["limited"]:
            return None
        value["unread_notifications"] = {"highlight_count": 0, "notification_count": 0}
        if fresh or any(e.type == "m.room.member" and e.position > start for e in room.state_log):
            value["summary"] = self.summary(room)
        return value

    def summary(self, room):
        there = [e.state_key for e in room.state_log if e.type == "m.room.member" and e.state_key != self.me
                 and room.membership(e.state_key) in ("join", "invite")]
        return {"m.heroes": list(dict.fromkeys(there))[:5], "m.joined_member_count": len(room.members("join")),
                "m.invited_member_count": len(room.members("invite"))}

    def window(self, room, start, end, fresh):
        """The timeline of (start, end], cut to the limit, and the state that goes with it."""
        rules = self.rooms.get("timeline", {})
        limit = min(rules.get("limit", 10), self.hs.settings["timeline_limit"])
        inside = [e for e in room.events if start < e.position <= end and passes(rules, e.type, e.sender)
                  and room.visible(self.me, e)]
        kept = inside[-limit:] if limit > 0 else []
        limited = len(kept) < len(inside) or (fresh and self.since is not None and start == 0 and bool(inside))
        before = kept[0].position - 1 if kept else end
        timeline = {"events": [self.show(room, e) for e in kept], "limited": limited,
                    "prev_batch": history_token(self.hs, before)}
        at = end if self.state_name != "state" else before
        everything = fresh or self.full_state
        state = {key: e for key, e in room.state(at).items() if everything or e.position > start}
        state = {key: e for key, e in state.items() if passes(self.rooms.get("state", {}), e.type, e.sender)}
        if self.rooms.get("state", {}).get("lazy_load_members"):
            state = self.lazy(room, state, kept, at, everything, start)
        return {"timeline": timeline, self.state_name: {"events": [self.show(room, e) for e in state.values()]}}

    def lazy(self, room, state, timeline, at, everything, start):
        """Of the members only the timeline's senders, ourselves in a full state, and changes inside a gap."""
        wanted = {e.sender for e in timeline} | ({self.me} if everything else set())
        known = room.state(at)
        slim = {key: e for key, e in state.items()
                if e.type != "m.room.member" or e.state_key in wanted or (not everything and e.position > start)}
        for user_id in wanted:
            event = known.get(("m.room.member", user_id))
            if event is not None:
                slim["m.room.member", user_id] = event
        return slim

    def ephemeral(self, room, start):
        rules = self.rooms.get("ephemeral", {})
        events = []
        if room.typing_position > start and (room.typing_now(now_ms()) or self.since is not None):
            events.append({"type": "m.typing", "content": {"user_ids": room.typing_now(now_ms())}})
        content = {}
        for (kind, user_id, thread), (event_id, ts, at) in room.receipts.items():
            if at > start and (kind != "m.read.private" or user_id == self.me):
                entry = {"ts": ts, **({"thread_id": thread} if thread else {})}
                content.setdefault(event_id, {}).setdefault(kind, {})[user_id] = entry
        if content:
            events.append({"type": "m.receipt", "content": content})
        return [e for e in events if passes(rules, e["type"])]

    def show(self, room, event):
        return event.show(room, self.me, self.device.device_id)


def read_filter(request):
    text = request.query.get("filter")
    if text is None:
        return {}
    if text.startswith("{"):
        return check_filter(parse_object(text.encode()))
    if text.isdigit() and int(text) < len(request.user.filters):
        return request.user.filters[int(text)]
    raise invalid("No such filter")


def end_typing(hs):
    """Lets typing that timed out become news; returns the seconds until the next does, if any."""
    now, nearest = now_ms(), None
    for room in hs.rooms.values():
        for user_id, until in list(room.typing.items()):
            if until <= now:
                del room.typing[user_id]
                if until:
                    room.typing_position = hs.advance()
            else:
                nearest = min(nearest or until, until)
    return None if nearest is None else (nearest - now) / 1000


def sync(hs, request):
    since = hs.read_token(request.query["since"]) if "since" in request.query else None
    if since and request.query["since"][0] != "s":
        raise MatrixError(400, "M_UNKNOWN", "Invalid stream token")
    timeout = max(0, request.integer("timeout", 0))
    filters = read_filter(request)
    deadline, token = time.monotonic() + timeout / 1000, hs.tokens[request.token]
    if since:
        request.device.to_device = [row for row in request.device.to_device if row[0] > since[1]]
    while True:
        typing = end_typing(hs)
        held = since is not None and request.user.user_id in hs.held
        body, news = ({"next_batch": request.query["since"]}, False) if held else \
            Sync(hs, request, since, filters).answer()
        left = deadline - time.monotonic()
        if news or since is None or left <= 0 or (request.flag("full_state") and not held):
            return body
        hs.changed.wait(left if typing is None else min(left, max(typing, 0.001)))
        if token.expires_ms == 0 or request.device.device_id not in request.user.devices:
            hs.authenticate(request)


ROUTES = [("GET", "/sync", sync)]
