// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "settings/sample.h"

/// One mistake in the sample, one pointer in the report.
namespace openclaw::test {
namespace {

struct Mistake {
  const char* what;
  const char* from;
  const char* to;
  const char* pointer;
};

const Mistake mistakes[] = {
    {"unknown time zone", "Europe/Amsterdam", "Europe/Amsterdm", "/time_zone"},
    {"wrong type of text", "\"/var/lib/openclaw\"", "7", "/state_dir"},
    {"mistyped section", "\"people\": {", "\"poeple\": {}, \"people\": {", "/poeple"},
    {"localpart for a user id", "\"@me:example.org\"", "\"me\"", "/people/me/matrix"},
    {"bad name of a person", "\"eva\": { \"matrix\"",
     "\"zoë\": { \"uid\": 7 }, \"eva\": { \"matrix\"", "/people/zoë"},
    {"uid as a text", "\"uid\": 1000", "\"uid\": 1000, \"uids\": \"1000\"", "/people/me/uids"},
    {"unknown wire format", "\"anthropic\",  ", "\"antropic\",  ", "/providers/main/api"},
    {"literal key", "{\"credential\": \"anthropic-key\"}", "\"sk-ant-api03-abcdef\"",
     "/providers/main/key"},
    {"two kinds of secret", "{\"credential\": \"anthropic-key\"}",
     "{\"credential\": \"a\", \"env\": \"B\"}", "/providers/main/key"},
    {"unknown kind of secret", "{\"credential\": \"anthropic-key\"}", "{\"credentail\": \"a\"}",
     "/providers/main/key"},
    {"empty secret", "{\"credential\": \"anthropic-key\"}", "{}", "/providers/main/key"},
    {"secret that climbs", "{\"credential\": \"anthropic-key\"}", "{\"credential\": \"../x\"}",
     "/providers/main/key/credential"},
    {"secret in a relative file", "{\"credential\": \"anthropic-key\"}", "{\"file\": \"key\"}",
     "/providers/main/key/file"},
    {"secret in the store", "{\"credential\": \"anthropic-key\"}", "{\"file\": \"/nix/store/x\"}",
     "/providers/main/key/file"},
    {"secret by a shell line", "{\"credential\": \"anthropic-key\"}",
     "{\"command\": \"pass show x\"}", "/providers/main/key/command"},
    {"userinfo in a base URL", "https://openrouter.ai/api/v1", "https://me:pw@openrouter.ai/api/v1",
     "/providers/spare/base_url"},
    {"key over plain http", "https://openrouter.ai/api/v1", "http://openrouter.ai/api/v1",
     "/providers/spare/base_url"},
    {"price by another word", "\"price\": \"free\"", "\"price\": \"fre\"",
     "/providers/local/price"},
    {"flag as a text", "\"price\": \"free\", \"private_text\": true",
     "\"price\": \"free\", \"private_text\": \"yes\"", "/providers/local/private_text"},
    {"unknown provider", "\"main:M2\"", "\"mian:M2\"", "/models/cheap/try/0"},
    {"try without a model", "\"main:M2\"", "\"main:\"", "/models/cheap/try/0"},
    {"entry that no run can reach", "[\"main:M2\", \"local:L1\"]",
     "[\"main:M2\", \"local:L1\"]}, \"never\": {\"try\": [\"mian:x\"]", "/models/never/try/0"},
    {"money as a number", "\"15.00\"", "15.00", "/limits/usd_per_month"},
    {"money with a sign", "\"usd_per_day\": \"2.00\"", "\"usd_per_day\": \"$2\"",
     "/limits/usd_per_day"},
    {"unknown limit", "\"usd_per_month\": \"15.00\"", "\"usd_per_mnth\": \"15.00\"",
     "/limits/usd_per_mnth"},
    {"unknown tool", "\"tool\": \"http_get\"", "\"tool\": \"http_gt\"", "/groups/status/0/tool"},
    {"unknown argument", "{\"url\": {\"origin\"", "{\"uri\": {}, \"url\": {\"origin\"",
     "/groups/status/0/args/uri"},
    {"origin with a path", "\"https://status.lan\"", "\"https://status.lan/\"",
     "/groups/status/0/args/url"},
    {"origin with a wildcard", "\"https://status.lan\"", "\"https://*.lan\"",
     "/groups/status/0/args/url"},
    {"folders that match nothing", "[\"/srv/src\"]", "[]", "/groups/repo/0/args/path/under"},
    {"unknown constraint", "\"origin\": [\"https://status.lan\"]",
     "\"origins\": [], \"origin\": [\"https://status.lan\"]", "/groups/status/0/args/url/origins"},
    {"private addresses everywhere",
     "{\"origin\": [\"https://status.lan\"], \"private_address\": true}",
     "{\"private_address\": true}", "/groups/status/0/args/url"},
    {"root too wide", "\"/srv/src\"", "\"/\"", "/groups/repo/0/args/path"},
    {"root that climbs", "\"/srv/src\"", "\"/srv/../etc\"", "/groups/repo/0/args/path"},
    {"relative root", "\"/srv/src\"", "\"src\"", "/groups/repo/0/args/path"},
    {"limits that cross", "{\"under\": [\"/srv/src\"]}",
     "{\"under\": [\"/srv/src\"]}, \"offset\": {\"min\": 5, \"max\": 4}",
     "/groups/repo/0/args/offset"},
    {"length below nothing", "{\"maxlen\": 2000}", "{\"maxlen\": -1}",
     "/groups/tasks/1/args/body/maxlen"},
    {"empty choice", "{\"eq\": \"HOME\"}", "{\"oneof\": []}", "/groups/tasks/1/args/project/oneof"},
    {"taint rule by another word", "\"when_tainted\": \"confirm\"", "\"when_tainted\": \"yes\"",
     "/groups/tasks/1/when_tainted"},
    {"group that is no list", "\"repo\":   [ {", "\"bare\": {}, \"repo\":   [ {", "/groups/bare"},
    {"group that grants nothing", "\"repo\":   [ {", "\"bare\": [], \"repo\":   [ {",
     "/groups/bare"},
    {"unknown model", "\"coder\":  { \"model\": \"smart\"", "\"coder\":  { \"model\": \"smrt\"",
     "/agents/coder/model"},
    {"prompt that is not there", "prompts/coder.md", "prompts/codr.md", "/agents/coder/prompt"},
    {"unknown group of an agent", "\"groups\": [\"repo\"]", "\"groups\": [\"repo\", \"rep\"]",
     "/agents/coder/groups/1"},
    {"group twice", "\"groups\": [\"repo\"]", "\"groups\": [\"repo\", \"repo\"]",
     "/agents/coder/groups"},
    {"deny that matches no tool", "\"groups\": [\"repo\"]",
     "\"groups\": [\"repo\"], \"deny\": [\"flie_*\"]", "/agents/coder/deny"},
    {"deny of a whole group", "\"groups\": [\"repo\"]",
     "\"groups\": [\"repo\"], \"deny\": [\"file_*\"]", "/agents/coder/deny"},
    {"turns below one", "\"turns\": 8", "\"turns\": 0", "/agents/ops/limits/turns"},
    {"alias for a room", "\"!ops:example.org\"", "\"#ops:example.org\"", "/places/ops/matrix"},
    {"two channels in a place", "\"matrix\": \"!home:example.org\",",
     "\"matrix\": \"!home:example.org\", \"telegram\": 5,", "/places/home"},
    {"unknown person", "{\"who\": [\"me\", \"eva\"]", "{\"who\": [\"me\", \"ev\"]",
     "/places/home/allow/0/who/1"},
    {"person without that channel", "\"telegram\": 12345, \"allow\": [ {\"who\": [\"me\"]",
     "\"telegram\": 12345, \"allow\": [ {\"who\": [\"me\", \"eva\"]",
     "/places/phone/allow/0/who/1"},
    {"rule for nobody", "{\"who\": [\"me\", \"eva\"], ", "{", "/places/home/allow/0"},
    {"rule for no agent", "\"agents\": [\"ops\", \"reader\"], ", "", "/places/ops/allow/0"},
    {"unknown agent in a place", "[\"coder\", \"ops\"]", "[\"coder\", \"ops\", \"opps\"]",
     "/places/shell/allow/0/agents/2"},
    {"groups by another word", "[\"ops\", \"reader\"], \"groups\": \"all\"",
     "[\"ops\", \"reader\"], \"groups\": \"any\"", "/places/ops/allow/0/groups"},
    {"group that no agent there has", "\"groups\": [\"feeds\"], \"limits\"",
     "\"groups\": [\"repo\"], \"limits\"", "/places/home/allow/0/groups"},
    {"preview in a group", "\"telegram\": 12345, \"allow\"",
     "\"telegram\": -12345, \"preview\": true, \"allow\"", "/places/phone/preview"},
    {"reply by another word", "\"mentioned\"", "\"mention\"", "/places/home/reply"},
    {"unknown kind of source", "\"kind\": \"host\"", "\"kind\": \"hots\"", "/sources/vps/kind"},
    {"source without its URL", "\"kind\": \"miniflux\", \"url\": \"http://127.0.0.1:8080\", ",
     "\"kind\": \"miniflux\", ", "/sources/rss"},
    {"literal password", "{\"credential\": \"caldav\"}", "\"hunter22\"", "/sources/work/password"},
    {"source without its secret", "\"user\": \"me\", \"password\": {\"credential\": \"caldav\"}",
     "\"user\": \"me\"", "/sources/work"},
    {"to_model by another word", "\"to_model\": \"times\"", "\"to_model\": \"time\"",
     "/sources/family/to_model"},
    {"key of another kind", "\"kind\": \"host\"", "\"kind\": \"host\", \"workspace\": \"x\"",
     "/sources/vps/workspace"},
    {"schedule that is none", "\"Mon..Fri 08:00\"", "\"Mon..Fry 08:00\"",
     "/jobs/morning-briefing/schedule"},
    {"lateness in words", "\"max_late\": \"4h\"", "\"max_late\": \"4 hours\"",
     "/jobs/morning-briefing/max_late"},
    {"unknown agent of a job", "\"3d\", \"agent\": \"reader\"", "\"3d\", \"agent\": \"raeder\"",
     "/jobs/weekly-digest/agent"},
    {"unknown source", "{\"from\": \"plane\"}", "{\"from\": \"plan\"}",
     "/jobs/task-review/gather/0/from"},
    {"severity by another word", "\"min\": \"warning\"", "\"min\": \"warn\"",
     "/jobs/morning-briefing/gather/0/min"},
    {"days out of range", "{\"from\": \"work\", \"days\": 1}", "{\"from\": \"work\", \"days\": 0}",
     "/jobs/morning-briefing/gather/2/days"},
    {"unknown place", "\"deliver\": [ {\"to\": \"home\"} ]", "\"deliver\": [ {\"to\": \"hoem\"} ]",
     "/jobs/weekly-digest/deliver/0/to"},
    {"delivery by another word", "\"as\": \"headlines\"", "\"as\": \"headline\"",
     "/jobs/morning-briefing/deliver/1/as"},
    {"unknown else", "\"else\": \"phone\"", "\"else\": \"fone\"", "/jobs/morning-briefing/else"},
    {"unknown place of questions", "\"confirm_in\": \"ops\"", "\"confirm_in\": \"op\"",
     "/jobs/task-review/confirm_in"},
    {"tools that the agent lacks", "\"groups\": [\"tasks\"], \"confirm_in\"",
     "\"groups\": [\"repo\"], \"confirm_in\"", "/jobs/task-review/groups/0"},
    {"a job's money by day", "\"limits\": {\"usd_per_run\": \"0.25\"}",
     "\"limits\": {\"usd_per_day\": \"0.25\"}", "/jobs/morning-briefing/limits/usd_per_day"},
    {"bad name of a job", "\"weekly-digest\": {", "\"Weekly_Digest\": {", "/jobs/Weekly_Digest"},
    {"literal ping", "{\"credential\": \"hc-morning\"}", "\"https://hc-ping.com/uuid\"",
     "/jobs/morning-briefing/ping"},
    {"literal bot token", "{\"credential\": \"telegram-token\"}", "\"12345:AAAA\"",
     "/telegram/token"},
    {"literal recovery key", "{\"credential\": \"matrix-recovery-key\"}", "\"EsTc aaaa\"",
     "/matrix/recovery_key"},
    {"account without a server", "\"homeserver\": \"https://matrix.example.org\", ", "", "/matrix"},
    {"age in words", "\"bodies\": \"90d\"", "\"bodies\": \"90 days\"", "/audit/bodies"},
    {"unknown place of drift", "{\"tell\": \"ops\"}", "{\"tell\": \"opps\"}", "/audit/drift/tell"},
    {"planned key", "\"cli\": true", "\"cli\": true, \"preview\": true", "/places/shell/preview"},
    {"planned section", "\"telegram\": { \"token\"", "\"mcp\": {}, \"telegram\": { \"token\"",
     "/mcp"},
    {"userinfo in a source's URL", "\"http://127.0.0.1:9090\"",
     "\"http://me:hunter22@127.0.0.1:9090\"", "/sources/prom/url"},
    {"userinfo in the homeserver", "\"https://matrix.example.org\"",
     "\"https://bot:hunter22@matrix.example.org\"", "/matrix/homeserver"},
    {"source's URL that is none", "\"https://plane.example.org\"", "\"plane.example.org\"",
     "/sources/plane/url"},
    {"key in the path of a base URL", "https://openrouter.ai/api/v1",
     "https://proxy.example/sk-or-v1-0123456789abcdef0123456789abcdef/v1",
     "/providers/spare/base_url"},
    {"token in a header", "\"price\": \"free\"",
     "\"headers\": {\"X-Auth-Token\": \"abcd1234\"}, \"price\": \"free\"",
     "/providers/local/headers"},
    {"key in the body", "\"price\": \"free\"",
     "\"body\": {\"api_key\": \"abcd1234\"}, \"price\": \"free\"", "/providers/local/body/api_key"},
    {"secret address of a calendar", "{\"credential\": \"family-ics\"}",
     "\"https://calendar.example/private-0123456789abcdef0123/basic.ics\"", "/sources/family/url"},
    {"the state for a tool", "\"/srv/src\"", "\"/var/lib\"", "/groups/repo/0/args/path"},
    {"credentials for a tool", "\"/srv/src\"", "\"/run/credentials\"", "/groups/repo/0/args/path"},
    {"a shell for the model", "\"people\": {",
     "\"commands\": {\"x\": {\"argv\": [\"/bin/sh\", \"-c\", \"{line}\"]}}, \"people\": {",
     "/commands/x/argv"},
    {"all files for a command", "\"people\": {",
     "\"commands\": {\"x\": {\"argv\": [\"/bin/ls\"], \"read\": [\"/dev\"]}}, \"people\": {",
     "/commands/x/read"},
    {"the whole disk for a command", "\"people\": {",
     "\"commands\": {\"x\": {\"argv\": [\"/bin/ls\"], \"write\": [\"/\"]}}, \"people\": {",
     "/commands/x/write"},
    {"any path, which is none", "{\"under\": [\"/srv/src\"]}", "{}",
     "/groups/repo/0/args/path/under"},
};

TEST(Settings, EachMistakeIsNamedByItsPointer) {
  const Sample sample;
  for (const auto& m : mistakes) {
    auto found = sample.pointers(sample.with(m.from, m.to));
    std::erase_if(found,
                  [&](const auto& p) { return p != m.pointer && own_problems().contains(p); });
    EXPECT_EQ(found, std::set<std::string>{m.pointer}) << m.what;
  }
}

TEST(Settings, EachMistakeIsNamedByItsLine) {
  const Sample sample;
  const std::string text = sample.with("\"kind\": \"host\"", "\"kind\": \"hosts\"");
  settings::Report report;
  sample.load(text, report);
  const auto offset = static_cast<std::ptrdiff_t>(text.find("\"hosts\""));
  const auto line =
      static_cast<std::size_t>(std::count(text.begin(), text.begin() + offset, '\n')) + 1;
  const auto at = std::find_if(report.problems.begin(), report.problems.end(),
                               [](const auto& p) { return p.pointer == "/sources/vps/kind"; });
  ASSERT_NE(at, report.problems.end());
  EXPECT_EQ(at->line, line);
  EXPECT_NE(at->text.find("did you mean 'host'"), std::string::npos) << at->text;
}

TEST(Settings, AllMistakesAreToldAtOnce) {
  const Sample sample;
  std::string text = sample.with("Europe/Amsterdam", "Nowhere/Town");
  for (const auto& [from, to] :
       {std::pair{"\"kind\": \"host\"", "\"kind\": \"hots\""}, {"\"Fri 19:00\"", "\"sometimes\""}})
    text.replace(text.find(from), std::string(from).size(), to);
  const auto found = sample.pointers(text);
  for (const char* pointer : {"/time_zone", "/sources/vps/kind", "/jobs/weekly-digest/schedule"})
    EXPECT_TRUE(found.contains(pointer)) << pointer;
}

}  // namespace
}  // namespace openclaw::test
