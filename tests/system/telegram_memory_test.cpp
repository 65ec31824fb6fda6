// SPDX-License-Identifier: MIT
// What is remembered of a conversation, for how long, and how it is forgotten.

#include "base/text.h"
#include "system/chatter.h"

namespace openclaw::test {
namespace {

using json::Value;

struct Memory : Chatter {
  std::size_t texts() const {
    return static_cast<std::size_t>(std::atoll(rows("SELECT count(*) FROM bodies").at(0).c_str()));
  }
  int ask(const std::vector<std::string>& words, std::string& out) {
    Program program(house_.words(words), house_.environment(),
                    Files{"/dev/null", dir_.file("ask.out"), dir_.file("ask.err")});
    const int code = program.wait();
    out = read(dir_.file("ask.out"));
    return code;
  }
};

TEST_F(Memory, ForgetErasesWhatWasSaidAndTheAuditStillHolds) {
  start();
  telegram.say(me, me, "the word is mango");
  told(me, 1);
  telegram.say(me, me, "and another is papaya");
  told(me, 2);
  ASSERT_TRUE(settles());
  const auto before = texts();
  telegram.say(me, me, "/forget");
  EXPECT_TRUE(told(me, 3).starts_with("Forgotten")) << told(me, 3);
  EXPECT_LT(texts() + 6, before) << "question, answer, request and reply of two turns";
  telegram.say(me, me, "context",
               Value::object({{"reply_to_message", Value::object({{"message_id", 1}})}}));
  EXPECT_EQ(told(me, 4).find("mango"), std::string::npos) << told(me, 4);
  EXPECT_EQ(rows("SELECT count(*) FROM call_ends WHERE cost_nusd>0"), std::vector<std::string>{"3"})
      << "what it cost stays";
  stop();
  std::string out;
  EXPECT_EQ(ask({"audit", "verify"}, out), 0) << out << read(dir_.file("ask.err"));
}

TEST_F(Memory, ForgetWaitsForWhatIsBeingAnswered) {
  start();
  telegram.say(me, me, "one");
  told(me, 1);
  telegram.say(me, me, "wait for it");
  ASSERT_TRUE(comes_true([&] { return talker.last().find("wait") != std::string::npos; }));
  telegram.say(me, me, "/forget");
  EXPECT_TRUE(told(me, 2).find("/cancel it first") != std::string::npos) << told(me, 2);
  talker.release();
}

TEST_F(Memory, ATurnLeavesOneTranscript) {
  start();
  for (std::size_t i = 1; i <= 4; ++i) {
    telegram.say(me, me, "turn " + std::to_string(i));
    told(me, i);
  }
  ASSERT_TRUE(settles());
  EXPECT_EQ(rows("SELECT count(*) FROM conversations c JOIN bodies b ON b.ref=c.transcript_ref"),
            std::vector<std::string>{"1"});
  // A message's own text, its answer, the vendor's request and reply; one transcript in all.
  EXPECT_LE(texts(), 4U * 6 + 1) << "no older transcript stays";
}

TEST_F(Memory, ALongConversationGoesOnWithNotes) {
  start();
  std::string big(60u << 10, 'x');
  for (std::size_t i = 1; i <= 6; ++i) {
    const std::string name = "file" + std::to_string(i);
    const auto file = Value::object({{"file_id", telegram.keep_file(name + big)},
                                     {"file_unique_id", name},
                                     {"file_name", name + ".txt"}});
    telegram.say(me, me, "", Value::object({{"document", file}, {"caption", "nod"}}));
    told(me, i);
  }
  const auto last = talker.last();
  EXPECT_NE(last.find("Your own notes on what was said before"), std::string::npos);
  EXPECT_EQ(last.find("file1x"), std::string::npos) << "the beginning is gone";
  EXPECT_NE(last.find("file6x"), std::string::npos) << "the latest is there";
  EXPECT_EQ(talker.answered(), 7) << "six answers and the notes";
}

TEST_F(Memory, AShellGoesOnWithWhatThePersonTalksAboutInAChat) {
  replace("\"places\": {", R"("places": { "shell": { "cli": true,
     "allow": [ {"who": ["me"], "agents": ["ops"], "groups": "all"} ] },)");
  start();
  telegram.say(me, me, "the word is mango");
  told(me, 1);
  ASSERT_TRUE(settles());
  std::string out;
  ASSERT_EQ(ask({"ask", "-c", "phone", "context"}, out), 0) << read(dir_.file("ask.err"));
  EXPECT_NE(out.find("the word is mango"), std::string::npos) << out;
  telegram.say(me, me, "context");
  EXPECT_NE(told(me, 2).find("[user] context"), std::string::npos)
      << "and the chat goes on with what was said there: " << told(me, 2);
  telegram.say(family, eva, "@ops_bot the fruit is kiwi");
  told(family, 1);
  EXPECT_NE(ask({"ask", "-c", "family", "context"}, out), 0) << "nobody else's words: " << out;
}

TEST_F(Memory, AJobAsksAtItsPlaceAndWaits) {
  write(dir_.file("review.md"), "call command_mark {\"name\":\"asked\"}\n");
  replace("\"agent\": \"ops\", \"prompt\"",
          "\"agent\": \"ops\", \"groups\": [\"asked\"], \"confirm_in\": \"phone\", \"prompt\"");
  start();
  telegram.say(me, me, "/job review");
  ASSERT_TRUE(comes_true([&] { return !telegram.shown(me).empty(); }, 30));
  told(me, 1);
  const auto question = telegram.shown(me)[0];
  EXPECT_TRUE(question.text.starts_with("For the job review:")) << question.text;
  EXPECT_EQ(effects("asked"), 0U);
  ASSERT_TRUE(telegram.press(me, question.id, me, "✓"));
  EXPECT_TRUE(comes_true([&] { return effects("asked") == 1; }, 30));
  told(me, 3);
  EXPECT_EQ(effects("asked"), 1U);
  EXPECT_TRUE(telegram.shown(me)[0].text.starts_with("✓ me, ")) << telegram.shown(me)[0].text;
}

TEST_F(Memory, AJobThatNobodyCanBeAskedForGoesOnWithout) {
  write(dir_.file("review.md"), "call command_mark {\"name\":\"asked\"}\n");
  replace("\"agent\": \"ops\", \"prompt\"",
          "\"agent\": \"ops\", \"groups\": [\"asked\"], \"confirm_in\": \"phone\", \"prompt\"");
  telegram.say(me, me, "there is a chat");
  std::string out;
  EXPECT_EQ(ask({"run-job", "review", "--force", "--scheduled"}, out), 0)
      << read(dir_.file("ask.err"));
  EXPECT_EQ(effects("asked"), 0U);
  EXPECT_NE(talker.last().find("nobody listens at 'phone'"), std::string::npos) << talker.last();
}

}  // namespace
}  // namespace openclaw::test
