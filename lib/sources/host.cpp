// SPDX-License-Identifier: MIT
#include "sources/host.h"

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "sources/program.h"

namespace openclaw::sources {
namespace {

constexpr std::array disk_types{"ext2", "ext3", "ext4",     "xfs",     "btrfs",   "zfs",
                                "f2fs", "vfat", "bcachefs", "overlay", "virtiofs"};

bool is_disk(std::string_view type) {
  return std::any_of(disk_types.begin(), disk_types.end(),
                     [&](const char* t) { return type == t; });
}

/// Octal escapes of /proc/self/mounts.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                               (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool exists(const char* path) { return ::access(path, F_OK) == 0; }

}  // namespace

Reading read_disks(const std::string& source) {
  Reading out;
  out.source = source;
  std::set<std::string> seen;
  std::size_t count = 0;
  const auto mounts = base::read_if_exists("/proc/self/mounts", 4u << 20).value_or("");
  for (const auto line : base::split(mounts, '\n')) {
    const auto fields = base::split(line, ' ');
    if (fields.size() < 4 || !is_disk(fields[2])) continue;
    if (!seen.insert(std::string(fields[0])).second) continue;
    const std::string mount = unescape(fields[1]);
    struct statvfs info {};
    struct stat kind {};
    if (::statvfs(mount.c_str(), &info) != 0 || info.f_blocks == 0) continue;
    if (::stat(mount.c_str(), &kind) != 0 || !S_ISDIR(kind.st_mode)) continue;
    ++count;
    const auto used = info.f_blocks - info.f_bfree;
    const auto percent =
        (used * 100 + (used + info.f_bavail) / 2) / std::max<fsblkcnt_t>(1, used + info.f_bavail);
    if (percent < 90) continue;
    Item item;
    item.source = source;
    item.key = "disk:" + mount;
    item.kind = "disk";
    item.severity = percent >= 97 ? Severity::critical : Severity::warning;
    item.title = fmt::format("{}  is {} % full, {} left", mount, percent,
                             base::human_bytes(std::uint64_t{info.f_bavail} * info.f_frsize));
    item.link = "df " + mount;
    out.items.push_back(std::move(item));
  }
  if (count == 0) {
    out.state = Reading::State::absent;
    out.reason = "disks: none to be seen here";
  } else if (out.items.empty()) {
    out.quiet.push_back(fmt::format("{} disk{} below 90 %", count, count == 1 ? "" : "s"));
  }
  return out;
}

Reading read_units(const std::string& source, const zone::Zone& zone) {
  Reading out;
  out.source = source;
  const auto loaded = ask_program("systemctl", {"list-units", "--type=service,timer,mount",
                                                "--plain", "--no-legend", "--no-pager"});
  if (!loaded) {
    out.state = Reading::State::absent;
    out.reason = "units: systemd is not running here";
    return out;
  }
  std::size_t units = 0;
  for (const auto line : base::split(*loaded, '\n')) {
    std::vector<std::string_view> words;
    for (const auto word : base::split(line, ' '))
      if (!word.empty()) words.push_back(word);
    if (words.size() < 4) continue;
    ++units;
    if (words[2] != "failed") continue;
    const std::string unit(words[0]);
    Item item;
    item.source = source;
    item.key = "unit:" + unit;
    item.kind = "unit";
    item.severity = Severity::critical;
    item.title = unit + " failed";
    item.link = "journalctl -u " + unit + " -b";
    const auto shown = ask_program("systemctl", {"show", unit,
                                                 "--property=StateChangeTimestamp,"
                                                 "ExecMainStatus",
                                                 "--timestamp=unix"});
    if (shown) {
      const auto field = [&](const std::string& name) {
        const auto at = shown->find(name + "=");
        if (at == std::string::npos) return std::string();
        const auto from = at + name.size() + 1;
        return shown->substr(from, shown->find('\n', from) - from);
      };
      if (const auto stamp = field("StateChangeTimestamp"); stamp.starts_with('@')) {
        item.at = base::from_ms(std::atoll(stamp.c_str() + 1) * 1000);
        const auto local = zone.local(*item.at);
        item.title += fmt::format(" at {:02}:{:02}", local.hour, local.minute);
      }
      if (const auto status = field("ExecMainStatus"); !status.empty() && status != "0")
        item.title += ", exit " + status;
    }
    out.items.push_back(std::move(item));
  }
  out.quiet.push_back(fmt::format("{} units", units));
  return out;
}

Reading read_load(const std::string& source) {
  Reading out;
  out.source = source;
  const auto text = base::read_if_exists("/proc/loadavg", 200).value_or("");
  const auto words = base::split(text, ' ');
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  if (words.size() < 3) {
    out.state = Reading::State::absent;
    out.reason = "load: no /proc/loadavg";
    return out;
  }
  const double fifteen = std::atof(std::string(words[2]).c_str());
  if (fifteen > 2.0 * cores) {
    Item item;
    item.source = source;
    item.key = "load:15min";
    item.kind = "load";
    item.severity = Severity::warning;
    item.title = fmt::format("load {:.1f} over 15 minutes on {} processors", fifteen, cores);
    item.link = "top";
    out.items.push_back(std::move(item));
  } else {
    out.quiet.push_back(fmt::format("load {:.1f} of {}", fifteen, cores));
  }
  return out;
}

Reading read_reboot(const std::string& source) {
  Reading out;
  out.source = source;
  const bool nixos = exists("/run/booted-system") && exists("/run/current-system");
  bool pending = exists("/run/reboot-required") || exists("/var/run/reboot-required");
  if (nixos) {
    char a[512] = "", b[512] = "";
    const auto na = ::readlink("/run/booted-system/kernel", a, sizeof a - 1);
    const auto nb = ::readlink("/run/current-system/kernel", b, sizeof b - 1);
    pending = na > 0 && nb > 0 && std::string_view(a) != std::string_view(b);
  }
  if (pending) {
    Item item;
    item.source = source;
    item.key = "reboot:pending";
    item.kind = "reboot";
    item.severity = Severity::warning;
    item.title = "a reboot is pending";
    item.link = nixos ? "reboot" : "cat /run/reboot-required.pkgs";
    out.items.push_back(std::move(item));
  } else {
    out.quiet.emplace_back("no reboot pending");
  }
  return out;
}

std::vector<Reading> read_host(const std::string& source, base::Time since, base::Time now,
                               const zone::Zone& zone) {
  std::vector<Reading> out;
  out.push_back(read_units(source, zone));
  out.push_back(read_disks(source));
  out.push_back(read_load(source));
  out.push_back(read_journal(source, since));
  out.push_back(read_reboot(source));
  out.push_back(read_upgrades(source, now));
  return out;
}

}  // namespace openclaw::sources
