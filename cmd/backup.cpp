// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "audit/verify.h"
#include "base/error.h"
#include "command.h"
#include "exit_code.h"
#include "output.h"
#include "paths.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

int run(const Args& args) {
  const auto settings = load_settings(args);
  const std::string file = args.get("FILE");
  const std::string folder = state_folder(args, settings);
  {
    ReadState state(folder, settings);
    state.db.backup(file);
  }
  store::Database copy(file, store::Database::Access::read_only, all_migrations());
  const auto result = audit::verify(copy, {});
  if (!result.good) throw base::Error("the copy does not verify: " + result.faults.front());
  write_stderr(
      fmt::format("openclaw: {} rows and {} texts copied and verified; keys are not in it\n",
                  result.rows, result.bodies));
  return done;
}

}  // namespace

Command backup_command() {
  return {"backup",
          "a verified copy of the database, while others write",
          {{"FILE", "the copy", true, false}},
          {},
          {{"openclaw backup /backup/openclaw.db", "the database; keep body.key apart from it"},
           {"openclaw backup --state /var/lib/openclaw today.db", "of another state folder"}},
          run};
}

}  // namespace openclaw::cmd
