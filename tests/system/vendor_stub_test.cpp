// SPDX-License-Identifier: MIT
// The stand-in refuses what the vendors document as wrong; an obliging one would prove nothing.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/temp_dir.h"
#include "system/program.h"

namespace openclaw::test {
namespace {

constexpr const char* key = "stub-key-0123456789";

class VendorStub : public ::testing::Test {
 protected:
  VendorStub() : stub_(dir_.file(""), dir_.file(""), key) {}

  /// The status of one POST with these header lines and this body.
  int post(const std::string& path, const std::string& headers, const std::string& body,
           const std::string& method = "POST") {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(stub_.address().substr(10))));
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::string text = method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers +
                             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    ::shutdown(fd, SHUT_WR);
    last_.clear();
    char piece[4096];
    for (ssize_t n = 0; (n = ::recv(fd, piece, sizeof piece, 0)) > 0;)
      last_.append(piece, static_cast<std::size_t>(n));
    ::close(fd);
    return last_.size() > 12 ? std::stoi(last_.substr(9, 3)) : 0;
  }

  TempDir dir_;
  Stub stub_;
  std::string last_;
  const std::string json_ = "Content-Type: application/json\r\n";
  const std::string bearer_ = json_ + "Authorization: Bearer " + key + "\r\n";
  const std::string anthropic_ =
      json_ + "x-api-key: " + key + "\r\nanthropic-version: 2023-06-01\r\n";
  const std::string google_ = json_ + "x-goog-api-key: " + key + "\r\n";
  const std::string user_ = R"("messages":[{"role":"user","content":"hi"}])";
};

TEST_F(VendorStub, AnswersRightRequests) {
  EXPECT_EQ(post("/v1/messages", anthropic_, R"({"model":"ok","max_tokens":9,)" + user_ + "}"),
            200);
  EXPECT_NE(last_.find(R"("stop_reason":"end_turn")"), std::string::npos) << last_;
  EXPECT_EQ(post("/v1/chat/completions", bearer_, R"({"model":"ok",)" + user_ + "}"), 200);
  EXPECT_EQ(post("/v1/responses", bearer_, R"({"model":"ok","input":"hi"})"), 200);
  EXPECT_EQ(post("/v1beta/models/ok:generateContent", google_,
                 R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})"),
            200);
  EXPECT_EQ(post("/api/chat", json_, R"({"model":"ok","stream":false,)" + user_ + "}"), 200);
  EXPECT_EQ(stub_.log().size(), 5U);
}

TEST_F(VendorStub, RefusesWrongOnes) {
  const std::string chat = "/v1/chat/completions";
  const std::string good = R"({"model":"ok",)" + user_ + "}";
  EXPECT_EQ(post("/v1/complete", bearer_, good), 404);
  EXPECT_EQ(post(chat, bearer_, "", "GET"), 405);
  EXPECT_EQ(post(chat, json_, good), 401);
  EXPECT_EQ(post(chat, json_ + "Authorization: Bearer other\r\n", good), 401);
  EXPECT_EQ(post("/v1/messages", json_ + "x-api-key: other\r\n", good), 401);
  EXPECT_EQ(post(chat, std::string("Authorization: Bearer ") + key + "\r\n", good), 415);
  EXPECT_EQ(post(chat, bearer_, "{oops"), 400);
  EXPECT_EQ(post(chat, bearer_, "[]"), 400);
  EXPECT_EQ(post(chat, bearer_, "{" + user_ + "}"), 400);
  EXPECT_EQ(post(chat, bearer_, R"({"model":"ok"})"), 400);
  EXPECT_EQ(post(chat, bearer_, R"({"model":"ok","messages":[]})"), 400);
  EXPECT_EQ(post(chat, bearer_, R"({"model":"gpt-none",)" + user_ + "}"), 404);
  EXPECT_EQ(post(chat, bearer_, R"({"model":"ok","wings":2,)" + user_ + "}"), 400);
  EXPECT_EQ(post(chat, bearer_, R"({"model":"ok","stream_options":{},)" + user_ + "}"), 400);
  EXPECT_EQ(post(chat, bearer_, R"({"model":"ok","messages":[{"role":"robot","content":"x"}]})"),
            400);
  EXPECT_EQ(post(chat, bearer_, R"({"model":"ok","messages":[{"role":"tool","content":"x"}]})"),
            400);
  EXPECT_EQ(
      post(chat, bearer_,
           R"({"model":"ok","messages":[{"role":"tool","tool_call_id":"c9","content":"x"}]})"),
      400);
  EXPECT_EQ(post(chat, bearer_,
                 R"({"model":"ok","tools":[{"type":"function","function":{"name":"a b"}}],)" +
                     user_ + "}"),
            400);
  EXPECT_EQ(post("/v1/messages", anthropic_, good), 400) << "max_tokens is missing";
  EXPECT_NE(last_.find(R"("type":"error")"), std::string::npos) << last_;
  EXPECT_EQ(post("/v1/messages", json_ + "x-api-key: " + key + "\r\n",
                 R"({"model":"ok","max_tokens":9,)" + user_ + "}"),
            400);
  EXPECT_EQ(post("/v1/messages", anthropic_,
                 R"({"model":"ok","max_tokens":9,"messages":[{"role":"system","content":"x"}]})"),
            400);
  EXPECT_EQ(post("/v1/messages", anthropic_,
                 R"({"model":"ok","max_tokens":9,"messages":[{"role":"user","content":"x"},
    {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"a","input":{}}]},{"role":"user","content":"y"}]})"),
            400);
  EXPECT_EQ(post("/v1/responses", bearer_, R"({"model":"ok"})"), 400);
  EXPECT_EQ(
      post(
          "/v1/responses", bearer_,
          R"({"model":"ok","input":[{"type":"function_call_output","call_id":"c1","output":"x"}]})"),
      400);
  EXPECT_EQ(post("/v1beta/models/ok:generateContent", google_,
                 R"({"contents":[{"role":"assistant","parts":[]}]})"),
            400);
  EXPECT_EQ(post("/v1beta/models/ok:generateContent", bearer_,
                 R"({"contents":[{"role":"user","parts":[]}]})"),
            401);
  EXPECT_EQ(
      post("/api/chat", json_, R"({"model":"ok","messages":[{"role":"tool","content":"x"}]})"),
      400);
}

}  // namespace
}  // namespace openclaw::test
