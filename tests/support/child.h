// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace openclaw::test {

using Clock = std::chrono::steady_clock;

/// A process that a test started; killed and reaped by its own id at the latest in the destructor.
class Child {
 public:
  /// Runs work in a fork. work gets a descriptor whose bytes the parent can read; its result is the
  /// exit code. No database may be open in the parent.
  explicit Child(const std::function<int(int out)>& work) {
    start([&work](int out) {
      int code = 99;
      try {
        code = work(out);
      } catch (const std::exception& e) {
        std::cerr << "child " << ::getpid() << ": " << e.what() << std::endl;
      }
      ::_exit(code);
    });
  }

  /// Runs this program anew with other arguments; its stdout is what the parent can read.
  explicit Child(const std::vector<std::string>& arguments) {
    start([&arguments](int out) {
      ::dup2(out, STDOUT_FILENO);
      std::string self = "/proc/self/exe";
      std::vector<std::string> copy = arguments;
      std::vector<char*> argv{self.data()};
      for (auto& argument : copy) argv.push_back(argument.data());
      argv.push_back(nullptr);
      ::execv(self.c_str(), argv.data());
      ::_exit(98);
    });
  }

  ~Child() {
    kill();
    if (out_ >= 0) ::close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  /// The exit code, or 128 plus the signal that ended it.
  int wait() {
    if (!reaped_) {
      while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) continue;
      reaped_ = true;
    }
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }

  int kill(int signal = SIGKILL) {
    if (!reaped_) ::kill(pid_, signal);
    return wait();
  }

  /// Adds what the child wrote to got: until it ended, the moment came, or got has `enough` bytes.
  /// False at the child's end.
  bool read(std::string& got, Clock::time_point until,
            std::size_t enough = static_cast<std::size_t>(-1)) const {
    while (got.size() < enough) {
      const auto left =
          std::chrono::duration_cast<std::chrono::nanoseconds>(until - Clock::now()).count();
      if (left <= 0) return true;
      const timespec wait{static_cast<time_t>(left / 1'000'000'000),
                          static_cast<long>(left % 1'000'000'000)};
      pollfd readable{out_, POLLIN, 0};
      if (::ppoll(&readable, 1, &wait, nullptr) <= 0) continue;
      char piece[256];
      const ssize_t n = ::read(out_, piece, std::min(sizeof piece, enough - got.size()));
      if (n <= 0) return false;
      got.append(piece, static_cast<std::size_t>(n));
    }
    return true;
  }

  /// Waits for so many bytes of the child, a minute at most.
  bool hear(std::size_t bytes) const {
    std::string got;
    return read(got, Clock::now() + std::chrono::minutes(1), bytes) && got.size() == bytes;
  }

 private:
  void start(const std::function<void(int)>& run) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    std::cout.flush();
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no fork");
    if (pid_ == 0) {
      ::close(ends[0]);
      run(ends[1]);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }

  pid_t pid_ = -1;
  int out_ = -1;
  int status_ = 0;
  bool reaped_ = false;
};

/// Lets several children go at one moment: each waits until all are there.
class Gate {
 public:
  Gate() {
    void* const memory = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    waiting_ = new (memory) std::atomic<int>(0);
  }
  ~Gate() { ::munmap(waiting_, sizeof(std::atomic<int>)); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void pass(int children) {
    ++*waiting_;
    while (*waiting_ < children) ::sched_yield();
  }

 private:
  std::atomic<int>* waiting_;
};

/// One byte from a child to its parent.
inline void tell(int out, char what) {
  if (::write(out, &what, 1) != 1) ::_exit(97);
}

}  // namespace openclaw::test
