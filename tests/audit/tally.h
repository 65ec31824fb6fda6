// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <random>
#include <string>
#include <vector>

#include "audit/query.h"
#include "audit/state.h"

namespace openclaw::test {

/// One counted row as the test itself remembers it: what it can be grouped and filtered by, and its
/// figures.
struct Remembered {
  enum class Kind { run, call, tool };
  Kind kind;
  Time at;
  std::map<std::string, std::string> fields;
  audit::Group figures;
  bool is_ok = false;
  std::int64_t first_token_ms = 0, total_ms = 0;
};

/// Records random runs and remembers what was recorded.
class Diary {
 public:
  Diary(State& state, std::uint64_t seed) : state_(state), random_(seed) {}
  void write_runs(int count);
  const std::vector<Remembered>& all() const { return all_; }
  std::mt19937_64& random() { return random_; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[random_() % from.size()];
  }
  /// A random moment, often near a change of the clocks or of the day.
  Time moment();

 private:
  void write_call(const audit::RunInfo& run, const std::string& id, Time at);
  void write_tool(const audit::RunInfo& run, const std::string& id, Time at);

  State& state_;
  std::mt19937_64 random_;
  std::vector<Remembered> all_;
};

/// The names that the diary uses, for filters.
const std::vector<std::string>& values_of(const std::string& field);

/// The local day, week, month or hour of a moment, by the C library.
std::string local_label(const std::string& dimension, Time at, const std::string& zone);

using Groups = std::map<std::vector<std::string>, audit::Group>;

/// Counts the diary one row at a time.
Groups count_slowly(const std::vector<Remembered>& all, const audit::Query& query,
                    const std::string& zone);

/// All sums of a group on one line.
std::string sums_of(const audit::Group& group);
void add_to(audit::Group& sum, const audit::Group& one);

}  // namespace openclaw::test
