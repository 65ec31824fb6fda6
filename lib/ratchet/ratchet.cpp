// SPDX-License-Identifier: MIT
#include "ratchet/ratchet.h"

#include <olm/olm.h>

#include "base/late.h"
#include "crypto/digest.h"
#include "json/parse.h"

// Each function of libolm is found when it is first called.
#define OLM(name)                                                      \
  ([]() -> decltype(&::name) {                                         \
    static const auto function = OPENCLAW_LATE(OPENCLAW_LIBOLM, name); \
    return function;                                                   \
  }())

namespace openclaw::ratchet {
namespace {

/// Random bytes for libolm, wiped afterwards.
class Random {
 public:
  explicit Random(std::size_t size)
      : bytes_(size == 0 ? std::string() : crypto::random_bytes(size)) {}
  ~Random() { crypto::wipe(bytes_.data(), bytes_.size()); }
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  void* data() { return bytes_.empty() ? nullptr : bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;
};

OlmAccount* as_account(const Memory& m) { return reinterpret_cast<OlmAccount*>(m.get()); }
OlmSession* as_session(const Memory& m) { return reinterpret_cast<OlmSession*>(m.get()); }
OlmOutboundGroupSession* as_outbound(const Memory& m) {
  return reinterpret_cast<OlmOutboundGroupSession*>(m.get());
}
OlmInboundGroupSession* as_inbound(const Memory& m) {
  return reinterpret_cast<OlmInboundGroupSession*>(m.get());
}

const char* why(OlmAccount* o) { return OLM(olm_account_last_error)(o); }
const char* why(OlmSession* o) { return OLM(olm_session_last_error)(o); }
const char* why(OlmOutboundGroupSession* o) {
  return OLM(olm_outbound_group_session_last_error)(o);
}
const char* why(OlmInboundGroupSession* o) { return OLM(olm_inbound_group_session_last_error)(o); }

template <typename Object>
std::size_t checked(std::size_t result, Object* object, const char* what) {
  if (result == OLM(olm_error)()) throw Failure(std::string(what) + ": " + why(object));
  return result;
}

Memory allocate(std::size_t size) { return Memory(new unsigned char[size](), Wipe{size}); }

void check_key(std::string_view key) {
  if (key.size() != 32) throw base::ConfigError("the key of the Matrix store must have 32 bytes");
}

std::uint8_t* bytes(std::string& s) { return reinterpret_cast<std::uint8_t*>(s.data()); }

}  // namespace

void Wipe::operator()(unsigned char* p) const noexcept {
  crypto::wipe(p, size);
  delete[] p;
}

Account::Account() : memory_(allocate(OLM(olm_account_size)())) { OLM(olm_account)(memory_.get()); }

Account Account::create() {
  Account out;
  auto* o = as_account(out.memory_);
  Random random(OLM(olm_create_account_random_length)(o));
  checked(OLM(olm_create_account)(o, random.data(), random.size()), o, "new account");
  return out;
}

Account Account::unpickle(std::string_view key, std::string pickle) {
  check_key(key);
  Account out;
  auto* o = as_account(out.memory_);
  checked(OLM(olm_unpickle_account)(o, key.data(), key.size(), pickle.data(), pickle.size()), o,
          "account");
  return out;
}

std::string Account::pickle(std::string_view key) const {
  check_key(key);
  auto* o = as_account(memory_);
  std::string out(OLM(olm_pickle_account_length)(o), '\0');
  checked(OLM(olm_pickle_account)(o, key.data(), key.size(), out.data(), out.size()), o, "account");
  return out;
}

namespace {

json::Value identity_of(OlmAccount* o) {
  std::string out(OLM(olm_account_identity_keys_length)(o), '\0');
  checked(OLM(olm_account_identity_keys)(o, out.data(), out.size()), o, "identity keys");
  return json::parse(out);
}

}  // namespace

std::string Account::curve25519() const {
  return identity_of(as_account(memory_))["curve25519"].as_string();
}

std::string Account::ed25519() const {
  return identity_of(as_account(memory_))["ed25519"].as_string();
}

std::string Account::sign(std::string_view message) const {
  auto* o = as_account(memory_);
  std::string out(OLM(olm_account_signature_length)(o), '\0');
  checked(OLM(olm_account_sign)(o, message.data(), message.size(), out.data(), out.size()), o,
          "signature");
  return out;
}

void Account::generate_one_time_keys(std::size_t count) {
  auto* o = as_account(memory_);
  Random random(OLM(olm_account_generate_one_time_keys_random_length)(o, count));
  checked(OLM(olm_account_generate_one_time_keys)(o, count, random.data(), random.size()), o,
          "one-time keys");
}

void Account::generate_fallback_key() {
  auto* o = as_account(memory_);
  Random random(OLM(olm_account_generate_fallback_key_random_length)(o));
  checked(OLM(olm_account_generate_fallback_key)(o, random.data(), random.size()), o,
          "fallback key");
}

std::vector<Account::OneTimeKey> Account::one_time_keys() const {
  auto* o = as_account(memory_);
  std::string text(OLM(olm_account_one_time_keys_length)(o), '\0');
  checked(OLM(olm_account_one_time_keys)(o, text.data(), text.size()), o, "one-time keys");
  const auto keys = json::parse(text);
  std::vector<OneTimeKey> out;
  for (const auto& [id, key] : keys["curve25519"].members()) out.push_back({id, key.as_string()});
  return out;
}

std::optional<Account::OneTimeKey> Account::fallback_key() const {
  auto* o = as_account(memory_);
  std::string text(OLM(olm_account_unpublished_fallback_key_length)(o), '\0');
  checked(OLM(olm_account_unpublished_fallback_key)(o, text.data(), text.size()), o,
          "fallback key");
  const auto keys = json::parse(text);
  for (const auto& [id, key] : keys["curve25519"].members()) return OneTimeKey{id, key.as_string()};
  return std::nullopt;
}

void Account::mark_published() { OLM(olm_account_mark_keys_as_published)(as_account(memory_)); }
void Account::forget_old_fallback_key() {
  OLM(olm_account_forget_old_fallback_key)(as_account(memory_));
}

void Account::consume(const Session& session) {
  auto* o = as_account(memory_);
  checked(OLM(olm_remove_one_time_keys)(o, static_cast<OlmSession*>(session.raw())), o,
          "used one-time key");
}

Session::Session() : memory_(allocate(OLM(olm_session_size)())) { OLM(olm_session)(memory_.get()); }

Session Session::outbound(const Account& account, std::string_view their_curve25519,
                          std::string_view their_one_time_key) {
  Session out;
  auto* o = as_session(out.memory_);
  Random random(OLM(olm_create_outbound_session_random_length)(o));
  checked(OLM(olm_create_outbound_session)(o, static_cast<OlmAccount*>(account.raw()),
                                           their_curve25519.data(), their_curve25519.size(),
                                           their_one_time_key.data(), their_one_time_key.size(),
                                           random.data(), random.size()),
          o, "new session");
  return out;
}

Session Session::inbound(const Account& account, std::string_view their_curve25519,
                         std::string_view body) {
  Session out;
  auto* o = as_session(out.memory_);
  std::string copy(body);  // libolm decodes in place
  // olm_create_inbound_session_from falls over (null pointer) where the message leaves out the key
  // that it was given; this one wants it in the message, and whose it is is looked at here.
  checked(OLM(olm_create_inbound_session)(o, static_cast<OlmAccount*>(account.raw()), copy.data(),
                                          copy.size()),
          o, "session");
  if (!out.matches(their_curve25519, body)) throw Failure("session: BAD_MESSAGE_KEY_ID");
  return out;
}

Session Session::unpickle(std::string_view key, std::string pickle) {
  check_key(key);
  Session out;
  auto* o = as_session(out.memory_);
  checked(OLM(olm_unpickle_session)(o, key.data(), key.size(), pickle.data(), pickle.size()), o,
          "session");
  return out;
}

std::string Session::pickle(std::string_view key) const {
  check_key(key);
  auto* o = as_session(memory_);
  std::string out(OLM(olm_pickle_session_length)(o), '\0');
  checked(OLM(olm_pickle_session)(o, key.data(), key.size(), out.data(), out.size()), o, "session");
  return out;
}

std::string Session::id() const {
  auto* o = as_session(memory_);
  std::string out(OLM(olm_session_id_length)(o), '\0');
  checked(OLM(olm_session_id)(o, out.data(), out.size()), o, "session id");
  return out;
}

bool Session::matches(std::string_view their_curve25519, std::string_view body) const {
  auto* o = as_session(memory_);
  std::string copy(body);
  return OLM(olm_matches_inbound_session_from)(o, their_curve25519.data(), their_curve25519.size(),
                                               copy.data(), copy.size()) == 1;
}

Ciphertext Session::encrypt(std::string_view plain) {
  auto* o = as_session(memory_);
  Ciphertext out;
  out.type = static_cast<int>(checked(OLM(olm_encrypt_message_type)(o), o, "type"));
  Random random(OLM(olm_encrypt_random_length)(o));
  out.body.resize(OLM(olm_encrypt_message_length)(o, plain.size()));
  const auto n = checked(OLM(olm_encrypt)(o, plain.data(), plain.size(), random.data(),
                                          random.size(), out.body.data(), out.body.size()),
                         o, "encrypt");
  out.body.resize(n);
  return out;
}

std::string Session::decrypt(int type, std::string_view body) {
  auto* o = as_session(memory_);
  const auto kind = static_cast<std::size_t>(type);
  std::string copy(body);
  const auto most = checked(
      OLM(olm_decrypt_max_plaintext_length)(o, kind, copy.data(), copy.size()), o, "decrypt");
  std::string out(most, '\0');
  copy = body;
  out.resize(checked(OLM(olm_decrypt)(o, kind, copy.data(), copy.size(), out.data(), out.size()), o,
                     "decrypt"));
  return out;
}

OutboundGroup::OutboundGroup() : memory_(allocate(OLM(olm_outbound_group_session_size)())) {
  OLM(olm_outbound_group_session)(memory_.get());
}

OutboundGroup OutboundGroup::create() {
  OutboundGroup out;
  auto* o = as_outbound(out.memory_);
  std::string random = crypto::random_bytes(OLM(olm_init_outbound_group_session_random_length)(o));
  checked(OLM(olm_init_outbound_group_session)(o, bytes(random), random.size()), o, "new session");
  return out;
}

OutboundGroup OutboundGroup::unpickle(std::string_view key, std::string pickle) {
  check_key(key);
  OutboundGroup out;
  auto* o = as_outbound(out.memory_);
  checked(OLM(olm_unpickle_outbound_group_session)(o, key.data(), key.size(), pickle.data(),
                                                   pickle.size()),
          o, "room session");
  return out;
}

std::string OutboundGroup::pickle(std::string_view key) const {
  check_key(key);
  auto* o = as_outbound(memory_);
  std::string out(OLM(olm_pickle_outbound_group_session_length)(o), '\0');
  checked(OLM(olm_pickle_outbound_group_session)(o, key.data(), key.size(), out.data(), out.size()),
          o, "room session");
  return out;
}

std::string OutboundGroup::id() const {
  auto* o = as_outbound(memory_);
  std::string out(OLM(olm_outbound_group_session_id_length)(o), '\0');
  checked(OLM(olm_outbound_group_session_id)(o, bytes(out), out.size()), o, "session id");
  return out;
}

std::string OutboundGroup::session_key() const {
  auto* o = as_outbound(memory_);
  std::string out(OLM(olm_outbound_group_session_key_length)(o), '\0');
  checked(OLM(olm_outbound_group_session_key)(o, bytes(out), out.size()), o, "session key");
  return out;
}

std::uint32_t OutboundGroup::index() const {
  return OLM(olm_outbound_group_session_message_index)(as_outbound(memory_));
}

std::string OutboundGroup::encrypt(std::string_view plain) {
  auto* o = as_outbound(memory_);
  std::string out(OLM(olm_group_encrypt_message_length)(o, plain.size()), '\0');
  out.resize(checked(OLM(olm_group_encrypt)(o, reinterpret_cast<const std::uint8_t*>(plain.data()),
                                            plain.size(), bytes(out), out.size()),
                     o, "encrypt"));
  return out;
}

InboundGroup::InboundGroup() : memory_(allocate(OLM(olm_inbound_group_session_size)())) {
  OLM(olm_inbound_group_session)(memory_.get());
}

InboundGroup InboundGroup::from_session_key(std::string_view session_key) {
  InboundGroup out;
  auto* o = as_inbound(out.memory_);
  std::string copy(session_key);
  checked(OLM(olm_init_inbound_group_session)(o, bytes(copy), copy.size()), o, "room key");
  return out;
}

InboundGroup InboundGroup::from_export(std::string_view exported) {
  InboundGroup out;
  auto* o = as_inbound(out.memory_);
  std::string copy(exported);
  checked(OLM(olm_import_inbound_group_session)(o, bytes(copy), copy.size()), o, "room key");
  return out;
}

InboundGroup InboundGroup::unpickle(std::string_view key, std::string pickle) {
  check_key(key);
  InboundGroup out;
  auto* o = as_inbound(out.memory_);
  checked(OLM(olm_unpickle_inbound_group_session)(o, key.data(), key.size(), pickle.data(),
                                                  pickle.size()),
          o, "room session");
  return out;
}

std::string InboundGroup::pickle(std::string_view key) const {
  check_key(key);
  auto* o = as_inbound(memory_);
  std::string out(OLM(olm_pickle_inbound_group_session_length)(o), '\0');
  checked(OLM(olm_pickle_inbound_group_session)(o, key.data(), key.size(), out.data(), out.size()),
          o, "room session");
  return out;
}

std::string InboundGroup::id() const {
  auto* o = as_inbound(memory_);
  std::string out(OLM(olm_inbound_group_session_id_length)(o), '\0');
  checked(OLM(olm_inbound_group_session_id)(o, bytes(out), out.size()), o, "session id");
  return out;
}

std::uint32_t InboundGroup::first_index() const {
  return OLM(olm_inbound_group_session_first_known_index)(as_inbound(memory_));
}

std::string InboundGroup::export_at(std::uint32_t index) const {
  auto* o = as_inbound(memory_);
  std::string out(OLM(olm_export_inbound_group_session_length)(o), '\0');
  checked(OLM(olm_export_inbound_group_session)(o, bytes(out), out.size(), index), o, "export");
  return out;
}

InboundGroup::Plain InboundGroup::decrypt(std::string_view body) {
  auto* o = as_inbound(memory_);
  std::string copy(body);
  const auto most = checked(
      OLM(olm_group_decrypt_max_plaintext_length)(o, bytes(copy), copy.size()), o, "decrypt");
  Plain out;
  out.text.resize(most);
  copy = body;
  out.text.resize(checked(OLM(olm_group_decrypt)(o, bytes(copy), copy.size(), bytes(out.text),
                                                 out.text.size(), &out.index),
                          o, "decrypt"));
  return out;
}

}  // namespace openclaw::ratchet
