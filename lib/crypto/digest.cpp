// SPDX-License-Identifier: MIT
#include "crypto/digest.h"

#include <algorithm>

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include "base/error.h"

namespace openclaw::crypto {
// The one-shot SHA256() looks its algorithm up on every call in OpenSSL 3; the old block interface
// does not, and it is several times faster for the short rows of the audit chain.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Digest sha256(std::string_view bytes) {
  Digest out;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(out.data(), &context);
  return out;
}

Sha256::Sha256() : context_(new SHA256_CTX) { SHA256_Init(static_cast<SHA256_CTX*>(context_)); }
Sha256::~Sha256() { delete static_cast<SHA256_CTX*>(context_); }
void Sha256::update(std::string_view bytes) {
  SHA256_Update(static_cast<SHA256_CTX*>(context_), bytes.data(), bytes.size());
}
Digest Sha256::finish() {
  Digest out;
  auto* context = static_cast<SHA256_CTX*>(context_);
  SHA256_Final(out.data(), context);
  SHA256_Init(context);
  return out;
}
#pragma GCC diagnostic pop

// RFC 2104 over the block interface: looking HMAC up in OpenSSL 3 costs more than all of a short
// turn's hashing.
Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string block(64, '\0');
  if (key.size() > block.size()) {
    const Digest hashed = sha256(key);
    std::copy(hashed.begin(), hashed.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  const auto pad = [&block](char with) {
    std::string out = block;
    for (char& c : out) c = static_cast<char>(c ^ with);
    return out;
  };
  Sha256 hash;
  hash.update(pad(0x36));
  hash.update(bytes);
  const Digest inner = hash.finish();
  hash.update(pad(0x5C));
  hash.update(view(inner));
  return hash.finish();
}

std::string random_bytes(std::size_t n) {
  std::string out(n, '\0');
  if (getrandom(out.data(), n, 0) != static_cast<ssize_t>(n))
    throw base::Error("cannot read random bytes from the kernel");
  return out;
}

void wipe(void* bytes, std::size_t size) { OPENSSL_cleanse(bytes, size); }

}  // namespace openclaw::crypto
