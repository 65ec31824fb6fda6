# SPDX-License-Identifier: MIT
"""Server-side key backup."""
from api import MatrixError, check, invalid, need, not_found, optional


class Backup:
    def __init__(self, version, algorithm, auth_data):
        self.version, self.algorithm, self.auth_data = version, algorithm, auth_data
        self.rooms = {}
        self.etag = 0
        self.deleted = False

    def count(self):
        return sum(len(sessions) for sessions in self.rooms.values())

    def state(self):
        return {"etag": str(self.etag), "count": self.count()}

    def describe(self):
        return {"algorithm": self.algorithm, "auth_data": self.auth_data, "version": self.version, **self.state()}


def current(user):
    return next((b for b in reversed(user.backups) if not b.deleted), None)


def create(hs, request):
    body = request.object()
    algorithm, auth_data = need(body, "algorithm", str), need(body, "auth_data", dict)
    made = Backup(str(len(request.user.backups) + 1), algorithm, auth_data)
    request.user.backups.append(made)
    return {"version": made.version}


def find(request, deleted=False):
    for backup in request.user.backups:
        if backup.version == request.args["version"] and (deleted or not backup.deleted):
            return backup
    raise not_found("Unknown backup version")


def get_current(hs, request):
    backup = current(request.user)
    if backup is None:
        raise not_found("No backup found")
    return backup.describe()


def get_version(hs, request):
    return find(request).describe()


def put_version(hs, request):
    body, backup = request.object(), find(request)
    if need(body, "algorithm", str) != backup.algorithm:
        raise invalid("Algorithm does not match")
    if optional(body, "version", str, backup.version) != backup.version:
        raise invalid("Version in body does not match")
    backup.auth_data = need(body, "auth_data", dict)
    return {}


def delete_version(hs, request):
    backup = find(request, deleted=True)
    backup.deleted = True
    backup.rooms = {}
    return {}


def chosen(request, writing):
    """The backup that `version` names; writing is to the current one only."""
    version = request.query.get("version")
    if version is None:
        raise MatrixError(400, "M_MISSING_PARAM", "Missing query parameter version")
    backup, latest = next((b for b in request.user.backups if b.version == version and not b.deleted), None), \
        current(request.user)
    if backup is None or latest is None:
        raise not_found("Unknown backup version")
    if writing and backup is not latest:
        raise MatrixError(403, "M_WRONG_ROOM_KEYS_VERSION", "Wrong backup version.", current_version=latest.version)
    return backup


def check_session(value):
    check(value, "session", dict)
    for name, kind in (("first_message_index", int), ("forwarded_count", int), ("is_verified", bool),
                       ("session_data", dict)):
        need(value, name, kind)


def better(new, old):
    """Verified beats unverified, then the lower first index, then fewer forwards."""
    if new["is_verified"] != old["is_verified"]:
        return new["is_verified"]
    if new["first_message_index"] != old["first_message_index"]:
        return new["first_message_index"] < old["first_message_index"]
    return new["forwarded_count"] < old["forwarded_count"]


def given_rooms(request):
    """The body of any of the three shapes as {room: {session: key}}."""
    body, room, session = request.object(), request.args.get("room"), request.args.get("session")
    if session is not None:
        rooms = {room: {session: body}}
    elif room is not None:
        rooms = {room: need(body, "sessions", dict)}
    else:
        rooms = {r: need(check(v, "rooms", dict), "sessions", dict) for r, v in need(body, "rooms", dict).items()}
    for sessions in rooms.values():
        for value in sessions.values():
            check_session(value)
    return rooms


def put_keys(hs, request):
    rooms, backup = given_rooms(request), chosen(request, writing=True)
    changed = False
    for room, sessions in rooms.items():
        for session, value in sessions.items():
            old = backup.rooms.get(room, {}).get(session)
            if old is None or better(value, old):
                backup.rooms.setdefault(room, {})[session] = value
                changed = True
    backup.etag += changed
    if changed:
        hs.advance()
    return backup.state()


def get_keys(hs, request):
    backup = chosen(request, writing=False)
    room, session = request.args.get("room"), request.args.get("session")
    if session is not None:
        if session not in backup.rooms.get(room, {}):
            raise not_found("No room_keys found")
        return backup.rooms[room][session]
    if room is not None:
        return {"sessions": backup.rooms.get(room, {})}
    return {"rooms": {r: {"sessions": s} for r, s in backup.rooms.items()}}


def delete_keys(hs, request):
    backup = chosen(request, writing=True)
    room, session = request.args.get("room"), request.args.get("session")
    if room is None:
        backup.rooms = {}
    elif session is None:
        backup.rooms.pop(room, None)
    else:
        backup.rooms.get(room, {}).pop(session, None)
    backup.rooms = {r: s for r, s in backup.rooms.items() if s}
    backup.etag += 1
    return backup.state()


ROUTES = [
    ("POST", "/room_keys/version", create),
    ("GET", "/room_keys/version", get_current),
    ("GET", "/room_keys/version/{version}", get_version),
    ("PUT", "/room_keys/version/{version}", put_version),
    ("DELETE", "/room_keys/version/{version}", delete_version),
    *((method, "/room_keys/keys" + path, handler)
      for method, handler in (("PUT", put_keys), ("GET", get_keys), ("DELETE", delete_keys))
      for path in ("", "/{room}", "/{room}/{session}")),
]
