// SPDX-License-Identifier: MIT
// Plays the five vendors on a loopback port: vendor_stub --log FILE [--say DIR] [--key KEY].
// Prints its port, logs each request as a JSON line (on disk before the answer), ends on SIGTERM.
// The model's name says what to do: ok, echo, say:NAME (the text DIR/NAME), tool:NAME (arguments in
// DIR/NAME.json), refuse, length, cut, slow, hang, badjson, error-in-stream, leak, or a status.
#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/vendor_answer.h"

namespace {

using openclaw::json::dump;
using openclaw::json::Value;
using namespace openclaw::test;

struct Options {
  std::string log, say, key = "stub-key-0123456789";
};
Options options;
std::mutex log_mutex;
int log_fd = -1;
std::int64_t served = 0;

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Waits until the other side went away.
void wait_for_close(int fd) {
  char byte = 0;
  while (::recv(fd, &byte, 1, 0) > 0) continue;
}

/// The line is on disk before a byte of the answer leaves.
void log_request(const VendorRequest& r, int refused) {
  const std::lock_guard lock(log_mutex);
  const auto line = dump(Value::object({{"n", ++served},
                                        {"method", r.method},
                                        {"path", r.path},
                                        {"headers", r.headers},
                                        {"body", r.text},
                                        {"refused", refused}})) +
                    "\n";
  if (::write(log_fd, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::fsync(log_fd) != 0)
    std::abort();
}

/// The text of the last turn, and whether it answers a tool call.
std::string last_text(const VendorRequest& r, bool& is_result) {
  const Value& turns = r.body[turns_name(r.api)];
  if (turns.size() == 0) return turns.as_string();
  const Value& last = turns.at(turns.size() - 1);
  std::string out = last["content"].as_string() + last["output"].as_string();
  is_result = last["role"] == Value("tool") || last["type"] == Value("function_call_output");
  for (const char* key : {"content", "parts"})
    for (const auto& part : last[key].items()) {
      is_result |= part["type"] == Value("tool_result") || part.contains("functionResponse");
      out += part["text"].as_string() + part["content"].as_string() +
             part["functionResponse"]["response"]["output"].as_string();
    }
  return out;
}

std::string base64(const std::string& in) {
  static const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < in.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = (bits << 8) | (i + k < in.size() ? static_cast<unsigned char>(in[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > in.size() ? '=' : digits[(bits >> (18 - 6 * k)) & 63];
  }
  return out;
}

/// The caller's own key in the forms that it could come back in.
std::string key_in_forms() {
  std::string percent, escaped;
  for (const char c : options.key) {
    constexpr const char* hex = "0123456789ABCDEF";
    const auto u = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(u) || c == '-' || c == '_' || c == '.' || c == '~';
    percent += plain ? std::string(1, c) : std::string{'%', hex[u >> 4], hex[u & 15]};
  }
  escaped = dump(Value(options.key));
  return "raw " + options.key + " base64 " + base64(options.key) + " percent " + percent +
         " json " + escaped.substr(1, escaped.size() - 2);
}

Answer answer_to(const VendorRequest& r) {
  bool is_result = false;
  const std::string asked = last_text(r, is_result);
  Answer a{"Hello from the stub.", "stop", "", "", ""};
  if (r.model == "echo") a.text = asked;
  if (r.model == "leak") a.text = key_in_forms();
  if (r.model.starts_with("say:")) a.text = read_text(options.say + "/" + r.model.substr(4));
  if (r.model == "length") a.finish = "length";
  if (r.model == "refuse") a = {"", "refused", "", "", "I will not do that."};
  if (r.model.starts_with("tool:") && is_result) a.text = "The tool said: " + asked;
  if (r.model.starts_with("tool:") && !is_result) {
    a = {"", "tool", r.model.substr(5), read_text(options.say + "/" + r.model.substr(5) + ".json"),
         ""};
    if (a.arguments.empty()) a.arguments = "{}";
  }
  return a;
}

// --- the connection ---

std::string response(int status, const std::string& type, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type +
         "\r\nX-Request-Id: req_stub_" + std::to_string(served) +
         (status == 429 || status >= 500 ? "\r\nRetry-After-Ms: 20" : "") +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> out;
  const std::size_t step = std::max<std::size_t>(1, (text.size() + 2) / 3);
  for (std::size_t at = 0; at < text.size(); at += step) out.push_back(text.substr(at, step));
  return out;
}

/// False when the connection must be closed.
bool stream(int fd, const VendorRequest& r, const Answer& x) {
  const char* type = r.api == Api::ollama ? "application/x-ndjson" : "text/event-stream";
  send_all(fd, std::string("HTTP/1.1 200 OK\r\nContent-Type: ") + type +
                   "\r\nX-Request-Id: req_stub_" + std::to_string(served) +
                   "\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto chunk = [&](const std::string& bytes) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return send_all(fd, size + bytes + "\r\n");
  };
  for (const auto& piece : opening(r, x)) chunk(piece);
  const auto pieces = pieces_of(x.text);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!chunk(text_event(r, pieces[i]))) return false;
    if (i == 0 && r.model == "cut") return false;
    if (i == 0 && r.model == "slow") wait_for_close(fd);
    if (i == 0 && r.model == "error-in-stream") {
      const std::string error = error_body(r.api, {529, "overloaded_error", "Overloaded"});
      chunk(r.api == Api::ollama ? error + "\n" : "event: error\ndata: " + error + "\n\n");
      return chunk("");
    }
  }
  for (const auto& piece : closing(r, x)) chunk(piece);
  return chunk("");
}

bool serve_one(int fd) {
  auto request = read_request(fd);
  if (!request) return false;
  auto& r = *request;
  std::optional<Refusal> refusal;
  try {
    check(r, options.key);
  } catch (const Refusal& wrong) {
    refusal = wrong;
  }
  log_request(r, refusal ? refusal->status : 0);
  if (!refusal && !r.model.empty() && r.model.find_first_not_of("0123456789") == std::string::npos)
    refusal =
        Refusal{std::atoi(r.model.c_str()), r.model == "429" ? "rate_limit_error" : "api_error",
                "scripted " + r.model + (r.model == "401" ? ": " + key_in_forms() : "")};
  if (refusal)
    return send_all(fd, response(refusal->status, "application/json", error_body(r.api, *refusal)));
  if (r.model == "hang") {
    wait_for_close(fd);
    return false;
  }
  if (r.model == "badjson")
    return send_all(fd, response(200, "application/json", "{\"choices\": [oops"));
  const Answer x = answer_to(r);
  return r.stream ? stream(fd, r, x) : send_all(fd, response(200, "application/json", plain(r, x)));
}

void serve(int fd) {
  while (serve_one(fd)) continue;
  ::close(fd);
}

int listen_on_loopback() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, any, size) != 0 || ::listen(fd, 64) != 0 ||
      ::getsockname(fd, any, &size) != 0)
    return -1;
  std::cout << ntohs(address.sin_port) << std::endl;
  return fd;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    (name == "--log" ? options.log : name == "--say" ? options.say : options.key) = argv[i + 1];
  }
  log_fd = ::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int listener = log_fd < 0 ? -1 : listen_on_loopback();
  if (listener < 0) return 1;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a parent that died leaves nothing behind
  std::signal(SIGTERM, [](int) { ::_exit(0); });
  while (true) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) std::thread(serve, fd).detach();
  }
}
