// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <sqlite3.h>

#include "base/text.h"
#include "command.h"
#include "exit_code.h"
#include "json/value.h"
#include "llm/prices.h"
#include "net/http.h"
#include "output.h"
#include "paths.h"

namespace openclaw::cmd {
namespace {

int run(const Args& args) {
  if (!args.has("json")) {
    write_stdout("openclaw " OPENCLAW_VERSION "\n");
    return done;
  }
  llm::PriceTable prices(share_folder() + "/prices.json");
  write_json(json::Value::object({{"version", OPENCLAW_VERSION},
                                  {"libcurl", net::curl_version_text()},
                                  {"sqlite", sqlite3_libversion()},
                                  {"compiler", __VERSION__},
                                  {"prices", prices.date()}}));
  return done;
}

}  // namespace

Command version_command() {
  return {"version",
          "the version, with --json also of the libraries",
          {},
          {{"--json", "", "one record"}},
          {{"openclaw version", "the version"}, {"openclaw version --json", "what it runs with"}},
          run};
}

}  // namespace openclaw::cmd
