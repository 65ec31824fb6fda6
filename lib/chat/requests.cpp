// SPDX-License-Identifier: MIT
#include "chat/requests.h"

#include "store/rows.h"

namespace openclaw::chat {
namespace {

constexpr base::Millis kept{3600000};

Request request_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)};
}

}  // namespace

void Requests::put(const Request& request, base::Time now) {
  store::run(db_, "INSERT INTO requests(id, channel, verb, word, at) VALUES(?,?,?,?,?)", request.id,
             request.channel, request.verb, request.word, base::to_ms(now));
}

std::optional<Request> Requests::find(const std::string& id) {
  const auto row =
      store::row(db_, "SELECT id, channel, verb, word, state, answer FROM requests WHERE id=?", id);
  if (!row) return std::nullopt;
  return request_of(*row);
}

std::vector<Request> Requests::open(const std::string& channel, base::Time now) {
  store::run(db_, "DELETE FROM requests WHERE at<?", base::to_ms(now - kept));
  std::vector<Request> out;
  for (const auto& row : store::rows(db_,
                                     "SELECT id, channel, verb, word, state, answer FROM requests "
                                     "WHERE channel=? AND state IN ('new','under way') ORDER BY at",
                                     channel))
    out.push_back(request_of(row));
  return out;
}

void Requests::set(const std::string& id, const std::string& state, const std::string& answer) {
  store::run(db_, "UPDATE requests SET state=?, answer=? WHERE id=?", state, answer, id);
}

}  // namespace openclaw::chat
