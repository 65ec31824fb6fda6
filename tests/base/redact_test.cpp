// SPDX-License-Identifier: MIT
#include "base/redact.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"

namespace openclaw::test {
namespace {

const std::string secret = "tok\"en/Ab9+\\zé~=?";

std::string percent(const std::string& s) {
  std::string out;
  for (const char c : s) {
    const auto byte = static_cast<unsigned char>(c);
    if (base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      char text[4];
      std::snprintf(text, sizeof text, "%%%02X", static_cast<unsigned>(byte));
      out += text;
    }
  }
  return out;
}

std::string url_safe(std::string s) {
  for (char& c : s) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return s;
}

std::vector<std::string> forms() {
  std::vector<std::string> out{secret, base::json_escape(secret), percent(secret),
                               base::hex(secret), base::hex(secret, true)};
  for (const char* before : {"", "x", "xy", "xyz"})
    for (const char* after : {"", "x", "xy"}) {
      out.push_back(base::base64(before + secret + after));
      out.push_back(url_safe(out.back()));
    }
  return out;
}

class Redact : public testing::Test {
 protected:
  static void SetUpTestSuite() { base::register_secret(secret); }
};

/// How many bytes of needle in a row survive in text.
std::size_t longest_common(const std::string& text, const std::string& needle) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < needle.size(); ++i)
    while (i + longest < needle.size() &&
           text.find(needle.substr(i, longest + 1)) != std::string::npos)
      ++longest;
  return longest;
}

TEST_F(Redact, RemovesEveryForm) {
  for (const auto& form : forms()) {
    const std::string text = "before " + form + " after";
    const std::string out = base::redact(text);
    EXPECT_NE(out.find("[secret]"), std::string::npos) << form;
    EXPECT_EQ(out.find(form), std::string::npos);
    EXPECT_TRUE(out.starts_with("before ") && out.ends_with(" after"));
    EXPECT_LE(longest_common(out, form), 6U) << out;
  }
}

TEST_F(Redact, TheControlRunFindsEachForm) {
  base::set_redaction(false);
  for (const auto& form : forms()) {
    EXPECT_EQ(base::redact("a" + form), "a" + form);
    base::StreamRedactor stream;
    std::string out = stream.feed("a" + form);
    out += stream.finish();
    EXPECT_EQ(out, "a" + form);
  }
  base::set_redaction(true);
}

TEST_F(Redact, RemovesSeveralInARow) {
  EXPECT_EQ(base::redact(secret + secret), "[secret][secret]");
  EXPECT_EQ(base::redact("a" + secret + "b" + base::hex(secret) + "c"), "a[secret]b[secret]c");
}

TEST_F(Redact, KeepsShortValues) {
  base::register_secret("short");
  base::register_secret("");
  EXPECT_EQ(base::redact("a short text"), "a short text");
}

TEST_F(Redact, TheStreamSaysTheSameAtEverySplit) {
  for (const auto& form : forms()) {
    const std::string text = "Hi " + form + form.substr(0, 5) + "! " + form;
    const std::string whole = base::redact(text);
    for (std::size_t one = 0; one <= text.size(); ++one) {
      base::StreamRedactor stream;
      std::string out = stream.feed(text.substr(0, one));
      out += stream.feed(text.substr(one));
      ASSERT_EQ(out + stream.finish(), whole) << form << " cut at " << one;
    }
  }
}

TEST_F(Redact, TheStreamSaysTheSameAtEveryPairOfSplits) {
  const std::string text = "x" + secret + "-" + base::base64("y" + secret).substr(0, 9) + secret;
  const std::string whole = base::redact(text);
  for (std::size_t one = 0; one <= text.size(); ++one)
    for (std::size_t two = one; two <= text.size(); ++two) {
      base::StreamRedactor stream;
      std::string out = stream.feed(text.substr(0, one));
      out += stream.feed(text.substr(one, two - one));
      out += stream.feed(text.substr(two));
      ASSERT_EQ(out + stream.finish(), whole) << one << ", " << two;
    }
}

TEST_F(Redact, TheStreamSaysTheSameByteByByte) {
  for (const auto& form : forms()) {
    const std::string text = form.substr(0, 4) + form + "tail" + form.substr(0, form.size() - 1);
    base::StreamRedactor stream;
    std::string out;
    for (const char c : text) out += stream.feed(std::string(1, c));
    EXPECT_EQ(out + stream.finish(), base::redact(text)) << form;
  }
}

TEST_F(Redact, HoldsBackNothingButTheStartOfASecret) {
  base::StreamRedactor stream;
  EXPECT_EQ(stream.feed("Hello, "), "Hello, ");
  EXPECT_EQ(stream.feed("what a day!"), "what a day!");
  EXPECT_EQ(stream.feed("a t"), "a ");  // "t" could begin the secret
  EXPECT_EQ(stream.feed("ime"), "time");
  EXPECT_EQ(stream.feed("=" + secret.substr(0, 4)), "=");
  EXPECT_EQ(stream.finish(), secret.substr(0, 4));
}

TEST_F(Redact, HoldsBackLessThanTheLongestForm) {
  std::size_t longest = 0;
  for (const auto& form : forms()) longest = std::max(longest, form.size());
  for (const auto& form : forms()) {
    base::StreamRedactor stream;
    std::size_t in = 0;
    std::size_t out = 0;
    for (const char c : form.substr(0, form.size() / 2) + "." + form.substr(0, 7)) {
      out += stream.feed(std::string(1, c)).size();
      ++in;
      EXPECT_LT(in - out, longest);
    }
  }
}

// One secret may begin with another: of the longer one nothing may be left.
TEST_F(Redact, OfTwoSecretsTheLongerOneGoesWholly) {
  base::register_secret("prefix-secret");
  base::register_secret("prefix-secret-and-more");
  const std::string text = "x prefix-secret-and-more y prefix-secret z";
  const std::string whole = base::redact(text);
  EXPECT_EQ(whole, "x [secret] y [secret] z");
  for (std::size_t one = 0; one <= text.size(); ++one) {
    base::StreamRedactor stream;
    std::string out = stream.feed(text.substr(0, one));
    out += stream.feed(text.substr(one));
    EXPECT_EQ(out + stream.finish(), whole) << "cut at " << one;
  }
}

// Two that overlap in the text: neither may show a piece.
TEST_F(Redact, OverlappingSecretsLeaveNoPiece) {
  base::register_secret("overlapONEtwo");
  base::register_secret("ONEtwoTHREEfour");
  const std::string out = base::redact("<overlapONEtwoTHREEfour>");
  EXPECT_EQ(out.find("THREEfour"), std::string::npos) << out;
}

}  // namespace
}  // namespace openclaw::test
