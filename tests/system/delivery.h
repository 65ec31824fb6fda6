// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "system/lab.h"

namespace openclaw::test {

namespace fs = std::filesystem;

inline constexpr std::int64_t monday = 1795417800000 + 3600000;  // 2026-11-23 09:10 in Amsterdam
inline constexpr std::int64_t friday = 1795803000000;            // 2026-11-27 19:10
inline constexpr std::int64_t week = 7LL * 86400000;

/// The three jobs with chat servers that are folders (spool_channel.cpp).
class Delivery : public testing::Test {
 protected:
  Delivery() {
    lab_.house().use(path_from("OPENCLAW_SPOOL_PROGRAM"));
    lab_.house().environment()["OPENCLAW_SPOOL"] = spool();
    replace("\"places\": {",
            R"("places": { "ops": { "matrix": "!ops:example.org", "allow": [] },
               "phone": { "telegram": 12345, "notify": "silent", "allow": [] },
               "pager": { "telegram": 777, "allow": [] },
               "den": { "telegram": 12346, "private_text": true, "allow": [] },)");
  }
  std::string spool() const { return lab_.file("spool"); }
  void replace(const std::string& what, const std::string& with) {
    std::string config = read(lab_.file("openclaw.json"));
    const auto at = config.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    config.replace(at, what.size(), with);
    write(lab_.file("openclaw.json"), config);
  }
  void deliver(const std::string& job, const std::string& how) {
    replace("\"" + job + "\": {", "\"" + job + "\": { " + how + ",");
  }
  void at(std::int64_t now) { lab_.house().environment()["OPENCLAW_NOW"] = std::to_string(now); }
  Result run(const std::string& job, std::vector<std::string> more = {"--scheduled"}) {
    more.insert(more.begin(), {"run-job", job});
    return lab_.house().run(more);
  }
  void fault(const std::string& place, const std::string& what, bool is = true) {
    fs::create_directories(spool());
    const std::string file = spool() + "/" + place + "." + what;
    if (is)
      write(file, "");
    else
      fs::remove(file);
  }
  /// What arrived at a place, in any order.
  std::vector<std::string> arrived(const std::string& place) const {
    std::vector<std::string> out;
    const fs::path folder = spool() + "/" + place;
    if (fs::exists(folder))
      for (const auto& entry : fs::directory_iterator(folder)) out.push_back(read(entry.path()));
    std::sort(out.begin(), out.end());
    return out;
  }
  void feed(int entries) {
    for (int i = 0; i < entries; ++i)
      lab_.miniflux.add("Entry " + std::to_string(++entries_), "<p>Text</p>",
                        "2026-11-20T10:00:00Z");
  }
  Lab lab_;
  int entries_ = 0;
};

}  // namespace openclaw::test
