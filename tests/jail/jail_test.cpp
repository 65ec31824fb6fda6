// SPDX-License-Identifier: MIT
#include "jail/jail.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "jail/landlock.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using base::Millis;

/// Lowers the Landlock version for one test.
struct AbiIs {
  explicit AbiIs(const char* abi) { ::setenv("OPENCLAW_LANDLOCK_ABI", abi, 1); }
  ~AbiIs() { ::unsetenv("OPENCLAW_LANDLOCK_ABI"); }
  AbiIs(const AbiIs&) = delete;
  AbiIs& operator=(const AbiIs&) = delete;
};

struct Jail : testing::Test {
  void SetUp() override {
    if (jail::landlock_abi() < 1) OPENCLAW_NOT_RUN("this kernel has no Landlock");
    write(dir.file("secret"), "FORBIDDEN");
    std::filesystem::create_directory(dir.file("given"));
    write(dir.file("given/text"), "granted text");
  }
  jail::Result run(std::vector<std::string> argv) {
    command.argv = std::move(argv);
    return jail::run(command, nullptr);
  }
  jail::Result shell(const std::string& script) { return run({"/bin/sh", "-c", script}); }
  TempDir dir;
  jail::Command command;
};

TEST_F(Jail, GivesOutputAndStatus) {
  const auto done = shell("echo out; echo err >&2; exit 7");
  EXPECT_EQ(done.status, 7);
  EXPECT_EQ(done.output, "out\nerr\n");
  EXPECT_FALSE(done.timed_out);
  EXPECT_FALSE(done.truncated);
}

TEST_F(Jail, TakesInput) {
  command.input = std::string(300000, 'x');
  EXPECT_EQ(run({"/usr/bin/wc", "-c"}).output, "300000\n");
}

TEST_F(Jail, AProgramThatReadsNoInputEnds) {
  command.input = std::string(300000, 'x');
  EXPECT_EQ(run({"/bin/true"}).status, 0);
}

TEST_F(Jail, RelativeProgramsAreRefused) {
  EXPECT_THROW(run({"sh", "-c", "true"}), base::ConfigError);
  EXPECT_THROW(run({}), base::ConfigError);
}

TEST_F(Jail, AMissingProgramIsAStatus) { EXPECT_EQ(run({"/usr/bin/no-such-program"}).status, 127); }

TEST_F(Jail, CannotReadOutside) {
  for (const std::string& path : std::vector<std::string>{
           dir.file("secret"), std::string("/etc/shadow"), std::string("/etc/passwd"),
           "/proc/" + std::to_string(::getpid()) + "/environ", std::string("/proc/self/status")}) {
    const auto done = run({"/bin/cat", path});
    EXPECT_NE(done.status, 0) << path;
    EXPECT_EQ(done.output.find("FORBIDDEN"), std::string::npos);
    EXPECT_EQ(done.output.find("root:"), std::string::npos);
    EXPECT_NE(done.output.find("ermission denied"), std::string::npos) << done.output;
  }
  EXPECT_NE(run({"/bin/ls", dir.path().string()}).status, 0);
}

TEST_F(Jail, CannotLeaveAGrantedFolder) {
  command.readable = {dir.file("given")};
  ::symlink(dir.file("secret").c_str(), dir.file("given/link").c_str());
  EXPECT_NE(run({"/bin/cat", dir.file("given/link")}).status, 0);
  EXPECT_NE(run({"/bin/cat", dir.file("given/../secret")}).status, 0);
  EXPECT_EQ(run({"/bin/cat", dir.file("given/text")}).output, "granted text");
  EXPECT_EQ(run({"/bin/ls", dir.file("given")}).output, "link\ntext\n");
}

TEST_F(Jail, CannotWriteOutside) {
  command.readable = {dir.file("given")};
  const std::string secret = dir.file("secret");
  for (const std::string& script : std::vector<std::string>{
           "echo x >" + secret, "echo x >>" + secret, "rm " + secret, "mv " + secret + " x",
           "ln " + secret + " " + dir.file("given/hard"), "echo x >" + dir.file("new"),
           "mkdir " + dir.file("folder"), "echo x >" + dir.file("given/text"),
           "rm " + dir.file("given/text"), "mkfifo " + dir.file("fifo"), "truncate -s 0 " + secret,
           std::string("echo x >/tmp/openclaw-jail-escape")}) {
    EXPECT_NE(shell(script).status, 0) << script;
  }
  EXPECT_EQ(read(secret), "FORBIDDEN");
  EXPECT_EQ(read(dir.file("given/text")), "granted text");
  EXPECT_FALSE(std::filesystem::exists("/tmp/openclaw-jail-escape"));
}

TEST_F(Jail, WritesWhereItMay) {
  command.writable = {dir.file("given")};
  EXPECT_EQ(shell("echo more >" + dir.file("given/new") + "; rm " + dir.file("given/text")).status,
            0);
  EXPECT_EQ(read(dir.file("given/new")), "more\n");
  EXPECT_FALSE(std::filesystem::exists(dir.file("given/text")));
}

TEST_F(Jail, OneWritableFileIsOnlyThat) {
  command.writable = {dir.file("given/text")};
  EXPECT_EQ(shell("echo more >>" + dir.file("given/text")).status, 0);
  EXPECT_NE(shell("echo more >>" + dir.file("given/other")).status, 0);
  EXPECT_EQ(read(dir.file("given/text")), "granted textmore\n");
}

/// Runs perl, which can make any system call.
struct Syscalls : Jail {
  void SetUp() override {
    Jail::SetUp();
    if (::access("/usr/bin/perl", X_OK) != 0) OPENCLAW_NOT_RUN("no perl for raw system calls");
  }
  std::string perl(const std::string& script) {
    return run({"/usr/bin/perl", "-e", script}).output;
  }
};

TEST_F(Syscalls, NoSocketOfAnyKind) {
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET})
    for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW})
      EXPECT_EQ(perl("socket(S," + std::to_string(family) + "," + std::to_string(type) +
                     ",0) and print 'open'; print $!+0"),
                std::to_string(EPERM))
          << family << " " << type;
  EXPECT_EQ(perl("socketpair(A,B,1,1,0) and print 'open'; print $!+0"), std::to_string(EPERM));
}

TEST_F(Syscalls, NoTracingMountsNamespacesOrKeys) {
  // ptrace, mount, unshare, setns, keyctl, bpf, io_uring_setup, userfaultfd, perf_event_open
  for (const int number : {101, 165, 272, 308, 250, 321, 425, 323, 298})
    EXPECT_EQ(perl("print syscall(" + std::to_string(number) + ",0,0,0,0,0) == -1 ? $!+0 : 'done'"),
              std::to_string(EPERM))
        << number;
}

TEST_F(Syscalls, NoNewPrivileges) {
  command.readable = {"/proc"};
  const auto status = run({"/bin/cat", "/proc/self/status"}).output;
  EXPECT_NE(status.find("NoNewPrivs:\t1"), std::string::npos) << status;
  EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos) << status;
}

TEST_F(Syscalls, TheContentOfAFileOutsideStaysOnOldKernels) {
  const AbiIs two("2");  // Linux 6.1, which Debian 12 has, does not confine truncate(2)
  perl("truncate('" + dir.file("secret") + "', 0)");
  EXPECT_EQ(read(dir.file("secret")), "FORBIDDEN");
  command.readable = {dir.file("given")};
  perl("truncate('" + dir.file("given/text") + "', 0)");
  perl("use Fcntl; sysopen(F,'" + dir.file("given/text") + "',O_RDONLY|O_TRUNC)");
  EXPECT_EQ(read(dir.file("given/text")), "granted text");
}

TEST_F(Jail, TheEnvironmentIsEmpty) {
  ::setenv("OPENCLAW_TEST_LEAK", "FORBIDDEN", 1);
  const auto done = run({"/usr/bin/env"});
  ::unsetenv("OPENCLAW_TEST_LEAK");
  EXPECT_EQ(done.output, "");
  command.environment = {"LANG=C.UTF-8"};
  EXPECT_EQ(run({"/usr/bin/env"}).output, "LANG=C.UTF-8\n");
}

TEST_F(Jail, NoDescriptorIsInherited) {
  const int leak = ::open(dir.file("secret").c_str(), O_RDONLY);  // not close-on-exec
  const int high = ::fcntl(leak, F_DUPFD, 200);
  const auto done = shell("for n in 3 4 5 6 7 8 9 " + std::to_string(leak) +
                          "; do (eval \"cat <&$n\") 2>/dev/null && echo open $n; done; true");
  ::close(leak);
  ::close(high);
  EXPECT_EQ(done.output, "");
  command.readable = {"/proc"};
  EXPECT_EQ(run({"/bin/ls", "/proc/self/fd"}).output, "0\n1\n2\n3\n") << "3 is ls's own";
  command.confined = false;
  EXPECT_EQ(run({"/bin/ls", "/proc/self/fd"}).output, "0\n1\n2\n3\n");
}

TEST_F(Jail, OutputHasACap) {
  command.most_output = 1000;
  const auto done = shell("while :; do echo line; done");
  EXPECT_TRUE(done.truncated);
  EXPECT_EQ(done.output.size(), 1000u);
}

TEST_F(Jail, StopEndsIt) {
  base::Stop stop;
  stop.request();
  command.argv = {"/bin/sleep", "30"};
  const auto before = base::boot_now();
  EXPECT_TRUE(jail::run(command, &stop).timed_out);
  EXPECT_LT(base::boot_now() - before, Millis(5000));
}

/// Waits for the process to be gone, at most two seconds; the test's own children only.
bool is_gone(pid_t pid) {
  const auto until = base::boot_now() + Millis(2000);
  while (base::boot_now() < until) {
    if (::kill(pid, 0) != 0) return true;
    const auto state = read("/proc/" + std::to_string(pid) + "/stat");
    if (state.find(") Z ") != std::string::npos) return true;
  }
  return false;
}

struct Timeout : Jail {
  /// Runs the script, which prints a process id first, and says whether that one is gone.
  void check(const std::string& script) {
    command.timeout = Millis(300);
    const auto before = base::boot_now();
    const auto done = shell(script);
    EXPECT_LT(base::boot_now() - before, Millis(3000)) << script;
    const auto pid = static_cast<pid_t>(std::atoi(done.output.c_str()));
    ASSERT_GT(pid, 1) << done.output;
    const bool gone = is_gone(pid);
    EXPECT_TRUE(gone) << script;
    if (!gone) ::kill(pid, SIGKILL);
  }
};

TEST_F(Timeout, KillsTheProgram) { check("echo $$; exec sleep 20"); }
TEST_F(Timeout, KillsItsChildren) { check("sleep 20 & echo $!; wait"); }
TEST_F(Timeout, KillsGrandchildren) { check("(sleep 20 & echo $!; wait) & wait"); }
TEST_F(Timeout, KillsWhatIgnoresSignals) {
  check("trap '' TERM INT HUP; echo $$; while :; do :; done");
}
TEST_F(Timeout, KillsWhatWasLeftBehind) { check("sleep 20 >/dev/null 2>&1 & echo $!"); }
TEST_F(Timeout, KillsAChildWithItsOwnSession) {
  check("setsid sleep 20 2>/dev/null & echo $!; wait");
}
TEST_F(Timeout, KillsAChildWithItsOwnGroup) {
  check("perl -e 'setpgrp(0, 0); exec qw(sleep 20)' & echo $!; wait");
}
TEST_F(Timeout, CountsAlsoAfterTheOutputWasClosed) {
  check("echo $$; exec >/dev/null 2>&1; exec sleep 6");
}

struct Confinement : Jail {};

TEST_F(Confinement, WorksWithTheVersionOfDebian12) {
  const AbiIs two("2");
  EXPECT_EQ(jail::landlock_abi(), 2);
  command.readable = {dir.file("given")};
  EXPECT_EQ(run({"/bin/cat", dir.file("given/text")}).output, "granted text");
  EXPECT_NE(run({"/bin/cat", dir.file("secret")}).status, 0);
  EXPECT_NE(shell("echo x >" + dir.file("secret")).status, 0);
  EXPECT_EQ(read(dir.file("secret")), "FORBIDDEN");
}

TEST_F(Confinement, TheOldestVersionWorksToo) {
  const AbiIs one("1");
  EXPECT_EQ(jail::landlock_abi(), 1);
  EXPECT_NE(run({"/bin/cat", dir.file("secret")}).status, 0);
  EXPECT_EQ(run({"/bin/echo", "yes"}).output, "yes\n");
}

TEST_F(Confinement, WithoutLandlockNothingRuns) {
  const AbiIs none("0");
  command.writable = {dir.path().string()};
  EXPECT_THROW(shell("echo ran >" + dir.file("ran")), base::UnavailableError);
  EXPECT_FALSE(std::filesystem::exists(dir.file("ran")));
}

TEST_F(Confinement, TheVersionCanOnlyBeLowered) {
  const int real = jail::landlock_abi();
  const AbiIs more("99");
  EXPECT_EQ(jail::landlock_abi(), real);
}

TEST_F(Confinement, AProgramsOwnStatusIsNotMistakenForIt) {
  EXPECT_EQ(shell("exit 125").status, 125);
}

TEST_F(Confinement, AProgramOfTheMachineItselfIsNotConfined) {
  command.confined = false;
  EXPECT_EQ(run({"/bin/cat", dir.file("secret")}).output, "FORBIDDEN");
  EXPECT_EQ(run({"/usr/bin/env"}).output, "");
}

}  // namespace
}  // namespace openclaw::test
