// SPDX-License-Identifier: MIT
#include <cstdlib>

#include "crypto/digest.h"
#include "e2ee/secrets.h"
#include "e2ee/signing.h"
#include "json/parse.h"

/// What an event says of an encrypted file. With "right" in it the hash is the true one, so that
/// what comes after it is reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  json::Value info;
  try {
    info = json::parse({reinterpret_cast<const char*>(data), size}, {.max_depth = 1000});
  } catch (const base::Error&) {
    return 0;
  }
  const std::string_view bytes = "bytes of a file";
  const bool is_right = info.contains("right");
  if (is_right)
    info.set("hashes",
             json::Value::object({{"sha256", e2ee::base64(crypto::view(crypto::sha256(bytes)))}}));
  const auto plain = e2ee::decrypt_file(info, bytes);
  if (plain && (!is_right || plain->size() != bytes.size())) std::abort();
  return 0;
}
