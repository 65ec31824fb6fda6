// SPDX-License-Identifier: MIT
#pragma once
#include "settings/settings.h"

/// The sections of the file, a function each.
namespace openclaw::settings {

void read_people(config::Node& root, Settings& out);
void read_providers(config::Node& root, Settings& out);
void read_models(config::Node& root, Settings& out);
void read_prices(config::Node& root, Settings& out);
void read_groups(config::Node& root, Settings& out);
void read_commands(config::Node& root, Settings& out);
void read_agents(config::Node& root, Settings& out);
void read_places(config::Node& root, Settings& out);
void read_sources(config::Node& root, Settings& out);
void read_jobs(config::Node& root, Settings& out);
void read_channels(config::Node& root, Settings& out);
void read_files(config::Node& root, Settings& out);
void read_audit(config::Node& root, Settings& out);

SecretRef read_secret(config::Node& node, const std::string& key, const char* doc);
Limits read_limits(config::Node& node, const char* doc);
/// Names obey [a-z][a-z0-9-]{0,40}.
void check_name(config::Node& node, const std::string& name);
/// A path relative to the configuration's folder.
std::string beside(const Settings& settings, const std::string& path);

/// Names that point nowhere, unreachable candidates, budgets that cannot work, the policy's linter.
void cross_check(config::Document& document, const Settings& settings, Report& report);

}  // namespace openclaw::settings
