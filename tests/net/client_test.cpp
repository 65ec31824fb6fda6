// SPDX-License-Identifier: MIT
#include <thread>

#include <gtest/gtest.h>

#include "net/http.h"
#include "support/http_server.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using base::Millis;
using Kind = net::Failure::Kind;

constexpr const char* hidden = "/bot12345:s3cr3t/path?token=hidden#part";

net::Request to(const std::string& url) {
  net::Request request;
  request.url = url;
  return request;
}

/// What the failure says; fails the test when there is none, or when it took longer than that.
net::Failure failure_of(const net::Request& request, Millis most = Millis(2000),
                        const base::Stop* stop = nullptr) {
  const auto client = net::make_http_client();
  const auto start = base::boot_now();
  try {
    const auto response = client->perform(request, {}, stop);
    ADD_FAILURE() << "status " << response.status;
  } catch (const net::Failure& failure) {
    EXPECT_LE(base::boot_now() - start, most);
    for (const char* part : {"s3cr3t", "path", "token", "hidden", "?"})
      EXPECT_EQ(std::string(failure.what()).find(part), std::string::npos) << failure.what();
    return failure;
  }
  return {Kind::broken, "none", false};
}

TEST(Client, GivesStatusHeadersAndBody) {
  HttpServer server(http_answer(201, {{"X-Request-ID", " abc "}, {"x-other", "1"}}, "body"));
  const auto client = net::make_http_client();
  auto request = to(server.url(hidden));
  request.method = "POST";
  request.body = "asked";
  request.headers = {{"X-Mine", "yes"}};
  const auto response = client->perform(request, {}, nullptr);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "body");
  EXPECT_EQ(response.body_bytes, 4u);
  EXPECT_EQ(response.header("x-request-id"), "abc");
  EXPECT_EQ(response.header("absent"), "");
  EXPECT_EQ(response.remote_address, "127.0.0.1");
  const auto asks = server.asks();
  ASSERT_EQ(asks.size(), 1u);
  EXPECT_EQ(asks[0].method, "POST");
  EXPECT_EQ(asks[0].target, "/bot12345:s3cr3t/path?token=hidden");
  EXPECT_EQ(asks[0].body, "asked");
  EXPECT_NE(asks[0].head.find("X-Mine: yes"), std::string::npos);
  EXPECT_EQ(asks[0].head.find("Expect:"), std::string::npos);
  EXPECT_EQ(asks[0].head.find("Cookie:"), std::string::npos);
}

TEST(Client, AStatusIsNeverAFailure) {
  for (const int status : {204, 301, 302, 307, 400, 401, 404, 429, 500, 529}) {
    HttpServer server(http_answer(status, {{"Location", "/elsewhere"}}, ""));
    const auto client = net::make_http_client();
    EXPECT_EQ(client->perform(to(server.url("/")), {}, nullptr).status, status);
    EXPECT_EQ(server.connections(), 1) << "redirects are not followed";
  }
}

TEST(Client, AChunkedBodyReachesTheSinkInPieces) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    peer.send("6\r\n world\r\n0\r\n\r\n");
  });
  std::string got;
  const auto client = net::make_http_client();
  const auto response = client->perform(
      to(server.url("/")),
      [&](std::string_view piece) {
        got += piece;
        return true;
      },
      nullptr);
  EXPECT_EQ(got, "hello world");
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.body_bytes, 11u);
}

TEST(Client, AnErrorsBodyIsKeptFromTheSink) {
  HttpServer server(http_answer(500, {}, "the reason"));
  const auto client = net::make_http_client();
  const auto response = client->perform(
      to(server.url("/")),
      [](std::string_view) {
        ADD_FAILURE();
        return true;
      },
      nullptr);
  EXPECT_EQ(response.body, "the reason");
}

TEST(Client, TheSinkMayEndIt) {
  HttpServer server(http_answer(200, {}, "body"));
  const auto client = net::make_http_client();
  try {
    client->perform(
        to(server.url("/")), [](std::string_view) { return false; }, nullptr);
    FAIL();
  } catch (const net::Failure& failure) {
    EXPECT_EQ(failure.kind(), Kind::cancelled);
  }
}

TEST(Client, FirstByteTimeout) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) { peer.wait(5000); });
  auto request = to(server.url(hidden));
  request.first_byte_timeout = Millis(100);
  const auto failure = failure_of(request);
  EXPECT_EQ(failure.kind(), Kind::timeout);
  EXPECT_TRUE(failure.sent());
  EXPECT_EQ(failure.status(), 0);
}

TEST(Client, IdleTimeout) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    peer.wait(5000);
  });
  auto request = to(server.url(hidden));
  request.idle_timeout = Millis(100);
  const auto failure = failure_of(request);
  EXPECT_EQ(failure.kind(), Kind::timeout);
  EXPECT_EQ(failure.status(), 200);
}

TEST(Client, TotalTimeoutAlsoAgainstADrip) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.send("x") && peer.wait(10)) continue;
  });
  auto request = to(server.url(hidden));
  request.total_timeout = Millis(200);
  EXPECT_EQ(failure_of(request).kind(), Kind::timeout);
}

TEST(Client, DrippedHeadersAreTimedOut) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X-A: b\r\n") && peer.wait(10)) continue;
  });
  auto request = to(server.url(hidden));
  request.first_byte_timeout = Millis(200);
  EXPECT_EQ(failure_of(request).kind(), Kind::timeout);
}

TEST(Client, NobodyThere) {
  std::string url;
  {
    HttpServer gone("");
    url = gone.url(hidden);
  }
  const auto failure = failure_of(to(url));
  EXPECT_EQ(failure.kind(), Kind::connect);
  EXPECT_FALSE(failure.sent());
}

TEST(Client, AResetIsBroken) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    peer.reset();
  });
  const auto failure = failure_of(to(server.url(hidden)));
  EXPECT_EQ(failure.kind(), Kind::broken);
  EXPECT_TRUE(failure.sent());
}

TEST(Client, AShortBodyIsBroken) {
  HttpServer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
  EXPECT_EQ(failure_of(to(server.url(hidden))).kind(), Kind::broken);
}

TEST(Client, NonsenseIsBroken) {
  HttpServer server("\x16\x03\x01 this is no HTTP\r\n\r\n");
  EXPECT_EQ(failure_of(to(server.url(hidden))).kind(), Kind::broken);
}

TEST(Client, ABodyHasACapInDecodedBytes) {
  HttpServer plain(http_answer(200, {}, std::string(5000, 'x')));
  auto request = to(plain.url(hidden));
  request.max_body = 4999;
  EXPECT_EQ(failure_of(request).kind(), Kind::too_large);
  request.max_body = 5000;
  EXPECT_EQ(net::make_http_client()->perform(request, {}, nullptr).body.size(), 5000u);
  const std::string bomb = gzip_of_zeros(64u << 20);
  if (bomb.empty()) OPENCLAW_NOT_RUN("no gzip program for a bomb");
  HttpServer packed(http_answer(200, {{"Content-Encoding", "gzip"}}, bomb));
  auto bombed = to(packed.url(hidden));
  bombed.accept_gzip = true;
  bombed.max_body = 1u << 20;
  EXPECT_EQ(failure_of(bombed).kind(), Kind::too_large);
}

TEST(Client, AnEndlessHeadIsRefused) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\n");
    const std::string line = "X-A: " + std::string(1000, 'a') + "\r\n";
    for (int i = 0; i < 20000 && peer.send(line); ++i) continue;
  });
  failure_of(to(server.url(hidden)), Millis(5000));
}

TEST(Client, AStopEndsIt) {
  base::Stop stop;
  HttpServer server([&](const HttpAsk&, const HttpPeer& peer) {
    stop.request();
    peer.wait(5000);
  });
  EXPECT_EQ(failure_of(to(server.url(hidden)), Millis(1000), &stop).kind(), Kind::cancelled);
}

TEST(Client, OnlyHttp) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
                          "dict://127.0.0.1/", "", "http://", "nonsense", "http://a b/path"})
    failure_of(to(url));
}

TEST(Client, ANameThatDoesNotResolve) {
  EXPECT_EQ(failure_of(to(std::string("http://no-such-host.invalid") + hidden)).kind(),
            Kind::connect);
}

TEST(Client, PublicOnlyRefusesLoopbackBeforeConnecting) {
  HttpServer server(http_answer(200, {}, "inside"));
  auto request = to(server.url(hidden));
  request.reach = net::Reach::public_only;
  const auto failure = failure_of(request);
  EXPECT_EQ(failure.kind(), Kind::address);
  EXPECT_FALSE(failure.sent());
  EXPECT_EQ(server.connections(), 0);
}

TEST(Client, AKeptConnectionIsNoWayAroundTheGuard) {
  HttpServer server([](const HttpAsk&, const HttpPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ninside");
    peer.wait(100);
  });
  const auto client = net::make_http_client();
  auto request = to(server.url("/"));
  EXPECT_EQ(client->perform(request, {}, nullptr).body, "inside");
  request.reach = net::Reach::public_only;
  EXPECT_THROW(client->perform(request, {}, nullptr), net::Failure);
  EXPECT_EQ(server.asks().size(), 1u);
}

TEST(Client, AProxyOfTheEnvironmentIsNotUsed) {
  HttpServer proxy(http_answer(200, {}, "from the proxy"));
  HttpServer server(http_answer(200, {}, "from the server"));
  ::setenv("http_proxy", proxy.origin().c_str(), 1);
  ::setenv("ALL_PROXY", proxy.origin().c_str(), 1);
  EXPECT_EQ(net::make_http_client()->perform(to(server.url("/")), {}, nullptr).body,
            "from the server");
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(Client, OneClientServesManyRequestsAfterFailures) {
  HttpServer server(http_answer(200, {}, "body"));
  const auto client = net::make_http_client();
  for (int i = 0; i < 20; ++i) {
    auto request = to(server.url("/"));
    if (i % 2) request.max_body = 1;
    if (i % 2) {
      EXPECT_THROW(client->perform(request, {}, nullptr), net::Failure);
    } else {
      EXPECT_EQ(client->perform(request, {}, nullptr).body, "body");
    }
  }
}

}  // namespace
}  // namespace openclaw::test
