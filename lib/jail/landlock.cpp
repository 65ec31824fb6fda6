// SPDX-License-Identifier: MIT
#include "jail/landlock.h"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/late.h"
#include "jail/jail.h"

namespace openclaw::jail {
namespace {

constexpr std::uint64_t read_access =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t abi1_access = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

std::uint64_t handled(int abi) {
  std::uint64_t access = abi1_access;
  if (abi >= 2) access |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) access |= 1ULL << 14;  // truncate
  return access;
}

void allow(int ruleset, const std::string& path, std::uint64_t access) {
  const base::Fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!fd) return;  // what is not there needs no rule
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return;
  if (!S_ISDIR(info.st_mode))
    access &= LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
              LANDLOCK_ACCESS_FS_WRITE_FILE | (1ULL << 14);
  const landlock_path_beneath_attr rule{access, fd.get()};
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    throw base::UnavailableError("cannot confine the command: the kernel refused a Landlock rule");
}

/// libseccomp's functions.
struct Seccomp {
#define OPENCLAW_SECCOMP(name) \
  decltype(&::seccomp_##name) name = OPENCLAW_LATE(OPENCLAW_LIBSECCOMP, seccomp_##name)
  OPENCLAW_SECCOMP(init);
  OPENCLAW_SECCOMP(release);
  OPENCLAW_SECCOMP(rule_add);
  OPENCLAW_SECCOMP(rule_add_array);
  OPENCLAW_SECCOMP(syscall_resolve_name);
  OPENCLAW_SECCOMP(export_bpf);
#undef OPENCLAW_SECCOMP
};

const Seccomp& seccomp() {
  static const Seccomp functions;
  return functions;
}

/// Landlock knows truncation from ABI 3 on. Before that, a file that may be read could be emptied.
void refuse_truncation(scmp_filter_ctx context) {
  const auto refuse_flags = [context](int call, unsigned argument) {
    const scmp_arg_cmp cuts{argument, SCMP_CMP_MASKED_EQ, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY};
    seccomp().rule_add_array(context, SCMP_ACT_ERRNO(EPERM), call, 1, &cuts);
  };
  seccomp().rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(truncate), 0);
  refuse_flags(SCMP_SYS(open), 1);
  refuse_flags(SCMP_SYS(openat), 2);
  seccomp().rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
}

struct Free {
  void operator()(void* context) const { seccomp().release(context); }
};

}  // namespace

int landlock_abi() {
  const auto found = static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
  const int abi = found < 0 ? 0 : found;
  if (const char* most = std::getenv("OPENCLAW_LANDLOCK_ABI"))
    return std::min(abi, std::max(0, std::atoi(most)));
  return abi;
}

base::Fd make_ruleset(const std::vector<std::string>& readable,
                      const std::vector<std::string>& writable) {
  const int abi = landlock_abi();
  if (abi < 1)
    throw base::UnavailableError("cannot confine the command: this kernel has no Landlock",
                                 "commands need Linux 5.13 or later with Landlock switched on");
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = handled(abi);
  base::Fd ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0)));
  if (!ruleset) throw base::UnavailableError("cannot confine the command: no Landlock rule set");
  constexpr std::array system_paths{"/usr",
                                    "/bin",
                                    "/sbin",
                                    "/lib",
                                    "/lib64",
                                    "/nix/store",
                                    "/etc/ld.so.cache",
                                    "/etc/alternatives",
                                    "/etc/localtime"};
  for (const char* path : system_paths) allow(ruleset.get(), path, read_access);
  allow(ruleset.get(), "/dev/null", read_access | LANDLOCK_ACCESS_FS_WRITE_FILE);
  allow(ruleset.get(), "/dev/urandom", read_access);
  for (const auto& path : readable) allow(ruleset.get(), path, read_access);
  for (const auto& path : writable) allow(ruleset.get(), path, handled(abi));
  return ruleset;
}

std::string make_filter() {
  const std::unique_ptr<void, Free> context(seccomp().init(SCMP_ACT_ALLOW));
  if (!context) throw base::UnavailableError("cannot confine the command: no seccomp filter");
  const std::array refused{
      "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "ptrace",
      "process_vm_readv", "process_vm_writev", "mount", "umount2", "unshare", "setns", "pivot_root",
      "chroot", "keyctl", "add_key", "request_key", "bpf", "io_uring_setup", "io_uring_enter",
      "io_uring_register", "perf_event_open", "userfaultfd", "kexec_load", "kexec_file_load",
      "init_module", "finit_module", "delete_module", "open_by_handle_at", "name_to_handle_at",
      "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "sethostname",
      "setdomainname", "personality", "quotactl", "move_mount", "open_tree", "fsopen", "fsmount",
      "mount_setattr",
      // so that nothing leaves the group that is killed at the end
      "setsid", "setpgid"};
  for (const char* name : refused) {
    const int number = seccomp().syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR &&
        seccomp().rule_add(context.get(), SCMP_ACT_ERRNO(EPERM), number, 0) != 0)
      throw base::UnavailableError("cannot confine the command: a filter rule was refused");
  }
  // Namespaces through clone; clone3 hides its flags from the filter, so programs must fall back.
  constexpr unsigned long namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                       CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  for (unsigned bit = 0; bit < 32; ++bit) {
    const unsigned long flag = 1UL << bit;
    if ((namespaces & flag) != 0)
      seccomp().rule_add(context.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                         SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
  }
  seccomp().rule_add(context.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  if (landlock_abi() < 3) refuse_truncation(context.get());
  const base::Fd memory(::memfd_create("filter", MFD_CLOEXEC));
  if (!memory || seccomp().export_bpf(context.get(), memory.get()) != 0)
    throw base::UnavailableError("cannot confine the command: the filter cannot be written");
  ::lseek(memory.get(), 0, SEEK_SET);
  return base::read_all(memory.get(), 1u << 20);
}

bool enforce(int ruleset, const std::string& filter) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (::syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) return false;
  sock_fprog program{};
  program.len = static_cast<unsigned short>(filter.size() / sizeof(sock_filter));
  program.filter = reinterpret_cast<sock_filter*>(const_cast<char*>(filter.data()));
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace openclaw::jail
