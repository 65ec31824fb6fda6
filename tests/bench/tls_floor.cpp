// SPDX-License-Identifier: MIT
// The floor of a TLS turn: libcurl with a hashed folder of authorities. tls_floor URL CAPATH
#include <curl/curl.h>

int main(int, char** argv) {
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
  curl_easy_setopt(curl, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(curl, CURLOPT_CAPATH, argv[2]);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  // The test server signs itself: both sides end in the same refusal, after the whole store was
  // read.
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_OK ? 0 : 1;
}
