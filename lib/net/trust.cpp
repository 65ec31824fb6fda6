// SPDX-License-Identifier: MIT
#include "net/trust.h"

#include <cstdlib>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <unistd.h>

namespace openclaw::net {
namespace {

/// c_rehash names: eight hex digits, a dot, a number.
bool is_hashed_name(std::string_view name) {
  return name.size() >= 10 && name[8] == '.' &&
         name.substr(0, 8).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_hashed_folder(const char* path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path), ::closedir);
  if (!dir) return false;
  while (const dirent* entry = ::readdir(dir.get()))
    if (is_hashed_name(entry->d_name)) return true;
  return false;
}

}  // namespace

TrustStore system_trust() {
  if (const char* folder = std::getenv("SSL_CERT_DIR");
      folder && *folder && is_hashed_folder(folder))
    return {{}, folder};
  if (const char* file = std::getenv("SSL_CERT_FILE"); file && *file) {
    // The system's bundle lies in the hashed folder that it was made from: the same trust, faster.
    const std::string path = file;
    const auto folder = path.substr(0, path.rfind('/'));
    if (path == "/etc/ssl/certs/ca-certificates.crt" && is_hashed_folder(folder.c_str()))
      return {{}, folder};
    return {path, {}};
  }
  for (const char* folder : {"/etc/ssl/certs", "/etc/pki/tls/certs"})
    if (is_hashed_folder(folder)) return {{}, folder};
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-bundle.crt",
                           "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"})
    if (::access(file, R_OK) == 0) return {file, {}};
  return {};
}

}  // namespace openclaw::net
