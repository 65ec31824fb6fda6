// SPDX-License-Identifier: MIT
// kill -9 at random instants during `ask` and `run-job`: no byte leaves without a row, the chain
// stays whole, a slot is delivered once, and what was cut off is settled.
#include <filesystem>
#include <iostream>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "json/parse.h"
#include "support/temp_dir.h"
#include "support/tier.h"
#include "system/program.h"

namespace openclaw::test {
namespace {

using json::Value;

constexpr std::int64_t first_day = 1795417800000;  // Monday 23 November 2026, 08:10 in Amsterdam
constexpr std::int64_t day = 86400000;

class Killing : public ::testing::Test {
 protected:
  Killing()
      : stub_(dir_.file(""), dir_.file(""), "stub-key-0123456789"), house_(dir_.file(""), {}) {
    write(dir_.file("brief.json"), R"({"opening": "All is well today.", "items": []})");
    const std::string url = "http://" + stub_.address() + "/v1";
    const std::string shared = R"({ "state_dir": ")" + house_.state() +
                               R"(", "people": { "me": { "uid": )" + std::to_string(::getuid()) +
                               R"( } },
        "providers": { "c": { "api": "openai-chat", "base_url": ")" +
                               url +
                               R"(", "key": {"env": "STUB_KEY"}, "private_text": true } },
        "models": { "ask": { "try": ["c:ok"] }, "job": { "try": ["c:say:brief.json"] } },
        "groups": { "time": [ {"tool": "clock"} ] },
        "agents": { "ask": { "model": "ask", "groups": ["time"] }, "writer": { "model": "job" } },
        "places": { "shell": { "cli": true, "allow": [ {"who": ["me"], "agents": ["ask"], "groups": "all"} ] } },
        "sources": { "promises": { "kind": "commitments", "path": "promises.md" } },
        "jobs": { "morning-briefing": { "schedule": "08:00", "max_late": "4h", "agent": "writer",
                                        "gather": [ {"from": "promises"} ] } } })";
    write(dir_.file("promises.md"), "- [ ] Call the plumber ^plumber\n");
    write(dir_.file("openclaw.json"), shared);
    house_.environment()["STUB_KEY"] = "stub-key-0123456789";
    std::cout << "seed " << seed() << std::endl;
  }

  /// Runs the program and kills it somewhere in its usual time; its exit code when it was quicker.
  std::optional<int> cut(const std::vector<std::string>& arguments, double usual_ms,
                         const std::string& out) {
    const double wait = std::uniform_real_distribution<double>(0, usual_ms)(random_);
    const auto start = Clock::now();
    Program program(house_.words(arguments), house_.environment(),
                    {"/dev/null", out, dir_.file("err.txt")});
    const auto code = program.wait_until(
        start + std::chrono::microseconds(static_cast<std::int64_t>(wait * 1000)));
    if (!code) ++kills_;
    return code;  // the destructor kills by SIGKILL
  }

  double time_of(const std::vector<std::string>& arguments) {
    const auto start = Clock::now();
    const auto result = house_.run(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }

  std::vector<Value> rows(const std::string& table) {
    std::vector<Value> out;
    for (const auto& line : lines_of(house_.run({"audit", "export", "--jsonl"}).out))
      if (auto row = json::parse(line); row["table"] == Value(table)) out.push_back(row);
    return out;
  }

  void check_audit() {
    const auto verified = house_.run({"audit", "verify"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }

  /// Every request that reached the vendor is known to the audit by the id it carried.
  void check_requests() {
    std::set<std::string> known;
    for (const auto& row : rows("calls")) known.insert(row["client_request_id"].as_string());
    std::size_t sent = 0;
    for (const auto& line : stub_.log()) {
      ++sent;
      const auto request = json::parse(line);
      EXPECT_TRUE(known.contains(request["headers"]["x-client-request-id"].as_string())) << line;
      EXPECT_EQ(request["refused"].as_int(), 0) << line;
    }
    std::cout << sent << " requests at the vendor, " << known.size() << " rows, " << kills_
              << " kills" << std::endl;
  }

  /// After one more run nothing is left open.
  void check_settled() {
    std::set<std::string> open;
    for (const auto& row : rows("runs")) open.insert(row["run_id"].as_string());
    for (const auto& row : rows("run_ends")) open.erase(row["run_id"].as_string());
    EXPECT_TRUE(open.empty()) << open.size() << " runs without an end, like " << *open.begin();
    std::set<std::string> calls;
    for (const auto& row : rows("calls")) calls.insert(row["call_id"].as_string());
    for (const auto& row : rows("call_ends")) calls.erase(row["call_id"].as_string());
    EXPECT_TRUE(calls.empty()) << calls.size() << " calls without an end, like " << *calls.begin();
    std::size_t abandoned = 0;
    for (const auto& row : rows("call_ends"))
      if (row["outcome"] == Value("abandoned")) ++abandoned;
    std::cout << abandoned << " calls were abandoned" << std::endl;
  }

  TempDir dir_;
  Stub stub_;
  House house_;
  std::mt19937_64 random_{seed()};
  int kills_ = 0;
};

TEST_F(Killing, AskLosesNoRow) {
  const std::vector<std::string> ask{"ask", "-m", "c:ok", "hello"};
  const std::vector<std::string> with_tool{"ask", "-m", "c:tool:clock", "what time is it?"};
  time_of(ask);
  const double usual = time_of(with_tool);
  for (int i = 0, want = times(25, 500); kills_ < want && i < want * 3; ++i) {
    cut(i % 2 ? ask : with_tool, usual * 1.05, dir_.file("out.txt"));
    if (i % 10 == 0) check_audit();
  }
  EXPECT_EQ(house_.run(ask).code, 0);
  check_audit();
  check_requests();
  check_settled();
}

/// What a slot delivered, and how much of it does not say that it is a repeat.
struct Deliveries {
  std::set<std::string> seen;
  int unmarked = 0;
  void take(const std::string& text) {
    if (text.empty() || !seen.insert(text).second) return;
    if (!text.starts_with("(again) ")) ++unmarked;
  }
};

class KillingJobs : public Killing {
 protected:
  /// Slot after slot; in each the job is started until it says that all is done.
  void run_slots(const std::string& file, int kills) {
    int marked = 0;
    for (int slot = 0; kills_ < kills && slot < kills * 3; ++slot) {
      house_.environment()["OPENCLAW_NOW"] = std::to_string(first_day + slot * day);
      std::vector<std::string> job{"run-job", "morning-briefing", "--scheduled"};
      const std::string out = file.empty() ? dir_.file("out.txt") : file;
      if (!file.empty()) job.insert(job.end(), {"--output", file});
      const std::string captured = file.empty() ? out : dir_.file("stdout.txt");
      std::filesystem::remove(out);
      Deliveries got;
      std::optional<int> code;
      for (int attempt = 0; attempt < 20 && code != 0; ++attempt) {
        code = cut(job, usual_ * (attempt < 4 ? 1.1 : 8), captured);
        EXPECT_EQ(code.value_or(0), 0) << read(dir_.file("err.txt"));
        got.take(read(out));
      }
      EXPECT_EQ(code, 0);
      EXPECT_LE(got.unmarked, 1) << "slot " << slot;
      EXPECT_FALSE(got.seen.empty()) << "slot " << slot << " was closed and nothing was delivered";
      marked += static_cast<int>(got.seen.size()) - got.unmarked;
      Program again(house_.words(job), house_.environment(),
                    {"/dev/null", captured, dir_.file("err.txt")});
      EXPECT_EQ(again.wait(), 0);  // done is done: nothing more comes
      const auto before = got.seen.size();
      got.take(read(out));
      EXPECT_EQ(got.seen.size(), before) << "slot " << slot << " was delivered again";
    }
    std::cout << kills_ << " kills, " << marked << " repeats, each marked" << std::endl;
  }

  void measure() {
    house_.environment()["OPENCLAW_NOW"] = std::to_string(first_day - day);
    usual_ = time_of({"run-job", "morning-briefing", "--scheduled"});
  }

  double usual_ = 0;
};

TEST_F(KillingJobs, ToStdoutIsDeliveredOnce) {
  measure();
  run_slots("", times(15, 250));
  check_audit();
  check_requests();
  check_settled();
}

TEST_F(KillingJobs, ToAFileIsDeliveredOnce) {
  measure();
  run_slots(dir_.file("page.txt"), times(10, 250));
  check_audit();
  check_requests();
  check_settled();
}

}  // namespace
}  // namespace openclaw::test
