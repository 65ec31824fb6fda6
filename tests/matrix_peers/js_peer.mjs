// SPDX-License-Identifier: MIT
// matrix-js-sdk as a test peer: one JSON command a line on stdin, replies and events as JSON lines on stdout.
import "./js_setup.mjs";
import { createInterface } from "node:readline";
import * as sdk from "matrix-js-sdk";
import * as crypto_api from "matrix-js-sdk/lib/crypto-api/index.js";
import { decryptFile, encryptFile } from "./js_files.mjs";
import { dumpStore, loadStore } from "./js_store.mjs";
import { Verifications } from "./js_verify.mjs";

const say = (object) => process.stdout.write(JSON.stringify(object) + "\n");
const tell = (event, fields) => say({ event, ...fields });
const verifications = new Verifications(tell);
let client, crypto, store, secretKey, ended = false;

async function describe(event) {
  const info = event.isEncrypted() ? await crypto.getEncryptionInfoForEvent(event) : null;
  return {
    room: event.getRoomId(),
    event_id: event.getId(),
    sender: event.getSender(),
    type: event.getType(),
    state_key: event.getStateKey() ?? null,
    content: event.getContent(),
    relates_to: event.getWireContent()["m.relates_to"] ?? null,
    wire_type: event.getWireType(),
    encrypted: event.isEncrypted(),
    redacted: event.isRedacted(),
    failure: event.decryptionFailureReason ?? null,
    shield: info && {
      colour: crypto_api.EventShieldColour[info.shieldColour],
      reason: info.shieldReason === null ? null : crypto_api.EventShieldReason[info.shieldReason],
    },
  };
}

async function tellEvent(event) {
  if (ended) return; // crypto is closed, what it still decrypts cannot be described
  const told = await describe(event);
  tell(told.failure ? "undecryptable" : "message", told);
}

function listen() {
  client.on(sdk.RoomEvent.Timeline, (event, room, toStart) => {
    if (toStart || event.status) return;
    if (!event.isEncrypted() || event.clearEvent) tellEvent(event);
  });
  client.on(sdk.MatrixEventEvent.Decrypted, tellEvent);
  client.on(sdk.RoomEvent.Redaction, (event) =>
    tell("redaction", { room: event.getRoomId(), event_id: event.getId(), target: event.getAssociatedId() }));
  client.on(sdk.RoomMemberEvent.Membership, (event, member) =>
    tell("member", { room: member.roomId, user: member.userId, membership: member.membership }));
  client.on(sdk.RoomMemberEvent.Typing, (event, member) =>
    tell("typing", { room: member.roomId, user: member.userId, typing: member.typing }));
  client.on(sdk.RoomEvent.Receipt, (event, room) =>
    tell("receipt", { room: room.roomId, content: event.getContent() }));
  client.on(sdk.ClientEvent.ReceivedToDeviceMessage, ({ message, encryptionInfo }) =>
    tell("to_device", { type: message.type, sender: message.sender, content: message.content,
      encrypted: encryptionInfo !== null }));
  client.on(crypto_api.CryptoEvent.VerificationRequestReceived, (request) => verifications.follow(request));
  client.on(crypto_api.CryptoEvent.UserTrustStatusChanged, (user, trust) =>
    tell("trust", { user, verified: trust.isVerified() }));
  client.on(crypto_api.CryptoEvent.DevicesUpdated, (users) => tell("devices", { users }));
  client.on(sdk.HttpApiEvent.SessionLoggedOut, (error) => tell("logged_out", { error: String(error) }));
}

function isolate({ signed_only }) {
  crypto.setDeviceIsolationMode(signed_only
    ? new crypto_api.OnlySignedDevicesIsolationMode() : new crypto_api.AllDevicesIsolationMode(false));
}

async function synced(target) {
  for (;;) {
    const state = target.getSyncState();
    if (state === "PREPARED" || state === "SYNCING") return;
    await new Promise((go) => target.once(sdk.ClientEvent.Sync, go));
  }
}

async function start({ homeserver, user, password, token, device_id, store: file, signed_only }) {
  let session = { user_id: user, access_token: token, device_id };
  if (!token) {
    const identifier = { type: "m.id.user", user };
    session = await sdk.createClient({ baseUrl: homeserver })
      .loginRequest({ type: "m.login.password", identifier, password, device_id, initial_device_display_name: "peer" });
  }
  store = file;
  if (store) await loadStore(store);
  client = sdk.createClient({
    baseUrl: homeserver, userId: session.user_id, deviceId: session.device_id, accessToken: session.access_token,
    cryptoCallbacks: {
      getSecretStorageKey: async ({ keys }) => (secretKey ? [Object.keys(keys)[0], secretKey] : null),
      cacheSecretStorageKey: (id, info, key) => void (secretKey = key),
    },
  });
  await client.initRustCrypto();
  crypto = client.getCrypto();
  isolate({ signed_only });
  listen();
  await client.startClient({ initialSyncLimit: 50 });
  await synced(client);
  const keys = await crypto.getOwnDeviceKeys();
  return { user_id: session.user_id, device_id: session.device_id, token: session.access_token, ...keys };
}

const passwordAuth = (password) => async (request) => {
  const identifier = { type: "m.id.user", user: client.getUserId() };
  return request(password ? { type: "m.login.password", identifier, password } : null);
};

async function bootstrap({ password, backup = true, reset = false }) {
  const authUploadDeviceSigningKeys = passwordAuth(password);
  await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys, setupNewCrossSigning: reset });
  const made = await crypto.createRecoveryKeyFromPassphrase();
  secretKey = made.privateKey;
  await crypto.bootstrapSecretStorage({
    createSecretStorageKey: async () => made, setupNewKeyBackup: backup, setupNewSecretStorage: true });
  const version = backup ? (await crypto.checkKeyBackupAndEnable())?.backupInfo.version ?? null : null;
  return { recovery_key: made.encodedPrivateKey, backup_version: version, ...(await status()) };
}

async function recover({ recovery_key }) {
  secretKey = crypto_api.decodeRecoveryKey(recovery_key);
  await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: passwordAuth() });
  await crypto.crossSignDevice(client.getDeviceId());
  let restored = { total: 0, imported: 0 };
  if (await crypto.getKeyBackupInfo()) {
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    restored = await crypto.restoreKeyBackup();
    await crypto.checkKeyBackupAndEnable();
  }
  return { ...restored, ...(await status()) };
}

async function status() {
  const own = await crypto.getDeviceVerificationStatus(client.getUserId(), client.getDeviceId());
  return {
    cross_signing: await crypto.isCrossSigningReady(), secret_storage: await crypto.isSecretStorageReady(),
    backup: await crypto.getActiveSessionBackupVersion(), device_signed: own?.signedByOwner ?? false,
    master_key: await crypto.getCrossSigningKeyId(),
  };
}

async function createRoom({ name, invite = [], encrypted = true, room_version, visibility, direct, rotation = {} }) {
  const initial_state = [];
  if (encrypted) {
    const content = { algorithm: "m.megolm.v1.aes-sha2", ...rotation };
    initial_state.push({ type: "m.room.encryption", state_key: "", content });
  }
  if (visibility) {
    const content = { history_visibility: visibility };
    initial_state.push({ type: "m.room.history_visibility", state_key: "", content });
  }
  const made = await client.createRoom({ preset: "private_chat", name, invite, room_version, is_direct: direct,
    initial_state });
  await roomReady(made.room_id);
  return { room: made.room_id };
}

async function roomReady(id) {
  while (client.getRoom(id)?.getMyMembership() !== "join") {
    await new Promise((go) => client.once(sdk.ClientEvent.Sync, go));
  }
}

async function join({ room }) {
  await client.joinRoom(room);
  await roomReady(room);
}

const sent = async (promise) => ({ event_id: (await promise).event_id });
const text = (body, html) => ({ msgtype: "m.text", body,
  ...(html && { format: "org.matrix.custom.html", formatted_body: html }) });
const message = (room, content) => sent(client.sendEvent(room, "m.room.message", content));

async function resend({ room }) {
  const found = client.getRoom(room);
  const failed = found.getLiveTimeline().getEvents().filter((e) => e.status === sdk.EventStatus.NOT_SENT);
  for (const event of failed) await client.resendEvent(event, found);
  return { resent: failed.map((e) => e.getId()) };
}

async function sendFile({ room, name, data, caption, mimetype = "application/octet-stream", msgtype = "m.file" }) {
  const plain = Buffer.from(data, "base64");
  const { data: cipher, file } = await encryptFile(plain);
  const { content_uri: url } = await client.uploadContent(cipher, { includeFilename: false,
    type: "application/octet-stream" });
  return message(room, { msgtype, body: caption ?? name, filename: name, info: { mimetype, size: plain.length },
    file: { ...file, url } });
}

async function fetchFile({ file }) {
  const url = client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true);
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${client.getAccessToken()}` } });
  if (!answer.ok) throw new Error(`download answered ${answer.status}`);
  const plain = await decryptFile(file, new Uint8Array(await answer.arrayBuffer()));
  return { data: Buffer.from(plain).toString("base64") };
}

async function devices({ user }) {
  const found = (await crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map();
  const rows = [...found.values()].map(async (device) => {
    const trust = await crypto.getDeviceVerificationStatus(user, device.deviceId);
    return { device: device.deviceId, keys: Object.fromEntries(device.keys), signed: trust?.signedByOwner ?? false,
      verified: trust?.isVerified() ?? false };
  });
  return { devices: await Promise.all(rows),
    user_verified: (await crypto.getUserVerificationStatus(user)).isVerified() };
}

async function roomEvents({ room }) {
  const events = client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
  return { events: await Promise.all(events.map(describe)) };
}

async function stop({ dump = true } = {}) {
  ended = true;
  client.stopClient();
  if (store && dump) await dumpStore(store);
}

const follow = async (request) => ({ flow: verifications.follow(await request) });

const commands = {
  start, bootstrap, recover, status, create_room: createRoom, join, devices, stop,
  invite: ({ room, user }) => client.invite(room, user),
  leave: ({ room }) => client.leave(room),
  kick: ({ room, user }) => client.kick(room, user),
  send: ({ room, body, html, mentions }) =>
    message(room, { ...text(body, html), ...(mentions && { "m.mentions": { user_ids: mentions } }) }),
  send_event: ({ room, type, content }) => sent(client.sendEvent(room, type, content)),
  send_state: ({ room, type, content, state_key = "" }) => sent(client.sendStateEvent(room, type, content, state_key)),
  edit: ({ room, target, body }) => message(room, { ...text("* " + body), "m.new_content": text(body),
    "m.relates_to": { rel_type: "m.replace", event_id: target } }),
  reply: ({ room, target, body }) =>
    message(room, { ...text(body), "m.relates_to": { "m.in_reply_to": { event_id: target } } }),
  thread: ({ room, target, body }) => message(room, { ...text(body), "m.relates_to": {
    rel_type: "m.thread", event_id: target, is_falling_back: true, "m.in_reply_to": { event_id: target } } }),
  react: ({ room, target, key }) => sent(client.sendEvent(room, "m.reaction", {
    "m.relates_to": { rel_type: "m.annotation", event_id: target, key } })),
  redact: ({ room, target, reason }) => sent(client.redactEvent(room, target, undefined, { reason })),
  resend,
  send_file: sendFile,
  fetch_file: fetchFile,
  typing: ({ room, on }) => client.sendTyping(room, on, 20000),
  read: async ({ room, target }) => void (await client.sendReadReceipt(client.getRoom(room).findEventById(target))),
  events: roomEvents,
  rotate: ({ room }) => crypto.forceDiscardSession(room),
  isolate,
  verify_user: ({ user, room }) => follow(crypto.requestVerificationDM(user, room)),
  verify_device: ({ user, device }) => follow(crypto.requestDeviceVerification(user, device)),
  verify_own: () => follow(crypto.requestOwnUserVerification()),
  accept: verifications.accept,
  start_sas: verifications.start,
  confirm: verifications.confirm,
  mismatch: verifications.mismatch,
  cancel: verifications.cancel,
  export_keys: async () => ({ keys: await crypto.exportRoomKeys() }),
  dump: () => dumpStore(store),
};

async function obey(line) {
  const { id, do: name, ...given } = JSON.parse(line);
  try {
    if (!Object.hasOwn(commands, name)) throw new Error("no command " + name);
    say({ id, ok: true, ...(await commands[name](given)) });
  } catch (error) {
    say({ id, ok: false, error: String(error?.message ?? error) });
  }
  if (name === "stop") process.exit(0);
}

const lines = createInterface({ input: process.stdin });
lines.on("line", obey);
lines.on("close", () => process.exit(0));
