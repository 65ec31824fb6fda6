# SPDX-License-Identifier: MIT
"""Device keys, one-time keys, cross-signing and its signatures."""
from accounts import require_password
from api import MatrixError, bad_json, canonical, check, invalid, need, not_found, optional
from ed25519 import signed_by, unpadded

KINDS = ("master", "self_signing", "user_signing")


def upload(hs, request):
    body, user, device = request.object(), request.user, request.device
    if request.args.get("device", device.device_id) != device.device_id:
        raise bad_json("The device id in the path is not that of the access token")
    identity = optional(body, "device_keys", dict)
    one_time = optional(body, "one_time_keys", dict, {})
    fallback = optional(body, "fallback_keys", dict, optional(body, "org.matrix.msc2732.fallback_keys", dict, {}))
    if identity is not None:
        check_device_keys(identity, user.user_id, device.device_id)
    for key_id, key in (*one_time.items(), *fallback.items()):
        check_key_object(key_id, key)
    for key_id, key in one_time.items():
        old = device.one_time_keys.get(key_id)
        if old is not None and not same_key(old, key):
            raise MatrixError(400, "M_UNKNOWN", f"One time key {key_id} already exists. "
                              f"Old key: {canonical(old).decode()}; new key: {key!r}")
    if identity is not None and identity != device.keys:
        if bare(identity) != bare(device.keys or {}):
            user.signatures.pop(device.device_id, None)
        device.keys = identity
        hs.devices_changed(user.user_id)
    device.one_time_keys.update(one_time)
    for key_id, key in fallback.items():
        algorithm = key_id.split(":")[0]
        old = device.fallback_keys.get(algorithm)
        if old is None or old["id"] != key_id or old["key"] != key:
            device.fallback_keys[algorithm] = {"id": key_id, "key": key, "used": False}
    return {"one_time_key_counts": device.counts()}


def bare(value):
    return {k: v for k, v in value.items() if k not in ("signatures", "unsigned")}


def same_key(old, new):
    if not isinstance(old, dict) or not isinstance(new, dict):
        return old == new
    return bare(old) == bare(new)


def check_device_keys(keys, user_id, device_id):
    for name, mine in (("user_id", user_id), ("device_id", device_id)):
        if need(keys, name, str) != mine:
            raise bad_json(f"Provided `{name}` in `device_keys` does not match that of the authenticated user/device")
    for name in need(keys, "algorithms", list):
        check(name, "algorithms", str)
    for key_id, key in need(keys, "keys", dict).items():
        if ":" not in key_id:
            raise bad_json("device_keys: key ids are of the form algorithm:device")
        check(key, "keys", str)
    for signatures in need(keys, "signatures", dict).values():
        check(signatures, "signatures", dict)


def check_key_object(key_id, key):
    if ":" not in key_id:
        raise bad_json("one-time key ids are of the form algorithm:id")
    if isinstance(key, dict):
        need(key, "key", str)
        need(key, "signatures", dict)
    else:
        check(key, "key", str)


def with_signatures(user, key_id, value, asker):
    """The stored object with the signatures its owner and the asker made."""
    merged = {signer: dict(found) for signer, found in value.get("signatures", {}).items()}
    for signer, found in user.signatures.get(key_id, {}).items():
        if signer in (user.user_id, asker.user_id):
            merged.setdefault(signer, {}).update(found)
    return {**value, "signatures": merged} if merged else dict(value)


def public_part(value):
    return next(iter(value["keys"].values()))


def query(hs, request):
    asked = need(request.object(), "device_keys", dict)
    asker = request.user
    devices, keys = {}, {kind: {} for kind in KINDS}
    for user_id, names in asked.items():
        for name in check(names, "device_keys", list):
            check(name, "device_keys", str)
        user = hs.users.get(user_id)
        if user_id.endswith(":" + hs.name):
            devices[user_id] = {}
        if user is None:
            continue
        for device in user.devices.values():
            if device.keys and (not names or device.device_id in names):
                shown = with_signatures(user, device.device_id, device.keys, asker)
                name = device.display_name
                devices[user_id][device.device_id] = {
                    **shown, "unsigned": {"device_display_name": name} if name else {}}
        for kind, value in user.cross_signing.items():
            if kind != "user_signing" or user is asker:
                keys[kind][user_id] = with_signatures(user, public_part(value), value, asker)
    remote = {u.split(":", 1)[1] for u in asked if ":" in u and not u.endswith(":" + hs.name)}
    return {"device_keys": devices, "failures": {host: {"status": 503, "message": "Not ready for retry"}
                                                 for host in remote},
            **{f"{kind}_keys": keys[kind] for kind in KINDS}}


def claim(hs, request):
    asked = need(request.object(), "one_time_keys", dict)
    answer, failures = {}, {}
    for user_id, devices in asked.items():
        user = hs.users.get(user_id)
        if ":" in user_id and not user_id.endswith(":" + hs.name):
            failures[user_id.split(":", 1)[1]] = {"status": 503, "message": "Not ready for retry"}
        for device_id, algorithm in check(devices, "one_time_keys", dict).items():
            check(algorithm, "one_time_keys", str)
            device = user.devices.get(device_id) if user else None
            found = take_key(device, algorithm) if device else None
            if found:
                key_id, key = found
                device.claimed.append({"key": key_id, "by": request.user.user_id, "device": request.device.device_id})
                answer.setdefault(user_id, {})[device_id] = {key_id: key}
    return {"one_time_keys": answer, "failures": failures}


def take_key(device, algorithm):
    for key_id in device.one_time_keys:
        if key_id.split(":")[0] == algorithm:
            return key_id, device.one_time_keys.pop(key_id)
    fallback = device.fallback_keys.get(algorithm)
    if fallback is None:
        return None
    fallback["used"] = True
    return fallback["id"], fallback["key"]


def device_lists(hs, user_id, start, end=None):
    """Whose devices changed, or who began or ceased to share a room, in (start, end]."""
    sharing = hs.shared_users(user_id, end)
    inside = [c for c in hs.device_changes if start < c[0] and (end is None or c[0] <= end)]
    changed = {who for _, who, only_to in inside
               if (who == user_id or who in sharing) and only_to in (None, user_id)}
    gone = set()
    for room in hs.rooms.values():
        before, after = room.membership(user_id, start) == "join", room.membership(user_id, end) == "join"
        here, now_here = room.members("join", start), room.members(("join", "invite"), end)
        if after:
            changed |= now_here if not before else now_here - here
        if before:
            gone |= here if not after else here - room.members("join", end)
    return {"changed": sorted(changed - (gone - sharing)), "left": sorted(gone - sharing - {user_id})}


def changes(hs, request):
    for name in ("from", "to"):
        if name not in request.query:
            raise MatrixError(400, "M_MISSING_PARAM", f"Missing query parameter {name}")
    start, _ = hs.read_token(request.query["from"])
    end, _ = hs.read_token(request.query["to"])
    return device_lists(hs, request.user.user_id, start, end)


def check_cross_key(value, user, kind, master):
    if need(value, "user_id", str) != user.user_id:
        raise invalid(f"Invalid {kind} key")
    keys = need(value, "keys", dict)
    if kind not in need(value, "usage", list) or len(keys) != 1:
        raise invalid(f"Invalid {kind} key")
    key_id, public = next(iter(keys.items()))
    if key_id != f"ed25519:{public}" or len(unpadded(public)) != 32:
        raise invalid(f"Invalid {kind} key")
    if public in user.devices:
        raise MatrixError(403, "M_FORBIDDEN", "Key ID in use")
    if master is not None:
        signer = public_part(master)
        if not signed_by(value, user.user_id, f"ed25519:{signer}", signer):
            raise MatrixError(400, "M_INVALID_SIGNATURE", f"Invalid signature of the {kind} key")


def upload_cross_signing(hs, request):
    body, user = request.object(), request.user
    given = {kind: optional(body, f"{kind}_key", dict) for kind in KINDS}
    given = {kind: value for kind, value in given.items() if value is not None}
    stored = user.cross_signing
    if "master" in stored:
        fresh = [k for k, v in given.items() if k not in stored or v.get("keys") != stored[k]["keys"]]
        if not fresh:
            return {}
        require_password(hs, request, body)
    master = given.get("master", stored.get("master"))
    if master is None:
        raise MatrixError(400, "M_MISSING_PARAM", "No master key available")
    for kind, value in given.items():
        check_cross_key(value, user, kind, None if kind == "master" else master)
    for kind, value in given.items():
        user.cross_signing[kind] = value
        user.signatures.pop(public_part(value), None)
        hs.devices_changed(user.user_id, user.user_id if kind == "user_signing" else None)
    return {}


def upload_signatures(hs, request):
    body, user = request.object(), request.user
    failures, changed = {}, set()
    for owner_id, values in body.items():
        for key_id, value in check(values, owner_id, dict).items():
            check(value, key_id, dict)
            try:
                added = check_signatures(hs, user, owner_id, key_id, value)
            except MatrixError as error:
                failures.setdefault(owner_id, {})[key_id] = error.body
                continue
            slot = hs.users[owner_id].signatures.setdefault(key_id, {}).setdefault(user.user_id, {})
            if not added.items() <= slot.items():
                slot.update(added)
                changed.add(owner_id)
    for owner_id in changed:
        if owner_id == user.user_id:
            hs.devices_changed(owner_id)
        else:
            hs.device_changes.append((hs.advance(), owner_id, user.user_id))
    return {"failures": failures}


def check_signatures(hs, signer, owner_id, key_id, value):
    """The new signatures of one uploaded object, each verified; raises when they are refused."""
    owner = hs.users.get(owner_id)
    target = None
    if owner and owner is signer and key_id in owner.devices:
        target, allowed = owner.devices[key_id].keys, cross_key(signer, "self_signing")
    elif owner and "master" in owner.cross_signing and public_part(owner.cross_signing["master"]) == key_id:
        target = owner.cross_signing["master"]
        allowed = own_device_keys(signer) if owner is signer else cross_key(signer, "user_signing")
    if target is None:
        raise not_found("No such key")
    if bare(value) != bare(target):
        raise MatrixError(400, "M_UNKNOWN", "Key does not match")
    known = target.get("signatures", {}).get(signer.user_id, {})
    given = check(value.get("signatures", {}).get(signer.user_id, {}), "signatures", dict)
    added = {name: text for name, text in given.items() if known.get(name) != text}
    if not added:
        raise MatrixError(400, "M_INVALID_SIGNATURE", "Missing signature")
    for name in added:
        if name not in allowed or not signed_by(value, signer.user_id, name, allowed[name]):
            raise MatrixError(400, "M_INVALID_SIGNATURE", "Invalid signature")
    return added


def cross_key(user, kind):
    if kind not in user.cross_signing:
        raise not_found(f"No {kind} key found for {user.user_id}")
    public = public_part(user.cross_signing[kind])
    return {f"ed25519:{public}": public}


def own_device_keys(user):
    return {f"ed25519:{d.device_id}": d.keys["keys"].get(f"ed25519:{d.device_id}", "")
            for d in user.devices.values() if d.keys}


ROUTES = [
    ("POST", "/keys/upload", upload),
    ("POST", "/keys/upload/{device}", upload),
    ("POST", "/keys/query", query),
    ("POST", "/keys/claim", claim),
    ("GET", "/keys/changes", changes),
    ("POST", "/keys/device_signing/upload", upload_cross_signing),
    ("POST", "/_matrix/client/unstable/keys/device_signing/upload", upload_cross_signing),
    ("POST", "/keys/signatures/upload", upload_signatures),
    ("POST", "/_matrix/client/unstable/keys/signatures/upload", upload_signatures),
]
