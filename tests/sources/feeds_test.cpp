// SPDX-License-Identifier: MIT
#include "sources/feeds.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "net/http.h"
#include "sources/feed_parse.h"
#include "support/http_server.h"
#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

using sources::Feed;
using sources::Reading;

Feed parse(const std::string& text, const std::string& charset = {}) {
  return sources::parse_feed(text, "https://example.org/blog/feed.xml", charset);
}

TEST(FeedParse, ReadsEachFormat) {
  const std::vector<std::string> feeds{
      R"(<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><title>One</title>
         <link>/a</link><guid isPermaLink="false">id1</guid><description>&lt;p&gt;Text&lt;/p&gt;
         </description><pubDate>Mon, 23 Nov 2026 08:00:00 +0100</pubDate></item></channel></rss>)",
      R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
         <title>T</title></channel><item rdf:about="id1"><title>One</title><link>/a</link>
         <description>Text</description><dc:date>2026-11-23T07:00:00Z</dc:date></item></rdf:RDF>)",
      R"(<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>id1</id>
         <title type="html">O&lt;b&gt;ne&lt;/b&gt;</title><link rel="self" href="/no"/>
         <link href="/a"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p>
         </div></content><updated>2026-11-23T07:00:00Z</updated></entry></feed>)",
      R"({"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"id1",
         "title":"One","url":"/a","content_html":"<p>Text</p>",
         "date_published":"2026-11-23T08:00:00+01:00"}]})"};
  for (const auto& text : feeds) {
    const auto feed = parse(text);
    EXPECT_EQ(feed.title, "T") << text;
    ASSERT_EQ(feed.entries.size(), 1U) << text;
    const auto& entry = feed.entries[0];
    EXPECT_EQ(entry.id, "id1");
    EXPECT_EQ(entry.title, "One");
    EXPECT_EQ(entry.link, "https://example.org/a");
    EXPECT_EQ(entry.text, "Text");
    ASSERT_TRUE(entry.published) << text;
    EXPECT_EQ(base::rfc3339(*entry.published), "2026-11-23T07:00:00.000Z");
  }
}

TEST(FeedParse, ForgivesWhatFeedsDo) {
  // Undeclared HTML entities, no end, a character that XML forbids.
  const auto feed = parse(
      "<rss><channel><title>A&nbsp;B &eacute;</title><item><title>x\x01y</title>"
      "<link>https://e.org/1</link></item><item><title>cut");
  EXPECT_FALSE(feed.entries.empty());
  EXPECT_EQ(feed.title, "A B é");
  EXPECT_EQ(parse("<rss><channel><item><title>A &bad; B &amp;amp; C</title></item></channel></rss>")
                .entries.at(0)
                .title,
            "A B & C");
  const auto latin = parse(
      "<?xml version=\"1.0\" encoding=\"windows-1252\"?><rss><channel>"
      "<item><title>caf\xe9 \x80</title></item></channel></rss>");
  EXPECT_EQ(latin.entries.at(0).title, "café €");
  const auto by_header =
      parse("<rss><channel><item><title>caf\xe9</title></item></channel></rss>", "iso-8859-1");
  EXPECT_EQ(by_header.entries.at(0).title, "café");
  const auto bare = parse(
      "<rss><channel><item><description>Only &lt;i&gt;this&lt;/i&gt; text."
      "</description></item></channel></rss>");
  EXPECT_EQ(bare.entries.at(0).title, "Only this text. …");
  EXPECT_FALSE(bare.entries.at(0).id.empty());
}

TEST(FeedParse, HostileFeedsAreBoundedAndNeutral) {
  std::string laughs = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"haha\">";
  for (char c = 'b'; c < 'l'; ++c)
    laughs += std::string("<!ENTITY ") + c + " \"&" + static_cast<char>(c - 1) + ";&" +
              static_cast<char>(c - 1) + ";&" + static_cast<char>(c - 1) + ";\">";
  laughs += "]><rss><channel><item><title>&k;</title></item></channel></rss>";
  for (const auto& entry : parse(laughs).entries) EXPECT_LT(entry.title.size(), 1000U);
  const auto outside = parse(
      "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss><channel>"
      "<item><title>a &x; b</title></item></channel></rss>");
  EXPECT_EQ(outside.entries.at(0).title.find("root"), std::string::npos);
  const auto script = parse(
      "<rss><channel><item><title>&lt;script&gt;x()&lt;/script&gt;Hi \xE2\x80\xAE"
      "</title><link>javascript:alert(1)</link></item></channel></rss>");
  EXPECT_EQ(script.entries.at(0).title.find("script"), std::string::npos);
  EXPECT_EQ(script.entries.at(0).link.find("javascript"), std::string::npos);
  std::string deep = "<rss><channel><item><title>";
  for (int i = 0; i < 300; ++i) deep += "<a>";
  EXPECT_THROW(parse(deep), base::ProtocolError);
  for (const char* text : {"", "hello", "<html><body>Sign in</body></html>", "<opml/>", "{}",
                           "{\"items\":3}", "[]", "\xff\xfe"})
    EXPECT_THROW(parse(text), base::Error) << text;
}

TEST(FeedDate, ReadsWhatIsWritten) {
  const std::vector<std::pair<const char*, const char*>> dates{
      {"Mon, 23 Nov 2026 08:00:00 +0100", "2026-11-23T07:00:00.000Z"},
      {"Mon, 23 Nov 2026 08:00:00 GMT", "2026-11-23T08:00:00.000Z"},
      {"23 Nov 26 08:00 EST", "2026-11-23T13:00:00.000Z"},
      {"Monday, 23 November 2026 08:00:00 -0800", "2026-11-23T16:00:00.000Z"},
      {"23 Nov 2026", "2026-11-23T00:00:00.000Z"},
      {"2026-11-23", "2026-11-23T00:00:00.000Z"},
      {"2026-11-23 08:00:00", "2026-11-23T08:00:00.000Z"},
      {"2026-11-23T08:00+01:00", "2026-11-23T07:00:00.000Z"},
      {"2026-11-23T08:00:00.123456Z", "2026-11-23T08:00:00.123Z"}};
  for (const auto& [text, expected] : dates) {
    const auto found = sources::parse_feed_date(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(base::rfc3339(*found), expected) << text;
  }
  for (const char* bad : {"", "yesterday", "32 Nov 2026 08:00:00 GMT", "2026-13-01", "Mon,",
                          "23 Nov 2026 99:00:00 GMT", "1 Xyz 2026", "0000-00-00"})
    EXPECT_FALSE(sources::parse_feed_date(bad)) << bad;
}

class Feeds : public testing::Test {
 protected:
  Reading read(const std::string& list, const std::string& cached = {},
               const sources::Seen& seen = {}, base::Millis limit = base::Millis(20000)) {
    write(dir_.file("list"), list);
    sources::Fetch f(*http_, base::boot_now() + limit);
    return sources::read_feeds("rss", dir_.file("list"), cached, f, seen);
  }
  static std::string rss(const std::string& title) {
    return "<rss version=\"2.0\"><channel><title>Blog</title><item><title>" + title +
           "</title><guid>g</guid></item></channel></rss>";
  }
  TempDir dir_;
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client();
};

TEST_F(Feeds, AsksConditionallyAndKeepsWhatWasNotDelivered) {
  const HttpServer server([](const HttpAsk& ask, const HttpPeer& peer) {
    if (ask.head.find("If-None-Match: \"v1\"") != std::string::npos)
      peer.send(http_answer(304, {}, ""));
    else
      peer.send(http_answer(200, {{"ETag", "\"v1\""}}, rss("One")));
  });
  const auto first = read(server.url("/f") + "\n# a comment\n");
  ASSERT_EQ(first.items.size(), 1U);
  EXPECT_EQ(first.items[0].title, "One");
  EXPECT_EQ(first.items[0].group, "Blog");
  const auto again = read(server.url("/f"), first.cache);
  ASSERT_EQ(again.items.size(), 1U) << "not delivered, so told again";
  sources::Seen seen;
  seen.delivered = [&](const std::string& key) { return key == first.items[0].key; };
  const auto after = read(server.url("/f"), again.cache, seen);
  EXPECT_TRUE(after.items.empty());
  EXPECT_EQ(after.quiet, std::vector<std::string>{"no new entries"});
}

TEST_F(Feeds, BrokenOnesAreNamedAndTheRestGoesOn) {
  const HttpServer good(http_answer(200, {}, rss("One")));
  const HttpServer gone(http_answer(410, {}, ""));
  const HttpServer page(http_answer(200, {}, "<html><body>no</body></html>"));
  const auto reading = read(
      "<?xml version=\"1.0\"?><opml version=\"2.0\"><body><outline text=\"g\"><outline xmlUrl=\"" +
      good.url("/") + "\"/></outline><outline xmlUrl=\"" + gone.url("/") +
      "\"/><outline xmlUrl=\"" + page.url("/") + "\"/></body></opml>");
  EXPECT_EQ(reading.state, Reading::State::ok);
  EXPECT_EQ(reading.items.size(), 1U);
  ASSERT_EQ(reading.doubts.size(), 2U);
  EXPECT_EQ(reading.doubts[0], "127.0.0.1: gone for good (410)");
  EXPECT_EQ(reading.doubts[1], "127.0.0.1: this is a web page, not a feed");
  EXPECT_EQ(read(gone.url("/")).state, Reading::State::failed);
  EXPECT_THROW(read("# nothing\n"), base::ConfigError);
}

TEST_F(Feeds, SlowOnesDoNotTakeTheTimeOfTheRest) {
  const HttpServer slow([](const HttpAsk&, const HttpPeer& peer) { peer.wait(60000); });
  const HttpServer good(http_answer(200, {}, rss("One")));
  const auto reading = read(slow.url("/a") + "\n" + slow.url("/b") + "\n" + good.url("/c"), {}, {},
                            base::Millis(6000));
  ASSERT_EQ(reading.items.size(), 1U) << "the last of the list is read";
  EXPECT_EQ(reading.doubts.size(), 2U);
}

TEST_F(Feeds, ARedirectIntoThePrivateNetworkIsNotFollowed) {
  const HttpServer inside(http_answer(200, {}, rss("secret")));
  const HttpServer outside(http_answer(302, {{"Location", inside.url("/admin")}}, ""));
  EXPECT_EQ(read(outside.url("/")).state, Reading::State::failed);
  EXPECT_EQ(inside.connections(), 0);
}

TEST_F(Feeds, FiftyMegabytesAreRefused) {
  const HttpServer server(http_answer(200, {}, "<rss>" + std::string(50u << 20, ' ')));
  const auto reading = read(server.url("/"));
  EXPECT_EQ(reading.state, Reading::State::failed);
}

}  // namespace
}  // namespace openclaw::test
