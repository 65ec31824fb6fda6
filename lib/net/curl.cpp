// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>

#include <curl/curl.h>
#include <unistd.h>

#include "base/text.h"
#include "net/address.h"
#include "net/http.h"
#include "net/trust.h"
#include "url/url.h"

namespace openclaw::net {
namespace {

struct FreeEasy {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
};
struct FreeMulti {
  void operator()(CURLM* m) const { curl_multi_cleanup(m); }
};
struct FreeList {
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Multi = std::unique_ptr<CURLM, FreeMulti>;
using List = std::unique_ptr<curl_slist, FreeList>;

/// What one transfer's callbacks share.
struct Transfer {
  const Request& request;
  const Sink& sink;
  Response response{};
  base::Millis last_byte = base::boot_now();
  bool got_byte = false;
  bool too_large = false;
  bool refused_address = false;
  bool cancelled = false;
};

curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.request.reach == Reach::public_only && !is_public(&address->addr)) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t take_header(char* data, std::size_t size, std::size_t n, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * n);
  transfer.last_byte = base::boot_now();
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();
    const auto space = line.find(' ');
    transfer.response.status = space == std::string_view::npos
                                   ? 0
                                   : std::atoi(std::string(line.substr(space + 1, 3)).c_str());
    return line.size();
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && transfer.response.headers.size() < 200)
    transfer.response.headers.emplace_back(base::lower(line.substr(0, colon)),
                                           std::string(base::trim(line.substr(colon + 1))));
  return line.size();
}

std::size_t take_body(char* data, std::size_t size, std::size_t n, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(data, size * n);
  transfer.last_byte = base::boot_now();
  transfer.got_byte = true;
  transfer.response.body_bytes += piece.size();
  if (transfer.response.body_bytes > transfer.request.max_body) {
    transfer.too_large = true;
    return 0;
  }
  const bool good = transfer.response.status >= 200 && transfer.response.status < 300;
  if (!good || !transfer.sink) {
    transfer.response.body += piece;
  } else if (!transfer.sink(piece)) {
    transfer.cancelled = true;
    return 0;
  }
  return piece.size();
}

Failure::Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return Failure::Kind::connect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM: return Failure::Kind::tls;
    case CURLE_OPERATION_TIMEDOUT: return Failure::Kind::timeout;
    default: return Failure::Kind::broken;
  }
}

/// "https://host:port": what an error may say of a URL (paths and queries can hold secrets).
std::string safe_name(const std::string& text) {
  const auto parsed = url::parse(text);
  return parsed ? parsed->origin() : "the address";
}

class CurlClient : public HttpClient {
 public:
  CurlClient() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    easy_.reset(curl_easy_init());
    multi_.reset(curl_multi_init());
    if (!ready || !easy_ || !multi_) throw base::Error("cannot set libcurl up");
  }

  Response perform(const Request& request, const Sink& sink, const base::Stop* stop) override {
    Transfer transfer{request, sink};
    char message[CURL_ERROR_SIZE] = "";
    const List headers = prepare(transfer, message);
    const base::Millis start = base::boot_now();
    transfer.last_byte = start;
    curl_multi_add_handle(multi_.get(), easy_.get());
    const CURLcode code = drive(transfer, start, stop);
    finish(transfer, start);
    curl_multi_remove_handle(multi_.get(), easy_.get());
    if (code != CURLE_OK) fail(transfer, code, message);
    return std::move(transfer.response);
  }

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  List prepare(Transfer& transfer, char* message) {
    const Request& request = transfer.request;
    curl_easy_reset(easy_.get());
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_NODELAY, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_ERRORBUFFER, message);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_HEADERFUNCTION, take_header);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    set(CURLOPT_OPENSOCKETDATA, &transfer);
    // A kept connection was opened under another rule: it is not used where addresses are guarded.
    set(CURLOPT_FRESH_CONNECT, request.reach == Reach::public_only ? 1L : 0L);
    set(CURLOPT_FORBID_REUSE, request.reach == Reach::public_only ? 1L : 0L);
    if (request.accept_gzip) set(CURLOPT_ACCEPT_ENCODING, "gzip");
    set_trust(request);
    set_method(request);
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers)
      list = curl_slist_append(list, (name + ": " + value).c_str());
    set(CURLOPT_HTTPHEADER, list);
    return List(list);
  }

  void set_trust(const Request& request) {
    if (!request.url.starts_with("https:")) return;
    if (!request.ca_file.empty()) {
      set(CURLOPT_CAINFO, request.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
      return;
    }
    static const TrustStore trust = system_trust();
    if (trust.file.empty() && trust.folder.empty()) return;
    set(CURLOPT_CAINFO, trust.file.empty() ? nullptr : trust.file.c_str());
    set(CURLOPT_CAPATH, trust.folder.empty() ? nullptr : trust.folder.c_str());
  }

  void set_method(const Request& request) {
    if (request.method == "GET") return set(CURLOPT_HTTPGET, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
  }

  CURLcode drive(Transfer& transfer, base::Millis start, const base::Stop* stop) {
    while (true) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      int left = 0;
      while (const CURLMsg* done = curl_multi_info_read(multi_.get(), &left))
        if (done->msg == CURLMSG_DONE) return done->data.result;
      if (stop && stop->requested()) {
        transfer.cancelled = true;
        return CURLE_ABORTED_BY_CALLBACK;
      }
      const base::Millis left_ms = time_left(transfer, start);
      if (left_ms.count() <= 0) return CURLE_OPERATION_TIMEDOUT;
      curl_waitfd extra{stop ? stop->fd() : -1, CURL_WAIT_POLLIN, 0};
      curl_multi_poll(multi_.get(), &extra, stop ? 1U : 0U,
                      static_cast<int>(std::min<std::int64_t>(left_ms.count(), 1000)), nullptr);
    }
  }

  static base::Millis time_left(const Transfer& transfer, base::Millis start) {
    const base::Millis now = base::boot_now();
    const Request& r = transfer.request;
    const base::Millis quiet = transfer.got_byte ? transfer.last_byte + r.idle_timeout - now
                                                 : start + r.first_byte_timeout - now;
    return std::min(quiet, start + r.total_timeout - now);
  }

  void finish(Transfer& transfer, base::Millis start) {
    const auto time = [this](CURLINFO what) {
      curl_off_t us = 0;
      curl_easy_getinfo(easy_.get(), what, &us);
      return base::Millis(us / 1000);
    };
    transfer.response.connect_time = time(CURLINFO_APPCONNECT_TIME_T);
    if (transfer.response.connect_time.count() == 0)
      transfer.response.connect_time = time(CURLINFO_CONNECT_TIME_T);
    transfer.response.first_byte_time = time(CURLINFO_STARTTRANSFER_TIME_T);
    transfer.response.total_time = base::boot_now() - start;
    char* ip = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &ip);
    if (ip) transfer.response.remote_address = ip;
  }

  [[noreturn]] void fail(const Transfer& transfer, CURLcode code, const char* message) {
    long request_size = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &request_size);
    const bool sent = request_size > 0;
    const std::string host = safe_name(transfer.request.url);
    using Kind = Failure::Kind;
    const int status = transfer.response.status;
    if (transfer.cancelled) throw Failure(Kind::cancelled, host + ": cancelled", sent, status);
    if (transfer.too_large)
      throw Failure(
          Kind::too_large,
          host + ": the answer is larger than " + base::human_bytes(transfer.request.max_body),
          sent, status);
    if (transfer.refused_address)
      throw Failure(Kind::address, host + ": a private or reserved address, which is not granted",
                    false);
    const bool path_in_message = std::string_view(message).find('/') != std::string_view::npos;
    const std::string why =
        *message == '\0' || path_in_message ? curl_easy_strerror(code) : message;
    throw Failure(code == CURLE_UNSUPPORTED_PROTOCOL && sent ? Kind::broken : kind_of(code),
                  host + ": " + why, sent, status);
  }

  // The multi handle owns the connections, so it must outlive the easy handle.
  Multi multi_;
  Easy easy_;
};

}  // namespace

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::unique_ptr<HttpClient> make_http_client() { return std::make_unique<CurlClient>(); }

std::string curl_version_text() { return curl_version_info(CURLVERSION_NOW)->version; }

}  // namespace openclaw::net
