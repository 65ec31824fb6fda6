// SPDX-License-Identifier: MIT
#include "e2ee/machine.h"

namespace openclaw::e2ee {

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps{{1, "e2ee", R"sql(
CREATE TABLE notes(name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE secrets(name TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE account(id INTEGER PRIMARY KEY CHECK(id=1), user TEXT NOT NULL, device TEXT NOT NULL,
  pickle TEXT NOT NULL, shared INTEGER NOT NULL DEFAULT 0, one_time_keys INTEGER NOT NULL DEFAULT 0,
  has_fallback INTEGER NOT NULL DEFAULT 0, fallback_at INTEGER NOT NULL DEFAULT 0) STRICT;
-- The body of an upload until it is answered; while it is here no key may be made.
CREATE TABLE upload(id INTEGER PRIMARY KEY CHECK(id=1), body TEXT NOT NULL) STRICT;
CREATE TABLE tracked(user TEXT NOT NULL PRIMARY KEY, changed INTEGER NOT NULL, failed_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE devices(user TEXT NOT NULL, device TEXT NOT NULL, curve25519 TEXT NOT NULL, ed25519 TEXT NOT NULL,
  keys TEXT NOT NULL, is_signed INTEGER NOT NULL DEFAULT 0, is_gone INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0, wedged INTEGER NOT NULL DEFAULT 0, unwedged_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(user, device)) STRICT;
CREATE INDEX devices_curve ON devices(curve25519);
CREATE TABLE identities(user TEXT NOT NULL PRIMARY KEY, master TEXT NOT NULL, self_signing TEXT NOT NULL,
  pinned TEXT NOT NULL) STRICT;
CREATE TABLE olm_sessions(sender_key TEXT NOT NULL, session TEXT NOT NULL, pickle TEXT NOT NULL, created_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL, PRIMARY KEY(sender_key, session)) STRICT;
CREATE TABLE olm_born(session TEXT NOT NULL PRIMARY KEY) STRICT;
CREATE TABLE olm_seen(hash TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE TABLE room_keys(room TEXT NOT NULL, session TEXT NOT NULL, pickle TEXT NOT NULL, sender_key TEXT NOT NULL,
  ed25519 TEXT NOT NULL, user TEXT NOT NULL, source TEXT NOT NULL, first_index INTEGER NOT NULL,
  is_backed_up INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(room, session)) STRICT;
CREATE INDEX room_keys_new ON room_keys(room) WHERE is_backed_up=0;
CREATE TABLE room_key_uses(session TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(session, number)) STRICT;
CREATE TABLE own_room_keys(room TEXT NOT NULL PRIMARY KEY, session TEXT NOT NULL, pickle TEXT NOT NULL,
  created_at INTEGER NOT NULL, messages INTEGER NOT NULL DEFAULT 0, is_spent INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE shares(session TEXT NOT NULL, user TEXT NOT NULL, device TEXT NOT NULL, curve25519 TEXT NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY(session, user, device)) STRICT;
CREATE TABLE flows(id TEXT NOT NULL PRIMARY KEY, user TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE parcels(id INTEGER PRIMARY KEY, txn TEXT NOT NULL UNIQUE, type TEXT NOT NULL, body TEXT NOT NULL) STRICT;
)sql"},
                                                   {2, "e2ee", R"sql(
-- A session that an older copy of this database may have moved on: it reads, and sends nothing more.
ALTER TABLE olm_sessions ADD COLUMN is_spent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN is_told_no_olm INTEGER NOT NULL DEFAULT 0;
-- A row for each who has sent the key straight, and one of nobody for copies: none takes from another.
CREATE TABLE keys(room TEXT NOT NULL, session TEXT NOT NULL, pickle TEXT NOT NULL, sender_key TEXT NOT NULL,
  ed25519 TEXT NOT NULL, user TEXT NOT NULL, source TEXT NOT NULL, first_index INTEGER NOT NULL,
  is_backed_up INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(room, session, user)) STRICT;
INSERT INTO keys SELECT *, 0 FROM room_keys;
DROP TABLE room_keys;
ALTER TABLE keys RENAME TO room_keys;
CREATE INDEX room_keys_new ON room_keys(room) WHERE is_backed_up=0;
CREATE TABLE key_requests(room TEXT NOT NULL, session TEXT NOT NULL, request TEXT NOT NULL, sender TEXT NOT NULL, sender_key TEXT NOT NULL,
  at INTEGER NOT NULL, is_sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(room, session)) STRICT;
CREATE TABLE key_answers(session TEXT NOT NULL, user TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(session, user, device)) STRICT;
CREATE TABLE withheld(room TEXT NOT NULL, session TEXT NOT NULL, sender TEXT NOT NULL, code TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(room, session, sender)) STRICT;
-- Who has written with a key that somebody else had published under his own name.
CREATE TABLE key_owners(curve25519 TEXT NOT NULL PRIMARY KEY, user TEXT NOT NULL) STRICT;
ALTER TABLE room_key_uses ADD COLUMN sender TEXT NOT NULL DEFAULT '';
CREATE TABLE flow_events(id INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, type TEXT NOT NULL, content TEXT NOT NULL) STRICT;
)sql"}};
  return steps;
}

}  // namespace openclaw::e2ee
