// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

/// ratchet may use json, crypto and base; it is the only room that sees libolm (Olm and Megolm,
/// version 1 of both). Keys and ids are unpadded base64, as on the wire. An object lives within one
/// transaction: unpickled, used, pickled, gone. A successor of libolm would fill these four
/// classes.
namespace openclaw::ratchet {

/// What libolm says: BAD_MESSAGE_MAC and the like.
class Failure : public base::Error {
 public:
  using Error::Error;
};

/// Frees what it holds, wiped.
struct Wipe {
  std::size_t size = 0;
  void operator()(unsigned char* p) const noexcept;
};
using Memory = std::unique_ptr<unsigned char, Wipe>;

class Session;

/// The device's long-term keys and its one-time keys.
class Account {
 public:
  static Account create();
  /// Throws Failure: the key is not the one, or the pickle is damaged.
  static Account unpickle(std::string_view key, std::string pickle);
  std::string pickle(std::string_view key) const;
  std::string curve25519() const;
  std::string ed25519() const;
  std::string sign(std::string_view message) const;
  void generate_one_time_keys(std::size_t count);
  void generate_fallback_key();
  struct OneTimeKey {
    std::string id, key;
  };
  /// Those that were not marked as published.
  std::vector<OneTimeKey> one_time_keys() const;
  std::optional<OneTimeKey> fallback_key() const;
  void mark_published();
  void forget_old_fallback_key();
  /// After a first message could be decrypted: its one-time key is used up.
  void consume(const Session& session);

  void* raw() const { return memory_.get(); }

 private:
  Account();
  Memory memory_;
};

/// What goes to one device.
struct Ciphertext {
  int type = 0;  ///< 0: opens a session, 1: within one
  std::string body;
};

class Session {
 public:
  static Session outbound(const Account& account, std::string_view their_curve25519,
                          std::string_view their_one_time_key);
  /// From a message of type 0; uses no key up yet.
  static Session inbound(const Account& account, std::string_view their_curve25519,
                         std::string_view body);
  static Session unpickle(std::string_view key, std::string pickle);
  std::string pickle(std::string_view key) const;
  std::string id() const;
  /// Whether a message of type 0 belongs to this session.
  bool matches(std::string_view their_curve25519, std::string_view body) const;
  Ciphertext encrypt(std::string_view plain);
  std::string decrypt(int type, std::string_view body);

  void* raw() const { return memory_.get(); }

 private:
  Session();
  Memory memory_;
};

/// A room's session, the sender's end.
class OutboundGroup {
 public:
  static OutboundGroup create();
  static OutboundGroup unpickle(std::string_view key, std::string pickle);
  std::string pickle(std::string_view key) const;
  std::string id() const;
  /// At the current index: who gets it can read from there on.
  std::string session_key() const;
  std::uint32_t index() const;
  std::string encrypt(std::string_view plain);

 private:
  OutboundGroup();
  Memory memory_;
};

/// A room's session, a reader's end.
class InboundGroup {
 public:
  static InboundGroup from_session_key(std::string_view session_key);
  /// Forwarded, backed up or exported: not signed by its maker.
  static InboundGroup from_export(std::string_view exported);
  static InboundGroup unpickle(std::string_view key, std::string pickle);
  std::string pickle(std::string_view key) const;
  std::string id() const;
  std::uint32_t first_index() const;
  std::string export_at(std::uint32_t index) const;
  struct Plain {
    std::string text;
    std::uint32_t index = 0;
  };
  Plain decrypt(std::string_view body);

 private:
  InboundGroup();
  Memory memory_;
};

}  // namespace openclaw::ratchet
