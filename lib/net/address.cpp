// SPDX-License-Identifier: MIT
#include "net/address.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <netinet/in.h>

namespace openclaw::net {
namespace {

struct Net4 {
  std::uint32_t base;
  int bits;
};

constexpr std::array special4{Net4{0x00000000, 8},  Net4{0x0A000000, 8},  Net4{0x64400000, 10},
                              Net4{0x7F000000, 8},  Net4{0xA9FE0000, 16}, Net4{0xAC100000, 12},
                              Net4{0xC0000000, 24}, Net4{0xC0000200, 24}, Net4{0xC0586300, 24},
                              Net4{0xC0A80000, 16}, Net4{0xC6120000, 15}, Net4{0xC6336400, 24},
                              Net4{0xCB007100, 24}, Net4{0xE0000000, 4},  Net4{0xF0000000, 4}};

bool public4(std::uint32_t ip) {
  return std::none_of(special4.begin(), special4.end(), [ip](const Net4& net) {
    return (ip >> (32 - net.bits)) == (net.base >> (32 - net.bits));
  });
}

using Bytes = std::array<std::uint8_t, 16>;

std::uint32_t ip4_at(const Bytes& b, std::size_t at) {
  return (std::uint32_t{b[at]} << 24) | (std::uint32_t{b[at + 1]} << 16) |
         (std::uint32_t{b[at + 2]} << 8) | b[at + 3];
}

bool zeros(const Bytes& b, std::size_t from, std::size_t to) {
  return std::all_of(b.begin() + static_cast<std::ptrdiff_t>(from),
                     b.begin() + static_cast<std::ptrdiff_t>(to), [](auto x) { return x == 0; });
}

bool public6(const Bytes& b) {
  if (zeros(b, 0, 10) && b[10] == 0xFF && b[11] == 0xFF) return public4(ip4_at(b, 12));  // mapped
  if (b[0] == 0x00 && b[1] == 0x64 && b[2] == 0xFF && b[3] == 0x9B)  // NAT64, 64:ff9b::/96 and /48
    return zeros(b, 4, 12) && public4(ip4_at(b, 12));
  if (b[0] == 0x20 && b[1] == 0x02) return public4(ip4_at(b, 2));  // 6to4
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return false;   // Teredo and other 2001::/23
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0D && b[3] == 0xB8) return false;  // documentation
  if (b[0] == 0x3F && b[1] == 0xFF && b[2] < 0x10) return false;                   // documentation
  return (b[0] & 0xE0) == 0x20;  // global unicast, 2000::/3
}

}  // namespace

bool is_public(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return public4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    Bytes bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return public6(bytes);
  }
  return false;
}

}  // namespace openclaw::net
