// SPDX-License-Identifier: MIT
// From a finished text to places: what arrives where, what waits, and what is told when it does
// not.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "support/tier.h"
#include "system/lab.h"

namespace openclaw::test {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t monday = 1795417800000 + 3600000;  // 2026-11-23 09:10 in Amsterdam
constexpr std::int64_t friday = 1795803000000;            // 2026-11-27 19:10
constexpr std::int64_t week = 7LL * 86400000;

/// The run that a text names in its last lines.
std::string run_of(const std::string& text) {
  const auto at = text.rfind("· run ");
  return at == std::string::npos ? "" : text.substr(at + 7, 26);
}

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

TEST_F(Delivery, EachPlaceGetsTheTextInItsForm) {
  deliver("task-review", R"("deliver": [ {"to": "ops"}, {"to": "phone"}, {"to": "den"} ])");
  lab_.plane.add("HOME", "Renew the certificate", "started", "urgent", "2026-11-20");
  at(monday);
  const auto review = run("task-review");
  ASSERT_EQ(review.code, 0) << review.err;
  EXPECT_EQ(review.out, "") << "it goes to places, not into the journal";
  ASSERT_EQ(arrived("ops").size(), 1U);
  EXPECT_NE(arrived("ops")[0].find("HOME-1 Renew the certificate"), std::string::npos);
  ASSERT_EQ(arrived("den").size(), 1U);
  EXPECT_EQ(arrived("den"), arrived("ops")) << "it declares private_text";
  ASSERT_EQ(arrived("phone").size(), 1U);
  const auto headlines = arrived("phone")[0];
  EXPECT_TRUE(headlines.starts_with("[silent] ")) << headlines;
  EXPECT_NE(headlines.find("NEEDS YOU 3\n"), std::string::npos) << headlines;
  for (const char* secret : {"certificate", "tax", "backup", "model", "HOME"})
    EXPECT_EQ(headlines.find(secret), std::string::npos) << secret << " in " << headlines;
  const auto again = run("task-review");
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("to ops, phone, den"), std::string::npos) << again.err;
  EXPECT_EQ(arrived("ops").size() + arrived("phone").size(), 2U);
  const auto shown = lab_.house().run({"audit", "show", run_of(arrived("ops")[0])});
  EXPECT_NE(shown.out.find("delivered to ops"), std::string::npos) << shown.out << shown.err;
  EXPECT_NE(shown.out.find("delivered to phone"), std::string::npos) << shown.out;
}

TEST_F(Delivery, WhatIsNotPrivateGoesWholeAnywhere) {
  deliver("weekly-digest", R"("deliver": [ {"to": "phone"}, {"to": "pager", "as": "headlines"} ])");
  feed(3);
  at(friday);
  ASSERT_EQ(run("weekly-digest").code, 0);
  ASSERT_EQ(arrived("phone").size(), 1U);
  EXPECT_NE(arrived("phone")[0].find("The model has read everything."), std::string::npos);
  EXPECT_EQ(arrived("pager")[0].find("The model"), std::string::npos);
  EXPECT_NE(arrived("pager")[0].find("NEWS 3: Entry 1"), std::string::npos) << arrived("pager")[0];
}

TEST_F(Delivery, AServerThatIsDownGetsItLaterAndSomebodyElseHearsNow) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ], "else": "pager")");
  feed(3);
  at(friday);
  fault("ops", "down");
  for (int i = 0; i < 3; ++i) {
    const auto result = run("weekly-digest");
    EXPECT_EQ(result.code, 75) << result.err;
    EXPECT_NE(result.err.find("not delivered yet: ops: the server is down"), std::string::npos)
        << result.err;
  }
  ASSERT_EQ(arrived("pager").size(), 1U) << "one sentence, once";
  EXPECT_NE(arrived("pager")[0].find("weekly-digest 2026-W48"), std::string::npos);
  EXPECT_EQ(arrived("pager")[0].find("Entry"), std::string::npos) << "never the text";
  EXPECT_EQ(lab_.miniflux.unread().size(), 3U) << "nothing is marked that was not delivered";
  fault("ops", "down", false);
  const auto recovered = lab_.house().run({"run-job", "--recover"});
  EXPECT_EQ(recovered.code, 0) << recovered.err;
  ASSERT_EQ(arrived("ops").size(), 1U);
  EXPECT_FALSE(arrived("ops")[0].starts_with("(again)")) << "it never arrived before";
  EXPECT_TRUE(lab_.miniflux.unread().empty());
  EXPECT_EQ(lab_.writer.answered(), 1) << "one text, one answer";
}

TEST_F(Delivery, ALostAnswerIsARepeatOnlyWhereItWouldBeSeen) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"}, {"to": "phone"} ])");
  feed(2);
  at(friday);
  fault("ops", "lost");
  fault("phone", "lost");
  EXPECT_EQ(run("weekly-digest").code, 75);
  EXPECT_EQ(run("weekly-digest").code, 0);
  ASSERT_EQ(arrived("ops").size(), 1U) << "the homeserver knows the transaction id";
  EXPECT_FALSE(arrived("ops")[0].starts_with("(again)"));
  const auto phone = arrived("phone");
  ASSERT_EQ(phone.size(), 2U);
  EXPECT_TRUE(phone[0].starts_with("[silent] (again) ")) << phone[0];
  EXPECT_FALSE(phone[1].starts_with("[silent] (again) ")) << phone[1];
}

TEST_F(Delivery, WhatWaitsTooLongIsToldNextTime) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ], "else": "pager")");
  feed(2);
  at(friday);
  fault("ops", "down");
  EXPECT_EQ(run("weekly-digest").code, 75);
  at(friday + 4LL * 86400000);  // max_late is three days
  EXPECT_EQ(run("weekly-digest").code, 1);
  fault("ops", "down", false);
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0);
  EXPECT_TRUE(arrived("ops").empty()) << "an old text does not come after all";
  EXPECT_EQ(lab_.miniflux.unread().size(), 2U);
  at(friday + week);
  ASSERT_EQ(run("weekly-digest").code, 0);
  ASSERT_EQ(arrived("ops").size(), 1U);
  EXPECT_NE(arrived("ops")[0].find("MISSED    2026-W48 (not delivered to ops: too late"),
            std::string::npos)
      << arrived("ops")[0];
  EXPECT_EQ(count_of(arrived("ops")[0], "Entry "), 2U);
}

TEST_F(Delivery, APlaceThatRefusesIsNotTriedForEver) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"}, {"to": "phone"} ], "else": "pager")");
  feed(2);
  at(friday);
  fault("ops", "refuse");
  const auto result = run("weekly-digest");
  EXPECT_EQ(result.code, 0) << "it arrived at the other place";
  EXPECT_EQ(arrived("phone").size(), 1U);
  ASSERT_EQ(arrived("pager").size(), 1U);
  EXPECT_NE(arrived("pager")[0].find("was not delivered to ops: the bot was thrown out"),
            std::string::npos)
      << arrived("pager")[0];
  EXPECT_TRUE(lab_.miniflux.unread().empty());
  at(friday + week);
  fault("phone", "refuse");
  feed(1);
  EXPECT_EQ(run("weekly-digest").code, 1) << "nowhere at all";
  EXPECT_EQ(lab_.miniflux.unread().size(), 1U);
}

TEST_F(Delivery, ByHandItGoesToTheTerminalUnlessToldOtherwise) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  feed(2);
  at(friday);
  const auto shown = run("weekly-digest", {});
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(count_of(shown.out, "Entry "), 2U);
  EXPECT_TRUE(arrived("ops").empty());
  const auto sent = run("weekly-digest", {"--deliver", "--force"});
  EXPECT_EQ(sent.code, 0);
  EXPECT_EQ(sent.out, "");
  EXPECT_EQ(arrived("ops").size(), 1U);
}

TEST_F(Delivery, NothingToTellIsSaidOrKeptQuiet) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ], "when_empty": "skip")");
  at(friday);
  const auto quiet = run("weekly-digest");
  EXPECT_EQ(quiet.code, 0) << quiet.err;
  EXPECT_TRUE(arrived("ops").empty());
  EXPECT_EQ(lab_.writer.answered(), 0) << "and costs nothing";
  EXPECT_NE(run("weekly-digest").err.find("there was nothing to tell"), std::string::npos);
  feed(1);
  at(friday + week);
  EXPECT_EQ(run("weekly-digest").code, 0);
  EXPECT_EQ(arrived("ops").size(), 1U);
}

TEST_F(Delivery, AnEventIsToldOnceAndToItsPlaces) {
  deliver("task-review", R"("deliver": [ {"to": "ops"} ])");
  replace("\"schedule\": \"Mon 09:00\", ", "");
  write(lab_.file("hook.txt"), "Deploy of shop failed \x1b[31m\nstep 3: no space left\n");
  at(monday);
  const auto first = run("task-review", {"--event", lab_.file("hook.txt")});
  ASSERT_EQ(first.code, 0) << first.err;
  const auto again = run("task-review", {"--event", lab_.file("hook.txt")});
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("was delivered"), std::string::npos);
  ASSERT_EQ(arrived("ops").size(), 1U);
  EXPECT_NE(arrived("ops")[0].find("EVENT"), std::string::npos);
  EXPECT_NE(arrived("ops")[0].find("Deploy of shop failed"), std::string::npos)
      << arrived("ops")[0];
  EXPECT_EQ(arrived("ops")[0].find('\x1b'), std::string::npos);
  EXPECT_NE(lab_.writer.last_prompt().find("no space left"), std::string::npos);
  write(lab_.file("hook.txt"), "Another text\n");
  EXPECT_EQ(run("task-review", {"--event", lab_.file("hook.txt"), "--key", "deploy-7"}).code, 0);
  write(lab_.file("hook.txt"), "The same thing in other words\n");
  const auto keyed = run("task-review", {"--event", lab_.file("hook.txt"), "--key", "deploy-7"});
  EXPECT_NE(keyed.err.find("event-deploy-7 was delivered"), std::string::npos) << keyed.err;
  EXPECT_EQ(arrived("ops").size(), 2U);
  EXPECT_EQ(run("task-review", {"--scheduled"}).code, 78) << "it has no schedule";
  EXPECT_EQ(run("task-review", {"--event", "/dev/null"}).code, 64);
}

TEST_F(Delivery, SendKeepsATextUntilItHasArrived) {
  at(monday);
  const auto send = [this](const std::string& place, const std::string& text) {
    write(lab_.file("in.txt"), text);
    return lab_.house().run({"send", place}, lab_.file("in.txt"));
  };
  EXPECT_EQ(send("ops", "backup failed\n").code, 0);
  EXPECT_EQ(arrived("ops"), std::vector<std::string>{"backup failed\n"});
  EXPECT_EQ(send("ops", "backup failed\n").code, 0);
  EXPECT_EQ(arrived("ops").size(), 2U) << "said twice is two messages";
  fault("phone", "down");
  const auto waits = send("phone", "the disk is full\n");
  EXPECT_EQ(waits.code, 75) << waits.err;
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 75) << "still down";
  fault("phone", "down", false);
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0);
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0);
  EXPECT_EQ(arrived("phone"), std::vector<std::string>{"[silent] the disk is full\n"});
  EXPECT_EQ(send("pager", "").code, 64);
  EXPECT_EQ(send("pagr", "x").code, 64);
  fault("pager", "refuse");
  EXPECT_EQ(send("pager", "x").code, 1);
}

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
