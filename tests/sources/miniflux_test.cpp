// SPDX-License-Identifier: MIT
#include "sources/miniflux.h"

#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "net/http.h"
#include "support/miniflux_server.h"

namespace openclaw::test {
namespace {

using sources::Reading;

class Miniflux : public testing::Test {
 protected:
  sources::Fetch fetch(const std::string& token = "key") {
    sources::Fetch f(*http_, base::boot_now() + base::Millis(20000));
    f.header("X-Auth-Token", token);
    return f;
  }
  Reading read(const sources::Seen& seen = {}) {
    auto f = fetch();
    return sources::read_miniflux("rss", server_.origin(), f, seen);
  }
  void mark(const std::vector<std::int64_t>& ids) {
    auto f = fetch();
    sources::mark_read(server_.origin(), f, ids);
  }

  MinifluxServer server_{"key"};
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client();
};

TEST_F(Miniflux, EveryUnreadEntryIsSeenOnceAlsoBackDatedOnesAndThoseThatArriveMeanwhile) {
  for (int i = 0; i < 600; ++i)
    server_.add("entry " + std::to_string(i), "<p>x</p>",
                i % 25 == 0 ? "2019-01-01T00:00:00Z" : "2026-11-20T10:00:00Z");
  server_.before_list = [this](int n) {
    if (n == 2) server_.add("arrived", "<p>x</p>", "2020-01-01T00:00:00Z");
  };
  const auto reading = read();
  std::set<std::int64_t> ids;
  for (const auto& item : reading.items) ids.insert(item.mark);
  EXPECT_EQ(reading.items.size(), 601U);
  EXPECT_EQ(ids.size(), 601U);
  EXPECT_EQ(server_.unread().size(), 601U) << "reading marks nothing";
}

TEST_F(Miniflux, OnlyWhatWasDeliveredIsMarked) {
  for (int i = 0; i < 10; ++i) server_.add("entry");
  const auto first = read();
  mark({first.items[0].mark, first.items[3].mark, 999999});
  EXPECT_EQ(server_.unread().size(), 8U);
  // Delivered but, say, not marked yet: it is left out by its key; below the watermark by number.
  sources::Seen seen;
  seen.watermark = first.items[1].mark;
  seen.delivered = [&](const std::string& key) { return key == first.items[5].key; };
  const auto second = read(seen);
  EXPECT_EQ(second.items.size(), 6U);
}

TEST_F(Miniflux, AManyMarksGoInSeveralRequests) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 1200; ++i) server_.add("entry");
  for (const auto& item : read().items) ids.push_back(item.mark);
  mark(ids);
  EXPECT_TRUE(server_.unread().empty());
}

TEST_F(Miniflux, SummariesOfTheHelperAreTakenAndItsOwnFeedIsLeftOut) {
  server_.add("With summary",
              "<blockquote>\n  <p><strong>֎ AI summary:</strong> Short &amp; good.\n</p>\n"
              "</blockquote><br/><p>Long article</p>");
  server_.add("Without", "<p>Long <b>article</b></p><script>evil()</script>");
  server_.add("Quoted", "<blockquote><p>Somebody said</p></blockquote><p>Rest</p>");
  server_.add("News for you", "<p>x</p>", "2026-11-20T10:00:00Z", "https://ai-news.miniflux");
  const auto reading = read();
  ASSERT_EQ(reading.items.size(), 3U);
  EXPECT_EQ(reading.items[0].detail, "Short & good.");
  EXPECT_EQ(reading.items[1].detail, "Long article");
  EXPECT_NE(reading.items[2].detail.find("Somebody said"), std::string::npos);
  EXPECT_EQ(reading.items[0].group, "Tech / The Feed");
  EXPECT_TRUE(reading.items[0].untrusted);
}

TEST_F(Miniflux, HostileTextIsBoundedAndOnOneLine) {
  server_.add("T\x1b[31m\n\u202Eevil", std::string(1 << 20, 'x'));
  const auto reading = read();
  ASSERT_EQ(reading.items.size(), 1U);
  EXPECT_EQ(reading.items[0].title.find('\x1b'), std::string::npos);
  EXPECT_EQ(reading.items[0].title.find('\n'), std::string::npos);
  EXPECT_LE(reading.items[0].detail.size(), 1000U);
}

TEST_F(Miniflux, BrokenFeedsAndFailuresAreSaid) {
  server_.broken_feed = "Dead blog";
  const auto reading = read();
  ASSERT_EQ(reading.doubts.size(), 1U);
  EXPECT_EQ(reading.doubts[0], "1 feed cannot be read: Dead blog");
  auto wrong = fetch("other");
  try {
    sources::read_miniflux("rss", server_.origin(), wrong, {});
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_NE(std::string(e.what()).find("401: access unauthorized"), std::string::npos)
        << e.what();
  }
  server_.add("entry");
  server_.fail_marks = 1;
  EXPECT_THROW(mark({1000}), base::Error);
  server_.lose_marks = 1;
  EXPECT_THROW(mark({1000}), base::Error);
  EXPECT_NO_THROW(mark({1000})) << "marking again does no harm";
}

}  // namespace
}  // namespace openclaw::test
