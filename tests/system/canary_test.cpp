// SPDX-License-Identifier: MIT
// Secrets planted through each kind of reference, and sent back by the vendor and by a tool in
// several forms, appear nowhere. The control run, with redaction off, finds each form.
#include <filesystem>
#include <sstream>
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
  if (const auto padding = base64.find('='); padding != std::string::npos)
    base64.resize(padding - 1);  // the last letter depends on what follows
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
      providers += std::string(providers.empty() ? "\"" : ",\"") + kind +
                   R"(": { "api": "openai-chat", "base_url": "http://)" + stubs_.back()->address() +
                   R"(/v1", "private_text": true, "key": )" + reference(kind) + " }";
    }
    house_.environment()["CANARY"] = canary("env");
    house_.environment()["CREDENTIALS_DIRECTORY"] = dir_.file("credentials");
    write_secret("secret-file", canary("file"));
    write_secret("secret-command", canary("command"));
    write_secret("credentials/key", canary("credential"));
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
    const std::string script = "/usr/bin/env > " + dir_.file("out/environment") +
                               "; while [ ! -e " + dir_.file("out/go") + " ]; do :; done; cat " +
                               dir_.file("files/leak.txt");
    const std::string show = R"("argv": ["/bin/sh", "-c", ")" + script + R"("], "read": [")" +
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

  /// The command lines and environments of a process's children and theirs.
  void keep_children(pid_t pid) {
    const std::string proc = "/proc/" + std::to_string(pid) + "/task/";
    for (const auto& task : std::filesystem::directory_iterator(proc)) {
      std::istringstream children(read(task.path() / "children"));
      for (pid_t child = 0; children >> child;) {
        const std::string at = "/proc/" + std::to_string(child);
        keep("argv", read(at + "/cmdline"));
        keep("environment of children", read(at + "/environ"));
        keep_children(child);
      }
    }
  }

  /// A tool's result holds the secret, and its process is looked at while it runs.
  void use_tool(const std::string& kind) {
    std::string leak;
    for (const auto& [name, form] : forms_of(kind)) leak += form + "\n";
    write(dir_.file("files/leak.txt"), leak);
    for (const char* old : {"out/go", "out/environment"}) std::filesystem::remove(dir_.file(old));
    const Files files{"/dev/null", dir_.file("tool-out.txt"), dir_.file("tool-err.txt")};
    Program program(house_.words({"ask", "-a", "ops", "-m", kind + ":tool:command_show", "hello"}),
                    house_.environment(), files);
    for (int i = 0; i < 2000 && read(dir_.file("out/environment")).empty(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    keep("environment of children", read(dir_.file("out/environment")));
    keep_children(program.pid());
    EXPECT_NE(surfaces_["argv"].find("/bin/sh"), std::string::npos) << "the tool was not seen";
    write(dir_.file("out/go"), "");
    EXPECT_EQ(program.wait(), 0) << read(files.err);
    keep("stdout", read(files.out));
    keep("stderr", read(files.err));
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
      ask({"-m", kind + ":401"}, 78);
    }
    for (const auto& kind : kinds) use_tool(kind);
    look_inside();
    const auto rows = house_.run({"audit", "export", "--jsonl"});
    keep("export", rows.out);
    for (const auto& line : lines_of(rows.out)) {
      const auto row = json::parse(line);
      if (row["table"] == Value("runs"))
        keep("bodies", house_.run({"audit", "show", row["run_id"].as_string()}).out);
    }
    keep_state();
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
      for (const char* where : {"stdout", "stderr", "bodies", "prompts"}) {
        if (std::string(where) == "prompts" && name == "raw") continue;  // there it is JSON
        EXPECT_NE(surfaces_[where].find(form), std::string::npos)
            << kind << ", " << name << ", in " << where;
      }
      EXPECT_NE((surfaces_["database"] + surfaces_["WAL"]).find(form), std::string::npos)
          << kind << ", " << name;
    }
}

}  // namespace
}  // namespace openclaw::test
