// SPDX-License-Identifier: MIT
// A listener that goes on for long: memory and descriptors stay where they are.
#include <dirent.h>
#include <fmt/core.h>

#include "support/tier.h"
#include "system/chatter.h"

namespace openclaw::test {
namespace {

constexpr std::int64_t first_chat = 50000, chats = 60;
constexpr int together = 20;  // a burst is one turn: the flood limit is on answers

struct Soak : Chatter {
  Soak() { add_chats(first_chat, chats); }

  std::int64_t resident_kib() const {
    const auto status = read(fmt::format("/proc/{}/status", listener_->pid()));
    return std::atoll(status.c_str() + status.find("VmRSS:") + 6);
  }

  int descriptors() const {
    const auto folder = fmt::format("/proc/{}/fd", listener_->pid());
    DIR* const dir = ::opendir(folder.c_str());
    int n = 0;
    while (dir && ::readdir(dir)) ++n;
    if (dir) ::closedir(dir);
    return n;
  }
};

TEST_F(Soak, MemoryAndDescriptorsStay) {
  const int messages = times(2400, 200000);
  const int warm_up = messages / 4;
  start();
  int said = 0, descriptors_before = 0;
  std::vector<std::pair<double, double>> seen;  // thousands of messages, KiB
  while (said < messages) {
    std::vector<std::size_t> before;
    for (std::int64_t i = 0; i < chats; ++i) {
      before.push_back(telegram.shown(first_chat + i).size());
      for (int n = 0; n < together; ++n)
        telegram.say(first_chat + i, me, fmt::format("message {}", ++said));
    }
    ASSERT_TRUE(comes_true(
        [&] {
          for (std::int64_t i = 0; i < chats; ++i)
            if (telegram.shown(first_chat + i).size() == before[static_cast<std::size_t>(i)])
              return false;
          return true;
        },
        120));
    ASSERT_TRUE(settles());
    if (said < warm_up) continue;
    if (descriptors_before == 0) descriptors_before = descriptors();
    EXPECT_EQ(descriptors(), descriptors_before);
    seen.emplace_back(said / 1000.0, static_cast<double>(resident_kib()));
  }
  double x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [thousands, kib] : seen) {
    x += thousands;
    y += kib;
    xx += thousands * thousands;
    xy += thousands * kib;
  }
  const auto n = static_cast<double>(seen.size());
  const double slope = seen.size() < 3 ? 0 : (n * xy - x * y) / (n * xx - x * x);
  fmt::print("{} messages: {} KiB, {:.2f} KiB per 1,000, {} descriptors\n", said, resident_kib(),
             slope, descriptors());
  EXPECT_EQ(rows("SELECT count(*) FROM inbox WHERE state NOT IN ('done','merged')"),
            std::vector<std::string>{"0"});
  // Sanitizers keep what was freed; the figure is taken from the release build.
  const double most = is_full() && is_set("OPENCLAW_RELEASE") ? 1.0 : 1e9;
  EXPECT_LT(slope, most);
}

}  // namespace
}  // namespace openclaw::test
