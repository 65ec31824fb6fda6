// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace openclaw::net {

/// Where the system keeps its certificate authorities.
struct TrustStore {
  std::string file;    ///< a PEM bundle, or empty
  std::string folder;  ///< a hashed folder, or empty
};

/// A hashed $SSL_CERT_DIR, $SSL_CERT_FILE, then a hashed folder, then a bundle. The folder comes
/// first because loading a bundle of 140 certificates costs about 40 ms with OpenSSL 3.0, a look-up
/// by hash nothing.
TrustStore system_trust();

}  // namespace openclaw::net
