// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "support/vendor_request.h"

/// An answer in the five vendors' shapes.
namespace openclaw::test {

struct Answer {
  std::string text;
  std::string finish;  ///< stop, length, refused, tool
  std::string tool, arguments, refusal;
};

/// In one piece.
std::string plain(const VendorRequest& request, const Answer& answer);
/// The events of a stream: what comes first, one piece of text, what comes last.
std::vector<std::string> opening(const VendorRequest& request, const Answer& answer);
std::string text_event(const VendorRequest& request, const std::string& text);
std::vector<std::string> closing(const VendorRequest& request, const Answer& answer);
/// An error in the vendor's shape.
std::string error_body(Api api, const Refusal& refusal);

}  // namespace openclaw::test
