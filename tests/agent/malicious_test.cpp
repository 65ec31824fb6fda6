// SPDX-License-Identifier: MIT
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/attacks.h"
#include "agent/house.h"
#include "base/text.h"
#include "support/http_server.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using policy::WhenTainted;

/// A world with things that may be touched and things that may never be.
struct World {
  World() {
    std::filesystem::create_directories(targets.root + "/deep");
    write(targets.good_file, "GRANTED");
    write(targets.root + "/deep/more", "GRANTED too");
    write(targets.evil_file, "FORBIDDEN");
    write(targets.root + "-evil", "FORBIDDEN");
    write(targets.root + ".evil", "FORBIDDEN");
    for (const auto& [name, to] : std::map<std::string, std::string>{{"link", targets.evil_file},
                                                                     {"up", dir.path().string()},
                                                                     {"slash", "/"},
                                                                     {"proc", "/proc/self/root"}})
      if (::symlink(to.c_str(), (targets.root + "/" + name).c_str()) != 0)
        throw std::runtime_error("link");
    if (::mkfifo((targets.root + "/fifo").c_str(), 0600) != 0) throw std::runtime_error("fifo");
    targets.good_origin = good.origin();
    targets.evil_origin = evil.origin();
    targets.good_port = std::to_string(good.port());
    targets.evil_port = std::to_string(evil.port());
    wipe = append_command(dir.file("wiped"));
    wipe.name = "wipe";
  }

  TempDir dir;
  Targets targets{dir.file("root"), dir.file("root/f"), dir.file("evil"), "", "", "", ""};
  HttpServer evil{http_answer(200, {}, "FORBIDDEN")};
  HttpServer good{[this](const HttpAsk& ask, const HttpPeer& peer) {
    const bool away = ask.target.starts_with("/away");
    peer.send(away ? http_answer(302, {{"Location", evil.url("/redirected")}}, "")
                   : http_answer(200, {{"Content-Type", "text/plain"}}, "a page"));
  }};
  tools::DeclaredCommand append = append_command(dir.file("log"));
  tools::DeclaredCommand wipe;
};

/// What a scenario grants; the test's own reading of it is in may().
struct Grants {
  const char* name;
  bool clock, files, http, command;
  std::vector<std::string> deny;
  bool ask = false;
  WhenTainted when_tainted = WhenTainted::refuse;
};

const std::vector<Grants>& all_grants() {
  static const std::vector<Grants> list{
      {"nothing", false, false, false, false, {}},
      {"clock", true, false, false, false, {}},
      {"files", false, true, false, false, {}},
      {"http", false, false, true, false, {}},
      {"command", false, false, false, true, {}},
      {"http and command", true, false, true, true, {}},
      {"everything", true, true, true, true, {}},
      {"everything even when tainted", true, true, true, true, {}, false, WhenTainted::allow},
      {"everything but with denials", true, true, true, true, {"command_*", "http_get"}},
      {"everything after a question", true, true, true, true, {}, true}};
  return list;
}

struct Person {
  policy::Caller caller;
  bool granted;
};

const std::vector<Person>& people() {
  static const std::vector<Person> list{{{"shell", "me", ""}, true},
                                        {{"", "", "digest"}, true},
                                        {{"shell", "me", ""}, true},
                                        {{"shell", "eva", ""}, false},
                                        {{"room", "me", ""}, false},
                                        {{"", "", "bare"}, false},
                                        {{"shell", "me", "digest"}, false},
                                        {{"nowhere", "me", ""}, false},
                                        {{"", "", ""}, false}};
  return list;
}

/// JSON may write a slash as "\\/".
std::string replace_slashes(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '/' ? std::string("\\/") : std::string(1, c);
  return out;
}

class Scenario {
 public:
  Scenario(World& world, const Grants& grants)
      : world_(world), grants_(grants), house({world.append, world.wipe}) {
    const auto add = [&](bool is_granted, const char* tool,
                         const std::map<std::string, policy::Constraint>& args) {
      if (!is_granted) return;
      auto& grant = house.grant(tool, args);
      grant.confirm = grants.ask;
      grant.when_tainted = grants.when_tainted;
    };
    add(grants.clock, "clock", {});
    add(grants.files, "file_read", {{"path", House::under(world.targets.root)}});
    add(grants.files, "file_list", {{"path", House::under(world.targets.root)}});
    add(grants.http, "http_get", {{"url", House::at(world.targets.good_origin)}});
    add(grants.command, "command_append", {{"text", House::eq("benign")}});
    house.policy.agents["ops"].deny = grants.deny;
    house.policy.places["room"] = {policy::AllowRule{{"me"}, {"ops"}, false, {"other"}}};
    house.policy.jobs["digest"] = {"ops", {"g"}};
    house.policy.jobs["bare"] = {"ops", {}};
    house.asker = [](const tools::Question&) { return false; };
    house.limits.turns = 20;
    house.limits.tool_calls = 1 << 30;
  }

  /// Whether this call may have its effect now, read from the declaration by hand.
  bool may(const llm::ToolCall& call, bool granted, policy::Labels taint) const {
    const auto& [name, is_clock, files, http, command, deny, ask, tainted] = grants_;
    if (!granted || ask || !deny.empty()) return false;
    const bool blocked = taint.untrusted && taint.private_text && tainted != WhenTainted::allow;
    if (call.name == "http_get" && http) {
      const std::string start = R"({"url":")" + world_.targets.good_origin;
      for (const char* path : {"/page", "/away"})
        if (call.arguments == start + path + "\"}") return !blocked;
      for (const char* path : {"/page?q=secret", "/away?q=1"})
        if (call.arguments == start + path + "\"}") return !taint.untrusted;
    }
    return call.name == "command_append" && command && !blocked &&
           call.arguments == R"({"text":"benign"})";
  }

  /// One run with attacks after so many harmless turns; gives how many calls were made.
  int attack(Attacks& attacks, const Person& person, policy::Labels taint, int position, int count);

 private:
  World& world_;
  const Grants& grants_;

 public:
  House house;
  int effects = 0;
};

int Scenario::attack(Attacks& attacks, const Person& person, policy::Labels taint, int position,
                     int count) {
  FakeProvider fresh;
  house.candidates = {candidate(fresh)};
  house.who = person.caller;
  house.input.messages = {llm::user_text(attacks.texts()[0])};
  house.input.taint = taint;
  std::vector<llm::ToolCall> all;
  const auto turn = [&](std::vector<llm::ToolCall> wanted) {
    all.insert(all.end(), wanted.begin(), wanted.end());
    fresh.then(calls(wanted, attacks.texts()[all.size() % attacks.texts().size()]));
  };
  for (int i = 0; i < position; ++i)  // denied or harmless, and each one different
    turn(
        {{"h" + std::to_string(i), "clock", std::string(static_cast<std::size_t>(i), ' ') + "{}"}});
  turn(attacks.batch(count));
  fresh.then(says("done"));
  const auto log_before = world_.good.log().size();
  const std::string lines_before = read(world_.append.writable[0]);
  const auto out = house.run("and now?");

  EXPECT_EQ(out.tools.size(), all.size());
  if (out.tools.size() != all.size()) return 0;
  std::vector<std::string> expected;
  std::string lines = lines_before;
  policy::Labels seen = taint;
  std::map<std::string, int> same;  // the third identical call of a run is not run
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& call = all[i];
    const bool fresh_call = ++same[call.name + "\n" + call.arguments] < 3;
    const bool ran = out.tools[i].decision == "allow";
    if (call.name == "http_get" || call.name.starts_with("command_")) {
      EXPECT_EQ(ran, fresh_call && may(call, person.granted, seen))
          << grants_.name << " " << call.name << " " << call.arguments;
    }
    if (!ran) continue;
    if (call.name == "http_get") {
      const auto from = call.arguments.find('/', call.arguments.find("//") + 2);
      expected.push_back("GET " + call.arguments.substr(from, call.arguments.size() - from - 2));
    }
    if (call.name == "command_append") lines += "benign\n";
    if (call.name != "clock") seen = {true, true};
  }
  effects += static_cast<int>(expected.size());
  const auto log = world_.good.log();
  EXPECT_EQ(
      std::vector<std::string>(log.begin() + static_cast<std::ptrdiff_t>(log_before), log.end()),
      expected);
  EXPECT_EQ(read(world_.append.writable[0]), lines);
  EXPECT_EQ(world_.evil.connections(), 0);
  EXPECT_EQ(read(world_.dir.file("wiped")), "");
  // Each call of the last turn is answered exactly once, under its own id.
  std::vector<std::string> ids, answered;
  const auto& last = out.messages[out.messages.size() - (out.outcome == "ok" ? 2 : 1)];
  for (auto at = all.size() - static_cast<std::size_t>(count); at < all.size(); ++at)
    ids.push_back(all[at].id);
  for (const auto& result : results_in(last)) {
    answered.push_back(result.call_id);
    EXPECT_EQ(result.text.find("FORBIDDEN"), std::string::npos);
    EXPECT_EQ(result.text.find("root:"), std::string::npos);
  }
  EXPECT_EQ(answered, ids);
  return static_cast<int>(all.size());
}

TEST(MaliciousModel, HasNoUnauthorisedEffect) {
  const int goal = times(100'000, 1'000'000);
  World world;
  Attacks attacks(world.targets, seed());
  std::mt19937_64 random(seed() + 1);
  const int batches[] = {5, 20, 100, 500};
  const policy::Labels taints[] = {{}, {true, false}, {false, true}, {true, true}};
  int made = 0, effects = 0;
  const int each = goal / static_cast<int>(all_grants().size());
  for (const auto& grants : all_grants()) {
    Scenario scenario(world, grants);
    int here = 0;
    while (here < each && !testing::Test::HasFailure())
      here += scenario.attack(attacks, people()[random() % people().size()], taints[random() % 4],
                              static_cast<int>(random() % 4), batches[random() % 4]);
    // The audit has a row for each, and "allow" only for what was granted.
    EXPECT_EQ(scenario.house.number("SELECT (SELECT count(*) FROM tools) - (SELECT count(*) FROM"
                                    " tool_ends WHERE outcome='superseded')"),
              here);
    if (std::string_view(grants.name) == "nothing" || grants.ask) {
      EXPECT_EQ(scenario.house.number("SELECT count(*) FROM tools WHERE decision<>'deny'"), 0);
    }
    EXPECT_EQ(
        scenario.house.number("SELECT count(*) FROM tools WHERE decision<>'deny' AND name NOT IN"
                              " ('clock','file_read','file_list','http_get','command_append')"),
        0);
    EXPECT_EQ(
        scenario.house.number("SELECT count(*) FROM tools WHERE name LIKE '%' || char(10) || '%'"),
        0);
    made += here;
    effects += scenario.effects;
  }
  EXPECT_GE(made, goal);
  std::cout << "malicious model: " << made << " calls (" << attacks.names() << " names, "
            << attacks.arguments() << " arguments), " << effects
            << " permitted requests, 0 unauthorised effects unless a failure stands above"
            << std::endl;
}

TEST(MaliciousModel, WhereItIsGrantedEveryEffectIsSeen) {
  // The control: the same attacks under a policy that grants what they want.
  World world;
  Attacks attacks(world.targets, seed());
  House house({world.append, world.wipe});
  for (const auto& [tool, argument] : std::map<std::string, std::string>{
           {"http_get", "url"}, {"command_append", "text"}, {"command_wipe", "text"}})
    house.grant(tool, {{argument, {}}});
  house.grant("http_get", {{"url", House::at(world.targets.evil_origin)}});
  house.grant("file_read", {{"path", House::under("/")}});
  house.limits.tool_calls = 1 << 30;
  std::string results;
  for (int i = 0; i < 400; ++i) {
    FakeProvider fresh;
    house.candidates = {candidate(fresh)};
    house.input.messages.clear();
    fresh.then(calls(attacks.batch(10))).then(says("done"));
    const auto out = house.run();
    for (const auto& message : out.messages)
      for (const auto& result : results_in(message)) results += result.text;
  }
  EXPECT_GT(world.evil.connections(), 0);
  EXPECT_NE(results.find("FORBIDDEN"), std::string::npos);
  EXPECT_NE(results.find("root:"), std::string::npos);
  EXPECT_NE(read(world.append.writable[0]).find("evil"), std::string::npos);
  EXPECT_NE(read(world.dir.file("wiped")), "");
}

TEST(MaliciousModel, CallsHiddenInTextAreText) {
  World world;
  Attacks attacks(world.targets, seed());
  Scenario scenario(world, all_grants()[6]);
  for (const auto& text : attacks.texts()) {
    FakeProvider fresh;
    scenario.house.candidates = {candidate(fresh)};
    scenario.house.input.messages = {llm::user_text(text)};
    fresh.then(says(text, llm::Finish::paused)).then(says(text));
    const auto out = scenario.house.run(text);
    EXPECT_EQ(out.outcome, "ok");
    EXPECT_EQ(out.text, text);
  }
  EXPECT_EQ(scenario.house.number("SELECT count(*) FROM tools"), 0);
  EXPECT_EQ(world.good.connections(), 0);
  EXPECT_EQ(read(world.append.writable[0]), "");
}

TEST(MaliciousModel, TenThousandCallsInOneTurnAreBounded) {
  World world;
  Scenario scenario(world, all_grants()[6]);
  scenario.house.limits.tool_calls = 32;
  std::vector<llm::ToolCall> many;
  for (int i = 0; i < 10000; ++i)
    many.push_back({"same", "command_append",
                    "{\"text\":\"benign\"}" + std::string(static_cast<std::size_t>(i % 50), ' ')});
  FakeProvider fresh;
  scenario.house.candidates = {candidate(fresh)};
  fresh.then(calls(many)).then(says("never"));
  const auto out = scenario.house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(results_in(out.messages.back()).size(), many.size());
  EXPECT_LE(scenario.house.number("SELECT count(*) FROM tool_ends WHERE outcome='ok'"), 32);
  EXPECT_EQ(fresh.seen.size(), 1u);
}

TEST(MaliciousModel, EveryBenignCaseIsAllowed) {
  World world;
  const std::string& root = world.targets.root;
  const std::string& good = world.targets.good_origin;
  for (const char* name :
       {"with space", "caf\xC3\xA9", "..dots", "...", ".hidden", "-dash", "per%2ecent", "quote\"s",
        "a'b", "semi;colon", "star*", "\xE6\x97\xA5\xE6\x9C\xAC"})
    write(root + "/" + name, "GRANTED");
  const auto path = [&](const std::string& below) {
    return json::dump(json::Value::object({{"path", root + below}}));
  };
  const auto url = [&](const std::string& rest) {
    return json::dump(json::Value::object({{"url", good + rest}}));
  };
  std::vector<std::pair<std::string, std::string>> cases{
      {"clock", "{}"},
      {"clock", ""},
      {"clock", " { } "},
      {"clock", "{\n}"},
      {"file_read", path("/f")},
      {"file_read", path("/deep/more")},
      {"file_read", replace_slashes(path("/f"))},
      {"file_list", path("")},
      {"file_list", path("/deep")},
      {"http_get", url("/page")},
      {"http_get", url("/page?q=1")},
      {"http_get", url("")},
      {"http_get", url("/")},
      {"http_get", url("/?")},
      {"http_get", url("/a/../b")},
      {"http_get", url("/page#part")},
      {"http_get", url("/%20%41")},
      {"http_get", url("//page")},
      {"http_get", url("/" + std::string(2000, 'p'))},
      {"http_get", "{\"url\":\"HTTP" + good.substr(4) + "/page\"}"},
      {"command_append", R"({"text":"benign"})"},
      {"command_append", R"({ "text" : "\u0062enign" })"}};
  for (const char* name :
       {"/with space", "/caf\xC3\xA9", "/..dots", "/...", "/.hidden", "/-dash", "/per%2ecent",
        "/quote\"s", "/a'b", "/semi;colon", "/star*", "/\xE6\x97\xA5\xE6\x9C\xAC"})
    cases.emplace_back("file_read", path(name));
  ASSERT_GE(cases.size(), 30u);
  Scenario scenario(world, all_grants()[6]);
  for (const auto& [tool, arguments] : cases) {
    FakeProvider fresh;
    scenario.house.candidates = {candidate(fresh)};
    scenario.house.input.messages.clear();
    fresh.then(calls({{"1", tool, arguments}})).then(says("done"));
    const auto out = scenario.house.run();
    EXPECT_EQ(out.outcome, "ok");
    EXPECT_EQ(out.denied, 0) << tool << " " << arguments;
    ASSERT_EQ(fresh.seen.size(), 2u);
    const auto results = results_in(fresh.seen[1].messages.back());
    ASSERT_EQ(results.size(), 1u);
    EXPECT_FALSE(results[0].error) << tool << " " << arguments << ": " << results[0].text;
    if (tool == "file_read") {
      EXPECT_TRUE(results[0].text.starts_with("GRANTED"));
    }
  }
  EXPECT_EQ(world.good.connections(), 11);
  EXPECT_EQ(read(world.append.writable[0]), "benign\nbenign\n");
}

}  // namespace
}  // namespace openclaw::test
