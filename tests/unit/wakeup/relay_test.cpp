// Two nodes on one thread, and what one asks of the other.
#include "wakeup/relay.hpp"

#include "dispatcher_fixture.hpp"

namespace test {
namespace {

/// The post between nodes: what is sent arrives a little later.
class FakePost final : public domain::WakeRequests {
public:
    explicit FakePost(FakeTimers& timers) : timers_{timers} {}

    std::map<std::string, wakeup::Relay*> nodes;
    std::map<std::int64_t, std::string> askers;
    std::size_t batches = 0;
    bool is_away = false;

    base::Awaitable<void> post(std::string node, std::vector<domain::WakeRequest> requests,
                               std::vector<domain::WakeReply> replies) override
    {
        if (is_away)
            throw base::Unavailable{"the database does not answer"};
        ++batches;
        auto const timer = timers_.make();
        co_await timer->wait_until(timers_.now() + 10ms);
        std::map<std::string, domain::WakeMail> mail;
        for (auto& request : requests) {
            askers[request.id] = node;
            mail[request.node].requests.push_back(request);
        }
        for (auto& reply : replies)
            mail[askers[reply.id]].replies.push_back(reply);
        for (auto& [name, each] : mail)
            if (nodes.contains(name))
                nodes[name]->take(std::move(each));
    }

private:
    FakeTimers& timers_;
};

class RelayTest : public DispatcherTest {
protected:
    RelayTest()
    {
        post.nodes = {{"a", &a}, {"b", &b}};
        b.serve(there);
        here.missing = "no binding is known here";
    }
    wakeup::Relay make(std::string node)
    {
        return wakeup::Relay{
            wakeup::RelayParts{post, inventory, store, metrics, context.get_executor(), timers, std::move(node)}};
    }
    wakeup::WakeTarget target(std::string heard_by, DeviceKey device = DeviceKey{1})
    {
        wakeup::WakeTarget target;
        target.device.key = device;
        target.udp_node = std::move(heard_by);
        return target;
    }
    wakeup::Asked ask(wakeup::WakeTarget of, std::chrono::milliseconds most = 5s)
    {
        return timers.run(relayed.ask(std::move(of), timers.now() + most));
    }

    FakePost post{timers};
    wakeup::Relay a = make("a");
    wakeup::Relay b = make("b");
    FakeMethod here{"udp", timers};
    FakeMethod there{"udp", timers};
    wakeup::RelayedMethod relayed{here, a};
};

TEST_F(RelayTest, TheNodeThatHearsTheDeviceAsksIt)
{
    std::string why;
    EXPECT_TRUE(relayed.applies(target("b"), why));
    EXPECT_TRUE(ask(target("b")).is_sent);
    EXPECT_THAT(there.asked, testing::ElementsAre(one));
    EXPECT_TRUE(here.asked.empty());
}

TEST_F(RelayTest, WhatThisNodeHearsItAsksItself)
{
    std::string why;
    EXPECT_FALSE(relayed.applies(target("a"), why));
    here.missing.clear();
    EXPECT_TRUE(relayed.applies(target("a"), why));
    EXPECT_TRUE(ask(target("a")).is_sent);
    EXPECT_TRUE(there.asked.empty());
}

TEST_F(RelayTest, WhatKeptTheOtherNodeIsTheCause)
{
    there.answer = {.cause = "no route", .result = WakeResult::failed};
    EXPECT_EQ(ask(target("b")).cause, "no route");
}

TEST_F(RelayTest, ANodeThatIsGoneIsTheCauseUnlessThisOneCanTry)
{
    EXPECT_THAT(ask(target("c")).cause, HasSubstr("node c, which hears the device, did not answer"));
    here.missing.clear();
    EXPECT_TRUE(ask(target("c")).is_sent);
    EXPECT_EQ(here.asked.size(), 1U);
}

TEST_F(RelayTest, ANodeThatIsGoneLeavesTimeForOtherWays)
{
    auto const began = timers.now();
    EXPECT_FALSE(ask(target("c"), 60s).is_sent);
    EXPECT_LT(timers.now() - began, 10s);
}

TEST_F(RelayTest, ADatabaseThatIsAwayIsToldAtOnce)
{
    post.is_away = true;
    auto const began = timers.now();
    EXPECT_THAT(ask(target("b"), 60s).cause, HasSubstr("the database is away"));
    EXPECT_EQ(timers.now(), began);
}

TEST_F(RelayTest, AMethodThatTheOtherNodeHasNotIsTold)
{
    http.missing = "it has told no URL";
    wakeup::RelayedMethod other{http, a};
    auto const asked = timers.run(other.ask(target("b"), timers.now() + 5s));
    EXPECT_THAT(asked.cause, HasSubstr("does not know it, or the method"));
}

TEST_F(RelayTest, WhatComesTogetherIsSentTogether)
{
    std::vector<std::shared_ptr<FakeTimers::Ended<wakeup::Asked>>> all;
    for (int number = 1; number <= 5; ++number)
        all.push_back(timers.start(relayed.ask(target("b", DeviceKey{number}), timers.now() + 5s)));
    while (timers.step()) {
    }
    for (auto const& each : all)
        EXPECT_TRUE(each->value.value().is_sent);
    EXPECT_EQ(there.asked.size(), 5U);
    EXPECT_LE(post.batches, 6U) << "the first, then the others together; likewise back";
}

}  // namespace
}  // namespace test
