// SPDX-License-Identifier: MIT
// Against real servers: Prometheus and Alertmanager on loopback, with a metric that the test moves.
#include "sources/alerts.h"

#include <atomic>
#include <map>
#include <mutex>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "net/http.h"
#include "support/http_server.h"
#include "support/service.h"
#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

using sources::AlertServers;
using sources::Reading;

/// Values that Prometheus scrapes.
class Metrics {
 public:
  void set(const std::string& name, int value) {
    const std::lock_guard lock(mutex_);
    values_[name] = value;
  }
  HttpServer server{[this](const HttpAsk&, const HttpPeer& peer) {
    std::string body;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, value] : values_)
      body += fmt::format("fault{{fault=\"{}\"}} {}\n", name, value);
    peer.send(http_answer(200, {{"Content-Type", "text/plain; version=0.0.4"}}, body));
  }};

 private:
  std::mutex mutex_;
  std::map<std::string, int> values_;
};

std::string rule(const std::string& name, const std::string& severity, const std::string& wait) {
  return fmt::format(
      "  - alert: {0}\n    expr: fault{{fault=\"{0}\"}} > 0\n    for: {2}\n"
      "    labels: {{severity: {1}}}\n"
      "    annotations: {{summary: \"{0} of {{{{ $labels.fault }}}} is bad\"}}\n",
      name, severity, wait);
}

class Alerts : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(is_installed("prometheus") && is_installed("prometheus-alertmanager"))
        << "tests/run.sh installs them";
    for (const char* name : {"Long", "Short", "Flap", "Still"}) metrics_.set(name, 0);
    start_alertmanager();
    write(dir_.file("rules.yml"), "groups:\n- name: g\n  interval: 1s\n  rules:\n" +
                                      rule("Long", "critical", "2s") +
                                      rule("Short", "warning", "0s") + rule("Flap", "info", "0s") +
                                      rule("Still", "critical", "0s"));
    write(dir_.file("prometheus.yml"),
          fmt::format("global: {{scrape_interval: 1s, evaluation_interval: 1s, "
                      "external_labels: {{cluster: lab}}}}\n"
                      "rule_files: [{0}]\nscrape_configs:\n- job_name: lab\n  static_configs:\n"
                      "  - targets: ['127.0.0.1:{1}']\nalerting:\n  alertmanagers:\n"
                      "  - static_configs:\n    - targets: ['127.0.0.1:{2}']\n",
                      dir_.file("rules.yml"), metrics_.server.port(), manager_port_));
    prometheus_port_ = free_port();
    prometheus_ = std::make_unique<Service>(
        std::vector<std::string>{
            "prometheus", "--config.file=" + dir_.file("prometheus.yml"),
            "--storage.tsdb.path=" + dir_.file("tsdb"),
            fmt::format("--web.listen-address=127.0.0.1:{}", prometheus_port_)},
        dir_.file("prometheus.log"));
    ASSERT_TRUE(comes_true([&] { return up(prometheus() + "/-/ready"); }))
        << read(dir_.file("prometheus.log"));
  }

  void start_alertmanager() {
    write(dir_.file("am.yml"),
          "route: {receiver: none, group_wait: 1s}\nreceivers: [{name: none}]\n");
    if (manager_port_ == 0) manager_port_ = free_port();
    manager_ = std::make_unique<Service>(
        std::vector<std::string>{"prometheus-alertmanager", "--config.file=" + dir_.file("am.yml"),
                                 "--storage.path=" + dir_.file("am"), "--cluster.listen-address=",
                                 fmt::format("--web.listen-address=127.0.0.1:{}", manager_port_)},
        dir_.file("am.log"));
    ASSERT_TRUE(comes_true([&] { return up(manager() + "/-/ready"); }))
        << read(dir_.file("am.log"));
  }

  std::string prometheus() const { return fmt::format("http://127.0.0.1:{}", prometheus_port_); }
  std::string manager() const { return fmt::format("http://127.0.0.1:{}", manager_port_); }

  sources::Fetch fetch() { return sources::Fetch(*http_, base::boot_now() + base::Millis(20000)); }
  bool up(const std::string& url) {
    try {
      return fetch().get(url).status == 200;
    } catch (const base::Error&) {
      return false;
    }
  }

  bool fires(const std::string& name) {
    const auto answer = fetch().get_json(prometheus() + "/api/v1/alerts");
    for (const auto& alert : answer["data"]["alerts"].items())
      if (alert["labels"]["alertname"].as_string() == name &&
          alert["state"].as_string() == "firing")
        return true;
    return false;
  }
  bool at_manager(const std::string& name) {
    const auto answer = fetch().get_json(manager() + "/api/v2/alerts");
    for (const auto& alert : answer.items())
      if (alert["labels"]["alertname"].as_string() == name) return true;
    return false;
  }
  void raise(const std::string& name) {
    metrics_.set(name, 1);
    ASSERT_TRUE(comes_true([&] { return fires(name); })) << name;
  }
  void clear(const std::string& name) {
    metrics_.set(name, 0);
    ASSERT_TRUE(comes_true([&] { return !fires(name); })) << name;
  }

  Reading read_now(const AlertServers& servers) {
    auto f = fetch();
    return sources::read_alerts("prom", servers, f, begun_ - base::Millis(1000), base::wall_now(),
                                zone_);
  }
  static std::vector<std::string> titles(const Reading& reading, const std::string& kind) {
    std::vector<std::string> out;
    for (const auto& item : reading.items)
      if (item.kind == kind) out.push_back(item.title);
    return out;
  }

  TempDir dir_;
  Metrics metrics_;
  base::Time begun_ = base::wall_now();
  std::uint16_t prometheus_port_ = 0, manager_port_ = 0;
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client();
  std::unique_ptr<Service> manager_, prometheus_;
  zone::Zone zone_{"UTC"};
};

TEST_F(Alerts, TheNightIsFoundInFullAndTheMorningIsNotAnAllClear) {
  // A long critical one, a short one, three flaps, and one that goes on: six incidents.
  const base::Time before = base::wall_now();
  raise("Still");
  raise("Long");
  raise("Short");
  clear("Short");
  for (int i = 0; i < 3; ++i) {
    raise("Flap");
    clear("Flap");
  }
  clear("Long");
  ASSERT_TRUE(comes_true([&] { return at_manager("Still"); }));
  const base::Time after = base::wall_now();

  auto f = fetch();
  const auto state = sources::read_prometheus(prometheus(), f, begun_, base::wall_now());
  std::map<std::string, std::vector<sources::Incident>> by_name;
  for (const auto& incident : state.incidents)
    by_name[incident.labels.at("alertname")].push_back(incident);
  EXPECT_EQ(by_name["Long"].size(), 1U);
  EXPECT_EQ(by_name["Short"].size(), 1U);
  EXPECT_EQ(by_name["Flap"].size(), 3U);
  ASSERT_EQ(by_name["Still"].size(), 1U);
  EXPECT_FALSE(by_name["Still"][0].end);
  for (const auto& incident : state.incidents) {
    EXPECT_GE(incident.begin, before - base::Millis(1000));
    EXPECT_LE(incident.begin, after);
    if (incident.end) {
      EXPECT_GT(*incident.end, incident.begin);
      EXPECT_LE(*incident.end, after + base::Millis(2000));
    }
  }
  // Pending is part of it: "for: 2s".
  EXPECT_GE(*by_name["Long"][0].end - by_name["Long"][0].begin, base::Millis(3000));

  // A fresh Alertmanager is doubtful; its word is taken from Prometheus.
  const auto young = read_now({prometheus(), manager()});
  ASSERT_EQ(young.state, Reading::State::ok);
  ASSERT_FALSE(young.doubts.empty());
  EXPECT_NE(young.doubts[0].find("Alertmanager restarted"), std::string::npos);
  const auto firing = titles(young, "alert");
  ASSERT_EQ(firing.size(), 1U);
  EXPECT_NE(firing[0].find("Still"), std::string::npos);
  EXPECT_NE(firing[0].find("Still of Still is bad"), std::string::npos) << firing[0];
  const auto over = titles(young, "incident");
  ASSERT_EQ(over.size(), 3U) << "three flaps are one line";
  EXPECT_NE(over[2].find("3 times"), std::string::npos) << over[2];

  // Alone it is doubtful too: what it does not list is not known to be over.
  const auto alone = read_now({"", manager()});
  EXPECT_TRUE(alone.doubtful_kinds.contains("alert"));
  EXPECT_EQ(titles(alone, "alert").size(), 1U);

  const auto least = read_now({prometheus(), manager(), sources::Severity::critical});
  EXPECT_EQ(titles(least, "incident").size(), 1U);
}

TEST_F(Alerts, SilencedOnesAreCountedAndARestartIsNoAllClear) {
  raise("Still");
  ASSERT_TRUE(comes_true([&] { return at_manager("Still"); }));
  auto f = fetch();
  const auto until = base::rfc3339(base::wall_now() + base::Millis(3600000));
  f.send_json("POST", manager() + "/api/v2/silences",
              json::Value::object(
                  {{"matchers", json::Value::array({json::Value::object({{"name", "alertname"},
                                                                         {"value", "Still"},
                                                                         {"isRegex", false},
                                                                         {"isEqual", true}})})},
                   {"startsAt", base::rfc3339(base::wall_now())},
                   {"endsAt", until},
                   {"createdBy", "test"},
                   {"comment", "test"}}));
  sources::ManagerState state;
  ASSERT_TRUE(comes_true([&] {
    state = sources::read_alertmanager(manager(), f);
    return !state.alerts.empty() && state.alerts[0].suppressed;
  }));
  EXPECT_EQ(state.silences, 1U);

  manager_->kill();
  start_alertmanager();
  const auto reading = read_now({prometheus(), manager()});
  EXPECT_EQ(titles(reading, "alert").size(), 1U) << "it still fires, whatever the new one lists";
  EXPECT_FALSE(reading.doubts.empty());
  EXPECT_TRUE(reading.quiet.empty());

  manager_->kill();
  const auto half = read_now({prometheus(), manager()});
  EXPECT_EQ(half.state, Reading::State::ok);
  EXPECT_EQ(titles(half, "alert").size(), 1U);
  EXPECT_TRUE(half.doubtful_kinds.contains("alert"));
  prometheus_->kill();
  EXPECT_EQ(read_now({prometheus(), manager()}).state, Reading::State::failed);
}

TEST_F(Alerts, AnAlertIsSilencedOnceByTheIdThatItIsListedUnder) {
  raise("Still");
  raise("Short");
  ASSERT_TRUE(comes_true([&] { return at_manager("Still") && at_manager("Short"); }));
  auto f = fetch();
  std::string id;
  for (const auto& item : read_now({"", manager()}).items)
    if (item.title.starts_with("Still")) id = item.key.substr(item.key.find(':') + 1);
  ASSERT_EQ(id.size(), 16U);
  const auto now = base::wall_now();
  const auto silence = [&](const std::string& alert, int hours) {
    return sources::silence_alert(manager(), alert, now, now + std::chrono::hours(hours), "known",
                                  f);
  };
  const auto first = silence(id, 2);
  EXPECT_FALSE(first.empty());
  const auto suppressed = [&](const std::string& name) {
    for (const auto& alert : sources::read_alertmanager(manager(), f).alerts)
      if (alert.labels.at("alertname") == name) return alert.suppressed;
    return false;
  };
  ASSERT_TRUE(comes_true([&] { return suppressed("Still"); }));
  EXPECT_FALSE(suppressed("Short")) << "only the one that was named";
  EXPECT_EQ(silence(id, 2), first) << "a repeated call is the same silence";
  EXPECT_NE(silence(id, 5), first) << "a longer one is another";
  EXPECT_THROW(silence("0123456789abcdef", 1), base::Error);
}

TEST_F(Alerts, OneBelowAPathAsGrafanasIsReadAndSilencedToo) {
  const auto port = free_port();
  const std::string path = "/api/alertmanager/grafana";
  const Service grafana({"prometheus-alertmanager", "--config.file=" + dir_.file("am.yml"),
                         "--storage.path=" + dir_.file("grafana"),
                         "--cluster.listen-address=", "--web.route-prefix=" + path,
                         fmt::format("--web.listen-address=127.0.0.1:{}", port)},
                        dir_.file("grafana.log"));
  const std::string url = fmt::format("http://127.0.0.1:{}{}", port, path);
  ASSERT_TRUE(comes_true([&] { return up(url + "/-/ready"); })) << read(dir_.file("grafana.log"));
  auto f = fetch();
  f.header("Authorization", "Bearer glsa_test");
  f.send_json("POST", url + "/api/v2/alerts",
              json::Value::array({json::Value::object(
                  {{"labels", json::Value::object({{"alertname", "Grafana"},
                                                   {"grafana_folder", "Home"},
                                                   {"severity", "warning"}})},
                   {"annotations", json::Value::object({{"summary", "From Grafana"}})}})}));
  Reading reading;
  ASSERT_TRUE(comes_true([&] {
    reading = read_now({"", url});
    return !reading.items.empty();
  })) << reading.reason;
  EXPECT_TRUE(reading.items[0].title.starts_with("Grafana: From Grafana"))
      << reading.items[0].title;
  const auto id = reading.items[0].key.substr(6);
  const auto now = base::wall_now();
  EXPECT_FALSE(sources::silence_alert(url, id, now, now + std::chrono::hours(1), "x", f).empty());
}

TEST_F(Alerts, AWrongAddressIsNoEmptyAnswer) {
  EXPECT_EQ(read_now({manager(), ""}).state, Reading::State::failed);
  EXPECT_EQ(read_now({"", prometheus()}).state, Reading::State::failed);
  EXPECT_EQ(read_now({"", metrics_.server.origin()}).state, Reading::State::failed);
}

}  // namespace
}  // namespace openclaw::test
