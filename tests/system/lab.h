// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>

#include "support/http_server.h"
#include "support/miniflux_server.h"
#include "support/plane_server.h"
#include "support/service.h"
#include "support/temp_dir.h"
#include "system/program.h"

namespace openclaw::test {

/// A vendor with the openai-chat format that writes as the job's schema wants: it speaks of the
/// first two facts of each request, and of one that nobody gathered when told to.
class Writer {
 public:
  std::atomic<bool> down{false};
  std::atomic<bool> invents{false};
  std::string calls_first;  ///< a tool that it calls, without arguments, before it writes
  std::string url() const { return server_.url("/v1"); }
  /// Requests that were answered whole.
  int answered() const { return answered_; }
  /// The facts of the last request, as the model read them.
  std::string last_prompt() const;

 private:
  void answer(const HttpAsk& ask, const HttpPeer& peer);
  std::atomic<int> answered_{0};
  mutable std::mutex mutex_;
  std::string prompt_;
  HttpServer server_{[this](const HttpAsk& ask, const HttpPeer& peer) { answer(ask, peer); }};
};

/// Every server that the three jobs read: Prometheus, Alertmanager and Radicale are real, Miniflux
/// and Plane are stand-ins.
class Lab {
 public:
  Lab();
  House& house() { return house_; }
  std::string file(const std::string& name) const { return dir_.file(name); }
  /// Starts Prometheus, Alertmanager and Radicale.
  void start_real();
  /// 1 makes the alert "Disk" fire.
  void disk(int value) { disk_ = value; }
  bool fires();

  Writer writer;
  MinifluxServer miniflux{"miniflux-key"};
  PlaneServer plane{"plane-key"};
  std::unique_ptr<Service> prometheus, alertmanager, radicale;

 private:
  void configure();
  TempDir dir_;
  std::atomic<int> disk_{0};
  HttpServer metrics_{[this](const HttpAsk&, const HttpPeer& peer) {
    peer.send(http_answer(200, {{"Content-Type", "text/plain; version=0.0.4"}},
                          "disk " + std::to_string(disk_.load()) + "\n"));
  }};
  std::uint16_t prometheus_port_ = free_port(), alertmanager_port_ = free_port(),
                radicale_port_ = free_port();
  House house_;
};

}  // namespace openclaw::test
