// SPDX-License-Identifier: MIT
#include "net/address.h"

#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/un.h>

namespace openclaw::test {
namespace {

bool is_public(const std::string& text) {
  sockaddr_storage where{};
  if (text.find(':') == std::string::npos) {
    auto& in = reinterpret_cast<sockaddr_in&>(where);
    in.sin_family = AF_INET;
    EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &in.sin_addr), 1) << text;
  } else {
    auto& in = reinterpret_cast<sockaddr_in6&>(where);
    in.sin6_family = AF_INET6;
    EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &in.sin6_addr), 1) << text;
  }
  return net::is_public(reinterpret_cast<const sockaddr*>(&where));
}

TEST(Address, SpecialRangesOfIPv4AreNotPublic) {
  for (const char* text :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",       "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "127.0.0.0",       "127.0.0.1",      "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "169.254.255.255", "172.16.0.0",     "172.31.255.255",  "192.0.0.0",
        "192.0.0.255",     "192.0.2.0",       "192.0.2.255",    "192.88.99.1",     "192.168.0.0",
        "192.168.255.255", "198.18.0.0",      "198.19.255.255", "198.51.100.0",    "198.51.100.255",
        "203.0.113.0",     "203.0.113.255",   "224.0.0.0",      "239.255.255.255", "240.0.0.0",
        "255.255.255.254", "255.255.255.255"})
    EXPECT_FALSE(is_public(text)) << text;
}

TEST(Address, TheirNeighboursAre) {
  for (const char* text :
       {"1.0.0.0",        "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",    "126.255.255.255", "128.0.0.0",       "169.253.255.255",
        "169.255.0.0",    "172.15.255.255",  "172.32.0.0",      "191.255.255.255",
        "192.0.1.0",      "192.0.3.0",       "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0",      "198.51.99.255",   "198.51.101.0",
        "203.0.112.255",  "203.0.114.0",     "223.255.255.255", "8.8.8.8"})
    EXPECT_TRUE(is_public(text)) << text;
}

TEST(Address, SpecialRangesOfIPv6AreNotPublic) {
  for (const char* text : {"::",
                           "::1",
                           "::2",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:169.254.169.254",
                           "::ffff:0:127.0.0.1",
                           "::127.0.0.1",
                           "::8.8.8.8",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b::192.168.1.1",
                           "64:ff9b:1::1",
                           "64:ff9b:1::8.8.8.8",
                           "100::1",
                           "100:0:0:1::1",
                           "2001::1",
                           "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                           "2001:2::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:db8::1",
                           "2001:db8:ffff:ffff::1",
                           "2002:7f00:1::1",
                           "2002:a00:1::1",
                           "2002:c0a8:101::1",
                           "2002:a9fe:a9fe::",
                           "3fff::1",
                           "3fff:fff:ffff::1",
                           "5f00::1",
                           "fc00::1",
                           "fd00::1",
                           "fdff:ffff::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff00::1",
                           "ff02::1",
                           "ffff::1",
                           "4000::1",
                           "8000::1"})
    EXPECT_FALSE(is_public(text)) << text;
}

TEST(Address, GlobalUnicastOfIPv6IsPublic) {
  for (const char* text : {"2000::1", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111",
                           "2a00:1450:4001::1", "2001:db7::1", "2001:db9::1", "3ffe::1",
                           "3fff:1000::1", "::ffff:8.8.8.8", "2002:808:808::1"})
    EXPECT_TRUE(is_public(text)) << text;
}

TEST(Address, OtherFamiliesAreNot) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(net::is_public(reinterpret_cast<const sockaddr*>(&local)));
  sockaddr_storage none{};
  EXPECT_FALSE(net::is_public(reinterpret_cast<const sockaddr*>(&none)));
}

}  // namespace
}  // namespace openclaw::test
