// SPDX-License-Identifier: MIT
// Secrets planted through each kind of reference, and sent back by the vendor and by a tool in
// several forms, appear nowhere. The control run, with redaction off, finds each form.
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "json/parse.h"
#include "support/temp_dir.h"
#include "system/program.h"

namespace openclaw::test {
namespace {

using json::Value;

const std::vector<std::string> kinds{"env", "file", "command", "credential"};

/// Raw, JSON-escaped, percent and base64 are all different for it.
std::string canary(const std::string& kind) {
  return "canary-" + kind + R"(-"q\z%41+/=;0123456789)";
}

std::string percent(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = base::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : "%" + base::hex(std::string(1, c), true);
  }
  return out;
}

std::map<std::string, std::string> forms_of(const std::string& kind) {
  const std::string raw = canary(kind);
  std::string base64 = base::base64(raw);
  while (base64.ends_with('=')) base64.pop_back();
  base64.pop_back();  // the last letter depends on what follows
  const std::string escaped = json::dump(Value(raw));
  return {{"raw", raw},
          {"json", escaped.substr(1, escaped.size() - 2)},
          {"percent", percent(raw)},
          {"base64", base64}};
}

class Canary : public ::testing::Test {
 protected:
  Canary() : house_(dir_.file(""), {}) {
    for (const char* folder : {"say", "credentials", "out", "files"})
      std::filesystem::create_directory(dir_.file(folder));
    std::string providers;
    for (const auto& kind : kinds) {
      std::filesystem::create_directory(dir_.file("stub-" + kind));
      stubs_.push_back(
          std::make_unique<Stub>(dir_.file("stub-" + kind), dir_.file("say"), canary(kind)));
      providers += (providers.empty() ? "" : ",") + Value(kind).as_string().insert(0, "\"") +
                   R"(": { "api": "openai-chat", "base_url": "http://)" + stubs_.back()->address() +
                   R"(/v1", "private_text": true, "key": )" + reference(kind) + " }";
    }
    house_.environment()["CANARY"] = canary("env");
    house_.environment()["CREDENTIALS_DIRECTORY"] = dir_.file("credentials");
    write_secret("secret-file", canary("file"));
    write_secret("secret-command", canary("command"));
    write_secret("credentials/key", canary("credential"));
    std::string everything;
    for (const auto& kind : kinds)
      for (const auto& [name, form] : forms_of(kind)) everything += form + "\n";
    write(dir_.file("files/leak.txt"), everything);
    write(dir_.file("openclaw.json"), configuration(providers));
  }

  std::string reference(const std::string& kind) const {
    if (kind == "env") return R"({"env": "CANARY"})";
    if (kind == "file") return R"({"file": ")" + dir_.file("secret-file") + R"("})";
    if (kind == "credential") return R"({"credential": "key"})";
    return R"({"command": ["/bin/sh", "-c", "/usr/bin/env > )" +
           dir_.file("out/secret-environment") + "; cat " + dir_.file("secret-command") + R"("]})";
  }

  void write_secret(const std::string& name, const std::string& text) const {
    write(dir_.file(name), text + "\n");
    ::chmod(dir_.file(name).c_str(), 0600);
  }

  std::string configuration(const std::string& providers) const {
    const std::string show = R"("argv": ["/bin/sh", "-c", "/usr/bin/env > )" +
                             dir_.file("out/tool-environment") +
                             "; tr '\\\\0' ' ' < /proc/$$/cmdline > " + dir_.file("out/tool-argv") +
                             "; cat " + dir_.file("files/leak.txt") + R"("], "read": [")" +
                             dir_.file("files") + R"("], "write": [")" + dir_.file("out") + R"("])";
    return R"({ "state_dir": ")" + house_.state() + R"(", "people": { "me": { "uid": )" +
           std::to_string(::getuid()) + "} }, \"providers\": {" + providers +
           R"(}, "models": { "m": { "try": ["env:ok"] } },
           "commands": { "show": { )" +
           show + R"( } },
           "groups": { "show": [ {"tool": "command_show", "other_args": true, "when_tainted": "allow"} ] },
           "accept_risk": { "show": { "reason": "the test wants the leak" } },
           "agents": { "plain": { "model": "m" }, "ops": { "model": "m", "groups": ["show"] } },
           "places": { "shell": { "cli": true, "allow": [
             {"who": ["me"], "agents": ["plain", "ops"], "groups": "all"} ] } } })";
  }

  void keep(const std::string& where, const std::string& text) { surfaces_[where] += text; }

  void ask(const std::vector<std::string>& more, int code) {
    std::vector<std::string> words{"ask"};
    words.insert(words.end(), more.begin(), more.end());
    words.emplace_back("hello");
    const auto result = house_.run(words);
    EXPECT_EQ(result.code, code) << result.err;
    keep("stdout", result.out);
    keep("stderr", result.err);
  }

  /// Looks at the process while the vendor keeps it waiting.
  void look_inside() {
    const auto& stub = *stubs_.front();
    const auto before = stub.log().size();
    Program program(house_.words({"ask", "-m", "env:slow", "hello"}), house_.environment(), {});
    for (int i = 0; i < 3000 && stub.log().size() == before; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::string proc = "/proc/" + std::to_string(program.pid());
    keep("argv", read(proc + "/cmdline"));
    const auto limits = read(proc + "/limits");
    const auto core = limits.substr(limits.find("Max core file size"));
    EXPECT_EQ(core.substr(0, core.find('\n')).find("unlimited"), std::string::npos)
        << "core dumps are on";
    keep_state();
    EXPECT_EQ(program.kill(2), 130);
  }

  void keep_state() {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(house_.state()))
      if (entry.is_regular_file()) {
        const auto name = entry.path().filename().string();
        keep(name.ends_with("-wal")  ? "WAL"
             : name.ends_with(".db") ? "database"
                                     : name,
             read(entry.path()));
      }
  }

  void run_all() {
    for (const auto& kind : kinds) {
      ask({"-m", kind + ":leak"}, 0);
      ask({"-m", kind + ":leak", "--no-stream", "--json"}, 0);
      ask({"-m", kind + ":leak", "--jsonl"}, 0);
      ask({"-m", kind + ":401"}, 69);
    }
    ask({"-m", "file:tool:command_show", "-a", "ops"}, 0);
    look_inside();
    const auto rows = house_.run({"audit", "export", "--jsonl"});
    keep("export", rows.out);
    for (const auto& line : lines_of(rows.out)) {
      const auto row = json::parse(line);
      if (row["table"] == Value("runs"))
        keep("bodies", house_.run({"audit", "show", row["run"].as_string()}).out);
    }
    keep_state();
    for (const char* name : {"tool-environment", "tool-argv"})
      keep(name, read(dir_.file(std::string("out/") + name)));
    EXPECT_FALSE(surfaces_["tool-environment"].empty()) << "the declared command did not run";
    EXPECT_FALSE(surfaces_["tool-argv"].empty());
    // The password manager gets an environment of its own.
    EXPECT_EQ(read(dir_.file("out/secret-environment")).find(canary("env")), std::string::npos);
    for (const auto& stub : stubs_)
      for (const auto& line : stub->log()) keep("prompts", json::parse(line)["body"].as_string());
  }

  TempDir dir_;
  House house_;
  std::vector<std::unique_ptr<Stub>> stubs_;
  std::map<std::string, std::string> surfaces_;
};

TEST_F(Canary, IsFoundNowhere) {
  run_all();
  for (const auto& [where, text] : surfaces_)
    for (const auto& kind : kinds)
      for (const auto& [name, form] : forms_of(kind)) {
        const auto at = text.find(form);
        EXPECT_EQ(at, std::string::npos) << kind << ", " << name << ", in " << where << ": "
                                         << text.substr(at < 60 ? 0 : at - 60, 160);
      }
}

TEST_F(Canary, IsFoundWithoutRedaction) {
  house_.use(path_from("OPENCLAW_UNREDACTED"));
  run_all();
  for (const auto& kind : kinds)
    for (const auto& [name, form] : forms_of(kind)) {
      for (const char* where : {"stdout", "stderr", "bodies", "export"})
        EXPECT_NE(surfaces_[where].find(form), std::string::npos)
            << kind << ", " << name << ", in " << where;
      EXPECT_NE((surfaces_["database"] + surfaces_["WAL"]).find(form), std::string::npos)
          << kind << ", " << name;
    }
}

}  // namespace
}  // namespace openclaw::test
