// SPDX-License-Identifier: MIT
#include "audit/verify.h"

#include <fmt/core.h>

#include "audit/cross_check.h"
#include "audit/walk.h"
#include "base/text.h"
#include "json/value.h"

namespace openclaw::audit {
namespace {

constexpr std::size_t most_faults = 50;

void check_bodies(store::Database& db, Verification& out) {
  out.bodies = each_bad_text(db, [&](const BadText& text) {
    if (out.faults.size() < most_faults)
      out.faults.push_back(fmt::format("the sealed text {}… was {}", text.ref.substr(0, 12),
                                       text.is_missing ? "taken away" : "changed"));
  });
}

/// One view of the database while others write; ends with its scope, also by an exception.
class Snapshot {
 public:
  explicit Snapshot(store::Database& db) : db_(db), is_ours_(!db.in_transaction()) {
    if (is_ours_) db_.raw().exec("BEGIN");
  }
  ~Snapshot() {
    if (is_ours_) (void)db_.raw().tryExec("ROLLBACK");
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  store::Database& db_;
  bool is_ours_;  ///< false: the database is one already
};

/// An index that says other than its table would make a report wrong while every row is right.
void check_structure(store::Database& db, Verification& out) {
  SQLite::Statement query(db.raw(), "PRAGMA integrity_check(20)");
  while (query.executeStep())
    if (const auto text = query.getColumn(0).getString(); text != "ok")
      out.faults.push_back("the file is damaged: " + text);
}

/// The macs at the seqs that witnesses name, collected while walking.
struct Seen {
  const Witnessed* witness;
  bool found = false;
  bool equal = false;
};

void look(std::vector<Seen>& seen, std::int64_t seq, const crypto::Digest& mac) {
  for (auto& s : seen)
    if (s.witness->head.seq == seq) s.found = true, s.equal = s.witness->head.mac == mac;
}

void judge_witnesses(const std::vector<Seen>& seen, std::int64_t base_seq, Verification& out) {
  for (const auto& s : seen) {
    if (s.found && s.equal) {
      if (out.witness.find(s.witness->by) == std::string::npos)
        out.witness += (out.witness.empty() ? "" : ", ") + s.witness->by;
    } else if (s.found) {
      out.faults.push_back(
          fmt::format("row {} is not the one that {} saw", s.witness->head.seq, s.witness->by));
    } else if (s.witness->head.seq > base_seq) {
      out.faults.push_back(
          fmt::format("{} saw row {}, but the audit ends at row {}: the tail was cut, or an older "
                      "copy was put back",
                      s.witness->by, s.witness->head.seq, out.head.seq));
    }
  }
}

/// The base is part of the chain row, which is not chained itself: a note in the chain must say the
/// same.
void check_base_note(store::Database& db, const Head& base, const std::string& kind,
                     Verification& out) {
  if (base.seq == 0 && kind.empty()) return;
  SQLite::Statement query(db.raw(),
                          "SELECT data FROM notes WHERE kind=? ORDER BY seq DESC LIMIT 1");
  query.bind(1, kind);
  const std::string said = "\"base\":\"" + format_head(base) + "\"";
  if (!query.executeStep() || query.getColumn(0).getString().find(said) == std::string::npos)
    out.faults.push_back(fmt::format("the base at row {} is named by no note", base.seq));
}

}  // namespace

Verification verify(store::Database& db, const std::vector<Witnessed>& witnesses) {
  Verification out;
  out.witnessed = !witnesses.empty();
  const Snapshot snapshot(db);
  check_structure(db, out);
  SQLite::Statement chain(db.raw(),
                          "SELECT seq, mac, base_seq, base_mac, base_kind FROM chain WHERE id=1");
  if (!chain.executeStep()) {
    out.faults.emplace_back("the row with the chain's head is gone");
    out.good = false;
    return out;
  }
  const Head head{chain.getColumn(0).getInt64(), digest_from(blob(chain.getColumn(1)))};
  const Head base{chain.getColumn(2).getInt64(), digest_from(blob(chain.getColumn(3)))};
  const std::string base_kind = chain.getColumn(4).getString();
  check_base_note(db, base, base_kind, out);
  std::vector<Seen> seen;
  for (const auto& witness : witnesses) seen.push_back({&witness});
  Walk walk(db);
  if (base_kind == "accept" && walk.snapshot(base.seq, out.rows) != base.mac)
    out.faults.push_back(fmt::format("a row up to the accepted row {} was changed", base.seq));
  out.head = base;
  look(seen, out.head.seq, out.head.mac);
  while (out.faults.size() < most_faults && walk.next()) {
    if (walk.seq() != out.head.seq + 1)
      out.faults.push_back(
          walk.seq() <= out.head.seq
              ? fmt::format("row {} stands where none may be", walk.seq())
              : fmt::format("rows {} to {} are gone", out.head.seq + 1, walk.seq() - 1));
    else if (walk.digest(out.head.mac) != walk.mac())
      out.faults.push_back(fmt::format("row {} ({}) was changed", walk.seq(), walk.table().name));
    out.head = Head{walk.seq(), walk.mac()};
    look(seen, out.head.seq, out.head.mac);
    ++out.rows;
  }
  if (out.faults.empty() && (out.head.seq != head.seq || out.head.mac != head.mac))
    out.faults.push_back(
        fmt::format("the head says row {}, the last row is {}", head.seq, out.head.seq));
  judge_witnesses(seen, base.seq, out);
  check_bodies(db, out);
  check_open(db, base.seq, [&](const std::string& what) {
    if (out.faults.size() < most_faults) out.faults.push_back(what);
  });
  SQLite::Statement notes_query(db.raw(), "SELECT seq, data FROM notes WHERE kind='accept'");
  while (notes_query.executeStep())
    out.accepted.push_back(fmt::format("row {}: {}", notes_query.getColumn(0).getInt64(),
                                       notes_query.getColumn(1).getString()));
  out.good = out.faults.empty();
  return out;
}

void remember(store::Database& db, const Verification& result, base::Time now) {
  db.transaction([&] {
    auto& insert = db.statement("INSERT OR REPLACE INTO verifications VALUES(?,?,?,?)");
    insert.bind(1, base::to_ms(now));
    insert.bind(2, result.good ? 1 : 0);
    insert.bind(3, result.head.seq);
    insert.bind(4, base::join(result.faults, "; "));
    insert.exec();
    insert.reset();
  });
}

std::optional<LastVerification> last_verification(store::Database& db) {
  auto& query = db.statement("SELECT at, good, seq FROM verifications ORDER BY at DESC LIMIT 1");
  std::optional<LastVerification> out;
  if (query.executeStep())
    out = LastVerification{base::from_ms(query.getColumn(0).getInt64()),
                           query.getColumn(1).getInt() != 0, query.getColumn(2).getInt64()};
  query.reset();
  return out;
}

}  // namespace openclaw::audit
