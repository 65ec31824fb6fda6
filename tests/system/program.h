// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

/// Starts the programs under test as anybody would: by path, with files or a terminal around them.
namespace openclaw::test {

using Clock = std::chrono::steady_clock;
using Environment = std::map<std::string, std::string>;

struct Files {
  std::string in = "/dev/null";
  std::string out = "/dev/null";
  std::string err = "/dev/null";
};

/// A running program; killed and reaped by its own id at the latest in the destructor.
class Program {
 public:
  Program(const std::vector<std::string>& words, const Environment& environment,
          const Files& files);
  ~Program() { kill(9); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  /// The exit code, or 128 plus the signal; nullopt when it still runs at that moment.
  std::optional<int> wait_until(Clock::time_point moment);
  /// The exit code after at most a minute; then it is killed.
  int wait();
  int kill(int signal);

 private:
  pid_t pid_ = -1;
  std::optional<int> code_;
};

/// Where the two programs are: $OPENCLAW and $VENDOR_STUB.
std::string path_from(const char* variable);

/// The stand-in for the vendors, for as long as this lives.
class Stub {
 public:
  /// folder gets its log; say holds the texts of its answers.
  Stub(const std::string& folder, const std::string& say, const std::string& key);
  std::string address() const { return "127.0.0.1:" + port_; }
  /// Lines of requests so far.
  std::vector<std::string> log() const;

 private:
  std::string file_;
  std::optional<Program> program_;
  std::string port_;
};

struct Result {
  int code = 0;
  std::string out, err;
};

/// A folder with a configuration and an environment that nothing of the caller's leaks into.
class House {
 public:
  House(const std::string& folder, const Environment& more);
  const std::string& folder() const { return folder_; }
  std::string state() const { return folder_ + "/state"; }
  Environment& environment() { return environment_; }
  std::vector<std::string> words(const std::vector<std::string>& arguments) const;
  Result run(const std::vector<std::string>& arguments, const std::string& in = "/dev/null");
  void use(const std::string& program) { program_ = program; }

 private:
  std::string folder_, program_;
  Environment environment_;
};

std::vector<std::string> lines_of(const std::string& text);
std::size_t count_of(const std::string& text, const std::string& what);

}  // namespace openclaw::test
