// What is written down of sessions, and what is told of those that are open.
#include "session/session_board.hpp"
#include "unit/session/endpoint_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace session {
namespace {

using State = domain::OpenSession::State;

class NotedSessionsTest : public EndpointTest {
protected:
    NotedSessionsTest() { models.knowledge.discovery = domain::DiscoveryProfile::off; }
    template <class Work>
    auto on_a_thread(Work work)
    {
        return boost::asio::co_spawn(threads.context(0).get_executor(), work(), boost::asio::use_future).get();
    }
    /// As seen from outside of the I/O threads.
    std::vector<domain::OpenSession> open(domain::SessionQuery query = {})
    {
        return on_a_thread([&] { return endpoint->open_sessions(query); });
    }
    [[nodiscard]] cwmp::Message booted() const { return inform(events(cwmp::event_code::boot)).message; }
};

TEST_F(NotedSessionsTest, ASessionThatDidNothingIsNotNoted)
{
    start();
    Wire cpe_side{port};
    cpe_side.post(hello());
    EXPECT_EQ(cpe_side.post_nothing().status, 204U);
    EXPECT_TRUE(sessions.noted().empty());
}

TEST_F(NotedSessionsTest, ASessionWithAnotherEventIsNotedWithWhatWasSaidInIt)
{
    start();
    Wire cpe_side{port};
    auto const greeted = cpe_side.post(booted());
    EXPECT_EQ(cpe_side.post(cwmp::GetRPCMethods{}).status, 200U);
    EXPECT_EQ(cpe_side.post_nothing().status, 204U);
    auto const noted = sessions.noted();
    ASSERT_EQ(noted.size(), 1U);
    auto const& facts = noted[0].facts;
    EXPECT_EQ(noted[0].failure, "");
    EXPECT_EQ(facts.events, std::vector<std::string>{"1 BOOT"});
    EXPECT_EQ(facts.identity, id);
    EXPECT_EQ(facts.device, *store.find(id));
    EXPECT_EQ(facts.address, "127.0.0.1");
    EXPECT_FALSE(facts.is_tls);
    EXPECT_EQ(facts.requests, 1U);
    EXPECT_EQ(facts.rpcs, 0U);
    EXPECT_GT(facts.bytes_in, cwmp::encode({.id = "7", .message = booted()}, {}).size());
    EXPECT_GT(facts.bytes_out, greeted.body.size());
    EXPECT_EQ(facts.started, clock.now());
    EXPECT_GT(facts.id.value(), 0);
}

TEST_F(NotedSessionsTest, TasksThatWereDoneAreCounted)
{
    settle_device();
    order(domain::RebootTask{});
    start();
    Wire cpe_side{port};
    cpe_side.post(hello());
    cpe_side.post_nothing();
    EXPECT_EQ(cpe_side.post(cwmp::RebootResponse{}).status, 204U);
    ASSERT_EQ(sessions.noted().size(), 1U);
    EXPECT_EQ(sessions.noted()[0].facts.rpcs, 1U);
    EXPECT_EQ(sessions.noted()[0].facts.tasks, 0U) << "it is done when the device says that it booted";
    cpe_side.post(inform({{"M Reboot", ""}, {"1 BOOT", ""}}).message);
    EXPECT_EQ(cpe_side.post_nothing().status, 204U);
    ASSERT_EQ(sessions.noted().size(), 2U);
    EXPECT_EQ(sessions.noted()[1].facts.tasks, 1U);
}

TEST_F(NotedSessionsTest, WhatCannotBeReadIsTheReasonOfItsFailure)
{
    start();
    Wire cpe_side{port};
    cpe_side.post(hello());
    cpe_side.send("POST", "<!DOCTYPE x><x/>");
    ASSERT_EQ(sessions.noted().size(), 1U);
    EXPECT_TRUE(sessions.noted()[0].failure.starts_with("a message that cannot be read: "))
        << sessions.noted()[0].failure;
}

TEST_F(NotedSessionsTest, OneThatIsReplacedIsNotedOnce)
{
    start();
    Wire first{port};
    first.post(hello());
    Wire second{port};
    second.post(hello());
    EXPECT_EQ(second.post_nothing().status, 204U);
    ASSERT_EQ(sessions.noted().size(), 1U);
    EXPECT_EQ(sessions.noted()[0].failure, "the device informed again");
}

TEST_F(NotedSessionsTest, OpenOnesAreToldOfWhileTheyAreOpen)
{
    settle_device();
    order(domain::RebootTask{});
    start();
    EXPECT_TRUE(open().empty());
    Wire cpe_side{port};
    cpe_side.post(booted());
    cpe_side.post_nothing();
    auto const found = open();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].facts.device, key);
    EXPECT_EQ(found[0].facts.rpcs, 1U);
    EXPECT_EQ(found[0].outstanding, "Reboot");
    EXPECT_EQ(found[0].state, State::waiting);
    EXPECT_EQ(open({.device = key}).size(), 1U);
    EXPECT_TRUE(open({.device = domain::DeviceKey{4711}}).empty());
    EXPECT_TRUE(open({.device = {}, .has_failed = {}, .before = found[0].facts.id.value()}).empty());
    EXPECT_TRUE(open({.device = {}, .has_failed = {}, .limit = 0}).empty());
    EXPECT_EQ(cpe_side.post(cwmp::RebootResponse{}).status, 204U);
    EXPECT_TRUE(open().empty());
}

/// What another node told.
class OtherNode final : public domain::OpenSessionStore {
public:
    base::Awaitable<void> tell(std::vector<domain::OpenSession> sessions) override
    {
        told = std::move(sessions);
        co_return;
    }
    base::Awaitable<std::vector<domain::OpenSession>> of_others(domain::SessionQuery) override { co_return others; }

    std::vector<domain::OpenSession> told, others;
};

TEST_F(NotedSessionsTest, TheBoardHasThoseOfOtherNodesTooAndTellsThemOfItsOwn)
{
    services.node_name = "here";
    start();
    OtherNode other;
    SessionBoard board{other, clock};
    board.add(*endpoint);
    Wire cpe_side{port};
    cpe_side.post(booted());
    auto const own = open();
    ASSERT_EQ(own.size(), 1U);
    domain::OpenSession elsewhere;
    elsewhere.facts = {.id = domain::SessionId{own[0].facts.id.value() + 1}, .node = "there"};
    auto moved = own[0];
    moved.facts.node = "there";
    other.others = {elsewhere, moved};

    auto const all = on_a_thread([&] { return board.list({}); });
    ASSERT_EQ(all.size(), 2U) << "the one that came over is this node's now";
    EXPECT_EQ(all[0].facts.node, "there");
    EXPECT_EQ(all[1].facts.node, "here");
    EXPECT_EQ(on_a_thread([&] { return board.list({.device = {}, .has_failed = {}, .limit = 1}); }).size(), 1U);

    on_a_thread([&] { return board.tell(); });
    EXPECT_TRUE(other.told.empty()) << "it has only just begun";
    clock.advance(SessionBoard::before_telling);
    on_a_thread([&] { return board.tell(); });
    ASSERT_EQ(other.told.size(), 1U);
    EXPECT_EQ(other.told[0].facts.node, "here");
}

TEST_F(NotedSessionsTest, TheBoardSaysWhichDevicesAreInASessionHere)
{
    start();
    OtherNode other;
    SessionBoard board{other, clock};
    board.add(*endpoint);
    EXPECT_FALSE(board.is_live(domain::DeviceKey{4711}));
    Wire cpe_side{port};
    cpe_side.post(booted());
    EXPECT_TRUE(board.is_live(*store.find(id)));
    EXPECT_EQ(cpe_side.post_nothing().status, 204U);
    EXPECT_FALSE(board.is_live(*store.find(id)));
}

}  // namespace
}  // namespace session
