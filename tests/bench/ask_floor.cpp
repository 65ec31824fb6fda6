// SPDX-License-Identifier: MIT
// The floor of `ask`: one streamed libcurl turn between two SQLite FULL commits.
// ask_floor URL DATABASE
#include <curl/curl.h>
#include <sqlite3.h>
#include <unistd.h>

static size_t take(char* data, size_t size, size_t n, void*) {
  return write(1, data, size * n) < 0 ? 0 : size * n;
}

int main(int, char** argv) {
  sqlite3* db = nullptr;
  sqlite3_open(argv[2], &db);
  sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", nullptr, nullptr, nullptr);
  sqlite3_exec(db, "CREATE TABLE IF NOT EXISTS t(a, b)", nullptr, nullptr, nullptr);
  sqlite3_exec(db, "INSERT INTO t VALUES('intent', 1)", nullptr, nullptr, nullptr);
  CURL* curl = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(
      curl, CURLOPT_POSTFIELDS,
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":true}");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  const CURLcode code = curl_easy_perform(curl);
  sqlite3_exec(db, "INSERT INTO t VALUES('outcome', 2)", nullptr, nullptr, nullptr);
  curl_easy_cleanup(curl);
  sqlite3_close(db);
  return code == CURLE_OK ? 0 : 1;
}
