// SPDX-License-Identifier: MIT
// kill -9 at each named point and at random during the three jobs: a slot arrives once, a repeat
// says that it is one, and ledger and audit agree.
#include <iostream>
#include <map>
#include <random>

#include "json/parse.h"
#include "support/tier.h"
#include "system/delivery.h"

namespace openclaw::test {
namespace {

/// One of the three jobs, killed again and again, with what must hold of every slot.
struct Killed : Delivery, testing::WithParamInterface<const char*> {
  Killed() {
    deliver(job, R"("deliver": [ {"to": "ops"}, {"to": "phone"} ], "else": "pager")");
    at(time());
  }
  std::int64_t time() const {
    const std::int64_t begin = job == "weekly-digest" ? friday
                               : job == "task-review" ? monday
                                                      : monday - 3600000;
    return begin + slot_ * week;  // the briefing has a slot each weekday; Mondays will do
  }
  std::vector<std::string> words() { return {"run-job", job, "--scheduled"}; }
  void next_slot() {
    ++slot_;
    at(time());
    feed(3);
  }
  /// The last point that the process had passed when it died.
  std::string last_point() const {
    const auto lines = lines_of(read(lab_.file("points")));
    return lines.empty() ? "before the first" : lines.back();
  }
  /// Runs the job; with a time, kills it so long after its first durable step. The exit code when
  /// it was quicker.
  std::optional<int> start_and_kill(std::optional<double> after_ms) {
    fs::remove(lab_.file("points"));
    auto environment = lab_.house().environment();
    environment["OPENCLAW_FAILPOINT_LOG"] = lab_.file("points");
    Program program(lab_.house().words(words()), environment,
                    {"/dev/null", "/dev/null", lab_.file("err.txt")});
    while (!fs::exists(lab_.file("points")))
      if (const auto code = program.wait_until(Clock::now() + std::chrono::microseconds(200)))
        return code;
    const auto first = Clock::now();
    if (!after_ms) {
      const auto code = program.wait();
      usual_ms_ = std::chrono::duration<double, std::milli>(Clock::now() - first).count();
      return code;
    }
    const auto code = program.wait_until(
        first + std::chrono::microseconds(static_cast<std::int64_t>(*after_ms * 1000)));
    if (!code) ++kills_;
    return code;
  }
  /// Finishes the slot as the recovery timer and the next timer would, and looks at what is there.
  void finish_and_look() {
    const auto recovered = lab_.house().run({"run-job", "--recover"});
    ASSERT_EQ(recovered.code, 0) << recovered.err;
    const auto again = lab_.house().run(words());
    ASSERT_EQ(again.code, 0) << again.err;
    ASSERT_EQ(arrived("ops").size(), static_cast<std::size_t>(slot_ + 1));
    int firsts = 0;
    marked_ = 0;
    for (const auto& text : arrived("phone"))
      (text.starts_with("[silent] (again) ") ? marked_ : firsts) += 1;
    // What died before it sent makes the first that arrives look like a repeat.
    ASSERT_LE(firsts, slot_ + 1) << "an unmarked repeat";
    ASSERT_GE(firsts + marked_, slot_ + 1) << "a slot that never arrived";
    ASSERT_TRUE(arrived("pager").empty()) << arrived("pager")[0];
    if (job == "weekly-digest") {
      ASSERT_TRUE(lab_.miniflux.unread().empty());
    }
  }
  /// Ledger and audit agree: for each slot one answer of the model that was kept, and one delivery.
  void look_at_the_audit() {
    ASSERT_EQ(lab_.house().run({"audit", "verify"}).code, 0);
    std::map<std::string, std::string> slot_of_run;
    std::map<std::string, int> answers, deliveries;
    for (const auto& line : lines_of(lab_.house().run({"audit", "export", "--jsonl"}).out)) {
      const auto row = json::parse(line);
      const auto& table = row["table"].as_string();
      if (table == "runs") slot_of_run[row["run_id"].as_string()] = row["slot"].as_string();
      if (table == "call_ends" && row["outcome"].as_string() == "ok")
        ++answers[slot_of_run[row["run_id"].as_string()]];
      if (table == "notes" && row["kind"].as_string() == "delivery")
        ++deliveries[slot_of_run[json::parse(row["data"].as_string())["run"].as_string()]];
    }
    EXPECT_EQ(answers.size(), static_cast<std::size_t>(slot_ + 1));
    for (const auto& [slot, n] : answers) EXPECT_EQ(n, 1) << slot << " was paid twice";
    EXPECT_EQ(deliveries.size(), static_cast<std::size_t>(slot_ + 1));
    for (const auto& [slot, n] : deliveries) EXPECT_EQ(n, 2) << slot << ": ops and phone";
  }

  const std::string job = GetParam();
  int slot_ = 0, kills_ = 0, marked_ = 0;
  double usual_ms_ = 0;
};

TEST_P(Killed, AtEachNamedPointTheSlotArrivesOnce) {
  feed(3);
  ASSERT_EQ(start_and_kill(std::nullopt), 0) << read(lab_.file("err.txt"));
  const auto points = lines_of(read(lab_.file("points")));
  ASSERT_GE(points.size(), 12U);
  for (const auto& point : points) {
    next_slot();
    lab_.house().environment()["OPENCLAW_FAILPOINT"] = point;
    const auto code = start_and_kill(std::nullopt);
    lab_.house().environment().erase("OPENCLAW_FAILPOINT");
    ASSERT_EQ(code, 128 + 9) << point << " was not passed";
    finish_and_look();
    if (HasFatalFailure()) FAIL() << "after the kill at: " << point;
  }
  look_at_the_audit();
  std::cout << job << ": " << points.size() << " named points" << std::endl;
}

TEST_P(Killed, AnywhereTheSlotArrivesOnceAndEveryRepeatSaysSo) {
  std::mt19937_64 random(seed());
  feed(3);
  ASSERT_EQ(start_and_kill(std::nullopt), 0) << read(lab_.file("err.txt"));
  const double usual = usual_ms_;
  std::map<std::string, int> histogram;
  const int wanted = times(25, 2000);
  while (kills_ < wanted) {
    next_slot();
    const auto waiting = lab_.miniflux.unread();
    for (int attempt = 0; attempt < 4; ++attempt) {
      if (start_and_kill(std::uniform_real_distribution<double>(0, usual)(random))) break;
      ++histogram[last_point()];
      if (arrived("ops").size() == static_cast<std::size_t>(slot_)) {
        ASSERT_EQ(lab_.miniflux.unread(), waiting) << "marked before it was delivered";
      }
    }
    finish_and_look();
    if (HasFatalFailure()) return;
  }
  look_at_the_audit();
  std::cout << job << ": " << kills_ << " kills in " << slot_ << " slots, " << marked_
            << " marked, " << lab_.writer.answered() << " answers\n";
  for (const auto& [point, n] : histogram) std::cout << "  " << point << ": " << n << "\n";
}

INSTANTIATE_TEST_SUITE_P(Jobs, Killed,
                         testing::Values("morning-briefing", "weekly-digest", "task-review"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace openclaw::test
