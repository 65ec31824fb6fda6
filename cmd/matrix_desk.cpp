// SPDX-License-Identifier: MIT
#include "matrix_desk.h"

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "chat/requests.h"

namespace openclaw::cmd {
namespace {

class Desk {
 public:
  Desk(State& state, matrix::Account& account)
      : state_(state), account_(account), verifier_(account.db(), account.machine()) {}

  void answer(const chat::Request& request) {
    try {
      if (request.verb == "verify") return verify(request);
      if (request.verb == "agree" || request.verb == "disagree") return decide(request);
      if (request.verb == "recover") return recover(request);
      set(request, "failed", "the listener does not know that");
    } catch (const base::StorageError&) {
      throw;
    } catch (const base::Error& e) {
      set(request, "failed", base::describe(e));
    }
  }

 private:
  void set(const chat::Request& request, const std::string& step, const std::string& text) {
    if (request.state == step && request.answer == text) return;
    state_.db.transaction([&] { chat::Requests(state_.db).set(request.id, step, text); });
  }

  /// The answer is the flow's id, a space, and the emoji once they are there.
  void verify(const chat::Request& request) {
    std::vector<e2ee::FlowEvent> events;
    std::optional<e2ee::Flow> flow;
    account_.db().transaction([&] {
      if (request.state == "new") {
        account_.machine().track(request.word);
        flow = verifier_.open_with(request.word);
        if (!flow) flow = verifier_.find(verifier_.begin(request.word, base::wall_now(), events));
      } else {
        flow = verifier_.find(request.answer.substr(0, request.answer.find(' ')));
      }
      for (const auto& event : events) account_.queue(event);
    });
    account_.send_queued(base::wall_now());
    if (!flow) return set(request, "failed", "there is no such verification");
    if (flow->state == "cancelled") return set(request, "failed", "it was ended: " + flow->why);
    set(request, flow->state == "compare" ? "done" : "under way", flow->id + " " + flow->emoji);
  }

  void decide(const chat::Request& request) {
    std::vector<e2ee::FlowEvent> events;
    std::vector<json::Value> signatures;
    std::optional<e2ee::Flow> flow;
    account_.db().transaction([&] {
      if (request.state == "new" && request.verb == "agree")
        verifier_.agree(request.word, events);
      else if (request.state == "new")
        verifier_.cancel(request.word, "m.mismatched_sas", "the emoji are not the same", events);
      flow = verifier_.find(request.word);
      signatures = verifier_.to_sign();
      for (const auto& event : events) account_.queue(event);
    });
    account_.send_queued(base::wall_now());
    for (const auto& body : signatures)
      account_.api().call("POST", matrix::client_v3 + "/keys/signatures/upload", body);
    if (!flow) return set(request, "failed", "there is no such verification");
    if (flow->state == "done") return set(request, "done", "verified");
    if (flow->state == "cancelled")
      return set(request, request.verb == "agree" ? "failed" : "done", flow->why);
    set(request, "under way", "");
  }

  void recover(const chat::Request& request) {
    const auto trouble = account_.settle_identity(base::wall_now());
    const auto keys = account_.restore_backup();
    set(request, trouble.empty() ? "done" : "failed",
        trouble.empty()
            ? base::counted(static_cast<std::int64_t>(keys), "room key") + " came from the backup"
            : trouble);
  }

  State& state_;
  matrix::Account& account_;
  e2ee::Verifier verifier_;
};

}  // namespace

void answer_matrix_requests(State& state, matrix::Account& account) {
  std::vector<chat::Request> open;
  const auto look = [&] { open = chat::Requests(state.db).open("matrix", base::wall_now()); };
  state.db.transaction(look);
  for (const auto& request : open) Desk(state, account).answer(request);
}

}  // namespace openclaw::cmd
