// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>

#include "settings/settings.h"

namespace openclaw::cmd {

/// Unit files by path: openclaw-job@.service, one timer a job, the recovery, the listeners, and a
/// drop-in for jobs that look at this machine. program: what they start.
std::map<std::string, std::string> render_units(const settings::Settings& settings,
                                                const std::string& program);

/// Lines of `check`: the next three times of each job, and times of the coming year that the clocks
/// leap over.
std::string job_times(const settings::Settings& settings, base::Time now);

/// Lines of `check --live`: jobs whose timer is not enabled here, and timers of jobs that are not
/// declared; empty where all agree or there is no systemd.
std::string timer_differences(const settings::Settings& settings);

}  // namespace openclaw::cmd
