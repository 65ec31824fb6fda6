// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "e2ee/machine.h"
#include "e2ee/sas.h"

namespace openclaw::e2ee {

/// One verification by emoji with somebody's device, in a room or between devices.
struct Flow {
  std::string id;    ///< transaction id, or the request's event id in a room
  std::string room;  ///< empty = between devices
  std::string user, device;
  /// asked, ready, started, keys, compare (people look), agreed (we said yes), done, cancelled
  std::string state;
  std::string why;    ///< cancelled
  std::string emoji;  ///< as shown, once in `compare`
};

/// An event that a flow sends.
struct FlowEvent {
  std::string room;  ///< or between devices:
  std::string user, device;
  std::string type;
  json::Value content;
};

/// SAS with people (client-server API, "Key verification framework"). A machine without IO, like
/// Machine; all calls inside a transaction. It never agrees by itself.
class Verifier {
 public:
  Verifier(store::Database& db, Machine& machine) : db_(db), machine_(machine) {}

  /// Asks all devices of a user; the flow's id.
  std::string begin(const std::string& user, base::Time now, std::vector<FlowEvent>& out);
  /// An m.key.verification.* event, or a room's request under that name, of somebody
  /// who may begin one with us.
  void take(const std::string& type, const std::string& sender, const std::string& room,
            const std::string& event_id, const json::Value& content, base::Time now,
            std::vector<FlowEvent>& out);
  /// A person has compared.
  void agree(const std::string& id, std::vector<FlowEvent>& out);
  void cancel(const std::string& id, const std::string& code, const std::string& why,
              std::vector<FlowEvent>& out);
  std::optional<Flow> find(const std::string& id);
  /// The latest flow with a user that is not over.
  std::optional<Flow> open_with(const std::string& user);
  /// Master keys that were found right and are to be signed: bodies of /keys/signatures/upload.
  std::vector<json::Value> to_sign();

 private:
  json::Value load(const std::string& id);
  void save(const std::string& id, const json::Value& flow);
  void send(const json::Value& flow, const std::string& type, json::Value content,
            std::vector<FlowEvent>& out) const;
  void take_request(const std::string& sender, const std::string& room, const std::string& id,
                    const json::Value& content, base::Time now, std::vector<FlowEvent>& out);
  void start(json::Value& flow, std::vector<FlowEvent>& out);
  void take_start(json::Value& flow, const json::Value& content, std::vector<FlowEvent>& out);
  void take_key(json::Value& flow, const json::Value& content, std::vector<FlowEvent>& out);
  void take_mac(json::Value& flow, const json::Value& content, std::vector<FlowEvent>& out);
  void send_mac(json::Value& flow, std::vector<FlowEvent>& out);
  SasParty us(const json::Value& flow) const;
  static SasParty them(const json::Value& flow);
  std::string shared(const json::Value& flow) const;
  void end(json::Value& flow, const std::string& code, const std::string& why,
           std::vector<FlowEvent>& out);
  store::Database& db_;
  Machine& machine_;
};

}  // namespace openclaw::e2ee
