// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.h"
#include "tools/gate.h"

namespace openclaw::test {

/// A gate with grants of the test's choice, whose caller may use everything that is granted.
class Room {
 public:
  explicit Room(const std::vector<tools::DeclaredCommand>& commands = {});
  void grant(const std::string& tool, std::map<std::string, policy::Constraint> arguments = {});
  /// Decides and runs one call.
  tools::Result call(const std::string& tool, const json::Value& arguments);
  /// The same with the text that a model would send.
  tools::Result call_text(const std::string& tool, const std::string& arguments);
  tools::Decided decide(const std::string& tool, const std::string& arguments,
                        policy::Labels taint = {});

  TempDir dir;
  tools::Catalogue catalogue;
  policy::Policy policy;
  std::unique_ptr<net::HttpClient> http = net::make_http_client();
  std::size_t most_bytes = 64u << 10;
  base::Millis timeout{10000};
  std::vector<sources::Declared> sources;
  std::string scope;
  std::string zone = "UTC";
  base::Time now = base::Time(base::Millis(1'795'421'534'000));  // 2026-11-23T08:12:14Z, a Monday
};

policy::Constraint under(const std::vector<std::string>& folders);
policy::Constraint at(const std::string& origin, bool private_address);

}  // namespace openclaw::test
