// SPDX-License-Identifier: MIT
#pragma once
#include "e2ee/verify.h"
#include "matrix/account.h"
#include "wiring.h"

namespace openclaw::cmd {

/// Sends what a verification says: between devices as parcels, in rooms as events. Call outside a
/// transaction.
void send_flow_events(matrix::Account& account, const std::vector<e2ee::FlowEvent>& events);

/// Answers what `openclaw matrix …` asks of a listener that runs; in the sender's thread.
void answer_matrix_requests(State& state, matrix::Account& account);

}  // namespace openclaw::cmd
