// What nodes ask of each other.
#include "rare_stores.hpp"
#include "storage/pg_wake_requests.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

namespace contract {
namespace {

using domain::WakeReply;
using domain::WakeRequest;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class WakeRequestsTest : public testing::Test {
protected:
    storage::WakeMailWatch watch(std::string node, std::function<void(domain::WakeMail)> take = {})
    {
        return {{stores.database.settings(), std::move(node)}, std::move(take)};
    }
    void ask(std::int64_t id, std::string node, std::chrono::milliseconds most = 10s)
    {
        stores.run(requests.post("a", {{id, domain::DeviceKey{7}, std::move(node), "udp", most}}, {}));
    }

    RareStores stores;
    storage::PgWakeRequests requests{stores.writes};
    storage::WakeMailWatch a = watch("a"), b = watch("b"), c = watch("c");
};

TEST_F(WakeRequestsTest, ARequestIsHandedToItsNodeOnceAndTheReplyToTheAskerOnce)
{
    ask(1, "b");
    EXPECT_THAT(c.look().requests, IsEmpty());
    auto const taken = b.look().requests;
    ASSERT_THAT(taken, SizeIs(1));
    EXPECT_EQ(taken[0].id, 1);
    EXPECT_EQ(taken[0].device, domain::DeviceKey{7});
    EXPECT_EQ(taken[0].method, "udp");
    EXPECT_GT(taken[0].most, 1s);
    EXPECT_LE(taken[0].most, 10s);
    EXPECT_THAT(b.look().requests, IsEmpty());

    WakeReply const reply{1, false, true, domain::WakeResult::busy, "503"};
    stores.run(requests.post("b", {}, {reply}));
    EXPECT_THAT(b.look().replies, IsEmpty());
    EXPECT_THAT(a.look().replies, ElementsAre(reply));
    EXPECT_THAT(a.look().replies, IsEmpty());
    EXPECT_EQ(stores.number("SELECT count(*) FROM wake_request"), 0);
}

TEST_F(WakeRequestsTest, WhatNobodyWaitsForAnyMoreIsNotHandedOutAndForgotten)
{
    ask(1, "b", 1ms);
    std::this_thread::sleep_for(5ms);
    EXPECT_THAT(b.look().requests, IsEmpty());
    stores.database.exec("UPDATE wake_request SET expires_at = now() - interval '2 minutes'");
    static_cast<void>(c.look());
    EXPECT_EQ(stores.number("SELECT count(*) FROM wake_request"), 0);
}

TEST_F(WakeRequestsTest, ARequestThatIsSentTwiceIsOne)
{
    ask(1, "b");
    ask(1, "b");
    EXPECT_THAT(b.look().requests, SizeIs(1));
}

TEST_F(WakeRequestsTest, TheNodeIsToldAndNeedNotLook)
{
    std::mutex mutex;
    std::condition_variable came;
    bool is_there = false;
    storage::WakeMailWatch listening{{stores.database.settings(), "b", 1h}, [&](domain::WakeMail) {
                                         std::scoped_lock const lock{mutex};
                                         is_there = true;
                                         came.notify_all();
                                     }};
    ask(1, "b");
    listening.start();
    std::unique_lock lock{mutex};
    ASSERT_TRUE(came.wait_for(lock, 30s, [&] { return is_there; })) << "its first look finds what waits";
    is_there = false;
    lock.unlock();
    ask(2, "b");
    lock.lock();
    EXPECT_TRUE(came.wait_for(lock, 30s, [&] { return is_there; })) << "then it is told";
}

}  // namespace
}  // namespace contract
