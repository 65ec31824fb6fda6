// SPDX-License-Identifier: MIT
#include "system/lab.h"

#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"
#include "net/http.h"

namespace openclaw::test {
namespace {

using json::Value;

std::string asked(const std::string& url, const std::string& method = "GET",
                  const std::string& body = {}, const std::string& user = {}) {
  const auto http = net::make_http_client();
  net::Request request;
  request.method = method;
  request.url = url;
  request.body = body;
  if (!user.empty()) request.headers.emplace_back("Authorization", "Basic " + base::base64(user));
  if (method == "PUT") request.headers.emplace_back("Content-Type", "text/calendar");
  try {
    const auto response = http->perform(request, {}, nullptr);
    return response.status < 400 ? response.body + " " : "";
  } catch (const net::Failure&) {
    return {};
  }
}

}  // namespace

std::string Writer::last_prompt() const {
  const std::lock_guard lock(mutex_);
  return prompt_;
}

void Writer::answer(const HttpAsk& ask, const HttpPeer& peer) {
  if (down) {
    peer.send(http_answer(503, {{"Content-Type", "application/json"}},
                          R"({"error":{"message":"overloaded"}})"));
    return;
  }
  const auto request = json::parse(ask.body);
  const auto& messages = request["messages"].items();
  const std::string prompt = messages.empty() ? "" : json::dump(messages.back());
  {
    const std::lock_guard lock(mutex_);
    prompt_ = prompt;
  }
  const auto event = [](const Value& choice) {
    return "data: " +
           json::dump(Value::object({{"id", "chatcmpl_1"},
                                     {"object", "chat.completion.chunk"},
                                     {"model", "writer"},
                                     {"choices", Value::array({choice})}})) +
           "\n\n";
  };
  if (!calls_first.empty() && messages.back()["role"].as_string() != "tool") {
    const auto call =
        Value::object({{"index", 0},
                       {"id", "call_1"},
                       {"type", "function"},
                       {"function", Value::object({{"name", calls_first}, {"arguments", "{}"}})}});
    peer.send(http_answer(
        200, {{"Content-Type", "text/event-stream"}},
        event(Value::object({{"index", 0},
                             {"delta", Value::object({{"role", "assistant"},
                                                      {"tool_calls", Value::array({call})}})}})) +
            event(Value::object(
                {{"index", 0}, {"delta", Value::object()}, {"finish_reason", "tool_calls"}})) +
            "data: [DONE]\n\n"));
    return;
  }
  auto items = Value::array();
  for (std::size_t at = 0; items.size() < 2;) {
    at = prompt.find("{\\\"id\\\":\\\"", at);
    if (at == std::string::npos) break;
    at += 10;
    const auto id = prompt.substr(at, prompt.find('\\', at) - at);
    items.push(Value::object({{"id", id}, {"sentence", "Look at this one first."}}));
  }
  if (invents)
    items.push(Value::object({{"id", "zzzz"}, {"sentence", "See https://evil.example/"}}));
  const auto text =
      json::dump(Value::object({{"opening", "The model has read everything."}, {"items", items}}));
  const std::string body =
      event(Value::object(
          {{"index", 0}, {"delta", Value::object({{"role", "assistant"}, {"content", text}})}})) +
      event(Value::object({{"index", 0}, {"delta", Value::object()}, {"finish_reason", "stop"}})) +
      "data: " +
      json::dump(Value::object({{"id", "chatcmpl_1"},
                                {"choices", Value::array()},
                                {"usage", Value::object({{"prompt_tokens", 900},
                                                         {"completion_tokens", 60},
                                                         {"total_tokens", 960}})}})) +
      "\n\ndata: [DONE]\n\n";
  peer.send(
      http_answer(200, {{"Content-Type", "text/event-stream"}, {"x-request-id", "req_1"}}, body));
  ++answered_;
}

Lab::Lab() : house_(dir_.path().string(), {}) { configure(); }

void Lab::configure() {
  write(file("promises.md"),
        "# Promises\n- [ ] Send the tax form due:2026-11-20 to:jan ^tax\n"
        "- [ ] Check the off-site backup due:2026-11-24 ^backup\n- [ ] Broken due:soon ^bad\n"
        "- [x] Done ^done\n");
  write(file("openclaw.json"),
        fmt::format(R"({{ "time_zone": "Europe/Amsterdam", "state_dir": "{0}/state",
  "people": {{ "me": {{ "uid": {1} }} }},
  "providers": {{ "main": {{ "api": "openai-chat", "base_url": "{2}", "private_text": true }} }},
  "models": {{ "m": {{ "try": ["main:writer"] }} }},
  "prices": {{ "main:writer": {{ "input_usd_per_mtok": "1.00", "output_usd_per_mtok": "2.00" }} }},
  "agents": {{ "ops": {{ "model": "m" }} }},
  "places": {{ "shell": {{ "cli": true, "allow": [ {{"who": ["me"], "agents": ["ops"], "groups": "all"}} ] }} }},
  "sources": {{
    "prom": {{ "kind": "prometheus", "url": "http://127.0.0.1:{3}", "alertmanager": "http://127.0.0.1:{4}" }},
    "work": {{ "kind": "caldav", "url": "http://127.0.0.1:{5}/me/work/", "user": "me", "password": {{"env": "DAV"}} }},
    "rss": {{ "kind": "miniflux", "url": "{6}", "token": {{"env": "MINIFLUX"}} }},
    "plane": {{ "kind": "plane", "url": "{7}", "workspace": "home", "token": {{"env": "PLANE"}} }},
    "promises": {{ "kind": "commitments", "path": "promises.md" }}
  }},
  "jobs": {{
    "morning-briefing": {{ "schedule": "Mon..Fri 08:00", "max_late": "4h", "agent": "ops",
      "gather": [ {{"from": "prom"}}, {{"from": "work"}} ], "limits": {{"usd_per_run": "0.25"}} }},
    "weekly-digest": {{ "schedule": "Fri 19:00", "max_late": "3d", "agent": "ops",
      "gather": [ {{"from": "rss", "items": 60}} ] }},
    "task-review": {{ "schedule": "Mon 09:00", "max_late": "1d", "agent": "ops",
      "gather": [ {{"from": "plane"}}, {{"from": "promises"}} ] }}
  }} }}
)",
                    dir_.path().string(), ::getuid(), writer.url(), prometheus_port_,
                    alertmanager_port_, radicale_port_, miniflux.origin(), plane.origin()));
  house_.environment()["DAV"] = "app-password";
  house_.environment()["MINIFLUX"] = "miniflux-key";
  house_.environment()["PLANE"] = "plane-key";
}

void Lab::start_real() {
  write(file("am.yml"), "route: {receiver: none, group_wait: 1s}\nreceivers: [{name: none}]\n");
  alertmanager = std::make_unique<Service>(
      std::vector<std::string>{
          "prometheus-alertmanager", "--config.file=" + file("am.yml"),
          "--storage.path=" + file("am"), "--cluster.listen-address=",
          fmt::format("--web.listen-address=127.0.0.1:{}", alertmanager_port_)},
      file("am.log"));
  write(file("rules.yml"),
        "groups:\n- name: g\n  interval: 1s\n  rules:\n  - alert: Disk\n    expr: disk > 0\n"
        "    labels: {severity: critical}\n    annotations: {summary: \"The disk is full\"}\n");
  write(file("prometheus.yml"),
        fmt::format("global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{}]\n"
                    "scrape_configs:\n- job_name: lab\n  static_configs:\n"
                    "  - targets: ['127.0.0.1:{}']\n    labels: {{instance: vps1}}\nalerting:\n"
                    "  alertmanagers:\n  - static_configs:\n    - targets: ['127.0.0.1:{}']\n",
                    file("rules.yml"), metrics_.port(), alertmanager_port_));
  prometheus = std::make_unique<Service>(
      std::vector<std::string>{"prometheus", "--config.file=" + file("prometheus.yml"),
                               "--storage.tsdb.path=" + file("tsdb"),
                               fmt::format("--web.listen-address=127.0.0.1:{}", prometheus_port_)},
      file("prometheus.log"));
  write(file("users"), "me:app-password\n");
  write(
      file("radicale.conf"),
      fmt::format("[server]\nhosts = 127.0.0.1:{}\n[auth]\ntype = htpasswd\nhtpasswd_filename = "
                  "{}\nhtpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {}\n",
                  radicale_port_, file("users"), file("collections")));
  radicale = std::make_unique<Service>(
      std::vector<std::string>{"radicale", "--config", file("radicale.conf")},
      file("radicale.log"));
  const std::string dav = fmt::format("http://127.0.0.1:{}", radicale_port_);
  const auto ready = [&] {
    return !asked(fmt::format("http://127.0.0.1:{}/-/ready", prometheus_port_)).empty() &&
           !asked(fmt::format("http://127.0.0.1:{}/-/ready", alertmanager_port_)).empty() &&
           !asked(dav + "/.web/").empty();
  };
  if (!comes_true(ready)) throw base::Error("the servers of the lab did not start");
  asked(dav + "/me/work/", "MKCALENDAR", "", "me:app-password");
  asked(dav + "/me/work/standup.ics", "PUT",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:standup\r\n"
        "DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Amsterdam:20260105T093000\r\n"
        "DURATION:PT15M\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Stand-up\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "me:app-password");
}

bool Lab::fires() {
  return asked(fmt::format("http://127.0.0.1:{}/api/v1/alerts", prometheus_port_))
             .find("\"firing\"") != std::string::npos;
}

}  // namespace openclaw::test
