// SPDX-License-Identifier: MIT
#pragma once

namespace openclaw::base {

/// A named point between two steps that must each be whole. In test builds OPENCLAW_FAILPOINT=name
/// kills the process there (name:3 the third time), and OPENCLAW_FAILPOINT_LOG=file writes down
/// each point that is passed; in a release it is nothing.
#ifdef OPENCLAW_TEST_HOOKS
void failpoint(const char* name);
#else
inline void failpoint(const char*) {}
#endif

}  // namespace openclaw::base
