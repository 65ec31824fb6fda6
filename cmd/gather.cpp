// SPDX-License-Identifier: MIT
#include "gather.h"

#include "base/error.h"
#include "base/text.h"
#include "paths.h"
#include "sources/calendars.h"
#include "sources/files.h"
#include "sources/host.h"

namespace openclaw::cmd {
namespace {

using sources::Reading;

class Gatherer {
 public:
  Gatherer(base::Time since, base::Time now, const zone::Zone& zone)
      : since_(since), now_(now), zone_(zone) {}

  void host(const std::string& name) {
    ++out_.all;
    bool any = false;
    const std::vector<std::string> kinds{"unit", "disk", "load", "journal", "reboot", "upgrades"};
    const auto readings = sources::read_host(name, since_, now_, zone_);
    for (std::size_t i = 0; i < readings.size(); ++i) {
      any |= readings[i].state == Reading::State::ok;
      if (readings[i].state != Reading::State::ok && i < kinds.size())
        out_.unseen_kinds.insert(kinds[i]);
      take(readings[i], false);
    }
    out_.ok += any ? 1 : 0;
  }

  void one(const Reading& reading, bool example) {
    ++out_.all;
    out_.ok += reading.state == Reading::State::ok ? 1 : 0;
    take(reading, example);
  }

  void not_declared(const std::vector<std::string>& names) {
    out_.all += names.size();
    out_.not_seen.insert(out_.not_seen.begin(), base::join(names, ", ") + ": not declared");
  }

  Gathered take_all() { return std::move(out_); }

 private:
  void take(const Reading& reading, bool example) {
    if (reading.state != Reading::State::ok && !reading.reason.empty()) {
      const bool failed = reading.state == Reading::State::failed;
      out_.not_seen.push_back(failed ? reading.source + ": " + reading.reason : reading.reason);
      return;
    }
    for (auto item : reading.items) {
      item.example = example;
      out_.items.push_back(std::move(item));
    }
    out_.quiet.insert(out_.quiet.end(), reading.quiet.begin(), reading.quiet.end());
  }

  base::Time since_, now_;
  const zone::Zone& zone_;
  Gathered out_;
};

Reading read_declared(const std::string& name, const settings::Source& source,
                      const settings::Gather& use, base::Time now, const zone::Zone& zone) {
  const auto path = source.texts.contains("path") ? source.texts.at("path") : std::string();
  const auto option = [&](const char* key, int otherwise) {
    const auto at = use.options.find(key);
    return at == use.options.end() ? otherwise : std::atoi(at->second.c_str());
  };
  try {
    if (source.kind == "commitments") return sources::read_commitments(name, path, now, zone);
    if (source.kind == "ics" && !path.empty()) {
      auto reading = sources::read_ics_file(name, path, {now, option("days", 1), zone});
      if (source.to_model != "full")  // what the model may not see, it is not given
        for (auto& item : reading.items)
          item.title = source.to_model == "times"
                           ? item.title.substr(0, item.title.find(' ')) + " busy"
                           : "";
      return reading;
    }
  } catch (const base::Error& e) {
    Reading failed;
    failed.source = name;
    failed.state = Reading::State::failed;
    failed.reason = base::describe(e);
    return failed;
  }
  Reading absent;
  absent.source = name;
  absent.state = Reading::State::failed;
  absent.reason = "sources of kind " + source.kind + " are not read by this version";
  return absent;
}

}  // namespace

Gathered gather(const settings::Settings& settings, const settings::Job& job, base::Time since,
                base::Time now, const zone::Zone& zone) {
  const base::Millis start = base::boot_now();
  Gatherer out(since, now, zone);
  if (settings.sources.empty()) {
    const std::string samples = share_folder() + "/sample/";
    out.host("host");
    out.one(sources::read_ics_file("calendar", samples + "calendar.ics", {now, 1, zone}), true);
    out.one(sources::read_commitments("commitments", samples + "commitments.md", now, zone), true);
    out.one(sources::read_json_feed_file("feeds", samples + "feed.json"), true);
    out.not_declared({"alerts", "tasks"});
  }
  for (const auto& use : job.gather) {
    const auto& source = settings.sources.at(use.from);
    if (source.kind == "host" && source.texts.at("command").empty())
      out.host(use.from);
    else
      out.one(read_declared(use.from, source, use, now, zone), false);
  }
  auto gathered = out.take_all();
  gathered.took = base::boot_now() - start;
  return gathered;
}

}  // namespace openclaw::cmd
