// SPDX-License-Identifier: MIT
// Chat servers for the tests: a place is a folder of $OPENCLAW_SPOOL. A "matrix" place keeps one
// file a key, as a homeserver keeps one event a transaction id; a "telegram" place keeps every text
// that was given to it. A file beside the folder names the fault: "down" (nothing arrives),
// "refuse" (never will), "lost" (it arrives, and the answer is lost; once).
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "channels.h"
#include "crypto/digest.h"

namespace openclaw::cmd {
namespace {

namespace fs = std::filesystem;

class Spool : public chat::Channel {
 public:
  Spool(fs::path folder, bool keeps_one) : folder_(std::move(folder)), keeps_one_(keeps_one) {
    fs::create_directories(folder_);
  }

  std::string send(const chat::Message& message, const std::string& text, chat::Parts&) override {
    if (fault("down")) throw base::UnavailableError("the server is down");
    if (fault("refuse")) throw base::Error("the bot was thrown out");
    const std::string id = keeps_one_
                               ? base::hex(crypto::view(crypto::sha256(message.key))).substr(0, 20)
                               : base::new_ulid(base::wall_now());
    // The time is the test's: a second text of the same moment needs a name of its own.
    fs::path file = folder_ / id;
    for (int n = 1; !keeps_one_ && fs::exists(file); ++n) file = folder_ / (id + std::to_string(n));
    const base::Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd) base::write_all(fd.get(), (message.silent ? "[silent] " : "") + text);
    if (fault("lost")) {
      fs::remove(mark("lost"));
      throw chat::OutcomeUnknown("the answer was lost");
    }
    return id;
  }
  bool is_idempotent() const override { return keeps_one_; }

 private:
  fs::path mark(const char* fault) const {
    return folder_.parent_path() / (folder_.filename().string() + "." + fault);
  }
  bool fault(const char* name) const { return fs::exists(mark(name)); }

  fs::path folder_;
  bool keeps_one_;
};

class Spools : public Remote {
 public:
  explicit Spools(const settings::Settings& settings) : settings_(settings) {}
  bool is_ours(const std::string&) override { return true; }
  void wake(const std::string&) override {}
  std::unique_ptr<chat::Channel> channel(State&, const std::string& place) override {
    const char* spool = std::getenv("OPENCLAW_SPOOL");
    return std::make_unique<Spool>(fs::path(spool ? spool : "/nonexistent") / place,
                                   settings_.places.at(place).kind == "matrix");
  }

 private:
  const settings::Settings& settings_;
};

}  // namespace

std::unique_ptr<Remote> make_remote(const settings::Settings& settings, const std::string&) {
  return std::make_unique<Spools>(settings);
}

}  // namespace openclaw::cmd
