// SPDX-License-Identifier: MIT
#include "chat/approvals.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/seal.h"

namespace openclaw::chat {

store::Migration approvals_migration() {
  return {1, "approvals", R"sql(
CREATE TABLE approvals(id TEXT NOT NULL PRIMARY KEY, message TEXT NOT NULL, place TEXT NOT NULL, person TEXT NOT NULL,
  digest TEXT NOT NULL, policy TEXT NOT NULL, tool TEXT NOT NULL, expires_at INTEGER NOT NULL,
  state TEXT NOT NULL) STRICT;
CREATE INDEX approvals_call ON approvals(message, digest);
CREATE INDEX approvals_open ON approvals(expires_at) WHERE state='asked';
)sql"};
}

std::string call_digest(const std::string& tool, const std::string& canonical_arguments) {
  return base::hex(crypto::view(crypto::sha256(tool + "\n" + canonical_arguments)));
}

std::string Approvals::new_id() { return base::hex(crypto::random_bytes(16)); }

void Approvals::ask(const Approval& a) {
  auto& insert = db_.statement("INSERT INTO approvals VALUES(?,?,?,?,?,?,?,?,'asked')");
  int at = 1;
  for (const auto& value : {a.id, a.message, a.place, a.person, a.digest, a.policy, a.tool})
    insert.bind(at++, value);
  insert.bind(at, base::to_ms(a.expires));
  insert.exec();
  insert.reset();
}

std::vector<Approval> Approvals::read(const std::string& where,
                                      const std::vector<std::string>& values) {
  auto& q = db_.statement(
      "SELECT id, message, place, person, digest, policy, tool, state, expires_at FROM approvals"
      " WHERE " +
      where + " ORDER BY rowid");
  int at = 1;
  for (const auto& value : values) q.bind(at++, value);
  std::vector<Approval> out;
  while (q.executeStep()) {
    Approval a;
    int i = 0;
    for (auto* field :
         {&a.id, &a.message, &a.place, &a.person, &a.digest, &a.policy, &a.tool, &a.state})
      *field = q.getColumn(i++).getString();
    a.expires = base::from_ms(q.getColumn(i).getInt64());
    out.push_back(std::move(a));
  }
  q.reset();
  return out;
}

std::optional<Approval> Approvals::find(const std::string& id) {
  auto found = read("id=?", {id});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<Approval> Approvals::of(const std::string& message, const std::string& digest) {
  auto found = read("message=? AND digest=?", {message, digest});
  if (found.empty()) return std::nullopt;
  return std::move(found.back());
}

bool Approvals::answer(const std::string& id, const std::string& person, bool yes, base::Time now) {
  auto& update = db_.statement(
      "UPDATE approvals SET state=? WHERE id=? AND person IN (?,'') AND state='asked' AND "
      "expires_at>?");
  update.bind(1, yes ? "yes" : "no");
  update.bind(2, id);
  update.bind(3, person);
  update.bind(4, base::to_ms(now));
  const bool changed = update.exec() > 0;
  update.reset();
  return changed;
}

bool Approvals::use(const std::string& message, const std::string& digest) {
  auto& update = db_.statement(
      "UPDATE approvals SET state='used' WHERE message=? AND digest=? AND state='yes'");
  update.bind(1, message);
  update.bind(2, digest);
  const bool changed = update.exec() > 0;
  update.reset();
  return changed;
}

std::vector<Approval> Approvals::close(const std::string& message) {
  auto out = read("state='asked' AND message=?", {message});
  for (const auto& a : out) set_expired(a.id);
  return out;
}

void Approvals::set_expired(const std::string& id) {
  auto& update = db_.statement("UPDATE approvals SET state='expired' WHERE id=?");
  update.bind(1, id);
  update.exec();
  update.reset();
}

std::vector<Approval> Approvals::expire(base::Time now) {
  auto out = read("state='asked' AND expires_at<=?", {std::to_string(base::to_ms(now))});
  std::erase_if(out, [&](const Approval& a) { return a.expires > now; });
  for (const auto& a : out) set_expired(a.id);
  return out;
}

base::Time Approvals::next_expiry() {
  auto& query = db_.statement("SELECT min(expires_at) FROM approvals WHERE state='asked'");
  base::Time out = base::Time::max();
  if (query.executeStep() && !query.getColumn(0).isNull())
    out = base::from_ms(query.getColumn(0).getInt64());
  query.reset();
  return out;
}

std::vector<Approval> Approvals::open(const std::string& place) {
  return read("state='asked' AND place=?", {place});
}

}  // namespace openclaw::chat
