// SPDX-License-Identifier: MIT
#pragma once
#include "policy/model.h"

namespace openclaw::test {

/// One person, one place, one agent; a page of one origin, files of one folder, a message to one
/// room.
inline policy::Policy small_policy() {
  using policy::Effect;
  policy::Policy p;
  p.tools["http_get"] = {"http_get", Effect::none, {true, false}, {"url"}, {"url"}};
  p.tools["file_read"] = {"file_read", Effect::none, {true, true}, {"path", "offset"}, {}};
  p.tools["send"] = {"send", Effect::send, {}, {"to", "text"}, {"to"}};
  policy::Grant page{.tool = "http_get", .args = {}};
  page.args["url"].origin = {"https://a.example"};
  policy::Grant file{.tool = "file_read", .args = {}};
  file.args["path"].under = {"/srv/src"};
  file.args["offset"].min = 0;
  policy::Grant send{.tool = "send", .args = {}};
  send.args["to"].eq = json::Value("ops");
  send.args["text"].maxlen = 10;
  p.groups["all"] = {page, file, send};
  p.agents["a"] = {{"all"}, {}};
  p.places["here"] = {{{"me"}, {"a"}, true, {}}};
  return p;
}

/// What any request that is not denied must look like.
inline bool spelt(const policy::Request& r) {
  if (r.caller.place != "here" || r.caller.person != "me" || !r.caller.job.empty() ||
      r.agent != "a")
    return false;
  const auto& url = r.args["url"].as_string();
  const auto& path = r.args["path"].as_string();
  if (r.tool == "http_get")
    return r.args.size() == 1 && (url + "/").size() > 18 && url.find("//") != std::string::npos &&
           url.find('@') > url.find('/', 8);
  if (r.tool == "file_read")
    return (path == "/srv/src" || path.starts_with("/srv/src/")) &&
           path.find("/../") == std::string::npos && !path.ends_with("/..");
  return r.tool == "send" && r.args["to"].as_string() == "ops" &&
         r.args["text"].as_string().size() <= 10 && !(r.taint.untrusted && r.taint.private_text);
}

}  // namespace openclaw::test
