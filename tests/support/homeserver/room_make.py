# SPDX-License-Identifier: MIT
"""Creating rooms, and every change of membership."""
import re

from api import MatrixError, bad_json, check, forbidden, invalid, need, not_found, optional
from rooms import LEVELS, Event, Room

USER_ID = re.compile(r"@[^:\s]+:[^\s]+")
PRESETS = {"private_chat": ("invite", "can_join"), "trusted_private_chat": ("invite", "can_join"),
           "public_chat": ("public", "forbidden")}


def find_room(hs, request):
    room = hs.rooms.get(request.args["room"])
    if room is None:
        raise forbidden(f"User {request.user.user_id} not in room {request.args['room']}")
    return room


def create(hs, request):
    body, me = request.object(), request.user.user_id
    version = optional(body, "room_version", str, hs.settings["room_version"])
    if version not in {str(n) for n in range(6, 13)}:
        raise MatrixError(400, "M_UNSUPPORTED_ROOM_VERSION", "Your homeserver does not support this room version")
    public = optional(body, "visibility", str, "private") == "public"
    preset = optional(body, "preset", str, "public_chat" if public else "private_chat")
    if preset not in PRESETS:
        raise bad_json(f"'{preset}' is not a valid preset")
    invites = [check_user_id(u) for u in optional(body, "invite", list, [])]
    initial = optional(body, "initial_state", list, [])
    for item in initial:
        need(check(item, "initial_state", dict), "type", str)
        need(item, "content", dict)
    alias = optional(body, "room_alias_name", str)
    if alias and f"#{alias}:{hs.name}" in hs.aliases:
        raise MatrixError(400, "M_ROOM_IN_USE", "Room alias already taken")
    created = {**optional(body, "creation_content", dict, {}), "room_version": version}
    if preset == "trusted_private_chat" and version == "12" and invites:
        created["additional_creators"] = sorted({*created.get("additional_creators", ()), *invites})
    if int(version) < 11:
        created["creator"] = me
    create_event = Event("$" + hs.new_id(32), "m.room.create", me, created, "")
    room_id = "!" + (create_event.event_id[1:] if version == "12" else f"{hs.new_id(12)}:{hs.name}")
    room = Room(room_id, version, me)
    room.append(hs, create_event)
    room.put_member(hs, me, me, "join")
    levels = {**LEVELS, "users": {} if version == "12" else {me: 100}, "events": {
        "m.room.name": 50, "m.room.power_levels": 100, "m.room.history_visibility": 100, "m.room.avatar": 50,
        "m.room.tombstone": 150 if version == "12" else 100, "m.room.server_acl": 100, "m.room.encryption": 100}}
    if preset == "trusted_private_chat" and version != "12":
        levels["users"].update({u: 100 for u in invites})
    levels.update(optional(body, "power_level_content_override", dict, {}))
    join_rule, guests = PRESETS[preset]
    state = {("m.room.power_levels", ""): levels, ("m.room.join_rules", ""): {"join_rule": join_rule},
             ("m.room.history_visibility", ""): {"history_visibility": "shared"},
             ("m.room.guest_access", ""): {"guest_access": guests}}
    if alias:
        state["m.room.canonical_alias", ""] = {"alias": f"#{alias}:{hs.name}"}
    state.update({(i["type"], optional(i, "state_key", str, "")): i["content"] for i in initial})
    for name in ("name", "topic"):
        if optional(body, name, str):
            state[f"m.room.{name}", ""] = {name: body[name]}
    for (kind, key), content in state.items():
        room.send(hs, kind, me, content, key)
    for user_id in invites:
        room.put_member(hs, me, user_id, "invite", is_direct=optional(body, "is_direct", bool) or None)
    hs.rooms[room_id] = room
    if alias:
        hs.aliases[f"#{alias}:{hs.name}"] = room_id
    return {"room_id": room_id}


def check_user_id(text):
    if not USER_ID.fullmatch(check(text, "user_id", str)):
        raise invalid(f"Expected a valid user ID, got '{text}'")
    return text


def target(request):
    body = request.object()
    return check_user_id(need(body, "user_id", str)), optional(body, "reason", str)


def invite(hs, request):
    room, me = find_room(hs, request), request.user.user_id
    user_id, reason = target(request)
    room.demand_joined(me)
    room.demand(me, "invite")
    if room.membership(user_id) in ("join", "ban"):
        raise forbidden(f"{user_id} is already in the room or banned.")
    room.put_member(hs, me, user_id, "invite", reason=reason)
    return {}


def join(hs, request):
    name = request.args["room"]
    body = request.object() if request.body else {}
    room = hs.rooms.get(hs.aliases.get(name, name))
    if room is None:
        raise not_found("No known servers") if name[:1] in "!#" else invalid(f"{name} was not legal room ID or alias")
    me = request.user.user_id
    now = room.membership(me)
    if now == "ban":
        raise forbidden("You are banned from this room")
    if now not in ("join", "invite") and room.content("m.room.join_rules").get("join_rule") != "public":
        raise forbidden("You are not invited to this room.")
    if now != "join":
        room.put_member(hs, me, me, "join", reason=optional(body, "reason", str))
    return {"room_id": room.room_id}


def leave(hs, request):
    room, me = find_room(hs, request), request.user.user_id
    body = request.object() if request.body else {}
    if room.membership(me) not in ("join", "invite", "knock"):
        raise forbidden(f"User {me} not in room {room.room_id}")
    room.put_member(hs, me, me, "leave", reason=optional(body, "reason", str))
    return {}


def remove(hs, request, action, membership):
    room, me = find_room(hs, request), request.user.user_id
    user_id, reason = target(request)
    room.demand_joined(me)
    room.demand(me, action)
    now = room.membership(user_id)
    if action == "kick" and now not in ("join", "invite"):
        raise forbidden("The target user is not in the room")
    if room.level(user_id) >= room.level(me):
        raise forbidden(f"You cannot {action} user {user_id}.")
    room.put_member(hs, me, user_id, membership, reason=reason)
    return {}


def kick(hs, request):
    return remove(hs, request, "kick", "leave")


def ban(hs, request):
    return remove(hs, request, "ban", "ban")


def unban(hs, request):
    room, me = find_room(hs, request), request.user.user_id
    user_id, _ = target(request)
    room.demand_joined(me)
    room.demand(me, "ban")
    if room.membership(user_id) != "ban":
        raise forbidden("The target user is not banned")
    room.put_member(hs, me, user_id, "leave")
    return {}


def forget(hs, request):
    room, me = find_room(hs, request), request.user.user_id
    if room.membership(me) in ("join", "invite"):
        raise MatrixError(400, "M_UNKNOWN", f"User {me} in room {room.room_id}")
    room.forgotten[me] = True
    return {}


def joined_rooms(hs, request):
    return {"joined_rooms": [r.room_id for r in hs.rooms.values() if r.membership(request.user.user_id) == "join"]}


def directory(hs, request):
    room_id = hs.aliases.get(request.args["alias"])
    if room_id is None:
        raise not_found("Room alias not found")
    return {"room_id": room_id, "servers": [hs.name]}


ROUTES = [
    ("POST", "/createRoom", create),
    ("POST", "/join/{room}", join),
    ("POST", "/rooms/{room}/join", join),
    ("POST", "/rooms/{room}/invite", invite),
    ("POST", "/rooms/{room}/leave", leave),
    ("POST", "/rooms/{room}/kick", kick),
    ("POST", "/rooms/{room}/ban", ban),
    ("POST", "/rooms/{room}/unban", unban),
    ("POST", "/rooms/{room}/forget", forget),
    ("GET", "/joined_rooms", joined_rooms),
    ("GET", "/directory/room/{alias}", directory, "open"),
]
