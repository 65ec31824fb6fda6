# SPDX-License-Identifier: MIT
"""Login, tokens, user-interactive authentication, devices, profile, account data, filters."""
from api import MatrixError, bad_json, check, forbidden, invalid, need, not_found, optional
from model import Device, now_ms

VERSIONS = [f"r0.{n}" for n in (0, 1, 2, 3, 4, 5, 6)] + [f"v1.{n}" for n in range(1, 13)]
PUSH_RULES = {"global": {kind: [] for kind in ("override", "content", "room", "sender", "underride")}}
SERVER_TYPES = ("m.fully_read", "m.push_rules")


def versions(hs, request):
    later = [f"v1.{n}" for n in range(13, 17)] if hs.settings["state_after"] else []
    return {"versions": VERSIONS + later, "unstable_features": {}}


def login_flows(hs, request):
    return {"flows": [{"type": "m.login.password"}]}


def check_password(hs, body):
    if "identifier" in body:
        identifier = check(body["identifier"], "identifier", dict)
        if identifier.get("type") != "m.id.user":
            raise MatrixError(400, "M_UNKNOWN", "Unknown login identifier type")
        name = need(identifier, "user", str)
    else:
        name = need(body, "user", str)
    user = hs.users.get(hs.full_user_id(name))
    if user is None or user.password != need(body, "password", str):
        raise forbidden("Invalid username or password")
    return user


def login(hs, request):
    body = request.object()
    if need(body, "type", str) != "m.login.password":
        raise MatrixError(400, "M_UNKNOWN", f"Unknown login type {body['type']}")
    user = check_password(hs, body)
    device_id = optional(body, "device_id", str) or hs.new_id(8).upper().replace("_", "A").replace("-", "B")
    if len(device_id) > 512:
        raise invalid("device_id cannot be longer than 512 characters.")
    display_name = optional(body, "initial_device_display_name", str)
    refresh = optional(body, "refresh_token", bool, False)
    hs.drop_tokens(user, device_id)
    if device_id not in user.devices:
        user.devices[device_id] = Device(device_id, display_name)
    name, token = hs.issue_token(user, device_id, refresh)
    answer = {"user_id": user.user_id, "access_token": name, "home_server": hs.name, "device_id": device_id}
    return {**answer, **lifetime(hs, token)}


def lifetime(hs, token):
    answer = {"refresh_token": token.refresh} if token.refresh else {}
    if token.expires_ms is not None:
        answer["expires_in_ms"] = max(0, token.expires_ms - now_ms())
    return answer


def refresh(hs, request):
    """A refresh token serves until its successor's access token is used, so a lost answer does no harm."""
    given = need(request.object(), "refresh_token", str)
    old_name = hs.refresh_tokens.get(given)
    if old_name is None:
        raise MatrixError(401, "M_UNKNOWN_TOKEN", "refresh token isn't valid anymore", soft_logout=True)
    old = hs.tokens[old_name]
    for name, token in list(hs.tokens.items()):
        if token.previous == old_name:
            hs.drop_token(name)
    name, token = hs.issue_token(old.user, old.device_id, True)
    token.previous = old_name
    if old.previous:
        hs.drop_token(old.previous)
        old.previous = None
    return {"access_token": name, **lifetime(hs, token)}


def logout(hs, request):
    hs.remove_device(request.user, request.device.device_id)
    return {}


def logout_all(hs, request):
    for device_id in list(request.user.devices):
        hs.remove_device(request.user, device_id)
    return {}


def register(hs, request):
    raise forbidden("Registration has been disabled")


def whoami(hs, request):
    return {"user_id": request.user.user_id, "device_id": request.device.device_id, "is_guest": False}


def require_password(hs, request, body):
    """The m.login.password stage; raises the 401 that asks for it."""
    auth = optional(body, "auth", dict)
    session = auth.get("session") if auth else None
    if session is not None and session not in hs.auth_sessions:
        raise MatrixError(400, "M_UNKNOWN", f"Unknown session ID: {session}")
    trouble = {}
    if auth and "type" in auth:
        if auth["type"] != "m.login.password":
            trouble = {"errcode": "M_UNRECOGNIZED", "error": "Unknown stage"}
        else:
            try:
                if check_password(hs, auth) is request.user:
                    hs.auth_sessions.discard(session)
                    return
                raise forbidden("Invalid username or password")
            except MatrixError as error:
                trouble = error.body
    session = session or hs.new_id(12)
    hs.auth_sessions.add(session)
    refusal = MatrixError(401, "M_FORBIDDEN", "")
    refusal.body = {"session": session, "flows": [{"stages": ["m.login.password"]}], "params": {}, **trouble}
    raise refusal


def describe(device):
    return {"device_id": device.device_id, "display_name": device.display_name, "last_seen_ts": device.seen_ms,
            "last_seen_ip": "127.0.0.1"}


def find_device(request):
    device = request.user.devices.get(request.args["device"])
    if device is None:
        raise not_found("No device found")
    return device


def list_devices(hs, request):
    return {"devices": [describe(d) for d in request.user.devices.values()]}


def get_device(hs, request):
    return describe(find_device(request))


def put_device(hs, request):
    device = find_device(request)
    name = optional(request.object(), "display_name", str)
    if name is not None:
        device.display_name = name
        hs.devices_changed(request.user.user_id)
    return {}


def delete_device(hs, request):
    require_password(hs, request, request.object() if request.body else {})
    hs.remove_device(request.user, request.args["device"])
    return {}


def delete_devices(hs, request):
    body = request.object()
    names = need(body, "devices", list)
    require_password(hs, request, body)
    for name in names:
        hs.remove_device(request.user, check(name, "devices", str))
    return {}


def profile_of(hs, request):
    user = hs.users.get(request.args["user"])
    if user is None:
        raise not_found("Profile was not found")
    return user


def get_profile(hs, request):
    user = profile_of(hs, request)
    fields = {"displayname": user.display_name, "avatar_url": user.avatar_url}
    fields = {k: v for k, v in fields.items() if v is not None}
    name = request.args.get("field")
    return fields if name is None else {name: fields[name]} if name in fields else {}


def put_profile(hs, request):
    own_only(request)
    name = request.args["field"]
    if name not in ("displayname", "avatar_url"):
        raise invalid("Unknown profile field")
    value = need(request.object(), name, str)
    setattr(request.user, "display_name" if name == "displayname" else name, value)
    for room in hs.rooms.values():
        if room.membership(request.user.user_id) == "join":
            room.put_member(hs, request.user.user_id, request.user.user_id, "join")
    return {}


def own_only(request):
    if request.args["user"] != request.user.user_id:
        raise forbidden("Cannot act for other users.")


def account_data_slot(request):
    own_only(request)
    room = request.args.get("room")
    if room is None:
        return request.user.account_data
    return request.user.room_account_data.setdefault(room, {})


def get_account_data(hs, request):
    slot = account_data_slot(request)
    if request.args["type"] not in slot:
        raise not_found("Account data not found")
    return slot[request.args["type"]][0]


def put_account_data(hs, request):
    slot = account_data_slot(request)
    if request.args["type"] in SERVER_TYPES:
        raise MatrixError(405, "M_BAD_JSON", f"Cannot set {request.args['type']} through this API.")
    slot[request.args["type"]] = (request.object(), hs.advance())
    return {}


def check_filter(body):
    room = optional(body, "room", dict, {})
    rules = [optional(body, part, dict, {}) for part in ("presence", "account_data")]
    rules += [optional(room, part, dict, {}) for part in ("timeline", "state", "ephemeral", "account_data")]
    for rule in (*rules, room):
        for name in ("types", "not_types", "senders", "not_senders", "rooms", "not_rooms"):
            for item in optional(rule, name, list, []):
                check(item, name, str)
        if optional(rule, "limit", int, 10) < 0:
            raise bad_json("limit must not be negative")
    for item in optional(body, "event_fields", list, []):
        check(item, "event_fields", str)
    return body


def post_filter(hs, request):
    own_only(request)
    body = check_filter(request.object())
    request.user.filters.append(body)
    return {"filter_id": str(len(request.user.filters) - 1)}


def get_filter(hs, request):
    own_only(request)
    name = request.args["filter"]
    if not name.isdigit() or int(name) >= len(request.user.filters):
        raise not_found("No such filter")
    return request.user.filters[int(name)]


def capabilities(hs, request):
    known = {str(n): "stable" for n in range(6, 13)}
    return {"capabilities": {
        "m.room_versions": {"default": hs.settings["room_version"], "available": known},
        "m.change_password": {"enabled": True}, "m.set_displayname": {"enabled": True},
        "m.set_avatar_url": {"enabled": True}, "m.3pid_changes": {"enabled": True},
        "m.get_login_token": {"enabled": False}}}


def push_rules(hs, request):
    return PUSH_RULES


def accept(hs, request):
    request.object()
    return {}


ROUTES = [
    ("GET", "/_matrix/client/versions", versions, "open"),
    ("GET", "/login", login_flows, "open"),
    ("POST", "/login", login, "open"),
    ("POST", "/refresh", refresh, "open"),
    ("POST", "/register", register, "open"),
    ("POST", "/logout", logout),
    ("POST", "/logout/all", logout_all),
    ("GET", "/account/whoami", whoami),
    ("GET", "/capabilities", capabilities),
    ("GET", "/pushrules", push_rules),
    ("GET", "/devices", list_devices),
    ("GET", "/devices/{device}", get_device),
    ("PUT", "/devices/{device}", put_device),
    ("DELETE", "/devices/{device}", delete_device),
    ("POST", "/delete_devices", delete_devices),
    ("GET", "/profile/{user}", get_profile, "open"),
    ("GET", "/profile/{user}/{field}", get_profile, "open"),
    ("PUT", "/profile/{user}/{field}", put_profile),
    ("GET", "/user/{user}/account_data/{type}", get_account_data),
    ("PUT", "/user/{user}/account_data/{type}", put_account_data),
    ("GET", "/user/{user}/rooms/{room}/account_data/{type}", get_account_data),
    ("PUT", "/user/{user}/rooms/{room}/account_data/{type}", put_account_data),
    ("POST", "/user/{user}/filter", post_filter),
    ("GET", "/user/{user}/filter/{filter}", get_filter),
    ("PUT", "/presence/{user}/status", accept),
]
