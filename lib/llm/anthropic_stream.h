// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "llm/wire.h"

namespace openclaw::llm {

std::unique_ptr<Decoder> make_anthropic_decoder();

}  // namespace openclaw::llm
