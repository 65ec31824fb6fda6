// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "agent/house.h"
#include "base/redact.h"
#include "base/text.h"

namespace openclaw::test {
namespace {

constexpr const char* secret = "s3cr3t/k3y+with=signs\"and quotes";

struct Calls : testing::Test {
  Calls() {
    house.grant("clock");
    house.grant("file_read", {{"path", House::under(house.dir.path().string())}, {"offset", {}}});
  }
  llm::ToolCall reading(const std::string& id, const std::string& file) {
    return {id, "file_read", R"({"path":")" + house.dir.file(file) + "\"}"};
  }
  House house;
};

TEST_F(Calls, EveryParallelCallIsAnsweredOnceAndInOrder) {
  for (const char* name : {"a", "b", "c"}) write(house.dir.file(name), std::string("text ") + name);
  house.model
      .then(calls({reading("1", "a"),
                   {"2", "no_such_tool", "{}"},
                   reading("3", "b"),
                   {"4", "clock", "not json"},
                   reading("5", "c")}))
      .then(says("done"));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "ok");
  ASSERT_EQ(house.model.seen.size(), 2u);
  const auto results = results_in(house.model.seen[1].messages.back());
  ASSERT_EQ(results.size(), 5u);
  for (std::size_t i = 0; i < results.size(); ++i)
    EXPECT_EQ(results[i].call_id, std::to_string(i + 1));
  EXPECT_EQ(results[0].text, "text a");
  EXPECT_EQ(results[2].text, "text b");
  EXPECT_EQ(results[4].text, "text c");
  EXPECT_TRUE(results[1].error);
  EXPECT_TRUE(results[3].error);
  EXPECT_EQ(out.denied, 2);
  EXPECT_EQ(house.number("SELECT count(*) FROM tools"), 5);
  EXPECT_EQ(house.rows("SELECT n FROM tools ORDER BY seq"),
            (std::vector<std::string>{"1", "2", "3", "4", "5"}));
}

TEST_F(Calls, ADenialTellsTheModelNothingOfThePolicy) {
  house.model.then(calls({{"1", "file_read", R"({"path":"/etc/shadow"})"}})).then(says("done"));
  house.run();
  const auto results = results_in(house.model.seen[1].messages.back());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].text.find(house.dir.path().string()), std::string::npos);
  EXPECT_EQ(results[0].text.find("group"), std::string::npos);
}

TEST_F(Calls, TextBeforeCallsIsNotTheAnswer) {
  std::string heard;
  house.on_text = [&](std::string_view piece) { heard += piece; };
  house.model.then(calls({{"1", "clock", "{}"}}, "Let me look at the clock."))
      .then(says("It is noon."));
  const auto out = house.run();
  EXPECT_EQ(out.text, "It is noon.");
  EXPECT_EQ(heard, "It is noon.");
}

TEST_F(Calls, TextStreamsOnlyWhereNoToolCanBeCalled) {
  house.on_text = [](std::string_view) {};
  house.model.then(says("yes"));
  house.run();
  EXPECT_EQ(house.model.streamed, std::vector<bool>{false});

  House bare;
  std::string heard;
  bare.on_text = [&](std::string_view piece) { heard += piece; };
  bare.model.then([](const llm::Request& request, const llm::CallContext& context) {
    EXPECT_TRUE(request.tools.empty());
    context.on_text("in ");
    context.on_text("pieces");
    return says("in pieces");
  });
  EXPECT_EQ(bare.run().text, "in pieces");
  EXPECT_EQ(bare.model.streamed, std::vector<bool>{true});
  EXPECT_EQ(heard, "in pieces");
}

TEST_F(Calls, TheModelSeesOnlyGrantedTools) {
  house.model.then(says("yes"));
  house.run();
  std::vector<std::string> names;
  for (const auto& tool : house.model.seen[0].tools) names.push_back(tool.name);
  EXPECT_EQ(names, (std::vector<std::string>{"clock", "file_read"}));
}

TEST_F(Calls, NarrowedToolsAreNeitherSeenNorRun) {
  house.only = {"file_read"};
  house.model.then(calls({{"1", "clock", "{}"}})).then(says("done"));
  const auto out = house.run();
  ASSERT_EQ(house.model.seen[0].tools.size(), 1u);
  EXPECT_EQ(house.model.seen[0].tools[0].name, "file_read");
  EXPECT_EQ(out.denied, 1);
  EXPECT_EQ(house.number("SELECT count(*) FROM tools WHERE decision='allow'"), 0);
}

TEST_F(Calls, SecretsAreRemovedFromResultsAnswersAndTheAudit) {
  base::register_secret(secret);
  write(house.dir.file("f"), std::string("the key is ") + secret + ", keep it");
  house.model.then(calls({reading("1", "f")}))
      .then(says(std::string("The key is ") + secret + "."));
  std::string heard;
  house.on_text = [&](std::string_view piece) { heard += piece; };
  const auto out = house.run();
  const auto results = results_in(house.model.seen[1].messages.back());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].text, "the key is [secret], keep it");
  EXPECT_EQ(out.text, "The key is [secret].");
  EXPECT_EQ(heard, "The key is [secret].");
  for (const std::string& form :
       {std::string(secret), base::json_escape(secret), base::hex(secret)})
    EXPECT_EQ(house.all_bodies().find(form), std::string::npos);
  EXPECT_NE(house.all_bodies().find("[secret]"), std::string::npos);
}

TEST_F(Calls, WithRedactionOffTheSecretIsFound) {
  base::register_secret(secret);
  base::set_redaction(false);
  write(house.dir.file("f"), secret);
  house.model.then(calls({reading("1", "f")})).then(says(secret));
  const auto out = house.run();
  base::set_redaction(true);
  EXPECT_EQ(out.text, secret);
  EXPECT_EQ(results_in(house.model.seen[1].messages.back())[0].text, secret);
}

TEST_F(Calls, ASecretIsRemovedFromAStreamWhereverItIsCut) {
  base::register_secret(secret);
  const std::string answer = std::string("a ") + secret + " z";
  for (std::size_t cut = 1; cut < answer.size(); ++cut) {
    House bare;
    std::string heard;
    bare.on_text = [&](std::string_view piece) { heard += piece; };
    bare.model.then([&](const llm::Request&, const llm::CallContext& context) {
      context.on_text(std::string_view(answer).substr(0, cut));
      context.on_text(std::string_view(answer).substr(cut));
      return says(answer);
    });
    EXPECT_EQ(bare.run().text, "a [secret] z");
    EXPECT_EQ(heard, "a [secret] z") << "cut at " << cut;
  }
}

TEST_F(Calls, ALongResultIsCutAtHeadAndTail) {
  write(house.dir.file("f"), "HEAD" + std::string(100000, 'x') + "TAIL");
  house.limits.result_bytes = 3000;
  house.model.then(calls({reading("1", "f")})).then(says("done"));
  house.run();
  const auto text = results_in(house.model.seen[1].messages.back())[0].text;
  EXPECT_TRUE(text.starts_with("HEAD"));
  EXPECT_TRUE(text.ends_with("TAIL"));
  EXPECT_LT(text.size(), 3200u);
  EXPECT_EQ(house.number("SELECT truncated FROM tool_ends"), 1);
}

TEST_F(Calls, AFailedBodyIsAnErrorResultAndTaints) {
  house.model.then(calls({reading("1", "missing")})).then(says("done"));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "ok");
  EXPECT_TRUE(results_in(house.model.seen[1].messages.back())[0].error);
  EXPECT_TRUE(out.taint.untrusted);
  EXPECT_TRUE(out.taint.private_text);
  EXPECT_EQ(house.rows("SELECT outcome FROM tool_ends"), std::vector<std::string>{"error"});
}

TEST_F(Calls, AnswersNeedAPersonWhereTheGrantAsks) {
  house.policy.groups["g"][0].confirm = true;
  house.model.then(calls({{"1", "clock", "{}"}})).then(says("done"));
  EXPECT_EQ(house.run().denied, 1) << "nobody can be asked";

  House asking;
  asking.grant("clock").confirm = true;
  std::vector<std::string> asked;
  asking.asker = [&](const tools::Question& question) {
    asked.push_back(question.tool);
    return asked.size() == 1;
  };
  asking.model.then(calls({{"1", "clock", "{}"}, {"2", "clock", " {}"}})).then(says("done"));
  const auto out = asking.run();
  EXPECT_EQ(asked, (std::vector<std::string>{"clock", "clock"}));
  EXPECT_EQ(out.denied, 1);
  EXPECT_EQ(asking.rows("SELECT decision FROM tools ORDER BY seq"),
            (std::vector<std::string>{"confirm", "deny"}));
}

}  // namespace
}  // namespace openclaw::test
