# SPDX-License-Identifier: MIT
"""What the server knows: users, devices, tokens, the one stream of positions."""
import base64
import random
import threading
import time

from api import MatrixError
from faults import Faults


def now_ms():
    return int(time.time() * 1000)


class Device:
    def __init__(self, device_id, display_name=None):
        self.device_id = device_id
        self.display_name = display_name
        self.keys = None
        self.one_time_keys = {}
        self.fallback_keys = {}
        self.to_device = []
        self.claimed = []
        self.seen_ms = now_ms()

    def counts(self):
        counts = {"signed_curve25519": 0}
        for key_id in self.one_time_keys:
            algorithm = key_id.split(":")[0]
            counts[algorithm] = counts.get(algorithm, 0) + 1
        return counts

    def unused_fallback(self):
        return sorted(alg for alg, key in self.fallback_keys.items() if not key["used"])


class User:
    def __init__(self, user_id, password, display_name):
        self.user_id = user_id
        self.password = password
        self.display_name = display_name
        self.avatar_url = None
        self.devices = {}
        self.account_data = {}
        self.room_account_data = {}
        self.filters = []
        self.cross_signing = {}
        self.signatures = {}
        self.backups = []


class Token:
    def __init__(self, user, device_id, expires_ms=None, refresh=None):
        self.user, self.device_id = user, device_id
        self.expires_ms, self.refresh = expires_ms, refresh
        self.previous = None


class Homeserver:
    """All state; every handler runs while it holds `changed`."""

    def __init__(self, name="hs.test", seed=None, room_version="11"):
        self.name = name
        self.random = random.Random(seed)
        self.changed = threading.Condition(threading.RLock())
        self.position = 1
        self.epoch = 1
        self.users = {}
        self.rooms = {}
        self.aliases = {}
        self.tokens = {}
        self.refresh_tokens = {}
        self.media = {}
        self.transactions = {}
        self.device_changes = []
        self.auth_sessions = set()
        self.held = set()
        self.faults = Faults(self.changed)
        self.record = []
        self.settings = {
            "room_version": room_version,
            "access_token_ms": None,
            "timeline_limit": 100,
            "to_device_limit": 100,
            "upload_limit": 50 * 1024 * 1024,
            "state_after": False,
            "omit_counts": False,
            "unauthenticated_media": False,
        }

    def advance(self):
        self.position += 1
        self.changed.notify_all()
        return self.position

    def new_id(self, size=18):
        raw = bytes(self.random.randrange(256) for _ in range(size))
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def full_user_id(self, user):
        return user if user.startswith("@") else f"@{user}:{self.name}"

    def add_user(self, user, password, display_name=None):
        user_id = self.full_user_id(user)
        if user_id in self.users:
            raise MatrixError(400, "M_USER_IN_USE", "User ID already taken.")
        localpart = user_id[1:].split(":")[0]
        self.users[user_id] = User(user_id, password, display_name or localpart)
        return self.users[user_id]

    def issue_token(self, user, device_id, refresh):
        lifetime = self.settings["access_token_ms"] if refresh else None
        name = "syt_" + self.new_id(24)
        token = Token(user, device_id, now_ms() + lifetime if lifetime else None)
        self.tokens[name] = token
        if refresh:
            token.refresh = "syr_" + self.new_id(24)
            self.refresh_tokens[token.refresh] = name
        return name, token

    def drop_token(self, name):
        token = self.tokens.pop(name, None)
        if token and token.refresh:
            self.refresh_tokens.pop(token.refresh, None)

    def drop_tokens(self, user, device_id=None):
        for name, token in list(self.tokens.items()):
            if token.user is user and device_id in (None, token.device_id):
                token.expires_ms = 0
                self.drop_token(name)

    def authenticate(self, request):
        bearer = request.headers.get("Authorization", "")
        name = bearer[7:] if bearer.startswith("Bearer ") else request.query.get("access_token")
        if not name:
            raise MatrixError(401, "M_MISSING_TOKEN", "Missing access token")
        token = self.tokens.get(name)
        if token is None or token.device_id not in token.user.devices:
            raise MatrixError(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.", soft_logout=False)
        if token.expires_ms is not None and token.expires_ms <= now_ms():
            raise MatrixError(401, "M_UNKNOWN_TOKEN", "Access token has expired", soft_logout=True)
        if token.previous:
            self.drop_token(token.previous)
            token.previous = None
        request.user, request.token = token.user, name
        request.device = token.user.devices[token.device_id]
        request.device.seen_ms = now_ms()

    def remove_device(self, user, device_id):
        self.drop_tokens(user, device_id)
        device = user.devices.pop(device_id, None)
        user.signatures.pop(device_id, None)
        if device and device.keys:
            self.devices_changed(user.user_id)

    def devices_changed(self, user_id, only_to=None):
        self.device_changes.append((self.advance(), user_id, only_to))

    def queue_to_device(self, user, device_id, event):
        """Puts the event in the queue of one device, or of all for `*`."""
        for device in user.devices.values():
            if device_id in ("*", device.device_id):
                device.to_device.append((self.advance(), event))

    def once(self, request, work):
        """The stored answer when this device already used this transaction id on this path."""
        key = (request.user.user_id, request.device.device_id, request.raw_path)
        if key not in self.transactions:
            self.transactions[key] = work()
        return self.transactions[key]

    def shared_users(self, user_id, at=None):
        return {other for room in self.rooms.values() if room.membership(user_id, at) == "join"
                for other in room.members("join", at)}

    def sync_token(self, position=None, to_device=0):
        return f"s{self.epoch}_{self.position if position is None else position}_{to_device}"

    def read_token(self, text):
        """(position, to-device position) of a sync token; the reader may also be given a t token."""
        head, *numbers = text[:1], *text[1:].split("_")
        if numbers and all(n.isdigit() for n in numbers):
            values = [int(n) for n in numbers]
            if head == "t" and len(values) == 2 and values[0] == self.epoch:
                return values[1], 0
            if head == "s" and len(values) == 3 and values[0] == self.epoch and values[1] <= self.position:
                return values[1], values[2]
        raise MatrixError(400, "M_UNKNOWN", f"Invalid stream token '{text[:40]}'")
