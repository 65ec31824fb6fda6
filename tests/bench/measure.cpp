// SPDX-License-Identifier: MIT
// measure NAME LIMIT RUNS COMMAND_A -- COMMAND_B: runs both in turn and prints the ratios A/B of
// the medians of CPU time and of peak memory. A shared machine is noisy: it reports, and exits 1
// only when a ratio is above LIMIT (0 = no limit; t1.3 = of time alone).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct Sample {
  std::vector<double> cpu_ms, peak_kib;
};

static void run(char** argv, Sample& to, bool counted) {
  const pid_t pid = fork();
  if (pid == 0) {
    const int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    execvp(argv[0], argv);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(pid, &status, 0, &usage);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "%s ended with status %d\n", argv[0], status);
    std::exit(2);
  }
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  if (!counted) return;
  to.cpu_ms.push_back(ms(usage.ru_utime) + ms(usage.ru_stime));
  to.peak_kib.push_back(static_cast<double>(usage.ru_maxrss));
}

static double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int main(int argc, char** argv) {
  std::vector<char*> a, b;
  bool second = false;
  for (int i = 4; i < argc; ++i) {
    if (std::string(argv[i]) == "--" && !second)
      second = true;
    else
      (second ? b : a).push_back(argv[i]);
  }
  if (a.empty() || b.empty()) return 64;
  a.push_back(nullptr);
  b.push_back(nullptr);
  Sample sa, sb;
  const int runs = std::atoi(argv[3]);
  for (int i = -3; i < runs; ++i) {
    run(a.data(), sa, i >= 0);
    run(b.data(), sb, i >= 0);
  }
  const double cpu = median(sa.cpu_ms) / std::max(0.001, median(sb.cpu_ms));
  const double peak = median(sa.peak_kib) / median(sb.peak_kib);
  const bool time_only = argv[2][0] == 't';
  const double limit = std::atof(argv[2] + (time_only ? 1 : 0));
  std::printf("%-34s cpu %.2f (%.1f / %.1f ms)  peak %.2f (%.1f / %.1f MiB)  limit %.2f  %d runs\n",
              argv[1], cpu, median(sa.cpu_ms), median(sb.cpu_ms), peak, median(sa.peak_kib) / 1024,
              median(sb.peak_kib) / 1024, limit, runs);
  return limit > 0 && (cpu > limit || (peak > limit && !time_only)) ? 1 : 0;
}
