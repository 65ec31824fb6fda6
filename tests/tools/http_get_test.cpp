// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "support/http_server.h"
#include "support/tier.h"
#include "tools/room.h"

namespace openclaw::test {
namespace {

using json::Value;

const std::string page = http_answer(200, {{"Content-Type", "text/plain"}}, "INSIDE");

struct HttpGet : testing::Test {
  tools::Result get(const std::string& url) {
    return room.call("http_get", Value::object({{"url", url}}));
  }
  void grant(const HttpServer& server) {
    room.grant("http_get", {{"url", at(server.origin(), true)}});
  }
  Room room;
};

TEST_F(HttpGet, NoSpellingOfAnInsideAddressConnects) {
  HttpServer four(page);
  HttpServer six([](const HttpAsk&, const HttpPeer& peer) { peer.send(page); },
                 HttpServer::Family::v6);
  const std::string p4 = ":" + std::to_string(four.port());
  const std::string p6 = ":" + std::to_string(six.port());
  policy::Constraint anything;  // whatever the URL: only the address stands in the way
  room.grant("http_get", {{"url", anything}});
  room.timeout = base::Millis(1000);
  int spellings = 0;
  for (const std::string host : {"127.0.0.1",
                                 "127.1",
                                 "127.0.1",
                                 "127.255.255.254",
                                 "2130706433",
                                 "017700000001",
                                 "0x7f000001",
                                 "0x7f.1",
                                 "0x7F.0x0.0x0.0x1",
                                 "0177.0.0.1",
                                 "0177.1",
                                 "127.0.0.01",
                                 "127.000.000.001",
                                 "127.0.0.1.",
                                 "0",
                                 "0.0.0.0",
                                 "0x0",
                                 "00",
                                 "0.0",
                                 "localhost",
                                 "LOCALHOST",
                                 "localhost.",
                                 "LocalHost",
                                 "ip6-localhost",
                                 "[::ffff:127.0.0.1]",
                                 "[::ffff:7f00:1]",
                                 "[0:0:0:0:0:ffff:127.0.0.1]",
                                 "[::127.0.0.1]",
                                 "[64:ff9b::127.0.0.1]",
                                 "[2002:7f00:1::]",
                                 "[::]",
                                 "[0:0::0]",
                                 "127.0.0.1%2e",
                                 "user@127.0.0.1",
                                 "@127.0.0.1",
                                 "example.org@127.0.0.1",
                                 "127.0.0.1\\@example.org",
                                 "\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.1",
                                 "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1",
                                 "127\xE3\x80\x82"
                                 "0\xE3\x80\x82"
                                 "0\xE3\x80\x82"
                                 "1",
                                 "[::1%25lo]",
                                 "[::ffff:127.0.0.1%25lo]"}) {
    for (const std::string scheme : {"http://", "HTTP://"}) {
      const auto result = get(scheme + host + p4 + "/x");
      EXPECT_FALSE(result.ok) << host << ": " << result.text;
      EXPECT_EQ(result.text.find("INSIDE"), std::string::npos) << host;
      ++spellings;
    }
  }
  for (const std::string host : {"[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]", "localhost",
                                 "[0000:0000:0000:0000:0000:0000:0000:0001]", "ip6-loopback"}) {
    EXPECT_FALSE(get("http://" + host + p6 + "/x").ok) << host;
    ++spellings;
  }
  EXPECT_GE(spellings, 41);
  EXPECT_EQ(four.connections(), 0);
  EXPECT_EQ(six.connections(), 0);
}

TEST_F(HttpGet, OtherSchemesAreRefused) {
  room.grant("http_get", {{"url", {}}});
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/_x",
                          "dict://127.0.0.1:1/", "javascript:alert(1)", "data:text/plain,INSIDE",
                          "//127.0.0.1/", "http:/127.0.0.1", "http:127.0.0.1", "", " "})
    EXPECT_FALSE(get(url).ok) << url;
}

TEST_F(HttpGet, PrivateAddressesOnlyWhereGranted) {
  HttpServer granted(page), other(page);
  grant(granted);
  const auto result = get(granted.url("/x?y=z#part"));
  EXPECT_TRUE(result.ok) << result.text;
  EXPECT_EQ(result.text, "status 200\nINSIDE");
  EXPECT_TRUE(result.labels.untrusted);
  EXPECT_TRUE(result.labels.private_text) << "it came from inside the network";
  EXPECT_EQ(granted.log(), std::vector<std::string>{"GET /x?y=z"});
  const auto port = std::to_string(granted.port());
  for (const std::string& url : std::vector<std::string>{
           other.url("/"), "http://localhost:" + port + "/", "http://127.1:" + port + "/",
           "https://127.0.0.1:" + port + "/",
           "http://127.0.0.1:" + port + "@127.0.0.1:" + std::to_string(other.port()) + "/",
           "http://me@127.0.0.1:" + port + "/", "http://127.0.0.1:0" + port + ".1/"})
    EXPECT_FALSE(get(url).ok) << url;
  EXPECT_EQ(other.connections(), 0);
  EXPECT_EQ(granted.connections(), 1);
}

TEST_F(HttpGet, AnOriginWithoutPrivateAddressDoesNotOpenOne) {
  HttpServer server(page);
  room.grant("http_get", {{"url", at(server.origin(), false)}});
  const auto result = get(server.url("/"));
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpGet, ARedirectIsToldAndNotFollowed) {
  HttpServer target(page);
  for (const int status : {301, 302, 303, 307, 308}) {
    HttpServer server(http_answer(status, {{"Location", target.url("/secret")}}, "moved"));
    grant(server);
    const auto result = get(server.url("/"));
    EXPECT_NE(result.text.find(target.url("/secret")), std::string::npos) << result.text;
    EXPECT_EQ(result.text.find("INSIDE"), std::string::npos);
    EXPECT_EQ(server.connections(), 1);
  }
  EXPECT_EQ(target.connections(), 0);
}

TEST_F(HttpGet, ARedirectToNowhereIsReadable) {
  for (const std::string place : {"", "file:///etc/passwd", "http://a b/", "javascript:1"}) {
    HttpServer server(http_answer(302, {{"Location", place}}, ""));
    grant(server);
    const auto text = get(server.url("/")).text;
    EXPECT_TRUE(text.starts_with("status 302")) << text;
    EXPECT_EQ(text.find("file:"), std::string::npos) << text;
  }
}

TEST_F(HttpGet, AnErrorStatusIsNotOk) {
  HttpServer server(http_answer(404, {{"Content-Type", "text/plain"}}, "not here"));
  grant(server);
  const auto result = get(server.url("/"));
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.text, "status 404\nnot here");
}

TEST_F(HttpGet, HtmlBecomesText) {
  HttpServer server(http_answer(200, {{"Content-Type", "Text/HTML; charset=utf-8"}},
                                "<p>One &amp; <b>two</b></p><script>evil()</script>"));
  grant(server);
  const auto text = get(server.url("/")).text;
  EXPECT_NE(text.find("One & two"), std::string::npos) << text;
  EXPECT_EQ(text.find("evil"), std::string::npos) << text;
}

TEST_F(HttpGet, BytesAreNotText) {
  HttpServer server(
      http_answer(200, {{"Content-Type", "image/png"}}, std::string("\x89PNG\0\0", 6)));
  grant(server);
  EXPECT_EQ(get(server.url("/")).text.find('\0'), std::string::npos);
}

TEST_F(HttpGet, TheBodyIsCappedDecoded) {
  const std::string bomb = gzip_of_zeros(64u << 20);
  if (bomb.empty()) OPENCLAW_NOT_RUN("no gzip program for a bomb");
  HttpServer server(
      http_answer(200, {{"Content-Encoding", "gzip"}, {"Content-Type", "text/plain"}}, bomb));
  grant(server);
  const auto start = base::boot_now();
  const auto result = get(server.url("/"));
  EXPECT_FALSE(result.ok);
  EXPECT_LT(result.text.size(), 1000u);
  EXPECT_LT(base::boot_now() - start, base::Millis(3000));
}

TEST_F(HttpGet, ABombInABombIsRefused) {
  HttpServer server(
      http_answer(200, {{"Content-Encoding", "gzip, gzip, gzip, gzip, gzip, gzip"}}, "x"));
  grant(server);
  EXPECT_FALSE(get(server.url("/")).ok);
}

TEST_F(HttpGet, ALongBodyIsCutInTheMiddle) {
  HttpServer server(http_answer(200, {{"Content-Type", "text/plain"}},
                                "HEAD" + std::string(500000, 'x') + "TAIL"));
  grant(server);
  room.most_bytes = 2000;
  const auto result = get(server.url("/"));
  EXPECT_TRUE(result.truncated);
  EXPECT_TRUE(result.text.ends_with("TAIL"));
  EXPECT_LT(result.text.size(), 2200u);
}

TEST_F(HttpGet, ADripEndsAtTheTimeout) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.send("x") && peer.wait(10)) continue;
  });
  grant(server);
  room.timeout = base::Millis(200);
  const auto start = base::boot_now();
  const auto result = get(server.url("/path?secret=1"));
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.text.find("secret"), std::string::npos);
  EXPECT_LT(base::boot_now() - start, base::Millis(2000));
}

}  // namespace
}  // namespace openclaw::test
