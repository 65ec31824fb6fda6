// SPDX-License-Identifier: MIT
#pragma once
#include "command.h"

namespace openclaw::cmd {

int run_audit_query(const Args& args);
int run_audit_show(const Args& args);
int run_audit_tail(const Args& args);
int run_audit_export(const Args& args);
int run_audit_verify(const Args& args);
int run_audit_prune(const Args& args);

}  // namespace openclaw::cmd
