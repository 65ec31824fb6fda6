# SPDX-License-Identifier: MIT
"""Sending into rooms and reading them: events, state, history, receipts, typing, to-device."""
from accounts import own_only
from api import bad_json, check, forbidden, invalid, need, not_found, optional
from model import now_ms
from room_make import check_user_id, find_room

RECEIPTS = ("m.read", "m.read.private", "m.fully_read")


def send(hs, request):
    room, me, args = find_room(hs, request), request.user.user_id, request.args
    body = request.object()

    def work():
        txn = (request.device.device_id, args["txn"])
        if args["type"] == "m.room.redaction":
            return redact_into(hs, room, me, need(body, "redacts", str), body, txn)
        return {"event_id": room.send(hs, args["type"], me, body, txn=txn).event_id}
    return hs.once(request, work)


def redact(hs, request):
    room, me, args = find_room(hs, request), request.user.user_id, request.args
    body = request.object() if request.body else {}
    optional(body, "reason", str)
    txn = (request.device.device_id, args["txn"])
    return hs.once(request, lambda: redact_into(hs, room, me, args["event"], body, txn))


def redact_into(hs, room, me, event_id, content, txn):
    room.demand_joined(me)
    if event_id not in room.by_id:
        raise not_found("Could not find event " + event_id)
    return {"event_id": room.redact(hs, me, room.by_id[event_id], content, txn).event_id}


def put_state(hs, request):
    room, me, args = find_room(hs, request), request.user.user_id, request.args
    body, key = request.object(), args.get("key", "")
    if args["type"] == "m.room.create":
        raise forbidden("The create event cannot be changed")
    if args["type"] == "m.room.member":
        if key != me or need(body, "membership", str) != room.membership(me):
            raise forbidden("Memberships change through their own requests")
    old = room.current.get((args["type"], key))
    if old and old.content == body:
        room.demand_joined(me)
        return {"event_id": old.event_id}
    return {"event_id": room.send(hs, args["type"], me, body, key).event_id}


def reading(hs, request):
    """The room and the position up to which this user may read its state."""
    room, me = find_room(hs, request), request.user.user_id
    if room.membership(me) == "join":
        return room, None
    own = [e.position for e in room.state_log if e.type == "m.room.member" and e.state_key == me]
    joined = [p for p in own if room.membership(me, p) == "join"]
    if not joined or me in room.forgotten:
        raise forbidden(f"User {me} not in room {room.room_id}")
    return room, min(p for p in own if p > joined[-1])


def show(room, request, event):
    return event.show(room, request.user.user_id, request.device.device_id, with_room=True)


def get_state(hs, request):
    room, at = reading(hs, request)
    kind, key = request.args.get("type"), request.args.get("key", "")
    state = room.state(at)
    if kind is None:
        return [show(room, request, e) for e in state.values()]
    if (kind, key) not in state:
        raise not_found("Event not found.")
    event = state[kind, key]
    return show(room, request, event) if request.query.get("format") == "event" else event.content


def members(hs, request):
    room, at = reading(hs, request)
    if "at" in request.query:
        given = hs.read_token(request.query["at"])[0]
        at = given if at is None else min(given, at)
    keep, drop = request.query.get("membership"), request.query.get("not_membership")
    found = [e for (kind, _), e in room.state(at).items() if kind == "m.room.member"]
    found = [e for e in found if keep in (None, e.content["membership"]) and e.content["membership"] != drop]
    return {"chunk": [show(room, request, e) for e in found]}


def joined_members(hs, request):
    room = find_room(hs, request)
    room.demand_joined(request.user.user_id)
    users = {u: hs.users.get(u) for u in sorted(room.members())}
    return {"joined": {u: {"display_name": p and p.display_name, "avatar_url": p and p.avatar_url}
                       for u, p in users.items()}}


def get_event(hs, request):
    room, _ = reading(hs, request)
    event = room.by_id.get(request.args["event"])
    if event is None or not room.visible(request.user.user_id, event):
        raise not_found("Event not found.")
    return show(room, request, event)


def context(hs, request):
    room, _ = reading(hs, request)
    event = room.by_id.get(request.args["event"])
    if event is None or not room.visible(request.user.user_id, event):
        raise not_found("Event not found.")
    half = request.integer("limit", 10) // 2
    seen = [e for e in room.events if room.visible(request.user.user_id, e)]
    at = seen.index(event)
    before, after = seen[max(0, at - half):at], seen[at + 1:at + 1 + half]
    return {"event": show(room, request, event), "events_before": [show(room, request, e) for e in reversed(before)],
            "events_after": [show(room, request, e) for e in after],
            "state": [show(room, request, e) for e in room.state(event.position).values()],
            "start": history_token(hs, (before or [event])[0].position - 1),
            "end": history_token(hs, (after or [event])[-1].position)}


def history_token(hs, position):
    return f"t{hs.epoch}_{position}"


def messages(hs, request):
    room, last = reading(hs, request)
    direction = request.query.get("dir")
    if direction not in ("b", "f"):
        raise invalid("Query parameter dir must be one of ['b', 'f']")
    limit = request.integer("limit", 10)
    if limit < 1:
        raise invalid("Query parameter limit must be positive")
    back = direction == "b"
    end = hs.position if last is None else last
    start = hs.read_token(request.query["from"])[0] if "from" in request.query else end if back else 0
    stop = hs.read_token(request.query["to"])[0] if "to" in request.query else None
    found = [e for e in room.events if e.position <= end and room.visible(request.user.user_id, e)]
    if back:
        found = [e for e in reversed(found) if e.position <= start and (stop is None or e.position > stop)]
    else:
        found = [e for e in found if e.position > start and (stop is None or e.position <= stop)]
    chunk = found[:min(limit, 1000)]
    answer = {"start": history_token(hs, start), "chunk": [show(room, request, e) for e in chunk]}
    if len(found) > len(chunk) or not back and chunk:
        answer["end"] = history_token(hs, chunk[-1].position - back)
    return answer


def typing(hs, request):
    own_only(request)
    room, me, body = find_room(hs, request), request.user.user_id, request.object()
    room.demand_joined(me)
    on, timeout = need(body, "typing", bool), optional(body, "timeout", int, 30000)
    room.typing[me] = now_ms() + timeout if on else 0
    room.typing_position = hs.advance()
    return {}


def set_receipt(hs, request, room, kind, event_id, thread=None):
    me = request.user.user_id
    if kind == "m.fully_read":
        slot = request.user.room_account_data.setdefault(room.room_id, {})
        slot["m.fully_read"] = ({"event_id": event_id}, hs.advance())
    elif event_id in room.by_id:
        room.receipts[kind, me, thread] = (event_id, now_ms(), hs.advance())


def receipt(hs, request):
    room, kind = find_room(hs, request), request.args["kind"]
    room.demand_joined(request.user.user_id)
    body = request.object() if request.body else {}
    if kind not in RECEIPTS:
        raise invalid(f"Receipt type must be one of {', '.join(RECEIPTS)}")
    set_receipt(hs, request, room, kind, request.args["event"], optional(body, "thread_id", str))
    return {}


def read_markers(hs, request):
    room, body = find_room(hs, request), request.object()
    room.demand_joined(request.user.user_id)
    for kind in RECEIPTS:
        event_id = optional(body, kind, str)
        if event_id:
            set_receipt(hs, request, room, kind, event_id)
    return {}


def send_to_device(hs, request):
    rows = need(request.object(), "messages", dict)
    for user_id, devices in rows.items():
        check_user_id(user_id)
        for content in check(devices, "messages", dict).values():
            if not isinstance(content, dict):
                raise bad_json("Each message must be an object")

    def work():
        event = {"type": request.args["type"], "sender": request.user.user_id}
        for user_id, devices in rows.items():
            for device_id, content in devices.items():
                if user_id in hs.users:
                    hs.queue_to_device(hs.users[user_id], device_id, {**event, "content": content})
        return {}
    return hs.once(request, work)


ROUTES = [
    ("PUT", "/rooms/{room}/send/{type}/{txn}", send),
    ("PUT", "/rooms/{room}/redact/{event}/{txn}", redact),
    ("PUT", "/rooms/{room}/state/{type}", put_state),
    ("PUT", "/rooms/{room}/state/{type}/{key}", put_state),
    ("GET", "/rooms/{room}/state", get_state),
    ("GET", "/rooms/{room}/state/{type}", get_state),
    ("GET", "/rooms/{room}/state/{type}/{key}", get_state),
    ("GET", "/rooms/{room}/members", members),
    ("GET", "/rooms/{room}/joined_members", joined_members),
    ("GET", "/rooms/{room}/event/{event}", get_event),
    ("GET", "/rooms/{room}/context/{event}", context),
    ("GET", "/rooms/{room}/messages", messages),
    ("PUT", "/rooms/{room}/typing/{user}", typing),
    ("POST", "/rooms/{room}/receipt/{kind}/{event}", receipt),
    ("POST", "/rooms/{room}/read_markers", read_markers),
    ("PUT", "/sendToDevice/{type}/{txn}", send_to_device),
]
