// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "base/redact.h"
#include "base/text.h"
#include "tools/tool.h"

namespace openclaw::tools {

Catalogue::Catalogue(const std::vector<DeclaredCommand>& commands) {
  for (auto tool : {clock_tool(), file_read_tool(), file_list_tool(), send_file_tool(),
                    http_get_tool(), alerts_list_tool(), silence_alert_tool(), calendar_list_tool(),
                    feeds_list_tool(), tasks_list_tool(), tasks_comment_tool(), tasks_create_tool(),
                    commitments_list_tool(), commitments_add_tool()})
    tools_.emplace(tool.info.name, tool);
  for (const auto& command : commands) {
    auto tool = command_tool(command);
    tools_.emplace(tool.info.name, tool);
  }
}

const Tool* Catalogue::find(const std::string& name) const {
  const auto at = tools_.find(name);
  return at == tools_.end() ? nullptr : &at->second;
}

std::map<std::string, policy::ToolInfo> Catalogue::infos() const {
  std::map<std::string, policy::ToolInfo> out;
  for (const auto& [name, tool] : tools_) out.emplace(name, tool.info);
  return out;
}

std::string shorten(const std::string& given, std::size_t most, bool& truncated) {
  // First of all: a secret that is cut in two would not be known any more.
  const std::string text = truncated ? base::redact_cut(given) : base::redact(given);
  if (text.size() <= most) return text;
  truncated = true;
  const auto head = base::prefix_bytes(text, most * 2 / 3);
  std::size_t tail = text.size() - most / 3;
  while (tail < text.size() && (static_cast<unsigned char>(text[tail]) & 0xC0) == 0x80) ++tail;
  return fmt::format("{}\n[… {} bytes left out …]\n{}", head, tail - head.size(),
                     text.substr(tail));
}

json::Value object_schema(const std::vector<Property>& properties) {
  auto members = json::Value::object();
  auto required = json::Value::array();
  for (const auto& p : properties) {
    members.set(p.name, json::Value::object({{"type", p.type}, {"description", p.description}}));
    if (p.required) required.push(p.name);
  }
  return json::Value::object({{"type", "object"},
                              {"properties", members},
                              {"required", required},
                              {"additionalProperties", false}});
}

}  // namespace openclaw::tools
