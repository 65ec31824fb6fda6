// SPDX-License-Identifier: MIT
#include <string_view>

#include "policy/generator.h"

/// The constraints of arguments, values that fit them, and values that nearly do.
namespace openclaw::test {
namespace {

using json::Value;
using policy::Constraint;

const std::vector<std::string> origins = {
    "https://a.example",      "https://b.example", "http://a.example",  "http://a.example:8080",
    "https://a.example:8443", "http://[::1]:8080", "https://[fe80::1]", "http://127.0.0.1:8080"};
const std::vector<std::string> roots = {"/srv/src", "/srv/src2", "/srv/notes", "/srv", "/home/a"};
const std::vector<Value> texts = {"HOME", "home", "HOM", "ops@a.example", "", "x"};
const std::vector<Value> numbers = {0, 1, 2, -1, 7, 100};
const std::vector<Value> things = {nullptr,
                                   true,
                                   false,
                                   0,
                                   1,
                                   2,
                                   1.0,
                                   0.5,
                                   "",
                                   "1",
                                   "x",
                                   "true",
                                   "null",
                                   Value::array(),
                                   Value::array({1, 2}),
                                   Value::array({2, 1}),
                                   Value::array({1.0, 2}),
                                   Value::object(),
                                   Value::object({{"a", 1}, {"b", "x"}}),
                                   Value::object({{"b", "x"}, {"a", 1}}),
                                   Value::object({{"a", 1.0}, {"b", "x"}}),
                                   Value::object({{"a", 1}})};

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace

Value Generator::anything() { return pick(things); }

void Generator::constrain(Constraint& c, const std::string& kind) {
  if (kind == "url") {
    c.origin = {pick(origins)};
    if (percent(40)) c.origin.push_back(pick(origins));
    c.private_address = percent(30);
  } else if (kind == "path") {
    c.under = {pick(roots)};
    if (percent(40)) c.under.push_back(pick(roots));
  } else if (kind == "body") {
    c.maxlen = pick(std::vector<std::int64_t>{-1, 0, 1, 4, 20, 40});
  } else if (kind == "count") {
    if (percent(60)) c.min = pick(numbers).as_int();
    if (percent(60)) c.max = c.min.value_or(0) + static_cast<std::int64_t>(below(4)) - 1;
  } else {
    const std::vector<Value>& pool = kind == "to" ? texts : things;
    if (percent(50)) {
      c.eq = pick(pool);
    } else {
      c.one_of = {pick(pool), pick(pool)};
    }
  }
}

Constraint Generator::constraint(const std::string& argument) {
  Constraint c;
  const std::size_t sort = below(10);
  if (sort == 0) {
    c.private_address = true;  // constrains nothing
  } else if (sort >= 2) {
    constrain(c, sort == 2 ? argument_name() : argument);
    if (percent(8)) constrain(c, argument_name());
    if (percent(8)) c.one_of = {fitting(c), anything()};
    if (percent(8)) c.eq = fitting(c);
  }
  return c;
}

std::string Generator::address(const std::string& origin) {
  const std::string usual = origin.starts_with("https:") ? ":443" : ":80";
  const bool bare =
      origin.find(':', origin.rfind(']') == std::string::npos ? 6 : origin.rfind(']')) ==
      std::string::npos;
  const std::string start = percent(20) ? upper(origin) : origin;
  const std::string port = bare && percent(20) ? usual : "";
  return start + port +
         pick(std::vector<std::string>{"", "/", "/x/y.xml", "/x?y=1", "/?", "?", "?q=a/b?c", "#top",
                                       "/x#?y", "/%41b", "/a:b@c", "#@evil.example", "//x/../y"});
}

std::string Generator::bad_address(const std::string& origin) {
  const std::size_t colon = origin.find(':');
  const std::string scheme = origin.substr(0, colon);
  const std::string rest = origin.substr(colon + 3);
  const std::string in_host = pick(
      std::vector<std::string>{".", ".evil.example", ":0", ":", ":65536", ":8443", ":44x",
                               ":99999999999", ":+443", "x", "@evil.example", ":80@evil.example",
                               ":80:80", "]", "\\@evil.example", "\\", " ", "%2eevil.example"});
  const std::string after = pick(std::vector<std::string>{" ",
                                                          "\t",
                                                          "\n",
                                                          "\x7f",
                                                          "\\x",
                                                          "%",
                                                          "%4",
                                                          "%zz",
                                                          "%4g",
                                                          "<b>",
                                                          "\"",
                                                          "{x}",
                                                          "|",
                                                          "^",
                                                          "`",
                                                          "\xc3\xa9",
                                                          "?\xc3\xa9",
                                                          "?a b",
                                                          "?%",
                                                          "[",
                                                          std::string(1, '\0'),
                                                          "\r\nHost: evil.example"});
  const std::string whole =
      pick(std::vector<std::string>{"",
                                    "/",
                                    "//" + rest,
                                    rest + "/",
                                    ":" + origin,
                                    scheme + ":",
                                    scheme + "://",
                                    scheme + ":///" + rest,
                                    scheme + ":/" + rest,
                                    scheme + ":" + rest,
                                    " " + origin,
                                    "\t" + origin,
                                    scheme + ":\\\\" + rest,
                                    "javascript:alert(1)//" + origin,
                                    scheme + "s://" + rest,
                                    "http+unix://" + rest,
                                    "ftp://" + rest,
                                    "file:///srv",
                                    "ws://" + rest,
                                    "http://[::1",
                                    "http://[]",
                                    "http://[::1%25eth0]:8080/",
                                    "https://%61.example/",
                                    scheme + ":" + rest + "//",
                                    "http://[::1]x:8080/",
                                    "http://::1:8080/",
                                    "https://evil.example/" + origin,
                                    "https://evil.example?" + origin + "/",
                                    "https://evil.example#" + origin,
                                    scheme + "://?" + rest,
                                    scheme + "://user@" + rest + "/",
                                    scheme + "://@" + rest,
                                    scheme + "://u:p@" + rest + "/x",
                                    scheme + "://" + rest + "@evil.example/",
                                    "https://evil.example@" + rest,
                                    pick(origins),
                                    (scheme == "http" ? "https://" : "http://") + rest,
                                    scheme + "://x." + rest,
                                    origin + "\xc2\xa0",
                                    scheme + "://a\xd0\xb0.example"});
  switch (below(3)) {
    case 0: return origin + in_host + (percent(50) ? "/x" : "");
    case 1: return origin + "/x" + after + (percent(50) ? "y" : "");
    default: return whole;
  }
}

std::string Generator::path(const std::string& root) {
  return root +
         pick(std::vector<std::string>{"", "/x", "/x/y.txt", "/..x", "/...", "/.x", "/x.", "/a b",
                                       "/a..b", "/\xc3\xa9", "/~", "/*", "/x\\..\\y"});
}

std::string Generator::bad_path(const std::string& root) {
  return pick(std::vector<std::string>{root + "/",
                                       root + "/x/",
                                       root + "2",
                                       root + "2/x",
                                       root + "//x",
                                       root + "/./x",
                                       root + "/.",
                                       root + "/..",
                                       root + "/../etc",
                                       root + "/x/../y",
                                       root + "/x/..",
                                       root + "/x/.",
                                       root + "\\x",
                                       "/" + root,
                                       "." + root,
                                       root.substr(1),
                                       "/." + root,
                                       "/.." + root,
                                       root + std::string(1, '\0'),
                                       root + std::string("/x\0y", 4),
                                       root + std::string("\0/x", 3),
                                       root.substr(0, root.size() - 1),
                                       "/",
                                       "",
                                       "~/x",
                                       "file://" + root,
                                       upper(root) + "/x",
                                       " " + root,
                                       root + " ",
                                       "..",
                                       "/etc/passwd"});
}

Value Generator::fitting(const Constraint& c) {
  if (c.eq) return *c.eq;
  if (!c.one_of.empty()) return pick(c.one_of);
  if (!c.origin.empty()) return address(pick(c.origin));
  if (!c.under.empty()) return path(pick(c.under));
  if (c.maxlen)
    return std::string(below(static_cast<std::size_t>(std::max<std::int64_t>(*c.maxlen, 0)) + 1),
                       'b');
  if (c.min) return *c.min + (c.max && *c.max <= *c.min ? 0 : static_cast<std::int64_t>(below(2)));
  if (c.max) return *c.max - static_cast<std::int64_t>(below(2));
  return anything();
}

/// Something that looks much like the value and mostly is another one.
Value Generator::near(const Value& value) {
  if (value.is_string()) return one_edit(value.as_string());
  if (value.is_bool()) return value.as_bool() ? Value("true") : Value(0);
  if (value.is_int()) {
    const std::int64_t n = value.as_int();
    return pick(
        std::vector<Value>{static_cast<double>(n), n + 1, n - 1, std::to_string(n), n != 0});
  }
  if (value.is_object()) {
    json::Object members = value.members();
    std::ranges::reverse(members);  // the same
    if (percent(30)) members.emplace_back("z", 1);
    for (auto& [name, content] : members)
      if (percent(30)) content = near(content);
    return members;
  }
  return anything();
}

Value Generator::near_miss(const Constraint& c) {
  if (percent(15)) return anything();
  if (c.eq) return near(*c.eq);
  if (!c.one_of.empty()) return near(pick(c.one_of));
  if (!c.origin.empty()) return bad_address(pick(c.origin));
  if (!c.under.empty()) return bad_path(pick(c.under));
  if (c.maxlen) {
    const auto size = static_cast<std::size_t>(std::max<std::int64_t>(*c.maxlen, 0));
    return percent(50) ? std::string(size + 1, 'b') : std::string(size / 2, 'b') + "\xc3\xa9";
  }
  if (c.min && (!c.max || percent(50))) return pick(std::vector<Value>{*c.min - 1, near(*c.min)});
  if (c.max) return pick(std::vector<Value>{*c.max + 1, near(*c.max)});
  return anything();
}

}  // namespace openclaw::test
