// SPDX-License-Identifier: MIT
#include "tools/room.h"

#include <algorithm>

namespace openclaw::test {

Room::Room(const std::vector<tools::DeclaredCommand>& commands) : catalogue(commands) {
  policy.tools = catalogue.infos();
  policy.groups["g"] = {};
  policy.agents["ops"].groups = {"g"};
  policy.places["shell"] = {policy::AllowRule{{"me"}, {"ops"}, true, {}}};
}

void Room::grant(const std::string& tool, std::map<std::string, policy::Constraint> arguments) {
  policy::Grant grant;
  grant.tool = tool;
  grant.args = std::move(arguments);
  policy.groups["g"].push_back(std::move(grant));
}

tools::Decided Room::decide(const std::string& tool, const std::string& arguments,
                            policy::Labels taint) {
  const tools::Gate gate(policy, catalogue, {"shell", "me", ""}, "ops", "run", {});
  return gate.decide(tool, arguments, taint);
}

tools::Result Room::call_text(const std::string& tool, const std::string& arguments) {
  const tools::Gate gate(policy, catalogue, {"shell", "me", ""}, "ops", "run", {});
  const auto declared = [this](const std::vector<std::string>& kinds) {
    std::vector<sources::Declared> out;
    for (const auto& source : sources)
      if (std::find(kinds.begin(), kinds.end(), source.kind) != kinds.end()) {
        sources::Declared one{source.name,     source.kind,     source.texts,
                              source.projects, source.to_model, {}};
        for (const auto& [key, secret] : source.secrets)
          one.secrets.emplace(key, base::Secret(std::string(secret.reveal())));
        out.push_back(std::move(one));
      }
    return out;
  };
  const tools::Context context{*http, nullptr, now, zone, timeout, most_bytes, declared, scope};
  return gate.run(gate.decide(tool, arguments, {}), context);
}

tools::Result Room::call(const std::string& tool, const json::Value& arguments) {
  return call_text(tool, json::dump(arguments));
}

policy::Constraint under(const std::vector<std::string>& folders) {
  policy::Constraint out;
  out.under = folders;
  return out;
}

policy::Constraint at(const std::string& origin, bool private_address) {
  policy::Constraint out;
  out.origin = {origin};
  out.private_address = private_address;
  return out;
}

}  // namespace openclaw::test
