// SPDX-License-Identifier: MIT
#pragma once

namespace openclaw::base {

/// A function of a shared library that is loaded when first needed: each linked library costs every
/// start of the program about 0.1 ms. Throws UnavailableError naming what is not there.
void* late_symbol(const char* library, const char* name);

/// OPENCLAW_LATE(lib, md_parse) is a pointer to md_parse, of its declared type.
#define OPENCLAW_LATE(library, name) \
  reinterpret_cast<decltype(&::name)>(::openclaw::base::late_symbol(library, #name))

}  // namespace openclaw::base
