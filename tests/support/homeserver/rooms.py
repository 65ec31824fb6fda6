# SPDX-License-Identifier: MIT
"""A room: its events, its state at any position, who may do what, redaction."""
from api import EVENT_LIMIT, MatrixError, canonical, check, check_canonical, forbidden, optional
from model import now_ms

KEPT = {
    "m.room.member": {"membership", "join_authorised_via_users_server"},
    "m.room.join_rules": {"join_rule", "allow"},
    "m.room.power_levels": {"ban", "events", "events_default", "invite", "kick", "redact", "state_default", "users",
                            "users_default"},
    "m.room.history_visibility": {"history_visibility"},
    "m.room.redaction": {"redacts"},
}
LEVELS = {"users_default": 0, "events_default": 0, "state_default": 50, "ban": 50, "kick": 50, "redact": 50,
          "invite": 0}


def check_levels(content):
    for name in LEVELS:
        optional(content, name, int)
    for name in ("users", "events", "notifications"):
        for value in optional(content, name, dict, {}).values():
            check(value, name, int)


class Event:
    def __init__(self, event_id, kind, sender, content, state_key=None, redacts=None, ts=None, txn=None):
        self.event_id, self.type, self.sender, self.content = event_id, kind, sender, content
        self.state_key, self.redacts, self.txn = state_key, redacts, txn
        self.ts = now_ms() if ts is None else ts
        self.position = 0
        self.previous = None
        self.redacted_by = None

    def show(self, room, user_id=None, device_id=None, with_room=False):
        """The event as that device sees it."""
        shown = {"type": self.type, "event_id": self.event_id, "sender": self.sender, "content": self.content,
                 "origin_server_ts": self.ts}
        if self.state_key is not None:
            shown["state_key"] = self.state_key
        if self.redacts:
            shown["redacts"] = self.redacts
        if with_room:
            shown["room_id"] = room.room_id
        unsigned = {"age": max(0, now_ms() - self.ts)}
        if user_id:
            unsigned["membership"] = room.membership(user_id, self.position)
        if self.previous:
            unsigned["prev_content"], unsigned["prev_sender"] = self.previous.content, self.previous.sender
            unsigned["replaces_state"] = self.previous.event_id
        if self.txn and self.txn[0] == device_id and self.sender == user_id:
            unsigned["transaction_id"] = self.txn[1]
        if self.redacted_by:
            unsigned["redacted_by"] = self.redacted_by.event_id
            unsigned["redacted_because"] = self.redacted_by.show(room, with_room=True)
        return {**shown, "unsigned": unsigned}

    def stripped(self):
        return {"type": self.type, "sender": self.sender, "state_key": self.state_key, "content": self.content}

    def redact(self, redaction):
        if self.type != "m.room.create":
            self.content = {k: v for k, v in self.content.items() if k in KEPT.get(self.type, ())}
        self.redacted_by = redaction


class Room:
    def __init__(self, room_id, version, creator):
        self.room_id, self.version, self.creator = room_id, version, creator
        self.events = []
        self.by_id = {}
        self.state_log = []
        self.current = {}
        self.forgotten = {}
        self.typing = {}
        self.typing_position = 0
        self.receipts = {}

    def creators(self):
        if not self.version.isdigit() or int(self.version) < 12:
            return set()
        return {self.creator, *self.current["m.room.create", ""].content.get("additional_creators", ())}

    def state(self, at=None):
        if at is None:
            return dict(self.current)
        return {(e.type, e.state_key): e for e in self.state_log if e.position <= at}

    def content(self, kind, key="", at=None):
        event = self.current.get((kind, key)) if at is None else self.state(at).get((kind, key))
        return event.content if event else {}

    def membership(self, user_id, at=None):
        if at is None:
            return self.content("m.room.member", user_id).get("membership", "leave")
        for event in reversed(self.state_log):
            if event.position <= at and event.type == "m.room.member" and event.state_key == user_id:
                return event.content.get("membership", "leave")
        return "leave"

    def members(self, membership="join", at=None):
        wanted = (membership,) if isinstance(membership, str) else membership
        return {key for (kind, key), e in self.state(at).items()
                if kind == "m.room.member" and e.content.get("membership") in wanted}

    def level(self, user_id):
        if user_id in self.creators():
            return 2**60
        levels = self.content("m.room.power_levels")
        if not levels:
            return 100 if user_id == self.creator else 0
        return levels.get("users", {}).get(user_id, levels.get("users_default", 0))

    def required(self, kind, is_state=None):
        """The level for a plain action such as `kick`, or for an event type."""
        levels = self.content("m.room.power_levels")
        if is_state is None:
            return levels.get(kind, LEVELS[kind])
        default = "state_default" if is_state else "events_default"
        return levels.get("events", {}).get(kind, levels.get(default, LEVELS[default] if levels else 0))

    def demand(self, user_id, action):
        if self.level(user_id) < self.required(action):
            raise forbidden(f"You don't have permission to {action}")

    def demand_joined(self, user_id):
        if self.membership(user_id) != "join":
            raise forbidden(f"User {user_id} not in room {self.room_id}")

    def visible(self, user_id, event):
        """Whether history visibility lets the user read the event."""
        if self.membership(user_id, event.position) == "join":
            return True
        if event.type == "m.room.member" and event.state_key == user_id:
            return True
        rule = self.content("m.room.history_visibility", at=event.position).get("history_visibility", "shared")
        if rule == "world_readable":
            return True
        later = any(e.position > event.position and e.type == "m.room.member" and e.state_key == user_id
                    and e.content.get("membership") == "join" for e in self.state_log)
        return later and (rule == "shared" or
                          rule == "invited" and self.membership(user_id, event.position) == "invite")

    def append(self, hs, event):
        event.position = hs.advance()
        if event.state_key is not None:
            event.previous = self.current.get((event.type, event.state_key))
            self.current[event.type, event.state_key] = event
            self.state_log.append(event)
        self.events.append(event)
        self.by_id[event.event_id] = event
        return event

    def send(self, hs, kind, sender, content, state_key=None, txn=None, redacts=None):
        """Appends an event after the checks a server makes of its own users' events."""
        check_canonical(content)
        if len(canonical(content)) > EVENT_LIMIT - 512:
            raise MatrixError(413, "M_TOO_LARGE", "event too large")
        if not (kind == "m.room.create" or kind == "m.room.member" and not self.members()):
            self.allow(kind, sender, content, state_key)
        event = Event(self.event_id(hs), kind, sender, content, state_key, redacts, txn=txn)
        return self.append(hs, event)

    def event_id(self, hs):
        return "$" + hs.new_id(32)

    def allow(self, kind, sender, content, state_key):
        self.demand_joined(sender)
        if self.level(sender) < self.required(kind, state_key is not None):
            raise forbidden(f"You don't have permission to post that to the room. user_level ({self.level(sender)}) < "
                            f"send_level ({self.required(kind, state_key is not None)})")
        if state_key and state_key.startswith("@") and state_key != sender:
            raise forbidden("You are not allowed to set others state")
        if kind == "m.room.power_levels":
            check_levels(content)
            if self.creators() & set(content.get("users", {})):
                raise MatrixError(400, "M_BAD_JSON", "Creators cannot be listed in the power levels")
            raised = max([0, *content.get("users", {}).values()])
            if raised > self.level(sender):
                raise forbidden("You don't have permission to add ops level greater than your own")
        relation = content.get("m.relates_to", {}) if kind == "m.reaction" else {}
        if isinstance(relation, dict) and relation.get("rel_type") == "m.annotation":
            for event in self.events:
                if event.type == kind and event.sender == sender and event.content.get("m.relates_to") == relation:
                    raise MatrixError(400, "M_DUPLICATE_ANNOTATION", "Can't send same reaction twice")

    def put_member(self, hs, sender, user_id, membership, **more):
        """Sets a membership without asking whether the sender may."""
        profile = hs.users.get(user_id)
        content = {"membership": membership, **{k: v for k, v in more.items() if v is not None}}
        if profile and membership in ("join", "invite"):
            content["displayname"] = profile.display_name
            if profile.avatar_url:
                content["avatar_url"] = profile.avatar_url
        if membership in ("join", "invite"):
            self.forgotten.pop(user_id, None)
        return self.append(hs, Event(self.event_id(hs), "m.room.member", sender, content, user_id))

    def redact(self, hs, sender, target, content, txn=None):
        new = self.version.isdigit() and int(self.version) >= 11
        if new:
            content = {**content, "redacts": target.event_id}
        if target.sender != sender:
            self.demand(sender, "redact")
        event = self.send(hs, "m.room.redaction", sender, content, txn=txn, redacts=target.event_id)
        target.redact(event)
        return event

    def typing_now(self, now):
        return sorted(user for user, until in self.typing.items() if until > now)
