// SPDX-License-Identifier: MIT
#include "crypto/gcm.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "base/error.h"

namespace openclaw::crypto {

struct Gcm::Functions {
  void* provider = nullptr;
  OSSL_FUNC_cipher_newctx_fn* make = nullptr;
  OSSL_FUNC_cipher_freectx_fn* drop = nullptr;
  OSSL_FUNC_cipher_encrypt_init_fn* begin_encrypt = nullptr;
  OSSL_FUNC_cipher_decrypt_init_fn* begin_decrypt = nullptr;
  OSSL_FUNC_cipher_update_fn* update = nullptr;
  OSSL_FUNC_cipher_final_fn* finish = nullptr;
  OSSL_FUNC_cipher_get_ctx_params_fn* get = nullptr;
  OSSL_FUNC_cipher_set_ctx_params_fn* set = nullptr;

  bool whole() const {
    return provider && make && drop && begin_encrypt && begin_decrypt && update && finish && get &&
           set;
  }

  void take(const OSSL_DISPATCH& entry) {
    switch (entry.function_id) {
      case OSSL_FUNC_CIPHER_NEWCTX: make = OSSL_FUNC_cipher_newctx(&entry); break;
      case OSSL_FUNC_CIPHER_FREECTX: drop = OSSL_FUNC_cipher_freectx(&entry); break;
      case OSSL_FUNC_CIPHER_ENCRYPT_INIT:
        begin_encrypt = OSSL_FUNC_cipher_encrypt_init(&entry);
        break;
      case OSSL_FUNC_CIPHER_DECRYPT_INIT:
        begin_decrypt = OSSL_FUNC_cipher_decrypt_init(&entry);
        break;
      case OSSL_FUNC_CIPHER_UPDATE: update = OSSL_FUNC_cipher_update(&entry); break;
      case OSSL_FUNC_CIPHER_FINAL: finish = OSSL_FUNC_cipher_final(&entry); break;
      case OSSL_FUNC_CIPHER_GET_CTX_PARAMS: get = OSSL_FUNC_cipher_get_ctx_params(&entry); break;
      case OSSL_FUNC_CIPHER_SET_CTX_PARAMS: set = OSSL_FUNC_cipher_set_ctx_params(&entry); break;
      default: break;
    }
  }
};

namespace {

const unsigned char* bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

/// "AES-256-GCM:id-aes256-GCM:2.16.840.1.101.3.4.1.46"
bool names_it(const OSSL_ALGORITHM& algorithm) {
  return (std::string(algorithm.algorithm_names) + ":").rfind("AES-256-GCM:", 0) == 0;
}

}  // namespace

const Gcm::Functions& Gcm::functions() {
  static const Functions found = [] {
    Functions out;
    OSSL_PROVIDER* provider = OSSL_PROVIDER_load(nullptr, "default");  // for the process's life
    int no_cache = 0;
    const OSSL_ALGORITHM* at =
        provider ? OSSL_PROVIDER_query_operation(provider, OSSL_OP_CIPHER, &no_cache) : nullptr;
    for (; at && at->algorithm_names; ++at) {
      if (!names_it(*at)) continue;
      out.provider = OSSL_PROVIDER_get0_provider_ctx(provider);
      for (const OSSL_DISPATCH* entry = at->implementation; entry->function_id != 0; ++entry)
        out.take(*entry);
      break;
    }
    if (!out.whole()) throw base::Error("this machine's libcrypto has no AES-256-GCM");
    return out;
  }();
  return found;
}

Gcm::Gcm(Way way, std::string_view key, std::string_view nonce)
    : context_(functions().make(functions().provider)) {
  const auto begin = way == Way::encrypt ? functions().begin_encrypt : functions().begin_decrypt;
  if (context_ && begin(context_, bytes(key), key.size(), bytes(nonce), nonce.size(), nullptr) == 1)
    return;
  if (context_) functions().drop(context_);
  throw base::Error("cannot begin AES-256-GCM");
}

Gcm::~Gcm() { functions().drop(context_); }

void Gcm::run(std::string_view label, std::string_view in, char* out) {
  std::size_t n = 0;
  const bool good =
      (label.empty() ||
       functions().update(context_, nullptr, &n, label.size(), bytes(label), label.size()) == 1) &&
      (in.empty() || functions().update(context_, reinterpret_cast<unsigned char*>(out), &n,
                                        in.size(), bytes(in), in.size()) == 1);
  if (!good) throw base::Error("cannot run AES-256-GCM");
}

std::string Gcm::tag() {
  std::string out(tag_size, '\0');
  unsigned char none[1];
  std::size_t n = 0;
  OSSL_PARAM wanted[2] = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, out.data(), out.size()),
      OSSL_PARAM_construct_end()};
  if (functions().finish(context_, none, &n, 0) != 1 || functions().get(context_, wanted) != 1)
    throw base::Error("cannot finish AES-256-GCM");
  return out;
}

bool Gcm::has_tag(std::string_view tag) {
  std::string expected(tag);
  unsigned char none[1];
  std::size_t n = 0;
  const OSSL_PARAM given[2] = {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG,
                                                                 expected.data(), expected.size()),
                               OSSL_PARAM_construct_end()};
  return functions().set(context_, given) == 1 && functions().finish(context_, none, &n, 0) == 1;
}

}  // namespace openclaw::crypto
