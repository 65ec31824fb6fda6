// SPDX-License-Identifier: MIT
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "settings/sample.h"

/// Rules that match nothing, unsafe grants and entries that nothing can reach.
namespace openclaw::test {
namespace {

/// A small whole configuration; pieces of it are replaced by the tests.
struct Small {
  std::string providers =
      R"("p": {"api": "openai-chat", "key": {"env": "K"}, "private_text": true})";
  std::string models = R"("m": {"try": ["p:x"]})";
  std::string commands = R"("put": {"argv": ["/usr/bin/put", "{to}", "{text}"]})";
  std::string groups =
      R"("web": [{"tool": "http_get", "args": {"url": {"origin": ["https://a.example"]}}}])";
  std::string agent = R"("model": "m", "groups": ["web"])";
  std::string place =
      R"("cli": true, "allow": [{"who": ["me"], "agents": ["a"], "groups": "all"}])";
  std::string more;

  std::set<std::string> pointers() const {
    const Sample sample;
    return sample.pointers(
        R"({"people": {"me": {"uid": 1000, "matrix": "@me:x.org"}}, "providers": {)" + providers +
        R"(}, "models": {)" + models + R"(}, "commands": {)" + commands + R"(}, "groups": {)" +
        groups + R"(}, "agents": {"a": {)" + agent + R"(}}, "places": {"here": {)" + place + "}}" +
        more + "}");
  }
};

using Pointers = std::set<std::string>;

// A command's output is untrusted and private, and it writes where its arguments say.
const char* const open_command =
    R"("run": [{"tool": "command_put", "other_args": false, "args": {"to": {}, "text": {}}, "when_tainted": "allow"}])";

TEST(Lint, ASmallConfigurationIsGood) { EXPECT_EQ(Small().pointers(), Pointers{}); }

TEST(Lint, TheRuleOfTwoStopsAnOpenEnd) {
  Small small;
  small.groups = open_command;
  small.agent = R"("model": "m", "groups": ["run"])";
  EXPECT_EQ(small.pointers(), Pointers{"/places/here/allow/0"});
}

TEST(Lint, PinningAskingOrAcceptingSatisfiesTheRuleOfTwo) {
  for (
      const char* group :
      {R"("run": [{"tool": "command_put", "args": {"to": {"eq": "x"}, "text": {"oneof": ["a", "b"]}}, "when_tainted": "allow"}])",
       R"("run": [{"tool": "command_put", "args": {"to": {}, "text": {}}, "when_tainted": "confirm"}])",
       R"("run": [{"tool": "command_put", "args": {"to": {}, "text": {}}, "when_tainted": "allow", "confirm": true}])",
       R"("run": [{"tool": "command_put", "args": {"to": {}, "text": {}}}])"}) {
    Small small;
    small.groups = group;
    small.agent = R"("model": "m", "groups": ["run"])";
    EXPECT_EQ(small.pointers(), Pointers{}) << group;
  }
  Small accepted;
  accepted.groups = open_command;
  accepted.agent = R"("model": "m", "groups": ["run"])";
  accepted.more = R"(, "accept_risk": {"run": {"reason": "only I read it"}})";
  EXPECT_EQ(accepted.pointers(), Pointers{});
  accepted.more = R"(, "accept_risk": {"run": {}})";
  EXPECT_EQ(accepted.pointers(), Pointers{"/accept_risk/run"});
  accepted.more = R"(, "accept_risk": {"ru": {"reason": "x"}, "run": {"reason": "x"}})";
  EXPECT_EQ(accepted.pointers(), Pointers{"/accept_risk/ru"});
}

TEST(Lint, TheRuleOfTwoCountsWhatComesTogether) {
  Small small;  // each group alone is fine: a page, a private file, a program
  small.groups =
      std::string(open_command) +
      R"(, "web": [{"tool": "http_get", "args": {"url": {"origin": ["https://a.example"]}}}])";
  small.agent = R"("model": "m", "groups": ["run", "web"], "deny": ["command_*"])";
  EXPECT_EQ(small.pointers(), Pointers{"/agents/a/deny"}) << "a deny list shadows the whole group";
}

TEST(Lint, TheRuleOfTwoHoldsForJobsToo) {
  Small small;
  small.groups += std::string(", ") + open_command;
  small.agent = R"("model": "m", "groups": ["web", "run"])";
  small.place = R"("cli": true, "allow": [{"who": ["me"], "agents": ["a"], "groups": ["web"]}])";
  small.more = R"(, "jobs": {"j": {"schedule": "08:00", "agent": "a", "groups": ["run"]}})";
  EXPECT_EQ(small.pointers(), Pointers{"/jobs/j"});
}

TEST(Lint, AWriterNamesItsDestinations) {
  Small small;
  small.groups = R"("run": [{"tool": "command_put", "other_args": true}])";
  small.agent = R"("model": "m", "groups": ["run"])";
  EXPECT_EQ(small.pointers(), Pointers{"/groups/run/0"});
}

TEST(Lint, WideRootsAreRefused) {
  for (const char* root : {"/", "/home", "/root", "/etc", "/proc"}) {
    Small small;
    small.groups = R"("web": [{"tool": "file_read", "args": {"path": {"under": [")" +
                   std::string(root) + R"("]}}}])";
    EXPECT_EQ(small.pointers(), Pointers{"/groups/web/0/args/path"}) << root;
  }
}

// It holds keys and history: no better than /home.
TEST(Lint, AWholeHomeFolderIsTooWide) {
  Small small;
  small.groups = R"("web": [{"tool": "file_read", "args": {"path": {"under": ["/home/me"]}}}])";
  EXPECT_EQ(small.pointers(), Pointers{"/groups/web/0/args/path"});
}

TEST(Lint, AnOriginIsWrittenInOneWay) {
  for (const char* origin : {"https://A.example", "https://a.example:443", "http://a.example:80",
                             "a.example", "https://", "https://a.example?", "https://u@a.example",
                             "ftp://a.example", "https://*", "https://a.example."}) {
    Small small;
    small.groups = R"("web": [{"tool": "http_get", "args": {"url": {"origin": [")" +
                   std::string(origin) + R"("]}}}])";
    const Pointers expected{"/groups/web/0/args/url"};
    if (std::string(origin) == "https://a.example.")
      continue;  // a name of its own; it fails closed
    EXPECT_EQ(small.pointers(), expected) << origin;
  }
}

TEST(Lint, ATryEntryThatNoRunCanReachIsRefused) {
  Small small;
  small.providers += R"(, "open": {"api": "openai-chat", "key": {"env": "K"}})";
  small.models = R"("m": {"try": ["p:x", "open:y"]})";
  EXPECT_EQ(small.pointers(), Pointers{}) << "the shell may hold nothing private";
  small.place =
      R"("matrix": "!r:x.org", "allow": [{"who": ["me"], "agents": ["a"], "groups": "all"}])";
  EXPECT_EQ(small.pointers(), Pointers{"/models/m/try/1"}) << "a chat is private text";
  small.more =
      R"(, "sources": {"f": {"kind": "feeds", "path": "x.opml"}}, "jobs": {"j": {"schedule": "08:00", "agent": "a", "gather": [{"from": "f"}]}})";
  EXPECT_EQ(small.pointers(), Pointers{}) << "a digest of feeds is not";
}

TEST(Lint, NamesThatPointNowhereAreRefused) {
  Small small;
  small.agent = R"("model": "m", "groups": ["web", "wbe"])";
  EXPECT_EQ(small.pointers(), Pointers{"/agents/a/groups/1"});
  Small price;
  price.more = R"(, "prices": {"q:x": {"input_usd_per_mtok": "1", "output_usd_per_mtok": "2"}})";
  EXPECT_EQ(price.pointers(), Pointers{"/prices/q:x"});
  Small command;
  command.commands = R"("put": {"argv": ["put", "{to}"]})";
  EXPECT_EQ(command.pointers(), Pointers{"/commands/put"});
  Small program;
  program.commands = R"("put": {"argv": ["/bin/{x}"]})";
  EXPECT_EQ(program.pointers(), Pointers{"/commands/put"});
}

}  // namespace
}  // namespace openclaw::test
