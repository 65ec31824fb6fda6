// SPDX-License-Identifier: MIT
#include "e2ee/phone.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"
#include "support/temp_dir.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr const char* room = "!room:map";
constexpr std::size_t losses = 6, kills = 2, delays = 30;  // in a hundred

struct Lost {};
struct Killed {};

const std::vector<store::Migration>& tables() {
  static const std::vector<store::Migration> steps = [] {
    auto all = migrations();
    all.push_back({1, "phone", R"sql(
CREATE TABLE members(user TEXT NOT NULL PRIMARY KEY) STRICT;
CREATE TABLE sends(text TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL, event TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE heard(event TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL, text TEXT NOT NULL) STRICT;
)sql"});
    return all;
  }();
  return steps;
}

}  // namespace

Phone::Phone(Map& map, Record& record, const Person& person, const std::string& device,
             std::string file, std::int64_t most_messages)
    : map_(map),
      record_(record),
      id_{person.user, device},
      is_signed_(!person.master.empty()),
      file_(std::move(file)),
      most_messages_(most_messages),
      key_(std::string(30, 'k') + device) {
  // To make the keys takes most of the time: it is done once, and every map begins with a copy.
  static const test::TempDir made;
  const std::string first = made.file(base::hex(person.user + device + person.master));
  if (!std::filesystem::exists(first)) {
    store::Database db(first + ".new", store::Database::Access::read_write, tables());
    Machine machine(db, key_);
    db.transaction([&] {
      machine.check_key();
      machine.create_account(person.user, device);
      if (is_signed_) {
        machine.keep_secret("master", person.master);
        machine.keep_secret("self_signing", person.self_signing);
      }
      machine.keys_to_upload(map_.now);
    });
    db.backup(first);
  }
  std::filesystem::copy_file(first, file_);
  open_database();
}

void Phone::open_database() {
  late_.clear();
  is_asking_ = is_claiming_ = false;
  machine_.reset();
  db_.reset();
  db_.emplace(file_, store::Database::Access::read_write, tables());
  db_->raw().exec("PRAGMA synchronous=OFF");  // nothing here dies but this object
  machine_.emplace(*db_, key_);
  db_->transaction([&] { machine_->check_key(); });
}

void Phone::copy_to(const std::string& file) { db_->backup(file); }

void Phone::restore(const std::string& file) {
  machine_.reset();
  db_.reset();
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file_ + end);
  std::filesystem::rename(file, file_);
  open_database();
}

void Phone::commit(const std::function<void()>& work) {
  db_->transaction([&] {
    work();
    if (map_.luck(kills)) throw Killed();
  });
  if (map_.luck(kills)) throw Killed();
}

Value Phone::call(const std::function<Value()>& request) {
  if (map_.luck(losses)) throw Lost();
  auto answer = request();
  if (map_.luck(kills)) throw Killed();
  if (map_.luck(losses)) throw Lost();
  return answer;
}

void Phone::take_later(std::function<void()> take, bool& is_open) {
  if (!map_.luck(delays)) return take();
  is_open = true;
  late_.push_back([take = std::move(take), &is_open] {
    is_open = false;
    take();
  });
}

void Phone::attempt(const char* name, void (Phone::*action)()) {
  try {
    (this->*action)();
  } catch (const Lost&) {
  } catch (const Killed&) {
    open_database();
  } catch (const std::exception& e) {
    map_.faults.push_back(id_.name() + " fails to " + name + ": " + e.what());
  }
}

void Phone::step() {
  switch (map_.below(14)) {
    case 0: return attempt("upload", &Phone::upload);
    case 1:
    case 2: return attempt("query", &Phone::query);
    case 3: return attempt("unwedge", &Phone::unwedge);
    case 4:
    case 5: return attempt("post letters", &Phone::post_letters);
    case 6:
    case 7: return attempt("seal", &Phone::seal);
    case 8: return attempt("post", &Phone::post);
    case 9: return attempt("take an answer", &Phone::take_late);
    default: return attempt("sync", &Phone::sync);
  }
}

void Phone::work() {
  while (!late_.empty()) attempt("take an answer", &Phone::take_late);
  attempt("sync", &Phone::sync);
  attempt("upload", &Phone::upload);
  attempt("query", &Phone::query);
  attempt("unwedge", &Phone::unwedge);
  attempt("seal", &Phone::seal);
  attempt("post letters", &Phone::post_letters);
  attempt("post", &Phone::post);
}

bool Phone::is_idle() {
  bool out = wishes_.empty();
  db_->transaction([&] {
    out = out && machine_->parcels().empty() &&
          !store::row(*db_, "SELECT 1 FROM sends WHERE event=''");
  });
  return out;
}

void Phone::upload() {
  std::optional<Value> body;
  commit([&] { body = machine_->keys_to_upload(map_.now); });
  if (!body) return;
  const auto answer = call([&] { return map_.upload(id_, *body); });
  commit([&] { machine_->keys_uploaded(answer); });
}

void Phone::query() {
  if (is_asking_) return;
  Machine::Query asked;
  commit([&] { asked = machine_->query(map_.now); });
  if (asked.users.empty()) return;
  const auto answer = call([&] { return map_.query(asked.users); });
  take_later(
      [this, asked, answer] { commit([&] { machine_->take_query(asked, answer, map_.now); }); },
      is_asking_);
}

void Phone::unwedge() {
  if (is_claiming_) return;
  std::vector<std::pair<std::string, std::string>> wedged;
  bool is_waiting = false;
  commit([&] {
    machine_->ask_for_keys(map_.now);
    wedged = machine_->wedged(map_.now);
    // Whose message cannot be read is greeted too.
    is_waiting = store::row(*db_, "SELECT 1 FROM heard WHERE text=''").has_value();
  });
  if (wedged.empty()) return;
  if (map_.weather() == Weather::mild && !is_waiting)
    map_.faults.push_back(id_.name() + " cannot read a letter of " + wedged[0].second);
  const auto answer = call([&] { return map_.claim(Machine::claim_body(wedged)); });
  const auto take = [this, wedged, answer] {
    commit([&] {
      machine_->take_claim(wedged, answer, map_.now);
      for (const auto& [user, device] : wedged)
        if (const auto to = machine_->device(user, device))
          machine_->send_to(*to, "m.dummy", Value::object(), map_.now);
    });
  };
  take_later(take, is_claiming_);
}

void Phone::post_letters() {
  std::vector<Parcel> parcels;
  commit([&] { parcels = machine_->parcels(); });
  for (const auto& parcel : parcels) {
    map_.hear_letters(parcel.body);
    call([&] { return map_.send_to_device(id_, parcel.txn, parcel.type, parcel.body); });
    commit([&] { machine_->parcel_sent(parcel.txn); });
  }
}

void Phone::note_said(const std::string& text) {
  const auto told = map_.told(id_, std::strtoull(machine_->note("since").c_str(), nullptr, 10));
  Said said{id_, map_.members_at(told.timeline), {}};
  for (std::size_t i = 0; i < told.lists; ++i)
    if (said.members.contains(map_.lists[i].user)) said.devices.insert(map_.lists[i]);
  record_.said[text] = said;
}

void Phone::seal() {
  if (wishes_.empty() || is_claiming_) return;
  const std::string text = wishes_.front();
  Lacks lacks;
  bool is_done = false;
  commit([&] {
    is_done = store::row(*db_, "SELECT 1 FROM sends WHERE text=?", text).has_value();
    RoomRules rules;
    rules.most_messages = most_messages_;
    rules.allow_unsigned = !is_signed_;
    for (const auto& row : store::rows(*db_, "SELECT user FROM members"))
      rules.members.push_back(row.text(0));
    const bool is_in = std::count(rules.members.begin(), rules.members.end(), id_.user) > 0;
    if (is_done || !is_in) return;
    lacks = machine_->prepare(room, rules, map_.now);
    if (!lacks.none()) return;
    const auto content = Value::object({{"msgtype", "m.text"}, {"body", text}});
    const auto sealed = machine_->encrypt(room, "m.room.message", content);
    store::run(*db_, "INSERT INTO sends(text, content) VALUES(?,?)", text, json::dump(sealed));
    note_said(text);
    is_done = true;
  });
  if (is_done) wishes_.pop_front();
  if (lacks.claims.empty()) return;
  const auto answer = call([&] { return map_.claim(Machine::claim_body(lacks.claims)); });
  const auto take = [this, asked = lacks.claims, answer] {
    commit([&] { machine_->take_claim(asked, answer, map_.now); });
  };
  take_later(take, is_claiming_);
}

void Phone::post() {
  std::optional<store::Row> row;
  commit([&] {
    row = store::row(*db_, "SELECT text, content FROM sends WHERE event='' ORDER BY rowid LIMIT 1");
  });
  if (!row || !map_.members().contains(id_.user)) return;
  const auto content = json::parse(row->text(1));
  map_.hear_message(content);
  const auto answer = call([&] {
    auto taken = map_.send(id_, row->text(0), content);
    record_.texts[taken["event_id"].as_string()] = row->text(0);
    return taken;
  });
  commit([&] {
    store::run(*db_, "UPDATE sends SET event=? WHERE text=?", answer["event_id"].as_string(),
               row->text(0));
  });
}

void Phone::sync() {
  std::size_t since = 0;
  commit([&] { since = std::strtoull(machine_->note("since").c_str(), nullptr, 10); });
  const auto answer = call([&] { return map_.sync(id_, since); });
  commit([&] {
    machine_->take_to_device(answer["to_device"]["events"], map_.now);
    for (const auto& user : answer["device_lists"]["changed"].items())
      machine_->mark_changed(user.as_string());
    for (const auto& user : answer["device_lists"]["left"].items())
      machine_->untrack(user.as_string());
    machine_->take_counts(answer);
    for (const auto& event : answer["timeline"].items())
      if (const auto& sender = event["sender"].as_string(); !sender.empty())
        machine_->track(sender);
  });
  commit([&] {
    for (const auto& event : answer["timeline"].items()) take_event(event);
    for (const auto& row : store::rows(*db_, "SELECT event, body FROM heard WHERE text=''")) {
      const auto event = json::parse(row.text(1));
      bool may_come = false;
      if (const auto opened = read(event, &may_come))
        store::run(*db_, "UPDATE heard SET text=? WHERE event=?",
                   opened->content["body"].as_string(), row.text(0));
      else if (may_come)
        machine_->want_key(room, event, map_.now);
    }
    machine_->set_note("since", std::to_string(answer["next_batch"].as_int()));
  });
}

void Phone::take_event(const Value& event) {
  if (event["type"].as_string() == "m.room.encrypted") {
    store::run(*db_, "INSERT OR IGNORE INTO heard VALUES(?,?,'')", event["event_id"].as_string(),
               json::dump(event));
    return;
  }
  const auto& user = event["state_key"].as_string();
  if (event["content"]["membership"].as_string() == "join")
    store::run(*db_, "INSERT OR IGNORE INTO members VALUES(?)", user);
  else if (store::run(*db_, "DELETE FROM members WHERE user=?", user) > 0)
    machine_->rotate(room);
}

void Phone::take_late() {
  if (late_.empty()) return;
  const std::size_t at = map_.below(late_.size());
  const auto take = std::move(late_[at]);
  late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(at));
  take();
}

std::optional<Opened> Phone::read(const Value& event, bool* may_come) {
  try {
    std::optional<Opened> out;
    const auto open = [&] { out = machine_->open(room, event); };
    if (db_->in_transaction())
      open();
    else
      db_->transaction(open);
    return out;
  } catch (const Unreadable& e) {
    if (may_come) *may_come = e.may_come();
    return std::nullopt;
  }
}

std::map<std::string, std::string> Phone::heard() {
  std::map<std::string, std::string> out;
  db_->transaction([&] {
    for (const auto& row : store::rows(*db_, "SELECT event, text FROM heard WHERE text<>''"))
      out[row.text(0)] = row.text(1);
  });
  return out;
}

}  // namespace openclaw::e2ee
