// SPDX-License-Identifier: MIT
#pragma once
#include "llm/message.h"

namespace openclaw::llm {

/// The vendors' usage objects in the normal form of Usage. Negative and absurd numbers are clamped.
Usage anthropic_usage(const json::Value& usage);
Usage openai_usage(const json::Value& usage);  ///< Chat Completions and compatible vendors
Usage responses_usage(const json::Value& usage);
Usage gemini_usage(const json::Value& usage);  ///< usageMetadata
Usage ollama_usage(const json::Value& body);   ///< the last line's counters

}  // namespace openclaw::llm
