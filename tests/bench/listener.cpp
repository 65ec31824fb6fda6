// SPDX-License-Identifier: MIT
// listener OPENCLAW FLOOR FOLDER: an idle listener's memory against the floor's, its CPU between
// polls, how soon it is ready, and how long a message takes to the vendor's door against the two
// durable commits that lie on the way. Prints; fails when something does not come.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/bot_api_server.h"

namespace {

using namespace openclaw::test;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}
double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Process {
  pid_t pid = -1;
  Process(const std::vector<std::string>& words, const std::string& notify) {
    pid = ::fork();
    if (pid != 0) return;
    if (!notify.empty()) ::setenv("NOTIFY_SOCKET", notify.c_str(), 1);
    if (!std::freopen("/dev/null", "w", stderr)) ::_exit(126);
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~Process() {
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
  }
  long status_kib(const std::string& field) const {
    std::ifstream in("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with(field)) return std::atol(line.c_str() + field.size() + 1);
    return 0;
  }
  /// In clock ticks.
  long cpu() const {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(in, line);
    std::vector<long> fields;
    const char* at = line.c_str() + line.rfind(')') + 4;
    for (int i = 0; i < 13; ++i) fields.push_back(std::strtol(at, const_cast<char**>(&at), 10));
    return fields[10] + fields[11];
  }
};

struct Notify {
  std::string path;
  int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  explicit Notify(const std::string& where) : path(where) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path.c_str());
    const timeval most{30, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::exit(2);
  }
  void wait_for(const std::string& word) const {
    char text[256];
    while (true) {
      const ssize_t n = ::recv(fd, text, sizeof text, 0);
      if (n <= 0) std::exit(3);
      if (std::string(text, static_cast<std::size_t>(n)) == word) return;
    }
  }
};

}  // namespace

int main(int, char** argv) {
  const std::string openclaw = argv[1], floor = argv[2], folder = argv[3];
  BotApiServer telegram, other;
  std::atomic<int> asked{0};
  HttpServer vendor(
      [&](const HttpAsk&, const HttpPeer& peer) {
        ++asked;
        peer.send(http_answer(
            200, {{"Content-Type", "text/event-stream"}},
            "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
            "{\"role\":\"assistant\",\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\n"
            "data: [DONE]\n\n"));
      },
      HttpServer::Family::v4, HttpServer::Order::at_once);
  std::ofstream(folder + "/token") << BotApiServer::token;
  ::chmod((folder + "/token").c_str(), 0400);
  std::ofstream(folder + "/listener.json")
      << R"({ "time_zone": "Europe/Amsterdam", "people": { "me": { "telegram": 5 } },
  "providers": { "p": { "api": "openai-chat", "base_url": ")"
      << vendor.url("/v1") << R"(", "price": "free", "private_text": true } },
  "models": { "m": { "try": ["p:m"] } }, "agents": { "a": { "model": "m" } },
  "places": { "phone": { "telegram": 5, "memory": false, "allow": [ {"who": ["me"], "agents": ["a"], "groups": "all"} ] } },
  "telegram": { "token": { "file": ")"
      << folder << R"(/token" }, "base_url": ")" << telegram.origin() << "\" } }\n";
  const std::vector<std::string> listen{openclaw,   "listen-telegram",
                                        "--config", folder + "/listener.json",
                                        "--state",  folder + "/listener"};
  const Notify notify(folder + "/notify");
  std::vector<double> ready;
  for (int i = 0; i < 15; ++i) {
    const auto begin = Clock::now();
    const Process process(listen, notify.path);
    notify.wait_for("READY=1");
    if (i > 0) ready.push_back(ms_since(begin));  // the first one makes the database
  }
  const Process bot(listen, notify.path);
  notify.wait_for("READY=1");
  ::close(notify.fd);  // nobody reads what the watchdog gets
  const Process bare({floor, other.origin() + "/bot" + BotApiServer::token, folder + "/floor.db",
                      "/etc/ssl/certs"},
                     {});
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const long before = bot.cpu();
  std::this_thread::sleep_for(std::chrono::seconds(20));
  const long idle = bot.cpu() - before;
  const double own = static_cast<double>(bot.status_kib("VmRSS:")),
               theirs = static_cast<double>(bare.status_kib("VmRSS:"));
  std::printf("idle listener / floor: memory %.1f / %.1f MiB = %.2f; CPU in 20 s: %ld ms\n",
              own / 1024, theirs / 1024, own / theirs, idle * 10);
  std::printf("ready after %.1f ms\n", median(ready));

  sqlite3* db = nullptr;
  sqlite3_open((folder + "/commits.db").c_str(), &db);
  sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a, b)",
               nullptr, nullptr, nullptr);
  std::vector<double> commits, door;
  for (int i = 0; i < 60; ++i) {
    auto begin = Clock::now();
    for (int k = 0; k < 2; ++k)
      sqlite3_exec(db, "INSERT INTO t VALUES(1, randomblob(1500))", nullptr, nullptr, nullptr);
    commits.push_back(ms_since(begin));
    const int seen = asked;
    begin = Clock::now();
    telegram.say(5, 5, "hello");
    while (asked == seen)
      if (ms_since(begin) > 10000) return 4;
    door.push_back(ms_since(begin));
    // Its answer is sent before the next one comes.
    while (telegram.shown(5).size() < static_cast<std::size_t>(i) + 1)
      if (ms_since(begin) > 60000) return 5;
  }
  sqlite3_close(db);
  std::printf("message in -> vendor asked: %.2f ms; two durable commits: %.2f ms; ratio %.2f\n",
              median(door), median(commits), median(door) / median(commits));
  return 0;
}
