# SPDX-License-Identifier: MIT
"""The tests' own requests under /_test/: users, faults, forgeries, losses, the record."""
import re
import time

from accounts import describe
from api import MatrixError, bad_json, invalid, need, not_found, optional
from backup import current
from rooms import Event


def find_user(hs, name):
    user = hs.users.get(hs.full_user_id(name))
    if user is None:
        raise not_found(f"no user {name}")
    return user


def user_and_device(hs, body):
    user = find_user(hs, need(body, "user", str))
    device = user.devices.get(need(body, "device", str))
    if device is None:
        raise not_found(f"no device {body['device']}")
    return user, device


def add_user(hs, request):
    body = request.object()
    user = hs.add_user(need(body, "user", str), need(body, "password", str), optional(body, "display_name", str))
    return {"user_id": user.user_id}


def settings(hs, request):
    body = request.object()
    for name, value in body.items():
        if name not in hs.settings:
            raise invalid(f"no setting {name}")
        hs.settings[name] = value
    hs.changed.notify_all()
    return hs.settings


def add_fault(hs, request):
    try:
        return {"fault": hs.faults.add(request.object())}
    except (ValueError, re.error) as error:
        raise invalid(str(error)) from None


def list_faults(hs, request):
    return {"faults": [{"fault": r.number, "kind": r.kind, "hits": r.hits, "left": r.left} for r in hs.faults.rules]}


def clear_faults(hs, request):
    number = request.args.get("number")
    hs.faults.clear(int(number) if number else None)
    return {}


def forget_tokens(hs, request):
    hs.epoch += 1
    return {}


def forget_transactions(hs, request):
    kind = optional(request.object(), "path", str, "")
    hs.transactions = {k: v for k, v in hs.transactions.items() if not re.search(kind, k[2])}
    return {}


def expire(hs, request):
    """Access tokens end: softly, or with {"hard": true} as after a logout that kept the device."""
    body = request.object()
    user, hard = find_user(hs, need(body, "user", str)), optional(body, "hard", bool, False)
    for token in [t for t in hs.tokens.values() if t.user is user]:
        if optional(body, "device", str) in (None, token.device_id):
            token.expires_ms = 0
    if hard:
        hs.drop_tokens(user, optional(body, "device", str))
    hs.changed.notify_all()
    return {}


def remove_device(hs, request):
    user, device = user_and_device(hs, request.object())
    hs.remove_device(user, device.device_id)
    return {}


def drop_keys(hs, request):
    """Forgets parts of what a device uploaded: device_keys, one_time_keys, fallback_keys, signatures, to_device."""
    body = request.object()
    user, device = user_and_device(hs, body)
    for part in optional(body, "parts", list, ["device_keys"]):
        if part == "device_keys":
            device.keys = None
            hs.devices_changed(user.user_id)
        elif part == "signatures":
            user.signatures.pop(device.device_id, None)
            hs.devices_changed(user.user_id)
        elif part in ("one_time_keys", "fallback_keys"):
            getattr(device, part).clear()
        elif part == "to_device":
            device.to_device = []
        else:
            raise invalid(f"no part {part}")
    return {}


def inject(hs, request):
    """Appends raw events to a room, or changes its members, with no check at all."""
    body = request.object()
    room = hs.rooms.get(need(body, "room", str))
    if room is None:
        raise not_found("no such room")
    sent = []
    for given in need(body, "events", list):
        if not isinstance(given, dict):
            raise bad_json("each event must be an object")
        event_id = optional(given, "event_id", str) or room.event_id(hs)
        event = Event(event_id, need(given, "type", str), need(given, "sender", str), need(given, "content", dict),
                      optional(given, "state_key", str), optional(given, "redacts", str),
                      optional(given, "origin_server_ts", int))
        sent.append(room.append(hs, event).event_id)
    return {"event_ids": sent}


def inject_to_device(hs, request):
    body = request.object()
    user = find_user(hs, need(body, "user", str))
    for event in need(body, "events", list):
        hs.queue_to_device(user, optional(body, "device", str, "*"), event)
    return {}


def change_devices(hs, request):
    hs.devices_changed(find_user(hs, need(request.object(), "user", str)).user_id)
    return {}


def hold(hs, request):
    """While held, a user's /sync answers nothing new; the release gives it all at once."""
    body = request.object()
    user_id = find_user(hs, need(body, "user", str)).user_id
    (hs.held.add if need(body, "held", bool) else hs.held.discard)(user_id)
    hs.changed.notify_all()
    return {}


def choose_requests(hs, query):
    path, since = re.compile(query.get("path", "")), int(query.get("after", 0))
    return [r for r in hs.record if r["n"] > since and path.search(r["path"])
            and query.get("method", r["method"]) == r["method"] and query.get("user", r["user"]) == r["user"]
            and query.get("status", str(r["status"])) == str(r["status"])]


def choose_events(hs, query):
    room = hs.rooms.get(query["room"])
    return [e.show(room, with_room=True) for e in (room.events if room else ())
            if query.get("type", e.type) == e.type and query.get("sender", e.sender) == e.sender]


def record(hs, request):
    return {"requests": choose_requests(hs, request.query)}


def wait(hs, request):
    """Blocks until so many events (with `room`) or requests (without) match."""
    choose = choose_events if "room" in request.query else choose_requests
    count, deadline = request.integer("count", 1), time.monotonic() + request.integer("timeout", 10000) / 1000
    while True:
        found = choose(hs, request.query)
        if len(found) >= count:
            return {"events" if "room" in request.query else "requests": found}
        left = deadline - time.monotonic()
        if left <= 0:
            raise MatrixError(408, "TEST_TIMEOUT", f"only {len(found)} of {count}")
        hs.changed.wait(left)


def show_device(device):
    return {**describe(device), "device_keys": device.keys, "one_time_keys": device.one_time_keys,
            "counts": device.counts(), "fallback_keys": device.fallback_keys, "claimed": device.claimed,
            "to_device": [event for _, event in device.to_device]}


def show_user(hs, user):
    backup = current(user)
    tokens = {name: token for name, token in hs.tokens.items() if token.user is user}
    return {"tokens": [*tokens, *(t.refresh for t in tokens.values() if t.refresh)],
            "devices": {d.device_id: show_device(d) for d in user.devices.values()},
            "cross_signing": user.cross_signing, "signatures": user.signatures,
            "account_data": {kind: content for kind, (content, _) in user.account_data.items()},
            "backup": {**backup.describe(), "rooms": backup.rooms} if backup else None}


def show_room(room):
    return {"version": room.version, "timeline": [e.show(room) for e in room.events],
            "transactions": {e.event_id: list(e.txn) for e in room.events if e.txn},
            "members": {key: e.content.get("membership") for (kind, key), e in room.current.items()
                        if kind == "m.room.member"}}


def snapshot(hs, request):
    return {"users": {u.user_id: show_user(hs, u) for u in hs.users.values()},
            "rooms": {r.room_id: show_room(r) for r in hs.rooms.values()}, "media": sorted(hs.media)}


ROUTES = [
    ("POST", "/_test/users", add_user, "open"),
    ("POST", "/_test/settings", settings, "open"),
    ("POST", "/_test/faults", add_fault, "open"),
    ("GET", "/_test/faults", list_faults, "open"),
    ("DELETE", "/_test/faults", clear_faults, "open"),
    ("DELETE", "/_test/faults/{number}", clear_faults, "open"),
    ("POST", "/_test/forget_tokens", forget_tokens, "open"),
    ("POST", "/_test/forget_transactions", forget_transactions, "open"),
    ("POST", "/_test/expire", expire, "open"),
    ("POST", "/_test/remove_device", remove_device, "open"),
    ("POST", "/_test/drop_keys", drop_keys, "open"),
    ("POST", "/_test/inject", inject, "open"),
    ("POST", "/_test/to_device", inject_to_device, "open"),
    ("POST", "/_test/devices_changed", change_devices, "open"),
    ("POST", "/_test/hold", hold, "open"),
    ("GET", "/_test/record", record, "open"),
    ("GET", "/_test/wait", wait, "open"),
    ("GET", "/_test/snapshot", snapshot, "open"),
]
