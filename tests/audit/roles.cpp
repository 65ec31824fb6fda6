// SPDX-License-Identifier: MIT
#include "audit/roles.h"

#include <filesystem>
#include <iostream>

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/query.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

void say(char what) { tell(STDOUT_FILENO, what); }

/// Waits until the folder holds the file "go".
void wait_for_go(const std::string& folder) {
  say('g');
  while (!std::filesystem::exists(folder + "/go")) ::sched_yield();
}

[[noreturn]] void stay() {
  while (true) ::pause();
}

/// Begins a run and calls that never end.
int abandon(const std::string& folder, const std::string& id, int calls) {
  State state(folder);
  auto run = a_run("run-" + id);
  run.person = "me";
  run.job = "briefing";
  state.recorder.start_run(run);
  for (int i = 0; i < calls; ++i)
    state.recorder.start_call(a_call("call-" + id + "-" + std::to_string(i)), {});
  say('s');
  stay();
}

/// Runs without end, or until it kills itself right after its n-th letter. Everything that would
/// leave for a vendor or a tool is noted in a side file.
int loop(const std::string& folder, int letters) {
  const auto step = [&letters](char what) {
    say(what);
    if (--letters == 0) ::raise(SIGKILL);
  };
  State state(folder);
  const base::Fd side(
      ::open((folder + "/sent").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const auto send = [&](const std::string& what) { base::write_all(side.get(), what + "\n"); };
  const std::string me = std::to_string(::getpid());
  state.recorder.settle_abandoned(noon);
  for (int i = 0;; ++i) {
    const std::string id = me + "-" + std::to_string(i);
    state.recorder.start_run(a_run("run-" + id));
    step('r');
    step('i');
    state.recorder.start_call(a_call("call-" + id), {});
    step('b');
    send("call " + id);
    step('c');
    state.recorder.end_call(an_outcome("call-" + id), noon);
    step('e');
    state.recorder.decide_tools({a_tool("tool-" + id, "call-" + id)});
    step('p');
    send("tool " + id);
    step('d');
    state.recorder.end_tool(a_tool_outcome("tool-" + id));
    step('t');
    state.recorder.end_run(a_result(), noon);
    send("done " + id);
    step('x');
  }
}

int spend(const std::string& folder, const std::string& id) {
  State state(folder);
  state.be_quick();
  audit::Limit limit;
  limit.words = "over everything";
  limit.most = spend_limit;
  state.recorder.start_run(a_run("run-" + id));
  wait_for_go(folder);
  for (int i = 0; i < 20; ++i) {
    auto call = a_call("call-" + id + "-" + std::to_string(i));
    call.reserved = spend_each;
    try {
      state.recorder.start_call(call, {limit});
    } catch (const base::BudgetError&) {
      say('n');
      continue;
    }
    say('y');
    auto outcome = an_outcome(call.call);
    outcome.cost = i % 2 ? spend_each : Usd{spend_each.nano / 2};
    state.recorder.end_call(outcome, noon);
  }
  state.recorder.end_run(a_result(), noon);
  return 0;
}

int append(const std::string& folder, int writer, int runs) {
  State state(folder);
  wait_for_go(folder);
  add_runs(state, writer * 100'000, runs);
  return 0;
}

/// Queries and verifies as a member of the group, who may not write, until the file "stop" is
/// there.
int read_as_member(const std::string& folder, gid_t group) {
  if (::setgroups(1, &group) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) return 3;
  wait_for_go(folder);
  const zone::Zone zone("UTC");
  std::int64_t last = 0;
  while (!std::filesystem::exists(folder + "/stop")) {
    store::Database db(database_in(folder), Access::read_only, audit::migrations());
    const auto counted = audit::count(db, {}, zone);
    if (counted.total.calls < last || !audit::verify(db, {}).good) return 4;
    last = counted.total.calls;
    audit::Limit future;  // a look at almost nothing, often
    future.since = base::from_ms(INT64_MAX);
    for (int i = 0; i < 500; ++i) (void)audit::spent(db, future);
    say('k');
  }
  return 0;
}

int settle(const std::string& folder) {
  State state(folder);
  wait_for_go(folder);
  state.recorder.settle_abandoned(noon);
  return 0;
}

int tell_many(const std::string& folder, int first) {
  wait_for_go(folder);
  for (int i = 0; i < 50; ++i) {
    audit::Head head;
    head.seq = first + i * 2;
    head.mac.fill(static_cast<std::uint8_t>(head.seq));
    audit::Witness(folder).tell(head);
  }
  return 0;
}

std::string device_and_inode(int fd) {
  struct stat info {};
  ::fstat(fd, &info);
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

/// Tells a head as a service of systemd would, whose stderr is the journal.
int tell_journal(const std::string& folder, const std::string& level) {
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  ::setenv("JOURNAL_STREAM", device_and_inode(STDERR_FILENO).c_str(), 1);
  if (level == "warning") base::log::set_level(base::log::Level::warning);
  audit::Witness(folder).tell(audit::Head{7, {}});
  return 0;
}

/// Tells a head in a terminal that a service of systemd started: the variable is inherited, but
/// stderr is not the journal.
int tell_terminal(const std::string& folder) {
  const base::Fd master(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) return 3;
  const base::Fd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
  ::dup2(terminal.get(), STDERR_FILENO);
  ::setenv("JOURNAL_STREAM", "1:1", 1);
  audit::Witness(folder).tell(audit::Head{7, {}});
  ::fcntl(master.get(), F_SETFL, O_NONBLOCK);
  char seen[1000];
  const ssize_t n = ::read(master.get(), seen, sizeof seen);
  if (n > 0) base::write_all(STDOUT_FILENO, {seen, static_cast<std::size_t>(n)});
  return 0;
}

}  // namespace

int play(const Arguments& a) {
  ::unsetenv("JOURNAL_STREAM");
  if (a[0] == "abandon") return abandon(a[1], a[2], std::stoi(a[3]));
  if (a[0] == "loop") return loop(a[1], std::stoi(a[2]));
  if (a[0] == "spend") return spend(a[1], a[2]);
  if (a[0] == "append") return append(a[1], std::stoi(a[2]), std::stoi(a[3]));
  if (a[0] == "member") return read_as_member(a[1], static_cast<gid_t>(std::stoi(a[2])));
  if (a[0] == "settle") return settle(a[1]);
  if (a[0] == "tell") return tell_many(a[1], std::stoi(a[2]));
  if (a[0] == "journal") return tell_journal(a[1], a[2]);
  if (a[0] == "terminal") return tell_terminal(a[1]);
  std::cerr << "no such part: " << a[0] << '\n';
  return 64;
}

std::unique_ptr<Child> start_role(const Arguments& arguments) {
  Arguments all{"--role"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return std::make_unique<Child>(all);
}

std::vector<std::string> run_roles(const std::vector<Arguments>& all, const std::string& folder) {
  std::vector<std::unique_ptr<Child>> children;
  for (const auto& arguments : all) children.push_back(start_role(arguments));
  for (const auto& child : children) EXPECT_TRUE(child->hear(1));
  base::write_atomically(folder + "/go", "", 0600);
  std::vector<std::string> out;
  for (const auto& child : children) {
    out.emplace_back();
    EXPECT_FALSE(child->read(out.back(), Clock::now() + std::chrono::minutes(is_full() ? 60 : 5)));
    EXPECT_EQ(child->wait(), 0);
  }
  std::filesystem::remove(folder + "/go");
  return out;
}

}  // namespace openclaw::test
