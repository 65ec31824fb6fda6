// SPDX-License-Identifier: MIT
// Five sources of a thousand items each, as their servers would write them: Alertmanager, Miniflux,
// Plane, a calendar and a feed. Prints its port; answers until it is killed.
#include <cstdio>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int items = 1000;

std::string n(int i) { return std::to_string(i); }

std::string alerts() {
  std::string out = "[";
  for (int i = 0; i < items; ++i)
    out += std::string(i ? "," : "") + "{\"labels\":{\"alertname\":\"Load\",\"instance\":\"vps" +
           n(i) +
           "\",\"severity\":\"warning\"},\"annotations\":{\"summary\":\"The load is high\"},"
           "\"startsAt\":\"2026-11-23T05:00:00Z\",\"status\":{\"state\":\"active\"}}";
  return out + "]";
}

std::string entries(int after) {
  std::string out = "{\"total\":1000,\"entries\":[";
  const int begin = after < 1000 ? 1000 : after + 1;
  for (int i = begin; i < 1000 + items && i < begin + 250; ++i)
    out += std::string(i > begin ? "," : "") + "{\"id\":" + n(i) + ",\"title\":\"Entry " + n(i) +
           "\",\"url\":\"https://example.org/" + n(i) +
           "\",\"published_at\":\"2026-11-20T10:00:00Z\",\"content\":\"<p>" +
           std::string(2000, 'x') +
           "</p>\",\"feed\":{\"title\":\"F\",\"category\":{\"title\":\"C\"}}}";
  return out + "]}";
}

std::string work_items(int page) {
  std::string out = "{\"next_cursor\":\"100:" + n(page + 1) +
                    ":0\",\"next_page_results\":" + (page < 9 ? "true" : "false") +
                    ",\"results\":[";
  for (int i = page * 100; i < page * 100 + 100; ++i)
    out += std::string(i % 100 ? "," : "") + "{\"id\":\"w" + n(i) + "\",\"sequence_id\":" + n(i) +
           ",\"name\":\"Work on this\",\"priority\":\"high\",\"target_date\":\"2026-11-20\","
           "\"state\":{\"id\":\"s\",\"name\":\"Open\",\"group\":\"started\"}}";
  return out + "]}";
}

std::string calendar() {
  std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n";
  for (int i = 0; i < items; ++i)
    out += "BEGIN:VEVENT\r\nUID:e" + n(i) +
           "\r\nDTSTART;TZID=Europe/Amsterdam:20260105T093000\r\n"
           "DURATION:PT15M\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Meeting " +
           n(i) + "\r\nEND:VEVENT\r\n";
  return out + "END:VCALENDAR\r\n";
}

std::string feed() {
  std::string out = "<rss version=\"2.0\"><channel><title>F</title>";
  for (int i = 0; i < items; ++i)
    out += "<item><title>News " + n(i) + "</title><guid>g" + n(i) + "</guid><link>https://e.org/" +
           n(i) + "</link><description>&lt;p&gt;Text&lt;/p&gt;</description></item>";
  return out + "</channel></rss>";
}

int number_after(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  return at == std::string_view::npos ? 0 : std::atoi(text.data() + at + word.size());
}

std::string body_for(std::string_view target) {
  if (target.starts_with("/api/v2/alerts")) return alerts();
  if (target.starts_with("/api/v2/silences")) return "[]";
  if (target.starts_with("/api/v2/status")) return "{\"uptime\":\"2026-01-01T00:00:00Z\"}";
  if (target.starts_with("/v1/feeds")) return "[]";
  if (target.starts_with("/v1/entries")) return entries(number_after(target, "after_entry_id="));
  if (target.find("/work-items/") != std::string_view::npos)
    return work_items(number_after(target, "cursor=100%3A"));
  if (target.find("/states/") != std::string_view::npos)
    return "{\"next_page_results\":false,\"results\":[]}";
  if (target.find("/projects/") != std::string_view::npos)
    return "{\"next_page_results\":false,\"results\":[{\"id\":\"p\",\"identifier\":\"HOME\","
           "\"name\":\"Home\"}]}";
  if (target.starts_with("/calendar")) return calendar();
  return feed();
}

}  // namespace

int main() {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
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
    const int peer = accept(server, nullptr, nullptr);
    std::string head;
    char piece[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = read(peer, piece, sizeof piece);
      if (got <= 0) break;
      head.append(piece, static_cast<std::size_t>(got));
    }
    const auto from = head.find(' ') + 1;
    const std::string body = body_for(head.substr(from, head.find(' ', from) - from));
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + n(static_cast<int>(body.size())) +
                         "\r\nConnection: close\r\n\r\n" + body;
    for (std::string_view rest = answer; !rest.empty();) {
      const ssize_t sent = send(peer, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    close(peer);
  }
}
