// SPDX-License-Identifier: MIT
#include "system/program.h"

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

void put(int at, const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags, 0600);
  if (fd < 0 || ::dup2(fd, at) < 0) ::_exit(120);
  ::close(fd);
}

}  // namespace

Program::Program(const std::vector<std::string>& words, const Environment& environment,
                 const Files& files) {
  std::vector<std::string> both = words;
  const std::size_t split = words.size();
  for (const auto& [name, value] : environment) both.push_back(name + "=" + value);
  std::vector<char*> argv, env;
  for (std::size_t i = 0; i < both.size(); ++i) (i < split ? argv : env).push_back(both[i].data());
  argv.push_back(nullptr);
  env.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no fork");
  if (pid_ == 0) {
    put(0, files.in, O_RDONLY);
    put(1, files.out, O_WRONLY | O_CREAT | O_TRUNC);
    put(2, files.err, O_WRONLY | O_CREAT | O_TRUNC);
    ::execve(argv[0], argv.data(), env.data());
    ::_exit(121);
  }
}

std::optional<int> Program::wait_until(Clock::time_point moment) {
  if (code_) return code_;
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  const auto left = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::nanoseconds>(moment - Clock::now()).count());
  const timespec time{left / 1'000'000'000, left % 1'000'000'000};
  pollfd ended{handle, POLLIN, 0};
  const int n = ::ppoll(&ended, 1, &time, nullptr);
  ::close(handle);
  if (n <= 0) return std::nullopt;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code_;
}

int Program::wait() {
  const auto code = wait_until(Clock::now() + std::chrono::minutes(1));
  return code ? *code : kill(SIGKILL);
}

int Program::kill(int signal) {
  if (code_) return *code_;
  ::kill(pid_, signal);
  const auto code = wait_until(Clock::now() + std::chrono::minutes(1));
  return code.value_or(-1);
}

std::string path_from(const char* variable) {
  const char* path = std::getenv(variable);
  if (!path) throw std::runtime_error(std::string("set ") + variable);
  return path;
}

Stub::Stub(const std::string& folder, const std::string& say, const std::string& key)
    : file_(folder + "/stub.log") {
  const std::string out = folder + "/stub.port";
  program_.emplace(std::vector<std::string>{path_from("VENDOR_STUB"), "--log", file_, "--say", say,
                                            "--key", key},
                   Environment{}, Files{"/dev/null", out, "/dev/null"});
  for (int i = 0; i < 3000; ++i) {
    port_ = read(out);
    if (port_.ends_with('\n')) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (port_.empty()) throw std::runtime_error("the stub gave no port");
  port_.pop_back();
}

std::vector<std::string> Stub::log() const { return lines_of(read(file_)); }

House::House(const std::string& folder, const Environment& more)
    : folder_(folder), program_(path_from("OPENCLAW")), environment_(more) {
  environment_.merge(Environment{{"HOME", folder},
                                 {"PATH", "/usr/bin:/bin"},
                                 {"LANG", "C.UTF-8"},
                                 {"TZ", "Europe/Amsterdam"},
                                 {"OPENCLAW_CONFIG", folder + "/openclaw.json"},
                                 {"ASAN_OPTIONS", "detect_leaks=0"}});
}

std::vector<std::string> House::words(const std::vector<std::string>& arguments) const {
  std::vector<std::string> out{program_};
  out.insert(out.end(), arguments.begin(), arguments.end());
  return out;
}

Result House::run(const std::vector<std::string>& arguments, const std::string& in) {
  const Files files{in, folder_ + "/out.txt", folder_ + "/err.txt"};
  Program program(words(arguments), environment_, files);
  const int code = program.wait();
  return {code, read(files.out), read(files.err)};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) break;
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
  return n;
}

}  // namespace openclaw::test
