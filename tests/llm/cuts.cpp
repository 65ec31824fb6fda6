// SPDX-License-Identifier: MIT
#include "llm/cuts.h"

#include <gtest/gtest.h>

#include "llm/expected.h"
#include "llm/parts.h"

namespace openclaw::test {
namespace {

std::string calls_text(const llm::Reply& reply) {
  std::string out;
  for (const auto& call : llm::calls_of(reply.message))
    out +=
        (llm::is_minted(call.id) ? "own" : call.id) + ' ' + call.name + ' ' + call.arguments + '\n';
  return out;
}

/// Empty when an answer that is usable after a cut is the whole answer.
std::string change(const Run& whole, const Run& cut) {
  std::string out;
  if (llm::text_of(cut.reply.message) != llm::text_of(whole.reply.message)) out += "text ";
  if (calls_text(cut.reply) != calls_text(whole.reply)) out += "calls ";
  if (cut.reply.finish != whole.reply.finish) out += "finish ";
  if (tokens_of(cut.reply.usage) != tokens_of(whole.reply.usage)) out += "usage ";
  if (cut.reply.usage.vendor_cost != whole.reply.usage.vendor_cost) out += "cost ";
  if (cut.reply.message.raw != whole.reply.message.raw) out += "raw ";
  return out;
}

/// A copy goes on as the original would.
void expect_resumes(const llm::Wire& wire, const llm::Decoder& decoder, const std::string& rest,
                    const Run& whole, std::size_t at) {
  const auto copy = decoder.clone();
  copy->feed(rest, {});
  copy->finish();
  const Run resumed = run_of(wire, *copy);
  EXPECT_EQ(change(whole, resumed), "") << "a copy made at " << at << " went another way";
  EXPECT_EQ(resumed.usable(), whole.usable()) << "at " << at;
}

}  // namespace

Run run_of(const llm::Wire& wire, const llm::Decoder& decoder) {
  Run run;
  run.reply = wire.read(decoder.body());
  run.complete = decoder.complete();
  run.error = !decoder.error().is_null();
  run.content_seen = decoder.content_seen();
  return run;
}

Run run_stream(const llm::Wire& wire, const std::string& raw, std::size_t piece) {
  const auto decoder = wire.decoder();
  std::string told;
  for (std::size_t at = 0; at < raw.size(); at += piece)
    decoder->feed(std::string_view(raw).substr(at, piece),
                  [&told](std::string_view text) { told += text; });
  decoder->finish();
  Run run = run_of(wire, *decoder);
  run.told = told;
  return run;
}

std::size_t check_cuts(const llm::Wire& wire, const std::string& raw, std::size_t step) {
  const Run whole = run_stream(wire, raw, raw.size());
  const std::string text = llm::text_of(whole.reply.message);
  const auto decoder = wire.decoder();
  std::string told, changed;
  std::size_t cuts = 0, first_change = 0, last_change = 0;
  bool was_usable = false;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (at % step == 0) {
      const auto copy = decoder->clone();
      copy->finish();
      const Run cut = run_of(wire, *copy);
      ++cuts;
      const auto part = llm::text_of(cut.reply.message);
      EXPECT_TRUE(text.starts_with(part)) << "at " << at << ": '" << part << "'";
      EXPECT_TRUE(part.starts_with(told)) << "at " << at << ": told '" << told << "'";
      EXPECT_TRUE(part.empty() || cut.content_seen) << "at " << at;
      if (cut.usable()) {
        const auto what = change(whole, cut);
        if (!what.empty() && changed.empty()) first_change = at;
        if (!what.empty()) changed = what, last_change = at;
      }
      if (at % (raw.size() / 8 + 1) == 0) expect_resumes(wire, *decoder, raw.substr(at), whole, at);
      EXPECT_FALSE(was_usable && !cut.usable() && !whole.error) << "whole, then not, at " << at;
      was_usable = cut.usable();
    }
    decoder->feed(std::string_view(raw).substr(at, 1),
                  [&told](std::string_view piece) { told += piece; });
  }
  EXPECT_EQ(changed, "") << "a cut between " << first_change << " and " << last_change << " of "
                         << raw.size() << " passes as an answer with another " << changed;
  return cuts;
}

}  // namespace openclaw::test
