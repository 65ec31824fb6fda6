// SPDX-License-Identifier: MIT
#include "job_list.h"

#include <algorithm>
#include <memory>

#include <fmt/core.h>

#include "base/text.h"
#include "exit_code.h"
#include "output.h"
#include "paths.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

using json::Value;

std::string mark(const jobs::Row& row) {
  if (row.state == "done") {
    // Without a model because there is none, or nobody wanted one, is no half success.
    const auto& by = row.written_by;
    const bool fell_back = by.starts_with("written without a model") &&
                           !by.ends_with("none is configured") && !by.ends_with("as asked") &&
                           !by.ends_with("the job names no agent");
    return fell_back ? "◐" : "✓";
  }
  if (row.state == "skipped") return "–";
  return row.state == "failed" ? "✗" : "…";
}

std::string local_text(const zone::Zone& zone, const std::optional<base::Time>& t) {
  if (!t) return "-";
  const auto local = zone.local(*t);
  return fmt::format("{} {:02}-{:02} {:02}:{:02}", zone::day_name(local.weekday(), true),
                     static_cast<unsigned>(local.date.month()),
                     static_cast<unsigned>(local.date.day()), local.hour, local.minute);
}

}  // namespace

int list_jobs(const Args& args, const settings::Settings& settings) {
  const zone::Zone zone(zone_name(settings));
  const base::Time now = base::wall_now();
  const std::string folder = state_folder(args, settings);
  std::unique_ptr<ReadState> state;
  if (store::exists(folder + "/" + std::string(audit::database_name)))
    state = std::make_unique<ReadState>(folder, settings);
  write_stderr("openclaw: state of " + folder + (state ? "\n" : " (nothing there yet)\n"));
  auto records = Value::array();
  std::string table = fmt::format("{:20} {:16} {:16} {:>8} {:>9}  {}\n", "job", "next", "last",
                                  "took", "cost", "latest first");
  for (const auto& [name, job] : settings.jobs) {
    const auto rows = state ? jobs::Ledger(state->db).latest(name, 10) : std::vector<jobs::Row>{};
    const auto timer = job.timer();
    const auto next = timer ? timer->next(zone, now) : std::nullopt;
    std::string marks;
    std::optional<base::Time> last;
    const jobs::Row* latest = nullptr;
    for (const auto& row : rows) {
      marks += mark(row);
      if (!latest && row.delivered_at) latest = &row;
    }
    if (latest) last = latest->delivered_at;
    auto record = Value::object(
        {{"job", name},
         {"schedule", job.schedule},
         {"next", next ? Value(base::rfc3339(*next)) : Value()},
         {"last", last ? Value(base::rfc3339(*last)) : Value()},
         {"took_ms", latest ? Value(latest->took_ms) : Value()},
         {"cost_usd", latest && latest->cost ? Value(base::to_string(*latest->cost)) : Value()}});
    for (const auto& row : rows)
      record.member("runs").push(
          Value::object({{"slot", row.slot}, {"state", row.state}, {"note", row.note}}));
    records.push(record);
    table += fmt::format("{:20} {:16} {:16} {:>8} {:>9}  {}\n", name, local_text(zone, next),
                         local_text(zone, last),
                         latest ? base::human_duration(base::Millis(latest->took_ms)) : "-",
                         latest && latest->cost ? base::human_usd(*latest->cost) : "-", marks);
  }
  write_stdout(args.has("json") ? json::dump(Value::object({{"jobs", records}})) + "\n" : table);
  return done;
}

}  // namespace openclaw::cmd
