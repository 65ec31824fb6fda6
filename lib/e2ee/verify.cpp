// SPDX-License-Identifier: MIT
#include "e2ee/verify.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "crypto/curve.h"
#include "crypto/digest.h"
#include "e2ee/signing.h"
#include "json/parse.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr base::Millis too_old{10LL * 60000}, too_new{5LL * 60000};
constexpr base::Millis kept{24LL * 3600000};

bool holds(const Value& list, const char* word) {
  return std::any_of(list.items().begin(), list.items().end(),
                     [&](const Value& v) { return v.as_string() == word; });
}

bool is_name(const std::string& text) { return !text.empty() && text.size() <= 255; }

/// Somebody else's flow with us, from the content that begins it.
Value asked_by(const std::string& user, const std::string& room, const std::string& id,
               const Value& content) {
  return Value::object({{"id", id},
                        {"user", user},
                        {"room", room},
                        {"device", content["from_device"].as_string()},
                        {"ours", false},
                        {"step", "ready"}});
}

std::string drawn(const std::string& bytes) {
  std::string out;
  for (const auto& [number, symbol, name] : sas_emoji(bytes))
    out += (out.empty() ? "" : "   ") + std::string(symbol) + " " + name;
  std::string numbers;
  for (const int n : sas_decimals(bytes))
    numbers += (numbers.empty() ? "" : " ") + std::to_string(n);
  return out + "\n(" + numbers + ")";
}

}  // namespace

Value Verifier::load(const std::string& id) {
  const auto row = store::row(db_, "SELECT state FROM flows WHERE id=?", id);
  return row ? json::parse(row->text(0)) : Value();
}

void Verifier::save(const std::string& id, const Value& flow) {
  store::run(db_,
             "INSERT INTO flows(id, user, state, at) VALUES(?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
             "state=excluded.state",
             id, flow["user"].as_string(), json::dump(flow), base::to_ms(base::wall_now()));
  store::run(db_, "DELETE FROM flows WHERE at<?", base::to_ms(base::wall_now() - kept));
}

std::optional<Flow> Verifier::find(const std::string& id) {
  const auto f = load(id);
  if (f.is_null()) return std::nullopt;
  return Flow{id,
              f["room"].as_string(),
              f["user"].as_string(),
              f["device"].as_string(),
              f["step"].as_string(),
              f["why"].as_string(),
              f["emoji"].as_string()};
}

std::optional<Flow> Verifier::open_with(const std::string& user) {
  for (const auto& row :
       store::rows(db_, "SELECT id FROM flows WHERE user=? AND at>? ORDER BY at DESC", user,
                   base::to_ms(base::wall_now() - too_old))) {
    const auto flow = find(row.text(0));
    if (flow && flow->state != "done" && flow->state != "cancelled") return flow;
  }
  return std::nullopt;
}

void Verifier::send(const Value& flow, const std::string& type, Value content,
                    std::vector<FlowEvent>& out) const {
  const auto& room = flow["room"].as_string();
  if (room.empty())
    content.set("transaction_id", flow["id"].as_string());
  else
    content.set("m.relates_to",
                Value::object({{"rel_type", "m.reference"}, {"event_id", flow["id"].as_string()}}));
  out.push_back({room, flow["user"].as_string(), flow["device"].as_string(),
                 "m.key.verification." + type, std::move(content)});
}

std::string Verifier::begin(const std::string& user, base::Time now, std::vector<FlowEvent>& out) {
  const std::string id = "oc" + base::hex(crypto::random_bytes(12));
  auto flow = Value::object(
      {{"id", id}, {"user", user}, {"device", "*"}, {"ours", true}, {"step", "asked"}});
  send(flow, "request",
       Value::object({{"from_device", machine_.own().device},
                      {"methods", Value::array({"m.sas.v1"})},
                      {"timestamp", base::to_ms(now)}}),
       out);
  save(id, flow);
  return id;
}

void Verifier::take(const std::string& type, const std::string& sender, const std::string& room,
                    const std::string& event_id, const Value& content, base::Time now,
                    std::vector<FlowEvent>& out) {
  const std::string step = type.substr(std::string_view("m.key.verification.").size());
  if (step == "request") {
    take_request(sender, room, room.empty() ? content["transaction_id"].as_string() : event_id,
                 content, now, out);
    return;
  }
  const std::string id = room.empty() ? content["transaction_id"].as_string()
                                      : content["m.relates_to"]["event_id"].as_string();
  auto flow = load(id);
  // Old clients start between devices without asking.
  if (flow.is_null() && room.empty() && step == "start" && is_name(id) &&
      is_name(content["from_device"].as_string()))
    flow = asked_by(sender, room, id, content);
  if (flow.is_null() || flow["user"].as_string() != sender || flow["room"].as_string() != room ||
      flow["step"].as_string() == "done" || flow["step"].as_string() == "cancelled")
    return;
  if (step == "ready" && flow["step"].as_string() == "asked") {
    flow.set("device", content["from_device"].as_string());
    flow.set("step", "ready");
    if (!holds(content["methods"], "m.sas.v1"))
      end(flow, "m.unknown_method", "no emoji there", out);
    else if (flow["ours"].as_bool())
      start(flow, out);
  } else if (step == "start") {
    take_start(flow, content, out);
  } else if (step == "accept" && flow["step"].as_string() == "started" &&
             flow["ours_start"].as_bool()) {
    if (content["key_agreement_protocol"].as_string() != "curve25519-hkdf-sha256" ||
        content["hash"].as_string() != "sha256" ||
        content["message_authentication_code"].as_string() != "hkdf-hmac-sha256.v2") {
      end(flow, "m.unknown_method", "another way was chosen", out);
    } else {
      flow.set("commitment", content["commitment"].as_string());
      flow.set("step", "keys");
      send(flow, "key", Value::object({{"key", us(flow).key}}), out);
    }
  } else if (step == "key") {
    take_key(flow, content, out);
  } else if (step == "mac") {
    take_mac(flow, content, out);
  } else if (step == "cancel") {
    flow.set("step", "cancelled");
    flow.set("why", content["reason"].as_string());
  } else if (step == "done") {
    flow.set("their_done", true);
  }
  save(id, flow);
}

void Verifier::take_request(const std::string& sender, const std::string& room,
                            const std::string& id, const Value& content, base::Time now,
                            std::vector<FlowEvent>& out) {
  const auto at = base::from_ms(content["timestamp"].as_int(base::to_ms(now)));
  if (!is_name(id) || !is_name(content["from_device"].as_string()) || !load(id).is_null() ||
      at + too_old < now || at - too_new > now || !holds(content["methods"], "m.sas.v1"))
    return;
  const auto flow = asked_by(sender, room, id, content);
  send(flow, "ready",
       Value::object(
           {{"from_device", machine_.own().device}, {"methods", Value::array({"m.sas.v1"})}}),
       out);
  save(id, flow);
}

void Verifier::start(Value& flow, std::vector<FlowEvent>& out) {
  const auto content =
      Value::object({{"from_device", machine_.own().device},
                     {"method", "m.sas.v1"},
                     {"key_agreement_protocols", Value::array({"curve25519-hkdf-sha256"})},
                     {"hashes", Value::array({"sha256"})},
                     {"message_authentication_codes", Value::array({"hkdf-hmac-sha256.v2"})},
                     {"short_authentication_string", Value::array({"decimal", "emoji"})}});
  flow.set("secret", base64(crypto::random_bytes(32)));
  flow.set("ours_start", true);
  flow.set("step", "started");
  std::vector<FlowEvent> sent;
  send(flow, "start", content, sent);
  flow.set("start", sent.front().content);  // the commitment is over all of it
  out.push_back(std::move(sent.front()));
}

void Verifier::take_start(Value& flow, const Value& content, std::vector<FlowEvent>& out) {
  const auto step = flow["step"].as_string();
  // Both at once: the smaller user id's counts.
  if (step == "started" && flow["ours_start"].as_bool() &&
      machine_.own().user < flow["user"].as_string())
    return;
  if (step != "ready" && step != "started") return;
  if (content["method"].as_string() != "m.sas.v1" ||
      !holds(content["key_agreement_protocols"], "curve25519-hkdf-sha256") ||
      !holds(content["hashes"], "sha256") ||
      !holds(content["message_authentication_codes"], "hkdf-hmac-sha256.v2"))
    return end(flow, "m.unknown_method", "no way that both know", out);
  if (!content["from_device"].as_string().empty())
    flow.set("device", content["from_device"].as_string());
  flow.set("secret", base64(crypto::random_bytes(32)));
  flow.set("ours_start", false);
  flow.set("start", content);
  flow.set("step", "keys");
  send(flow, "accept",
       Value::object({{"method", "m.sas.v1"},
                      {"key_agreement_protocol", "curve25519-hkdf-sha256"},
                      {"hash", "sha256"},
                      {"message_authentication_code", "hkdf-hmac-sha256.v2"},
                      {"short_authentication_string", Value::array({"decimal", "emoji"})},
                      {"commitment", sas_commitment(us(flow).key, content)}}),
       out);
}

void Verifier::take_key(Value& flow, const Value& content, std::vector<FlowEvent>& out) {
  if (flow["step"].as_string() != "keys") return;
  const auto& key = content["key"].as_string();
  if (!key_from(key) || !crypto::x25519(*key_from(flow["secret"].as_string()), *key_from(key)))
    return end(flow, "m.key_mismatch", "that is no key", out);
  flow.set("their_key", key);
  const bool ours = flow["ours_start"].as_bool();
  if (ours && sas_commitment(key, flow["start"]) != flow["commitment"].as_string())
    return end(flow, "m.mismatched_commitment", "the key is not the one that was promised", out);
  if (!ours) send(flow, "key", Value::object({{"key", us(flow).key}}), out);
  const auto bytes = sas_bytes(shared(flow), ours ? us(flow) : them(flow),
                               ours ? them(flow) : us(flow), flow["id"].as_string());
  flow.set("emoji", drawn(bytes));
  flow.set("step", "compare");
}

void Verifier::agree(const std::string& id, std::vector<FlowEvent>& out) {
  auto flow = load(id);
  if (flow["step"].as_string() != "compare") return;
  flow.set("step", "agreed");
  send_mac(flow, out);
  if (flow.contains("their_mac")) {
    const Value mac = flow["their_mac"];
    take_mac(flow, mac, out);
  }
  save(id, flow);
}

void Verifier::send_mac(Value& flow, std::vector<FlowEvent>& out) {
  const auto me = machine_.own();
  std::vector<std::pair<std::string, std::string>> keys{{"ed25519:" + me.device, me.ed25519}};
  if (const auto master = machine_.master_key(me.user); !master.empty())
    keys.emplace_back("ed25519:" + master, master);
  std::sort(keys.begin(), keys.end());
  auto mac = Value::object();
  std::vector<std::string> ids;
  const auto secret = shared(flow);
  const auto flow_id = flow["id"].as_string();
  for (const auto& [id, key] : keys) {
    mac.set(id, sas_mac(secret, key, us(flow), them(flow), flow_id, id));
    ids.push_back(id);
  }
  send(flow, "mac",
       Value::object({{"mac", mac},
                      {"keys", sas_mac(secret, base::join(ids, ","), us(flow), them(flow), flow_id,
                                       "KEY_IDS")}}),
       out);
}

void Verifier::take_mac(Value& flow, const Value& content, std::vector<FlowEvent>& out) {
  const auto step = flow["step"].as_string();
  if (step == "compare") {
    flow.set("their_mac", content);  // until the person here has looked
    return;
  }
  if (step != "agreed") return;
  const auto secret = shared(flow);
  const auto id = flow["id"].as_string();
  std::vector<std::string> ids;
  for (const auto& [key_id, mac] : content["mac"].members()) ids.push_back(key_id);
  std::sort(ids.begin(), ids.end());
  if (content["keys"].as_string() !=
      sas_mac(secret, base::join(ids, ","), them(flow), us(flow), id, "KEY_IDS"))
    return end(flow, "m.key_mismatch", "the list of keys does not hold", out);
  const auto& user = flow["user"].as_string();
  const auto device = machine_.device(user, flow["device"].as_string());
  const auto master = machine_.master_key(user);
  bool knows_master = false, knows_device = false;
  for (const auto& [key_id, mac] : content["mac"].members()) {
    std::string key;
    if (key_id == "ed25519:" + master) key = master;
    if (device && key_id == "ed25519:" + device->device) key = device->ed25519;
    if (key.empty()) continue;  // a key that nobody here knows says nothing
    if (mac.as_string() != sas_mac(secret, key, them(flow), us(flow), id, key_id))
      return end(flow, "m.key_mismatch", "a key is another one than here", out);
    (key == master ? knows_master : knows_device) = true;
  }
  if (master.empty() ? !knows_device : !knows_master)
    return end(flow, "m.key_mismatch", "no key that is known here", out);
  if (knows_master) {
    machine_.accept_identity(user);
    flow.set("sign", master);
  }
  flow.set("step", "done");
  send(flow, "done", Value::object(), out);
}

void Verifier::cancel(const std::string& id, const std::string& code, const std::string& why,
                      std::vector<FlowEvent>& out) {
  auto flow = load(id);
  if (flow.is_null() || flow["step"].as_string() == "done") return;
  end(flow, code, why, out);
  save(id, flow);
}

void Verifier::end(Value& flow, const std::string& code, const std::string& why,
                   std::vector<FlowEvent>& out) {
  flow.set("step", "cancelled");
  flow.set("why", why);
  send(flow, "cancel", Value::object({{"code", code}, {"reason", why}}), out);
}

std::vector<Value> Verifier::to_sign() {
  std::vector<Value> out;
  const auto seed = machine_.secret("user_signing");
  if (!seed) return out;
  for (const auto& row : store::rows(db_, "SELECT id FROM flows")) {
    auto flow = load(row.text(0));
    const std::string master = flow["sign"].as_string();
    if (master.empty()) continue;
    const std::string user = flow["user"].as_string();
    auto key = Value::object({{"user_id", user},
                              {"usage", Value::array({"master"})},
                              {"keys", Value::object({{"ed25519:" + master, master}})}});
    sign(key, machine_.own().user, "ed25519:" + base64(crypto::ed25519_public(*seed)), *seed);
    out.push_back(Value::object({{user, Value::object({{master, key}})}}));
    flow.erase("sign");
    save(row.text(0), flow);
  }
  return out;
}

SasParty Verifier::us(const Value& flow) const {
  const auto me = machine_.own();
  const auto secret = key_from(flow["secret"].as_string());
  return {me.user, me.device, secret ? base64(crypto::x25519_public(*secret)) : std::string()};
}

SasParty Verifier::them(const Value& flow) {
  return {flow["user"].as_string(), flow["device"].as_string(), flow["their_key"].as_string()};
}

std::string Verifier::shared(const Value& flow) const {
  return crypto::x25519(*key_from(flow["secret"].as_string()),
                        *key_from(flow["their_key"].as_string()))
      .value();
}

}  // namespace openclaw::e2ee
