// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "base/file.h"

namespace openclaw::tools {

/// Opens path for reading below whichever of the roots holds it. No symbolic link, no "..", no
/// mount trick is followed (openat2 with RESOLVE_BENEATH | NO_SYMLINKS | NO_MAGICLINKS). Throws
/// base::DeniedError when no root holds it, base::Error when it cannot be opened.
base::Fd open_beneath(const std::string& path, const std::vector<std::string>& roots, int flags);

}  // namespace openclaw::tools
