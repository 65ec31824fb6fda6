// SPDX-License-Identifier: MIT
// Answers every POST at once with the same streamed chat completion. Prints its port; ends on
// SIGTERM.
#include <cstdio>
#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static const char* const answer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: req_bench\r\nConnection: "
    "close\r\n\r\n"
    "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi "
    "there\"}}]}\n\n"
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: "
    "{\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_"
    "tokens\":11}}\n\n"
    "data: [DONE]\n\n";

static void serve(int client) {
  std::string request;
  char buffer[8192];
  std::size_t body_from = std::string::npos;
  std::size_t length = 0;
  while (body_from == std::string::npos || request.size() < body_from + length) {
    const ssize_t n = read(client, buffer, sizeof buffer);
    if (n <= 0) break;
    request.append(buffer, static_cast<std::size_t>(n));
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    body_from = end + 4;
    const auto at = request.find("ontent-Length: ");
    if (at != std::string::npos) length = std::stoul(request.substr(at + 15));
  }
  const std::string text = answer;
  if (write(client, text.data(), text.size()) < 0) std::perror("write");
  close(client);
}

int main() {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(server, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(server, 64) != 0)
    return 1;
  getsockname(server, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  while (true) {
    const int client = accept(server, nullptr, nullptr);
    if (client >= 0) serve(client);
  }
}
