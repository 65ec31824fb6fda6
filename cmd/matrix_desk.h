// SPDX-License-Identifier: MIT
#pragma once
#include "e2ee/verify.h"
#include "matrix/account.h"
#include "wiring.h"

namespace openclaw::cmd {

/// Answers what `openclaw matrix …` asks of a listener that runs; in the sender's thread.
void answer_matrix_requests(State& state, matrix::Account& account);

}  // namespace openclaw::cmd
