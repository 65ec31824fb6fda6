// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chat_intake.h"
#include "e2ee/verify.h"
#include "matrix/account.h"

namespace openclaw::cmd {

/// Turns what /sync brings into rows: messages, commands, answers to questions, what was taken
/// back. Who may not speak ends here, with a row in the audit once an hour.
class MatrixUpdates {
 public:
  MatrixUpdates(State& state, const settings::Settings& settings, matrix::Account& account)
      : state_(state),
        settings_(settings),
        account_(account),
        intake_(state, settings),
        verifier_(account.db(), account.machine()) {}

  struct After {
    Taken taken;
    std::vector<std::string> join, refuse;    ///< rooms
    std::map<std::string, std::string> read;  ///< by room, the latest event that was taken
    bool has_verification = false;            ///< Account::send_queued()
  };
  /// One answer of /sync. The rows in openclaw.db are durable before keys and position in matrix.db
  /// are: what comes twice is known by its event id. Throws base::StorageError: nothing was taken.
  After take(json::Value sync, const base::Stop* stop = nullptr);

 private:
  void take_event(const matrix::RoomEvent& at);
  void take_message(const matrix::RoomEvent& at, const e2ee::Opened& opened);
  void take_reaction(const matrix::RoomEvent& at);
  void take_invite(const matrix::RoomEvent& at);
  void take_verification(const std::string& type, const std::string& sender,
                         const std::string& room, const std::string& event,
                         const json::Value& content);
  bool has_unknown_senders(const json::Value& sync);
  void read_unread();
  void tell_unread();
  void tell_gaps(const std::vector<std::string>& rooms);
  std::optional<std::pair<std::string, bool>> answered_question(const std::string& place,
                                                                const std::string& text);
  /// Place and person; false: refused, and noted.
  bool admit(const std::string& room, const std::string& sender, std::string& place,
             std::string& person);
  void refuse(const std::string& room, const std::string& sender, const std::string& why);
  std::string place_of(const std::string& room) const;

  State& state_;
  const settings::Settings& settings_;
  matrix::Account& account_;
  Intake intake_;
  e2ee::Verifier verifier_;
  base::Time now_{};
  After after_;
  std::vector<json::Value> strangers_;
  std::set<std::string> senders_;
};

}  // namespace openclaw::cmd
