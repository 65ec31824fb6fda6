// SPDX-License-Identifier: MIT
#pragma once
#include <sys/socket.h>

namespace openclaw::net {

/// True for an address on the public Internet: no loopback, private, link-local, shared, multicast,
/// documentation or reserved range (RFC 6890), also where IPv4 hides inside IPv6 (mapped, NAT64,
/// 6to4, Teredo).
bool is_public(const sockaddr* address);

}  // namespace openclaw::net
