# SPDX-License-Identifier: MIT
"""matrix-nio with libolm as a test peer: the same JSON lines as js_peer.mjs, fewer commands."""
import asyncio
import base64
import io
import json
import logging
import os
import sys
import tempfile

import nio
from nio.crypto.attachments import decrypt_attachment

logging.disable(logging.CRITICAL)


def say(row):
    print(json.dumps(row), flush=True)


def check(answer):
    if isinstance(answer, nio.ErrorResponse):
        raise RuntimeError(f"{answer.status_code or ''} {answer.message}".strip())
    return answer


def text(body):
    return {"msgtype": "m.text", "body": body}


class Peer:
    def __init__(self):
        self.client = self.loop = self.folder = None
        self.told = set()

    async def start(self, homeserver, user, password=None, token=None, device_id=None, store=None):
        config = nio.AsyncClientConfig(store_sync_tokens=True, encryption_enabled=True)
        if store is None:
            self.folder = tempfile.TemporaryDirectory()
            store = self.folder.name
        os.makedirs(store, exist_ok=True)
        self.client = nio.AsyncClient(homeserver, user, device_id=device_id, store_path=store, config=config)
        if token:
            self.client.restore_login(user, device_id, token)
        else:
            check(await self.client.login(password, device_name="peer"))
        self.client.add_event_callback(self.tell_event, nio.Event)
        self.client.add_event_callback(self.tell_invite, nio.InviteMemberEvent)
        self.client.add_to_device_callback(self.tell_to_device, nio.ToDeviceEvent)
        ready = asyncio.Event()

        async def synced(_):
            ready.set()
        self.client.add_response_callback(synced, nio.SyncResponse)
        self.loop = asyncio.create_task(self.client.sync_forever(timeout=10000, full_state=True))
        waiting = asyncio.create_task(ready.wait())
        done, _ = await asyncio.wait({waiting, self.loop}, return_when=asyncio.FIRST_COMPLETED)
        if self.loop in done:
            self.loop.result()
        keys = self.client.olm.account.identity_keys
        return {"user_id": self.client.user_id, "device_id": self.client.device_id, "token": self.client.access_token,
                "ed25519": keys["ed25519"], "curve25519": keys["curve25519"]}

    async def tell_event(self, room, event):
        failed = isinstance(event, nio.MegolmEvent)
        if (event.event_id, failed) in self.told:
            return
        self.told.add((event.event_id, failed))
        source = event.source
        if isinstance(event, nio.RedactionEvent):
            say({"event": "redaction", "room": room.room_id, "event_id": event.event_id, "target": event.redacts})
            return
        if isinstance(event, nio.RoomMemberEvent):
            say({"event": "member", "room": room.room_id, "user": event.state_key, "membership": event.membership})
        say({"event": "undecryptable" if failed else "message", "room": room.room_id, "event_id": event.event_id,
             "sender": event.sender, "type": source.get("type"), "state_key": source.get("state_key"),
             "content": source.get("content"), "relates_to": source.get("content", {}).get("m.relates_to"),
             "encrypted": failed or event.decrypted, "failure": "no session" if failed else None})

    async def tell_invite(self, room, event):
        say({"event": "member", "room": room.room_id, "user": event.state_key, "membership": event.membership})

    async def tell_to_device(self, event):
        say({"event": "to_device", "type": event.source.get("type"), "sender": event.sender})

    async def room_ready(self, room):
        while room not in self.client.rooms:
            await self.client.synced.wait()
        return self.client.rooms[room]

    async def create_room(self, invite=(), encrypted=True, name=None, rotation=None):
        state = [nio.EnableEncryptionBuilder().as_dict()] if encrypted else []
        for event in state:
            event["content"].update(rotation or {})
        made = check(await self.client.room_create(name=name, invite=list(invite), initial_state=state))
        await self.room_ready(made.room_id)
        return {"room": made.room_id}

    async def join(self, room):
        check(await self.client.join(room))
        await self.room_ready(room)

    async def leave(self, room):
        check(await self.client.room_leave(room))

    async def invite(self, room, user):
        check(await self.client.room_invite(room, user))

    async def send_event(self, room, type, content):
        sent = check(await self.client.room_send(room, type, content, ignore_unverified_devices=True))
        return {"event_id": sent.event_id}

    async def send(self, room, body):
        return await self.send_event(room, "m.room.message", text(body))

    async def edit(self, room, target, body):
        return await self.send_event(room, "m.room.message", {
            **text("* " + body), "m.new_content": text(body),
            "m.relates_to": {"rel_type": "m.replace", "event_id": target}})

    async def reply(self, room, target, body):
        return await self.send_event(room, "m.room.message", {
            **text(body), "m.relates_to": {"m.in_reply_to": {"event_id": target}}})

    async def react(self, room, target, key):
        return await self.send_event(room, "m.reaction", {
            "m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": key}})

    async def redact(self, room, target, reason=None):
        return {"event_id": check(await self.client.room_redact(room, target, reason)).event_id}

    async def send_file(self, room, name, data, mimetype="application/octet-stream", msgtype="m.file"):
        plain = base64.b64decode(data)
        answer, keys = await self.client.upload(io.BytesIO(plain), "application/octet-stream", encrypt=True,
                                                filesize=len(plain))
        file = {**keys, "url": check(answer).content_uri}
        return await self.send_event(room, "m.room.message", {
            "msgtype": msgtype, "body": name, "info": {"mimetype": mimetype, "size": len(plain)}, "file": file})

    async def fetch_file(self, file):
        answer = check(await self.client.download(file["url"]))
        plain = decrypt_attachment(answer.body, file["key"]["k"], file["hashes"]["sha256"], file["iv"])
        return {"data": base64.b64encode(plain).decode()}

    async def rotate(self, room):
        self.client.invalidate_outbound_session(room)

    async def devices(self, user):
        return {"devices": [{"device": d.device_id, "keys": d.keys}
                            for d in self.client.device_store.active_user_devices(user)]}

    async def stop(self):
        self.loop.cancel()
        await asyncio.gather(self.loop, return_exceptions=True)
        await self.client.close()

    async def obey(self, line):
        given = json.loads(line)
        number, name = given.pop("id"), given.pop("do")
        try:
            if name not in COMMANDS:
                raise RuntimeError(f"no command {name}")
            say({"id": number, "ok": True, **(await getattr(self, name)(**given) or {})})
        except Exception as error:
            say({"id": number, "ok": False, "error": f"{type(error).__name__}: {error}"})


COMMANDS = {"start", "create_room", "join", "leave", "invite", "send", "send_event", "edit", "reply", "react",
            "redact", "send_file", "fetch_file", "rotate", "devices", "stop"}


async def main():
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    peer, working = Peer(), set()
    while line := await reader.readline():
        task = asyncio.create_task(peer.obey(line))
        working.add(task)
        task.add_done_callback(working.discard)
        if json.loads(line)["do"] == "stop":
            await task
            break
    if peer.folder:
        peer.folder.cleanup()
    os._exit(0)


asyncio.run(main())
