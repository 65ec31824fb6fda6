// SPDX-License-Identifier: MIT
// From a finished text to places: what arrives where, what waits, and what is told when it does
// not.
#include "system/delivery.h"

namespace openclaw::test {
namespace {

/// The run that a text names in its last lines.
std::string run_of(const std::string& text) {
  const auto at = text.rfind("· run ");
  return at == std::string::npos ? "" : text.substr(at + 7, 26);
}

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

TEST_F(Delivery, WhatTheModelReadByAToolIsPrivateToo) {
  deliver("weekly-digest", R"("deliver": [ {"to": "phone"}, {"to": "ops"} ], "groups": ["g"])");
  replace("\"agents\": { \"ops\": { \"model\": \"m\" }",
          R"("groups": { "g": [ {"tool": "commitments_list"} ] },
             "agents": { "ops": { "model": "m", "groups": ["g"] })");
  lab_.writer.calls_first = "commitments_list";
  feed(1);
  at(friday);
  const auto result = run("weekly-digest");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_NE(arrived("ops")[0].find("The model has read"), std::string::npos) << arrived("ops")[0];
  EXPECT_EQ(arrived("phone")[0].find("The model has read"), std::string::npos)
      << arrived("phone")[0];
}

TEST_F(Delivery, AJobWithoutMaxLateIsLateAndStillDelivered) {
  replace("\"schedule\": \"Fri 19:00\", \"max_late\": \"3d\"", "\"schedule\": \"Fri 19:00\"");
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  feed(1);
  at(friday + 40LL * 3600000);
  EXPECT_EQ(run("weekly-digest").code, 0);
  EXPECT_EQ(arrived("ops").size(), 1U);
}

TEST_F(Delivery, ForcedAfterMaxLateItGoesOutMarked) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  feed(1);
  at(friday);
  ASSERT_EQ(run("weekly-digest").code, 0);
  at(friday + 4LL * 86400000);
  const auto forced = run("weekly-digest", {"--scheduled", "--force"});
  EXPECT_EQ(forced.code, 0) << forced.err;
  ASSERT_EQ(arrived("ops").size(), 2U);
  EXPECT_TRUE(arrived("ops")[0].starts_with("(again) ")) << "sorted: the mark comes first";
}

TEST_F(Delivery, AForcedAttemptThatFailsLeavesADeliveredSlotDone) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  feed(1);
  at(friday);
  ASSERT_EQ(run("weekly-digest").code, 0);
  fault("ops", "refuse");
  EXPECT_EQ(run("weekly-digest", {"--scheduled", "--force"}).code, 1);
  fault("ops", "refuse", false);
  const auto timer = run("weekly-digest");
  EXPECT_EQ(timer.code, 0);
  EXPECT_NE(timer.err.find("was delivered"), std::string::npos) << timer.err;
  EXPECT_EQ(arrived("ops").size(), 1U);
}

TEST_F(Delivery, ARepeatUnderAnotherKeyIsMarkedWhateverTheChannelKnows) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  feed(1);
  at(friday);
  fault("ops", "lost");
  EXPECT_EQ(run("weekly-digest").code, 75);
  fault("ops", "refuse");
  EXPECT_EQ(run("weekly-digest").code, 1);
  fault("ops", "refuse", false);
  EXPECT_EQ(run("weekly-digest").code, 0);
  ASSERT_EQ(arrived("ops").size(), 2U);
  EXPECT_TRUE(arrived("ops")[0].starts_with("(again) ")) << arrived("ops")[0];
}

TEST_F(Delivery, AnEventOutlivesTheProcessThatTookIt) {
  deliver("task-review", R"("deliver": [ {"to": "ops"} ])");
  write(lab_.file("hook.txt"), "Deploy of shop failed\n");
  at(monday);
  lab_.house().environment()["OPENCLAW_FAILPOINT"] = "slot claimed";
  EXPECT_EQ(run("task-review", {"--event", lab_.file("hook.txt")}).code, 128 + 9);
  lab_.house().environment().erase("OPENCLAW_FAILPOINT");
  fs::remove(lab_.file("hook.txt"));
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0);
  ASSERT_EQ(arrived("ops").size(), 1U);
  EXPECT_NE(arrived("ops")[0].find("Deploy of shop failed"), std::string::npos);
}

TEST_F(Delivery, ANewerSlotOvertakesAnOlderOneThatStillWaits) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  replace("\"schedule\": \"Fri 19:00\", \"max_late\": \"3d\"", "\"schedule\": \"Fri 19:00\"");
  feed(2);
  at(friday);
  fault("ops", "down");
  EXPECT_EQ(run("weekly-digest").code, 75);
  fault("ops", "down", false);
  at(friday + week);
  EXPECT_EQ(run("weekly-digest").code, 0);
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0);
  ASSERT_EQ(arrived("ops").size(), 1U) << "the same news once";
  EXPECT_EQ(count_of(arrived("ops")[0], "Entry "), 2U);
  EXPECT_NE(arrived("ops")[0].find("MISSED    2026-W48 (overtaken by 2026-W49"), std::string::npos)
      << arrived("ops")[0];
}

TEST_F(Delivery, OneSlotThatCannotBeFinishedCostsOnlyItself) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  deliver("task-review", R"("deliver": [ {"to": "phone"} ])");
  feed(1);
  at(friday);
  fault("ops", "down");
  fault("phone", "down");
  EXPECT_EQ(run("weekly-digest").code, 75);
  EXPECT_EQ(run("task-review", {"--deliver"}).code, 75);
  fault("ops", "down", false);
  fault("phone", "down", false);
  fs::remove_all(spool() + "/ops");
  write(spool() + "/ops", "a file where the server's folder should be");
  EXPECT_NE(lab_.house().run({"run-job", "--recover"}).code, 0);
  EXPECT_EQ(arrived("phone").size(), 1U) << "the other slot is delivered";
  fs::remove(spool() + "/ops");
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0);
  EXPECT_EQ(arrived("ops").size(), 1U) << "and the first is not lost";
}

TEST_F(Delivery, ATextThatNobodyTookInADayIsNamedWhenItIsGivenUp) {
  at(monday);
  fault("ops", "down");
  write(lab_.file("in.txt"), "important\n");
  EXPECT_EQ(lab_.house().run({"send", "ops"}, lab_.file("in.txt")).code, 75);
  at(monday + 25LL * 3600000);
  const auto recovered = lab_.house().run({"run-job", "--recover"});
  EXPECT_EQ(recovered.code, 1);
  EXPECT_NE(recovered.err.find("a text to ops is given up"), std::string::npos) << recovered.err;
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0) << "said once";
}

TEST_F(Delivery, AnotherKeyDoesNotLoseWhatWaits) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  feed(1);
  at(friday);
  fault("ops", "down");
  EXPECT_EQ(run("weekly-digest").code, 75);
  fault("ops", "down", false);
  const std::string file = lab_.house().state() + "/body.key";
  const auto key = read(file);
  std::string other = key;
  other[0] = other[0] == 'x' ? 'y' : 'x';
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  write(file, other);
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 78);
  EXPECT_TRUE(arrived("ops").empty());
  write(file, key);
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).code, 0);
  EXPECT_EQ(arrived("ops").size(), 1U);
}

TEST_F(Delivery, WhatWasBegunByHandTellsNobodyElse) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ], "else": "pager")");
  feed(1);
  at(friday);
  EXPECT_EQ(run("weekly-digest", {"-o", "/nonexistent/x.txt"}).code, 1);
  EXPECT_TRUE(arrived("pager").empty());
  EXPECT_EQ(run("weekly-digest", {"--deliver"}).code, 0) << "and now to its places";
  EXPECT_EQ(arrived("ops").size(), 1U);
}

TEST_F(Delivery, ASlotOfAJobThatIsGoneIsGivenUpAloud) {
  deliver("weekly-digest", R"("deliver": [ {"to": "ops"} ])");
  feed(1);
  at(friday);
  fault("ops", "down");
  EXPECT_EQ(run("weekly-digest").code, 75);
  replace("\"weekly-digest\": {", "\"other-digest\": {");
  const auto recovered = lab_.house().run({"run-job", "--recover"});
  EXPECT_NE(recovered.err.find("not declared any more"), std::string::npos) << recovered.err;
  EXPECT_EQ(lab_.house().run({"run-job", "--recover"}).err.find("not declared"), std::string::npos);
}

}  // namespace
}  // namespace openclaw::test
