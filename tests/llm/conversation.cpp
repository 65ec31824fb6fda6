// SPDX-License-Identifier: MIT
#include "llm/conversation.h"

#include <stdexcept>

namespace openclaw::test {
namespace {

using json::Value;

llm::Part part_from(const Value& part, const std::vector<llm::ToolCall>& calls) {
  if (part.contains("text")) return llm::Text{part["text"].as_string()};
  if (part.contains("image"))
    return llm::Image{part["image"]["media_type"].as_string(), part["image"]["bytes"].as_string()};
  if (part.contains("call"))
    return llm::ToolCall{part["call"]["id"].as_string(), part["call"]["name"].as_string(),
                         part["call"]["arguments"].as_string()};
  const Value& result = part["result"];
  const auto index = static_cast<std::size_t>(result["call"].as_int());
  if (index >= calls.size()) throw std::runtime_error("a result without its call");
  return llm::ToolResult{calls[index].id, calls[index].name, result["text"].as_string(),
                         result["error"].as_bool()};
}

llm::Message message_from(const Value& message, const llm::Wire& wire, const std::string& origin,
                          const std::vector<llm::ToolCall>& calls) {
  llm::Message out;
  if (message.contains("answers")) {
    out = wire.read(message["answers"][wire.name]).message;
    out.origin = origin;
    return out;
  }
  out.role = message["role"] == Value("assistant") ? llm::Role::assistant : llm::Role::user;
  for (const auto& part : message["parts"].items()) out.parts.push_back(part_from(part, calls));
  return out;
}

}  // namespace

llm::Endpoint endpoint_of(const llm::Wire& wire) {
  llm::Endpoint endpoint;
  endpoint.name = "t";
  endpoint.api = wire.name;
  return endpoint;
}

llm::Request request_from(const Value& conversation, const llm::Wire& wire) {
  llm::Request request;
  request.model = conversation["model"].as_string();
  request.system = conversation["system"].as_string();
  request.stream = conversation["stream"].as_bool();
  request.max_output_tokens = conversation["max_output_tokens"].as_int(100);
  request.effort = conversation["effort"].as_string();
  request.cache = conversation["cache"].as_bool();
  if (conversation.contains("schema")) request.schema = conversation["schema"];
  for (const auto& tool : conversation["tools"].items())
    request.tools.push_back(
        {tool["name"].as_string(), tool["description"].as_string(), tool["parameters"]});
  const auto origin = llm::origin_of(endpoint_of(wire), request.model);
  std::vector<llm::ToolCall> calls;
  for (const auto& message : conversation["messages"].items()) {
    request.messages.push_back(message_from(message, wire, origin, calls));
    if (request.messages.back().role == llm::Role::assistant)
      calls = llm::calls_of(request.messages.back());
  }
  return request;
}

}  // namespace openclaw::test
