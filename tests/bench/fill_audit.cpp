// SPDX-License-Identifier: MIT
// fill_audit FOLDER CALLS: an audit with so many runs and calls, properly chained.
#include <cstdlib>
#include <string>

#include "audit/chain.h"

using namespace openclaw;

int main(int, char** argv) {
  const std::string folder = argv[1];
  const std::int64_t calls = std::atoll(argv[2]);
  store::Database db(folder + "/openclaw.db", store::Database::Access::read_write,
                     audit::migrations());
  audit::Chain chain(db);
  const std::string agents[] = {"ops", "reader", "coder"};
  const std::int64_t start = 1790000000000;
  for (std::int64_t i = 0; i < calls;) {
    db.transaction([&] {
      chain.begin();
      for (const std::int64_t end = std::min(calls, i + 20000); i < end; ++i) {
        const std::string id = std::to_string(i);
        const std::int64_t at = start + i * 5000;
        const std::string& agent = agents[static_cast<std::size_t>(i % 3)];
        using audit::Cell;
        chain.append(audit::call_ends, {"call" + id,
                                        "run" + id,
                                        at,
                                        agent,
                                        std::string("ask"),
                                        std::string("shell"),
                                        std::string("me"),
                                        Cell(),
                                        std::string("main"),
                                        std::string("M1"),
                                        std::string("M1"),
                                        std::string("ok"),
                                        std::string("stop"),
                                        std::string("end_turn"),
                                        std::int64_t{200},
                                        Cell(),
                                        "msg_" + id,
                                        "req_" + id,
                                        1000 + i % 500,
                                        i % 700,
                                        std::int64_t{0},
                                        std::int64_t{0},
                                        50 + i % 100,
                                        std::int64_t{0},
                                        std::string("vendor"),
                                        Cell(),
                                        1000000 + i % 999,
                                        std::string("table"),
                                        std::int64_t{5},
                                        std::int64_t{300},
                                        std::int64_t{310},
                                        900 + i % 300,
                                        std::int64_t{2000},
                                        Cell(),
                                        Cell()});
      }
      chain.end();
    });
  }
}
