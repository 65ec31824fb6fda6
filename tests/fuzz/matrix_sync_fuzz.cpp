// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "json/parse.h"
#include "matrix/account.h"
#include "net/http.h"

namespace {

using namespace openclaw;

struct House {
  House() {
    base::log::set_level(base::log::Level::error);
    db.transaction([&] {
      account.machine().create_account("@bot:ex", "BOT");
      account.machine().set_note("since", "s0");
    });
  }
  static store::Database open() {
    const std::string file = "/tmp/openclaw-fuzz-" + std::to_string(::getpid()) + ".db";
    ::unlink(file.c_str());
    store::Database made(file, store::Database::Access::read_write, matrix::migrations());
    ::unlink(file.c_str());
    return made;
  }
  store::Database db = open();
  const base::Secret key{std::string(32, 'k')};
  std::unique_ptr<net::HttpClient> http = net::make_http_client();
  matrix::Account account{db, *http, key, {"http://127.0.0.1:9", "@bot:ex", nullptr, nullptr, {}}};
};

}  // namespace

/// A whole answer of /sync: devices and keys, then rooms, as they are taken in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static House house;
  json::Value sync;
  try {
    sync = json::parse({reinterpret_cast<const char*>(data), size}, {.max_depth = 1000});
  } catch (const base::Error&) {
    return 0;
  }
  struct Back {};
  try {
    house.db.transaction([&] {
      try {
        house.account.take_devices(sync, base::from_ms(1'700'000'000'000));
        house.account.take_rooms(sync);
      } catch (const base::Error&) {
      }
      throw Back{};
    });
  } catch (const Back&) {
  }
  return 0;
}
