// SPDX-License-Identifier: MIT
#include "jail/jail.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "jail/landlock.h"

namespace openclaw::jail {
namespace {

struct Pipe {
  base::Fd read, write;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw base::Error("cannot make a pipe");
    read = base::Fd(ends[0]);
    write = base::Fd(ends[1]);
  }
};

void limit(int what, rlim_t most) {
  const rlimit value{most, most};
  ::setrlimit(static_cast<__rlimit_resource>(what), &value);
}

/// After fork: only async-signal-safe calls.
[[noreturn]] void child(const Command& command, char* const* argv, char* const* environment, int in,
                        int out, int ruleset, const std::string& filter, int trouble) {
  ::setpgid(0, 0);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(command.drop_stderr ? ::open("/dev/null", O_WRONLY) : out, 2);
  ::dup2(ruleset >= 0 ? ruleset : in, 3);
  ::dup3(trouble, 4, O_CLOEXEC);
  ::close_range(5, ~0U, 0);
  if (::chdir(command.folder.c_str()) != 0) ::_exit(126);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 256);
  limit(RLIMIT_FSIZE, rlim_t{1} << 30);
  for (int s = 1; s < 32; ++s) ::signal(s, SIG_DFL);
  if (command.confined && !enforce(3, filter)) {
    (void)!::write(4, "j", 1);
    ::_exit(125);
  }
  ::close(3);
  ::execve(argv[0], argv, environment);
  ::_exit(127);
}

void pump_input(int& fd, std::string_view& rest, base::Fd& owner) {
  const ssize_t n = rest.empty() ? 0 : ::write(fd, rest.data(), rest.size());
  if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  if (rest.empty() || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    owner.reset();
    fd = -1;
  }
}

/// Until the process ends, the deadline passes or a stop is requested.
void wait_for_end(pid_t pid, base::Millis deadline, const base::Stop* stop) {
  const base::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  std::array<pollfd, 2> fds{pollfd{process.get(), POLLIN, 0},
                            pollfd{stop ? stop->fd() : -1, POLLIN, 0}};
  const auto left = std::clamp<std::int64_t>((deadline - base::boot_now()).count(), 0, 60000);
  ::poll(fds.data(), fds.size(),
         static_cast<int>(process ? left : std::min<std::int64_t>(left, 20)));
}

int status_of(int raw) { return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw); }

}  // namespace

Result run(const Command& command, const base::Stop* stop) {
  if (command.argv.empty() || command.argv[0].front() != '/')
    throw base::ConfigError("a command needs an absolute path");
  base::Fd ruleset;
  std::string filter;
  if (command.confined) {
    ruleset = make_ruleset(command.readable, command.writable);
    filter = make_filter();
  }
  const auto pointers = [](const std::vector<std::string>& words) {
    std::vector<char*> out;
    for (const auto& word : words) out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
  };
  const auto argv = pointers(command.argv);
  const auto environment = pointers(command.environment);
  Pipe in, out, trouble;
  const pid_t pid = ::fork();
  if (pid < 0) throw base::TransientError("cannot start the command: no more processes");
  if (pid == 0)
    child(command, argv.data(), environment.data(), in.read.get(), out.write.get(), ruleset.get(),
          filter, trouble.write.get());
  ::setpgid(pid, pid);
  in.read.reset();
  out.write.reset();
  trouble.write.reset();
  ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
  struct sigaction ignore {
  }, before{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  Result result;
  std::string_view input = command.input;
  int in_fd = in.write.get();
  pump_input(in_fd, input, in.write);
  const base::Millis deadline = base::boot_now() + command.timeout;
  bool open = true;
  while (open) {
    const auto left = (deadline - base::boot_now()).count();
    result.timed_out = left <= 0 || (stop && stop->requested());
    if (result.timed_out || result.truncated) break;
    std::array<pollfd, 3> fds{pollfd{out.read.get(), POLLIN, 0}, pollfd{in_fd, POLLOUT, 0},
                              pollfd{stop ? stop->fd() : -1, POLLIN, 0}};
    ::poll(fds.data(), fds.size(), static_cast<int>(std::min<std::int64_t>(left, 60000)));
    if (fds[1].revents != 0) pump_input(in_fd, input, in.write);
    if (fds[0].revents == 0) continue;
    std::array<char, 16384> buffer;
    const ssize_t n = ::read(out.read.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    open = n > 0;
    if (n > 0) result.output.append(buffer.data(), static_cast<std::size_t>(n));
    if (result.output.size() > command.most_output) {
      result.output.resize(command.most_output);
      result.truncated = true;
    }
  }
  // Its output may be closed while it runs on: time and stop count until its end.
  int raw = 0;
  while (true) {
    if (result.timed_out || result.truncated) ::kill(-pid, SIGKILL);
    const pid_t ended = ::waitpid(pid, &raw, result.timed_out || result.truncated ? 0 : WNOHANG);
    if (ended == pid || (ended < 0 && errno != EINTR)) break;
    if (ended == 0) wait_for_end(pid, deadline, stop);
    result.timed_out |= base::boot_now() >= deadline || (stop && stop->requested());
  }
  // A program may have left children behind; the group goes with it.
  ::kill(-pid, SIGKILL);
  ::sigaction(SIGPIPE, &before, nullptr);
  result.status = status_of(raw);
  char mark = 0;
  if (::read(trouble.read.get(), &mark, 1) == 1)
    throw base::UnavailableError("cannot confine the command: the kernel refused the jail");
  return result;
}

}  // namespace openclaw::jail
