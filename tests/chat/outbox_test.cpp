// SPDX-License-Identifier: MIT
#include "chat/outbox.h"

#include <gtest/gtest.h>

#include "audit/process.h"
#include "audit/schema.h"
#include "support/temp_dir.h"

namespace openclaw {
namespace {

using chat::Message;

const base::Time now = base::from_ms(1795417800000);
// A process of another boot is surely gone.
constexpr const char* dead = "00000000-0000-0000-0000-000000000000:1:1";

std::vector<store::Migration> all() {
  auto out = audit::migrations();
  out.insert(out.end(), chat::migrations().begin(), chat::migrations().end());
  return out;
}

struct Post {
  test::TempDir dir;
  store::Database db{dir.file("openclaw.db"), store::Database::Access::read_write, all()};
  chat::Outbox outbox{db};

  void put(const std::string& key, const std::string& owner = "job:a:1:1",
           const std::string& place = "ops") {
    Message m;
    m.key = key;
    m.owner = owner;
    m.place = place;
    m.text_ref = "text";
    m.expires = now + base::Millis(1000);
    db.transaction([&] { outbox.put(m, now); });
  }
  void sent(const std::string& key, const std::string& id) {
    db.transaction([&] { outbox.sent(key, id, now); });
  }
  Message one(const std::string& owner = "job:a:1:1") { return outbox.of(owner).at(0); }
};

TEST(Outbox, TheSameKeyIsOneMessage) {
  Post p;
  p.put("k");
  p.put("k", "other", "elsewhere");
  EXPECT_EQ(p.outbox.open().size(), 1U);
  EXPECT_EQ(p.one().place, "ops");
}

TEST(Outbox, WhatIsSentIsNeverSentAgain) {
  Post p;
  p.put("k");
  ASSERT_TRUE(p.outbox.begin("k", audit::own_process()));
  p.sent("k", "$event");
  EXPECT_FALSE(p.outbox.begin("k", audit::own_process()));
  EXPECT_TRUE(p.outbox.open().empty());
  EXPECT_EQ(p.one().id, "$event");
}

TEST(Outbox, ALivingSenderIsLeftAlone) {
  Post p;
  p.put("k");
  ASSERT_TRUE(p.outbox.begin("k", audit::own_process()));
  EXPECT_FALSE(p.outbox.begin("k", dead)) << "the first one lives and is at it";
}

TEST(Outbox, ADeadSendersMessageIsTakenOverAsARepeat) {
  Post p;
  p.put("k");
  ASSERT_FALSE(p.outbox.begin("k", dead)->repeat);
  EXPECT_TRUE(p.outbox.begin("k", dead)->repeat);
  EXPECT_TRUE(p.outbox.begin("k", audit::own_process())->repeat) << "it stays one";
  EXPECT_EQ(p.one().attempts, 3);
}

TEST(Outbox, WhatSurelyDidNotArriveIsNoRepeat) {
  Post p;
  p.put("k");
  p.outbox.begin("k", audit::own_process());
  p.outbox.later("k", "down", false);
  EXPECT_EQ(p.one().note, "down");
  EXPECT_FALSE(p.outbox.begin("k", audit::own_process())->repeat);
  p.outbox.later("k", "the answer was lost", true);
  EXPECT_TRUE(p.outbox.begin("k", audit::own_process())->repeat);
}

TEST(Outbox, WhatWaitsTooLongExpires) {
  Post p;
  p.put("waits");
  p.put("is sent");
  p.outbox.begin("is sent", audit::own_process());
  p.outbox.expire(now + base::Millis(1000));
  EXPECT_EQ(p.outbox.open().size(), 2U) << "not yet";
  p.outbox.expire(now + base::Millis(1001));
  ASSERT_EQ(p.outbox.open().size(), 1U) << "what is being sent is not taken away";
  EXPECT_EQ(p.outbox.open().front().key, "is sent");
  p.sent("is sent", "id");
  p.outbox.expire(now + base::Millis(91LL * 86400000));
  EXPECT_TRUE(p.outbox.of("job:a:1:1").empty()) << "the table does not grow for ever";
}

TEST(Outbox, WhatMayHaveArrivedIsKnownByItsOwnersBeginning) {
  Post p;
  p.put("k", "job:a:1:1");
  EXPECT_FALSE(p.outbox.may_have_arrived("job:a:1:", "ops"));
  p.outbox.begin("k", dead);
  EXPECT_TRUE(p.outbox.may_have_arrived("job:a:1:", "ops"));
  EXPECT_FALSE(p.outbox.may_have_arrived("job:a:1:", "phone"));
  EXPECT_FALSE(p.outbox.may_have_arrived("job:a:11:", "ops"));
  p.db.transaction([&] { p.outbox.supersede("job:a:1:1", "made anew"); });
  EXPECT_TRUE(p.outbox.open().empty());
  EXPECT_TRUE(p.outbox.may_have_arrived("job:a:1:", "ops")) << "it stays known";
}

TEST(Outbox, WhatADeadProcessWasSendingExpiresToo) {
  Post p;
  p.put("k");
  p.outbox.begin("k", dead);
  const auto ended = p.outbox.expire(now + base::Millis(2000));
  ASSERT_EQ(ended.size(), 1U) << "who ends it can tell";
  EXPECT_EQ(ended[0].key, "k");
  EXPECT_TRUE(p.outbox.open().empty());
  EXPECT_TRUE(p.one().repeat) << "it may have arrived";
}

TEST(Outbox, AnotherKeysRepeatIsMarkedOnEveryChannel) {
  struct Idempotent : chat::Channel {
    std::string send(const Message&, const std::string&, chat::Parts&) override { return "id"; }
    bool is_idempotent() const override { return true; }
  } channel;
  Message m;
  EXPECT_EQ(chat::marked(m, channel, "text"), "text");
  m.repeat = true;
  EXPECT_EQ(chat::marked(m, channel, "text"), "text") << "the server knows the key";
  m.again = true;
  EXPECT_EQ(chat::marked(m, channel, "text"), "(again) text");
}

}  // namespace
}  // namespace openclaw
