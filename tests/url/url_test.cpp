// SPDX-License-Identifier: MIT
#include "url/url.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace openclaw::test {
namespace {

struct Good {
  const char* text;
  const char* origin;
  const char* same;
};

const Good good[] = {
    {"http://example.org", "http://example.org", "http://example.org/"},
    {"HTTPS://Example.ORG/Path?Q=1#f", "https://example.org", "https://example.org/Path?Q=1"},
    {"https://example.org:443/", "https://example.org", "https://example.org/"},
    {"http://example.org:80/", "http://example.org", "http://example.org/"},
    {"http://example.org:443/", "http://example.org:443", "http://example.org:443/"},
    {"https://example.org:80", "https://example.org:80", "https://example.org:80/"},
    {"http://example.org?a", "http://example.org", "http://example.org/?a"},
    {"http://example.org/?", "http://example.org", "http://example.org/?"},
    {"http://example.org#x", "http://example.org", "http://example.org/"},
    {"http://127.0.0.1:9090/api", "http://127.0.0.1:9090", "http://127.0.0.1:9090/api"},
    {"http://[::1]/", "http://[::1]", "http://[::1]/"},
    {"http://[::1]:8080/x", "http://[::1]:8080", "http://[::1]:8080/x"},
    {"http://[2001:DB8::A]/", "http://[2001:db8::a]", "http://[2001:db8::a]/"},
    {"http://[::ffff:10.0.0.1]/", "http://[::ffff:10.0.0.1]", "http://[::ffff:10.0.0.1]/"},
    {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example",
     "https://xn--bcher-kva.example/"},
    {"https://a.b-c_d.example/", "https://a.b-c_d.example", "https://a.b-c_d.example/"},
    {"https://status.lan/a//b/../c%20d", "https://status.lan", "https://status.lan/a//b/../c%20d"},
    {"http://h/?a=b@c:d/e?f", "http://h", "http://h/?a=b@c:d/e?f"},
    {"http://h/@user:pass", "http://h", "http://h/@user:pass"},
};

TEST(Url, ReadsPlainOnes) {
  for (const auto& one : good) {
    const auto url = url::parse(one.text);
    ASSERT_TRUE(url) << one.text;
    EXPECT_EQ(url->origin(), one.origin);
    EXPECT_EQ(url->text(), one.same);
    const auto again = url::parse(url->text());
    ASSERT_TRUE(again) << one.text;
    EXPECT_EQ(again->text(), url->text());
    EXPECT_EQ(again->origin(), url->origin());
    EXPECT_EQ(url::parse(url->origin())->origin(), url->origin());
  }
}

TEST(Url, RefusesEverythingElse) {
  for (const auto& text : std::vector<std::string>{"",
                                                   " ",
                                                   "example.org",
                                                   "//example.org",
                                                   "/path",
                                                   "http:",
                                                   "http:/",
                                                   "http://",
                                                   "http:///",
                                                   "http:///path",
                                                   "http:example.org",
                                                   "https:/example.org",
                                                   "ftp://example.org",
                                                   "file:///etc/passwd",
                                                   "gopher://h/",
                                                   "javascript:alert(1)",
                                                   "data:,x",
                                                   "mailto:a@b",
                                                   "ws://h/",
                                                   "http+unix://x/",
                                                   " http://h/",
                                                   "http://h/ ",
                                                   "http://h/a b",
                                                   "http://h/\t",
                                                   "http://h/\n",
                                                   "http://h\r\nHost: x",
                                                   "http://a\\b/",
                                                   "http://h/a\\b",
                                                   "http:\\\\h\\",
                                                   "http://user@h/",
                                                   "http://user:pw@h/",
                                                   "http://@h/",
                                                   "http://:@h/",
                                                   "http://h@evil/",
                                                   "http://status.lan@evil/",
                                                   "http://status.lan%40evil/",
                                                   "http://h:/",
                                                   "http://h:0/",
                                                   "http://h:65536/",
                                                   "http://h:080/",
                                                   "http://h:99999999999/",
                                                   "http://h:-1/",
                                                   "http://h:+80/",
                                                   "http://h:80a/",
                                                   "http://h:8 0/",
                                                   "http://h:80:80/",
                                                   "http://h%2f/",
                                                   "http://%68/",
                                                   "http://h/%",
                                                   "http://h/%4",
                                                   "http://h/%zz",
                                                   "http://h/?%",
                                                   "http://.h/",
                                                   "http://a..b/",
                                                   "http://-h/",
                                                   "http://h\xC3\xA9/",
                                                   "http://h/\xC3\xA9",
                                                   "http://h/\x7F",
                                                   "http://[::1",
                                                   "http://::1/",
                                                   "http://[::1]x/",
                                                   "http://[]/",
                                                   "http://[::1%25eth0]/",
                                                   "http://[v1.x]/",
                                                   "http://[example.org]/",
                                                   "http://[1]/",
                                                   "http://h/<x>",
                                                   "http://h/\"",
                                                   "http://h/^",
                                                   "http://h/`",
                                                   "http://h/{x}",
                                                   "http://h/|",
                                                   "http://h/[x]",
                                                   "http://h/?[x]",
                                                   "http://a,b/",
                                                   "http://a;b/",
                                                   "http://a!b/",
                                                   "http://a$b/",
                                                   "http://a&b/",
                                                   "http://a=b/",
                                                   "http://a*b/",
                                                   "http://*.h/",
                                                   "http://h\xEF\xBC\x8F/",
                                                   "http://" + std::string(254, 'a') + "/",
                                                   "http://h/" + std::string(8192, 'a'),
                                                   std::string("http://h/\0x", 11),
                                                   std::string("http://h\0.x/", 12),
                                                   "http://h/\xE2\x80\xAE"})
    EXPECT_FALSE(url::parse(text)) << text;
}

// "what it accepts means the same to every other program": these are read as addresses elsewhere.
TEST(Url, RefusesHostsThatOthersReadAsAnotherAddress) {
  for (const char* text : {"http://127.1/", "http://2130706433/", "http://0x7f000001/",
                           "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://127.0.0.1./",
                           "http://1.2.3/", "http://256.1.1.1/", "http://1.2.3.4.5/", "http://0/"})
    EXPECT_FALSE(url::parse(text)) << text;
}

TEST(Url, RefusesWhatIsNoIpv6Address) {
  for (const char* text :
       {"http://[::::]/", "http://[1:2]/", "http://[12345::]/", "http://[::1::]/",
        "http://[1:2:3:4:5:6:7:8:9]/", "http://[:1]/", "http://[1.2.3.4:]/", "http://[...:]/"})
    EXPECT_FALSE(url::parse(text)) << text;
}

// RFC 3986, 5.4, with http; "" stands for what is no http(s) URL.
TEST(Url, ResolvesAsTheStandardsExamplesSay) {
  const auto base = url::parse("http://a/b/c/d;p?q");
  ASSERT_TRUE(base);
  const std::vector<std::pair<const char*, const char*>> table{
      {"g:h", ""},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g"},
      {"g#s/../x", "http://a/b/c/g"},
      {"http:g", ""}};
  for (const auto& [reference, expected] : table) {
    const auto url = url::resolve(*base, reference);
    EXPECT_EQ(url ? url->text() : "", expected) << reference;
  }
}

TEST(Url, ResolvesReferencesThatHoldAnotherUrl) {
  const auto base = url::parse("https://a/b/c");
  const auto text = [&](const char* reference) {
    const auto url = url::resolve(*base, reference);
    return url ? url->text() : std::string();
  };
  EXPECT_EQ(text("https://z:8443/x"), "https://z:8443/x");
  EXPECT_EQ(text("//z/x"), "https://z/x");
  EXPECT_EQ(text("/login?next=https://a/x"), "https://a/login?next=https://a/x");
  EXPECT_EQ(text("?u=http://z/"), "https://a/b/c?u=http://z/");
  EXPECT_EQ(text("d/http://z/"), "https://a/b/d/http://z/");
}

TEST(Url, ResolvesNoOtherScheme) {
  const auto base = url::parse("https://a/b/c");
  for (const char* reference :
       {"javascript:alert(1)", "data:text/html,x", "mailto:x@y", "file:/etc/passwd", "ftp://h/",
        "//user@h/", "\\\\h\\x", "/a b", "/\r\nX: y", "http://", "https:///"})
    EXPECT_FALSE(url::resolve(*base, reference)) << reference;
}

TEST(Url, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(url::encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(url::encode("a b/c?d=e&f+g%"), "a%20b%2Fc%3Fd%3De%26f%2Bg%25");
  EXPECT_EQ(url::encode("\xC3\xA9\n"), "%C3%A9%0A");
}

}  // namespace
}  // namespace openclaw::test
