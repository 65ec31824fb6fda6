// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "audit/recorder.h"

namespace openclaw::audit {

/// Once a UTC day a note in the chain says where the chain stands, with an HMAC under the body key:
/// who rewrites the whole chain, which needs no key, cannot make it. Nothing without a key.
void checkpoint_daily(store::Database& db, Recorder& recorder, const Bodies& bodies,
                      base::Time now);

struct Checkpoints {
  int good = 0;
  std::vector<std::string> faults;
};
/// Needs the key: every checkpoint is ours and names the row before it.
Checkpoints check_checkpoints(store::Database& db, const Bodies& bodies);

}  // namespace openclaw::audit
