// SPDX-License-Identifier: MIT
// The floor of an idle listener: the same libraries, a database in WAL mode, one turn of libcurl
// with the Bot API, then a long poll. listener_floor BASE_URL DATABASE CAPATH [LIBRARY]
#include <string>

#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/evp.h>
#include <sqlite3.h>

static size_t drop(char*, size_t size, size_t n, void*) { return size * n; }

int main(int argc, char** argv) {
  if (argc > 4 && !dlopen(argv[4], RTLD_NOW)) return 1;
  sqlite3* db = nullptr;
  sqlite3_open(argv[2], &db);
  sqlite3_exec(db, "PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS t(a)", nullptr, nullptr,
               nullptr);
  unsigned char digest[32];
  EVP_Digest("x", 1, digest, nullptr, EVP_sha256(), nullptr);
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_CAPATH, argv[3]);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
  const std::string base = argv[1];
  curl_easy_setopt(curl, CURLOPT_URL, (base + "/getMe").c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{}");
  curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_URL, (base + "/getUpdates").c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{\"timeout\":50}");
  while (curl_easy_perform(curl) == CURLE_OK) {
  }
  return 0;
}
