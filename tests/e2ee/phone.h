// SPDX-License-Identifier: MIT
#pragma once
#include <deque>
#include <functional>
#include <optional>

#include "e2ee/machine.h"
#include "e2ee/map.h"

namespace openclaw::e2ee {

/// A user and the seeds of the identity; without them the devices are not signed.
struct Person {
  std::string user, master, self_signing;
};

/// What a sender knew when it sealed a message.
struct Said {
  Id sender;
  std::set<std::string> members;
  std::set<Id> devices;
};

/// What the devices have said, from above.
struct Record {
  std::map<std::string, Said> said;          ///< by text
  std::map<std::string, std::string> texts;  ///< by event id
};

/// A device: a Machine on its own database, driven as lib/matrix does it. Losses and kills come
/// from the map's luck.
class Phone {
 public:
  Phone(Map& map, Record& record, const Person& person, const std::string& device, std::string file,
        std::int64_t most_messages);

  const Id& id() const { return id_; }
  void say(const std::string& text) { wishes_.push_back(text); }
  bool is_idle();
  /// One thing that a client does, by chance.
  void step();
  /// Everything that a client does, once.
  void work();

  /// What the event says to this device; nullopt = Unreadable.
  std::optional<Opened> read(const json::Value& event, bool* may_come = nullptr);
  /// What this device has read by its own time.
  std::map<std::string, std::string> heard();
  /// Another database takes the place of its own.
  void copy_to(const std::string& file);
  void restore(const std::string& file);

 private:
  void attempt(const char* name, void (Phone::*action)());
  /// A transaction, and the deaths in it and after it.
  void commit(const std::function<void()>& work);
  /// A request that may be lost, as may its answer.
  json::Value call(const std::function<json::Value()>& request);
  /// The answer is taken now or, sometimes, only after other things were done.
  void take_later(std::function<void()> take, bool& is_open);
  void open_database();

  void upload();
  void query();
  void unwedge();
  void post_letters();
  void seal();
  void post();
  void sync();
  void take_late();
  void take_event(const json::Value& event);
  void note_said(const std::string& text);

  Map& map_;
  Record& record_;
  Id id_;
  bool is_signed_;
  std::string file_;
  std::int64_t most_messages_;
  base::Secret key_;
  std::optional<store::Database> db_;
  std::optional<Machine> machine_;
  std::deque<std::string> wishes_;  ///< what is to be said; outlives a kill
  std::vector<std::function<void()>> late_;
  bool is_asking_ = false, is_claiming_ = false;
};

}  // namespace openclaw::e2ee
