// SPDX-License-Identifier: MIT
// The program on a terminal: what a model says can move no cursor, ring no bell and reorder no
// text.
#include <regex>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_dir.h"
#include "system/program.h"

namespace openclaw::test {
namespace {

struct Seen {
  int code = -1;
  std::string terminal, out, err;
};

class Terminal : public ::testing::Test {
 protected:
  Terminal()
      : stub_(dir_.file(""), dir_.file(""), "stub-key-0123456789"), house_(dir_.file(""), {}) {
    house_.environment()["STUB_KEY"] = "stub-key-0123456789";
    house_.environment()["TERM"] = "xterm-256color";
    write(dir_.file("openclaw.json"),
          R"({ "state_dir": ")" + house_.state() + R"(", "people": { "me": { "uid": )" +
              std::to_string(::getuid()) + R"( } }, "providers": { "a": { "api": "anthropic",
              "base_url": "http://)" +
              stub_.address() + R"(", "key": {"env": "STUB_KEY"} } },
              "models": { "m": { "try": ["a:ok"] } },
              "groups": { "time": [ {"tool": "clock", "confirm": true} ] },
              "agents": { "plain": { "model": "m" }, "ops": { "model": "m", "groups": ["time"] } },
              "places": { "shell": { "cli": true, "allow": [
                {"who": ["me"], "agents": ["plain", "ops"], "groups": "all"} ] } } })");
  }

  /// Runs on a terminal; to_files names what does not go there: "out", "err" or nothing. typed is
  /// entered when a question came.
  Seen run(const std::vector<std::string>& arguments, const std::string& to_file = "",
           const std::string& typed = "") {
    auto words = house_.words(arguments);
    std::vector<std::string> variables;
    for (const auto& [name, value] : house_.environment()) variables.push_back(name + "=" + value);
    std::vector<char*> argv, env;
    for (auto& word : words) argv.push_back(word.data());
    for (auto& variable : variables) env.push_back(variable.data());
    argv.push_back(nullptr);
    env.push_back(nullptr);
    const std::string file = dir_.file("to-file.txt");
    winsize size{40, 100, 0, 0};
    int terminal = -1;
    const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
    if (pid == 0) {
      if (!to_file.empty()) {
        const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(fd, to_file == "out" ? 1 : 2);
      }
      ::execve(argv[0], argv.data(), env.data());
      ::_exit(121);
    }
    Seen seen;
    bool asked = false;
    const auto until = Clock::now() + std::chrono::minutes(1);
    while (Clock::now() < until) {
      pollfd readable{terminal, POLLIN, 0};
      if (::poll(&readable, 1, 1000) <= 0) continue;
      char piece[4096];
      const ssize_t n = ::read(terminal, piece, sizeof piece);
      if (n <= 0) break;
      seen.terminal.append(piece, static_cast<std::size_t>(n));
      if (!asked && !typed.empty() && seen.terminal.find("yes or no") != std::string::npos) {
        asked = true;
        EXPECT_EQ(::write(terminal, typed.data(), typed.size()),
                  static_cast<ssize_t>(typed.size()));
      }
    }
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ::close(terminal);
    seen.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!to_file.empty()) (to_file == "out" ? seen.out : seen.err) = read(file);
    return seen;
  }

  TempDir dir_;
  Stub stub_;
  House house_;
};

/// What may not reach a terminal, colours and line ends apart; empty when all is well.
std::string harm_in(std::string text) {
  static const std::regex colours("\x1b\\[[0-9;]*m");
  text = std::regex_replace(text, colours, "");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
      return "control character " + std::to_string(c);
  }
  for (const char* reorder :
       {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069",
        "\u200E", "\u200F", "\u061C", "\u0085", "\u009B", "\u009D", "\u2028"})
    if (text.find(reorder) != std::string::npos) return "a character that reorders or commands";
  return {};
}

const std::vector<std::pair<std::string, std::string>> hostile{
    {"clear", "before \x1b[2J\x1b[H after"},
    {"title", "x \x1b]0;owned\x07 y"},
    {"clipboard", "x \x1b]52;c;cm0gLXJmIC8=\x1b\\ y"},
    {"link", "x \x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\ y"},
    {"bell", "ding \x07 dong \x07"},
    {"overwrite", "rm -rf /\rls        \n"},
    {"backspace", "safe\b\b\b\bevil"},
    {"bidi", "user \u202Enimda\u202C \u2066x\u2069 \u200F"},
    {"c1", "x \u009B2J \u009D0;t\u009C \u0085"},
    {"raw-c1", "x \x9B\x32J y"},
    {"colour", "\x1b[31mred\x1b[0m \x1b[8mhidden\x1b[0m"},
    {"in-code", "```\n\x1b[2J\x07\n```\n"},
    {"in-link", "[text](http://x/\x1b[2J\x07) **\x1b]0;t\x07**"},
    {"entity", "&#27;[2J &#7; &#x202E;abc &#155;2J"},
    {"cut-apart",
     std::string(40, 'a') + "\x1b" + std::string(40, 'b') + "\u202E" + std::string(40, 'c')}};

TEST_F(Terminal, NothingHarmfulArrives) {
  for (const auto& [name, text] : hostile) {
    write(dir_.file(name), text);
    for (const bool stream : {true, false}) {
      std::vector<std::string> words{"ask", "-m", "a:say:" + name, "hello"};
      if (!stream) words.emplace_back("--no-stream");
      const auto seen = run(words);
      EXPECT_EQ(seen.code, 0) << name << "\n" << seen.terminal;
      EXPECT_EQ(harm_in(seen.terminal), "") << name;
      EXPECT_EQ(count_of(seen.terminal, "hidden"), count_of(text, "hidden")) << name;
      EXPECT_EQ(count_of(seen.terminal, "\x1b[8m"), 0U) << name;
    }
  }
}

TEST_F(Terminal, AnErrorIsHarmlessToo) {
  const auto seen = run({"ask", "-m", "a:x\x1b[2J\x07\u202Ey", "hello"});
  EXPECT_EQ(seen.code, 78) << seen.terminal;
  EXPECT_EQ(harm_in(seen.terminal), "") << seen.terminal;
}

TEST_F(Terminal, WhatWasKeptIsShownHarmlessly) {
  write(dir_.file("clear"), hostile[0].second + hostile[7].second);
  ASSERT_EQ(run({"ask", "-m", "a:say:clear", "hello \x1b]0;t\x07"}).code, 0);
  const auto rows = house_.run({"audit", "export", "--jsonl"}).out;
  const auto at = rows.find("\"run_id\":\"") + 10;
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"audit", "show", rows.substr(at, 26)},
                                             {"audit", "tail"},
                                             {"audit", "query", "--by", "model"}}) {
    const auto seen = run(words);
    EXPECT_EQ(seen.code, 0) << seen.terminal;
    EXPECT_EQ(harm_in(seen.terminal), "") << seen.terminal;
  }
}

TEST_F(Terminal, MarkdownIsRendered) {
  write(dir_.file("page"), "# Title\n\nSome **bold** text and `code`.\n\n- one\n- two\n");
  const auto seen = run({"ask", "-m", "a:say:page", "hello"});
  EXPECT_EQ(seen.terminal.find("**"), std::string::npos) << seen.terminal;
  EXPECT_EQ(seen.terminal.find("# Title"), std::string::npos) << seen.terminal;
  EXPECT_NE(seen.terminal.find("\x1b["), std::string::npos) << seen.terminal;
  for (const auto& [name, value] : {std::pair{"NO_COLOR", "1"}, {"TERM", "dumb"}}) {
    const auto before = house_.environment();
    house_.environment()[name] = value;
    const auto plain = run({"ask", "-m", "a:say:page", "hello"});
    EXPECT_EQ(plain.terminal.find('\x1b'), std::string::npos) << name << "\n" << plain.terminal;
    EXPECT_NE(plain.terminal.find("bold"), std::string::npos);
    house_.environment() = before;
  }
}

TEST_F(Terminal, UsageLineOnlyOnStderr) {
  const auto answer_to_file = run({"ask", "hello"}, "out");
  EXPECT_EQ(answer_to_file.out, "Hello from the stub.\n");
  EXPECT_NE(answer_to_file.terminal.find("run 0"), std::string::npos) << answer_to_file.terminal;
  const auto errors_to_file = run({"ask", "hello"}, "err");
  EXPECT_EQ(errors_to_file.terminal, "Hello from the stub.\r\n");
  EXPECT_EQ(errors_to_file.err, "");
}

TEST_F(Terminal, AsksBeforeItRuns) {
  const std::vector<std::string> words{"ask", "-a", "ops", "-m", "a:tool:clock", "--json", "hello"};
  const auto yes = run(words, "out", "yes\n");
  EXPECT_EQ(yes.code, 0) << yes.terminal;
  EXPECT_NE(yes.terminal.find("clock"), std::string::npos);
  EXPECT_NE(yes.out.find(R"("decision":"confirm")"), std::string::npos) << yes.out;
  const auto no = run(words, "out", "no\n");
  EXPECT_EQ(no.code, 0) << no.terminal;
  EXPECT_NE(no.out.find(R"("decision":"deny")"), std::string::npos) << no.out;
}

}  // namespace
}  // namespace openclaw::test
