// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "llm/wire.h"

namespace openclaw::llm {

std::unique_ptr<Decoder> make_openai_chat_decoder();

}  // namespace openclaw::llm
