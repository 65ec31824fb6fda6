// SPDX-License-Identifier: MIT
#include <atomic>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "support/tier.h"
#include "tools/beneath.h"
#include "tools/room.h"

namespace openclaw::test {
namespace {

using json::Value;

struct Files : testing::Test {
  Files() {
    std::filesystem::create_directories(root + "/deep/er");
    write(outside, "FORBIDDEN");
    write(root + "/text", "plain text");
    write(root + "/deep/er/text", "deep text");
    room.grant("file_read", {{"path", under({root})}, {"offset", {}}});
    room.grant("file_list", {{"path", under({root})}});
  }
  tools::Result read_file(const std::string& path) {
    return room.call("file_read", Value::object({{"path", path}}));
  }
  tools::Result list(const std::string& path) {
    return room.call("file_list", Value::object({{"path", path}}));
  }
  Room room;
  std::string root = room.dir.file("root");
  std::string outside = room.dir.file("outside");
};

TEST_F(Files, AreReadBelowTheRoot) {
  EXPECT_EQ(read_file(root + "/text").text, "plain text");
  EXPECT_EQ(read_file(root + "/deep/er/text").text, "deep text");
  const auto result = read_file(root + "/text");
  EXPECT_TRUE(result.ok);
  EXPECT_TRUE(result.labels.untrusted);
  EXPECT_TRUE(result.labels.private_text);
}

TEST_F(Files, NoPathLeadsOut) {
  ASSERT_EQ(::symlink(outside.c_str(), (root + "/link").c_str()), 0);
  ASSERT_EQ(::symlink("../outside", (root + "/relative").c_str()), 0);
  ASSERT_EQ(::symlink(room.dir.path().c_str(), (root + "/up").c_str()), 0);
  ASSERT_EQ(::symlink("/", (root + "/slash").c_str()), 0);
  ASSERT_EQ(::symlink("/proc/self/root", (root + "/magic").c_str()), 0);
  ASSERT_EQ(::symlink("text", (root + "/inside").c_str()), 0);
  const std::string& r = root;
  for (const std::string& path : std::vector<std::string>{r + "/link",
                                                          r + "/relative",
                                                          r + "/up/outside",
                                                          r + "/slash" + outside,
                                                          r + "/../outside",
                                                          r + "/deep/../../outside",
                                                          r + "/./text",
                                                          r + "//text",
                                                          r + "/deep//../../outside",
                                                          r + "/text/",
                                                          r + "/magic" + outside,
                                                          r + "/inside",
                                                          r + "-outside",
                                                          r.substr(1) + "/text",
                                                          outside,
                                                          std::string("/etc/shadow"),
                                                          std::string("/proc/self/environ"),
                                                          "/proc/self/root" + outside,
                                                          "/proc/self/cwd",
                                                          std::string(),
                                                          std::string("/"),
                                                          std::string("text"),
                                                          std::string("~/text"),
                                                          "file://" + r + "/text",
                                                          r + "/%2e%2e/outside",
                                                          r + "/..",
                                                          r + "/deep/..",
                                                          r + "/\xC0\xAE\xC0\xAE/outside",
                                                          r + "\\..\\outside",
                                                          r + "/nothing",
                                                          r + "/" + std::string(5000, 'a')}) {
    const auto result = read_file(path);
    EXPECT_FALSE(result.ok) << path;
    EXPECT_EQ(result.text.find("FORBIDDEN"), std::string::npos) << path;
    EXPECT_FALSE(list(path + "/").ok) << path;
  }
  const std::string nul = r + "/text" + std::string(1, '\0') + "/../../outside";
  EXPECT_FALSE(read_file(nul).ok);
  for (const auto& path : {r + "/up", r + "/slash", r + "/magic", room.dir.path().string()})
    EXPECT_FALSE(list(path).ok) << path;
}

TEST_F(Files, OpenBeneathItselfFollowsNothing) {
  ASSERT_EQ(::symlink(outside.c_str(), (root + "/link").c_str()), 0);
  for (const std::string& path : std::vector<std::string>{root + "/link", root + "/../outside",
                                                          root + "/deep/../../outside", outside})
    EXPECT_THROW(tools::open_beneath(path, {root}, O_RDONLY), base::DeniedError) << path;
  EXPECT_THROW(tools::open_beneath(root + "/text", {}, O_RDONLY), base::DeniedError);
  EXPECT_TRUE(tools::open_beneath(root + "/text", {"/nonexistent", root}, O_RDONLY));
}

TEST_F(Files, TheRootItselfAndAFileAsRootCanBeGranted) {
  EXPECT_TRUE(list(root).ok);
  room.policy.groups["g"].clear();
  room.grant("file_read", {{"path", under({root + "/text"})}});
  const auto result = read_file(root + "/text");
  EXPECT_TRUE(result.ok) << result.text;
}

TEST_F(Files, OnlyOrdinaryOnesAreRead) {
  ASSERT_EQ(::mkfifo((root + "/fifo").c_str(), 0600), 0);
  const int local = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  ASSERT_LT(root.size() + 6, sizeof name.sun_path);
  (root + "/sock").copy(name.sun_path, sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(local, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  for (const char* one : {"/fifo", "/sock", "/deep"}) EXPECT_FALSE(read_file(root + one).ok) << one;
  ::close(local);
  EXPECT_FALSE(list(root + "/text").ok);
  EXPECT_FALSE(list(root + "/fifo").ok);
}

TEST_F(Files, BinaryOnesAreNotShown) {
  write(root + "/binary", std::string("a\0b", 3));
  EXPECT_FALSE(read_file(root + "/binary").ok);
  write(root + "/latin", "caf\xE9");
  EXPECT_EQ(read_file(root + "/latin").text, "caf\xEF\xBF\xBD");
}

TEST_F(Files, LongOnesAreCutInTheMiddle) {
  write(root + "/long", "HEAD" + std::string(200000, 'x') + "TAIL");
  room.most_bytes = 5000;
  const auto result = read_file(root + "/long");
  EXPECT_TRUE(result.truncated);
  EXPECT_TRUE(result.text.starts_with("HEAD"));
  EXPECT_TRUE(result.text.ends_with("TAIL"));
  EXPECT_LT(result.text.size(), 5200u);
}

TEST_F(Files, VeryLongOnesKeepTheirRealTail) {
  std::string text = "HEAD";
  text.resize(9u << 20, 'x');
  write(root + "/very-long", text + "TAIL");
  const auto result = read_file(root + "/very-long");
  EXPECT_TRUE(result.truncated);
  EXPECT_TRUE(result.text.starts_with("HEAD"));
  EXPECT_TRUE(result.text.ends_with("TAIL")) << "what is beyond 8 MiB is missing without a word";
}

TEST_F(Files, AnOffsetReadsOn) {
  const auto at_offset = [&](const Value& offset) {
    return room.call("file_read", Value::object({{"path", root + "/text"}, {"offset", offset}}));
  };
  EXPECT_EQ(at_offset(6).text, "text");
  EXPECT_EQ(at_offset(0).text, "plain text");
  EXPECT_EQ(at_offset(10).text, "");
  EXPECT_EQ(at_offset(std::int64_t{1} << 62).text, "");
  EXPECT_NE(at_offset(-5).text, "FORBIDDEN");
  EXPECT_FALSE(at_offset("6").ok) << "the schema says integer";
  EXPECT_FALSE(at_offset(1.5).ok);
}

TEST_F(Files, AListNamesEachEntryOnOneLine) {
  write(root + "/new\nline", "x");
  ASSERT_EQ(::symlink("text", (root + "/link").c_str()), 0);
  const auto text = list(root).text;
  EXPECT_NE(text.find("deep/\t"), std::string::npos) << text;
  EXPECT_NE(text.find("text\t10"), std::string::npos) << text;
  EXPECT_NE(text.find("link@\t"), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  std::filesystem::create_directory(root + "/empty");
  EXPECT_EQ(list(root + "/empty").text, "(empty)");
}

TEST_F(Files, AListSaysWhenThereIsMore) {
  std::filesystem::create_directory(root + "/many");
  for (int i = 0; i < 1000; ++i) write(root + "/many/" + std::to_string(i), "");
  EXPECT_EQ(list(root + "/many").text.find("more"), std::string::npos) << "all 1000 are there";
  write(root + "/many/1000", "");
  EXPECT_NE(list(root + "/many").text.find("more"), std::string::npos);
}

TEST_F(Files, ALinkSwappedInARaceIsNeverFollowed) {
  // One thread puts a link to the outside where the file or its folder was, and back, all the time.
  std::filesystem::create_directories(root + "/swap/a");
  std::filesystem::create_directories(room.dir.file("evil"));
  write(root + "/swap/a/f", "inside");
  write(room.dir.file("evil/f"), "FORBIDDEN");
  write(root + "/swap/file", "inside");
  ASSERT_EQ(::symlink(room.dir.file("evil").c_str(), (root + "/swap/link").c_str()), 0);
  ASSERT_EQ(::symlink(outside.c_str(), (root + "/swap/file-link").c_str()), 0);
  std::atomic<bool> over{false};
  const auto swapper = [&](const std::string& one, const std::string& two) {
    return std::thread([&over, a = root + "/swap/" + one, b = root + "/swap/" + two] {
      while (!over) ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
    });
  };
  std::thread folders = swapper("a", "link");
  std::thread files = swapper("file", "file-link");
  const auto until = base::boot_now() + base::Millis(times(2000, 60000));
  int good = 0, refused = 0, escapes = 0;
  while (base::boot_now() < until) {
    for (const char* path : {"/swap/a/f", "/swap/link/f", "/swap/file", "/swap/file-link"}) {
      const auto result = read_file(root + path);
      escapes += result.text.find("FORBIDDEN") != std::string::npos;
      (result.ok && result.text == "inside" ? good : refused) += 1;
    }
  }
  over = true;
  folders.join();
  files.join();
  EXPECT_EQ(escapes, 0);
  EXPECT_GT(good, 100);
  EXPECT_GT(refused, 100);
  std::cout << "link race: " << good << " read, " << refused << " refused, " << escapes
            << " escapes" << std::endl;
}

}  // namespace
}  // namespace openclaw::test
