// SPDX-License-Identifier: MIT
// A database of an earlier version keeps what it had.
#include "e2ee/people.h"
#include "store/rows.h"

namespace openclaw::e2ee {
namespace {

/// The steps of our schema up to that one.
std::vector<store::Migration> steps_to(int number) {
  auto steps = migrations();
  std::erase_if(steps, [&](const auto& step) { return step.number > number; });
  return steps;
}

TEST(Upgrade, RoomKeysOfTheFirstVersionStillOpenWhatIsSaid) {
  const test::TempDir folder;
  const auto file = folder.file("matrix.db");
  const base::Secret store_key{std::string(32, 'k')};
  const std::string sealing(store_key.reveal());
  Peer alice{"@alice:ex", "ALICE"};
  const auto session = ratchet::InboundGroup::from_session_key(alice.group.session_key());
  const auto own = ratchet::Account::create();
  {
    store::Database first(file, store::Database::Access::read_write, steps_to(1));
    first.transaction([&] {
      store::run(first, "INSERT INTO account(id, user, device, pickle) VALUES(1,?,?,?)",
                 std::string("@bot:ex"), std::string("BOT"), own.pickle(sealing));
      store::run(first, "INSERT INTO room_keys VALUES(?,?,?,?,?,?,?,0,1)", std::string(room_a),
                 alice.group.id(), session.pickle(sealing), alice.curve(), alice.ed(), alice.user,
                 std::string("direct"));
    });
  }
  store::Database db(file, store::Database::Access::read_write, migrations());
  Machine bot(db, store_key);
  db.transaction([&] {
    EXPECT_EQ(bot.own().curve25519, own.curve25519());
    const auto opened = bot.open(room_a, alice.says(room_a, "from before"));
    EXPECT_EQ(opened.content["body"].as_string(), "from before");
    EXPECT_EQ(opened.why_not, "its device is not known") << "the key counts as come straight";
    EXPECT_TRUE(bot.not_backed_up().empty());
  });
}

}  // namespace
}  // namespace openclaw::e2ee
