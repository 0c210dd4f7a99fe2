// Sessions as they are kept: of those that are over, and of those that nodes tell each other of.
#include "rare_stores.hpp"
#include "storage/pg_open_sessions.hpp"
#include "storage/pg_sessions.hpp"
#include "support/fake_sessions.hpp"

namespace contract {
namespace {

constexpr domain::DeviceKey router{7};
constexpr domain::DeviceKey other{8};

domain::SessionFacts facts_of(domain::SessionId id, domain::DeviceKey device, base::TimePoint started)
{
    domain::SessionFacts facts{.id = id, .device = device, .identity = {}, .started = started};
    facts.node = "acs-1";
    facts.address = "192.0.2.1";
    facts.is_tls = true;
    facts.events = {"1 BOOT", "4 VALUE CHANGE"};
    facts.rpcs = 3;
    facts.requests = 2;
    facts.faults = 1;
    facts.tasks = 4;
    facts.bytes_in = 5'000'000'000;
    facts.bytes_out = 17;
    return facts;
}

/// The fake and PostgreSQL under the same sentences.
struct SessionsInMemory {
    support::FakeSessions sessions;
    void flush() {}
};

struct SessionsInPostgres {
    RareStores stores;
    storage::PgSessions sessions{stores.writes, stores.path.ids(), stores.metrics};
    void flush() { sessions.flush(); }
};

template <class Backend>
class SessionsContract : public testing::Test {
protected:
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }
    domain::SessionId note(domain::DeviceKey device, std::string failure = {})
    {
        auto const id = backend_.sessions.next_id();
        backend_.sessions.note({facts_of(id, device, started), started + 2s, std::move(failure)});
        return id;
    }
    std::vector<domain::SessionId> list(domain::SessionQuery query = {})
    {
        backend_.flush();
        std::vector<domain::SessionId> ids;
        for (auto const& session : run(backend_.sessions.list(query)))
            ids.push_back(session.facts.id);
        return ids;
    }

    boost::asio::io_context context_{1};
    Backend backend_;
    base::TimePoint started = std::chrono::floor<std::chrono::milliseconds>(base::SystemClock{}.now());
};

using Ids = std::vector<domain::SessionId>;
using SessionBackends = testing::Types<SessionsInMemory, SessionsInPostgres>;
TYPED_TEST_SUITE(SessionsContract, SessionBackends);

TYPED_TEST(SessionsContract, WhatWasNotedIsFoundAsItWas)
{
    auto const id = this->note(router, "the CPE fell silent");
    this->backend_.flush();
    auto const found = this->run(this->backend_.sessions.find(id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->facts.id, id);
    EXPECT_EQ(found->facts.device, router);
    EXPECT_EQ(found->facts.started, this->started);
    EXPECT_EQ(found->ended, this->started + 2s);
    EXPECT_EQ(found->failure, "the CPE fell silent");
    EXPECT_EQ(found->facts.node, "acs-1");
    EXPECT_EQ(found->facts.address, "192.0.2.1");
    EXPECT_TRUE(found->facts.is_tls);
    EXPECT_EQ(found->facts.events, (std::vector<std::string>{"1 BOOT", "4 VALUE CHANGE"}));
    EXPECT_EQ(found->facts.rpcs, 3U);
    EXPECT_EQ(found->facts.requests, 2U);
    EXPECT_EQ(found->facts.faults, 1U);
    EXPECT_EQ(found->facts.tasks, 4U);
    EXPECT_EQ(found->facts.bytes_in, 5'000'000'000U);
    EXPECT_EQ(found->facts.bytes_out, 17U);
    EXPECT_FALSE(this->run(this->backend_.sessions.find(domain::SessionId{99'999})));
}

TYPED_TEST(SessionsContract, TheNewestAreListedFirstPageByPage)
{
    auto const a = this->note(router);
    auto const b = this->note(other, "why");
    auto const c = this->note(router, "why");
    EXPECT_EQ(this->list(), (Ids{c, b, a}));
    EXPECT_EQ(this->list({.device = {}, .has_failed = {}, .before = b.value()}), Ids{a});
    EXPECT_EQ(this->list({.device = {}, .has_failed = {}, .limit = 2}), (Ids{c, b}));
    EXPECT_EQ(this->list({.device = {}, .has_failed = true}), (Ids{c, b}));
    EXPECT_EQ(this->list({.device = {}, .has_failed = false}), Ids{a});
    EXPECT_EQ(this->list({.device = router}), (Ids{c, a}));
    EXPECT_EQ(this->list({.device = router, .has_failed = true}), Ids{c});
    EXPECT_EQ(this->list({.device = router, .has_failed = {}, .before = c.value()}), Ids{a});
}

class PgSessionsTest : public testing::Test {
protected:
    RareStores stores;
    storage::PgSessions sessions{stores.writes, stores.path.ids(), stores.metrics};

    domain::PastSession past(std::string failure = {})
    {
        return {facts_of(sessions.next_id(), router, stores.clock.now()), stores.clock.now(), std::move(failure)};
    }
    [[nodiscard]] std::int64_t metric(std::string const& name) const
    {
        for (auto const& reading : stores.metrics.read())
            if (reading.name == name)
                return reading.value;
        return -1;
    }
};

TEST_F(PgSessionsTest, TheDeviceIsToldByItsIdentity)
{
    auto const device = stores.admit({"Acme", "00D09E", "HG-1000", "A"});
    auto session = past();
    session.facts.device = device.key;
    sessions.note(session);
    sessions.flush();
    auto const found = stores.run(sessions.find(session.facts.id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->facts.identity, (cwmp::DeviceId{"Acme", "00D09E", "HG-1000", "A"}));
}

TEST_F(PgSessionsTest, ForeignTextIsKeptAsText)
{
    auto session = past(std::string{"\xff'; DROP TABLE session; --"} + std::string(1'000, 'x'));
    session.facts.events = {"a,\"b\"}", "\xff", ""};
    sessions.note(session);
    sessions.flush();
    auto const found = stores.run(sessions.find(session.facts.id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->failure.size(), 500U + 2U) << "cut, and a byte that is no UTF-8 replaced";
    EXPECT_EQ(found->facts.events[1], "\"b\"}");
}

TEST_F(PgSessionsTest, ManyAreWrittenAndNoneIsLost)
{
    auto const count = storage::PgSessions::at_once + 10;
    for (std::size_t i = 0; i < count; ++i)
        sessions.note(past());
    sessions.flush();
    EXPECT_EQ(stores.number("SELECT count(*) FROM session"), static_cast<int>(count));
    EXPECT_EQ(metric("acs_session_records_lost_total"), 0);
}

TEST_F(PgSessionsTest, ADatabaseThatIsAwayLosesOnlyWhatFindsNoRoom)
{
    storage::Database away{
        storage::DatabaseSettings{{.url = "postgresql://nobody@127.0.0.1:1/nothing"}, 1, std::chrono::milliseconds{1}}};
    storage::PgSessions waiting{away, stores.path.ids(), stores.metrics};
    for (std::size_t i = 0; i < storage::PgSessions::most_waiting + 3; ++i)
        waiting.note({});
    EXPECT_THROW(waiting.flush(), base::Unavailable);
    EXPECT_THROW(waiting.flush(), base::Unavailable) << "they are still there to be written";
    EXPECT_EQ(metric("acs_session_records_lost_total"), 3);
}

TEST_F(PgSessionsTest, WhatTheDatabaseRefusesIsLostAndCountedAndDoesNotComeAgain)
{
    auto session = past();
    session.facts.started = {};  // no partition
    sessions.note(session);
    EXPECT_ANY_THROW(sessions.flush());
    EXPECT_NO_THROW(sessions.flush());
    EXPECT_EQ(metric("acs_session_records_lost_total"), 1);
}

TEST_F(PgSessionsTest, NodesTellEachOtherOfOpenSessions)
{
    auto const first = stores.node("one");
    storage::PgOpenSessions one{stores.writes, "one"};
    storage::PgOpenSessions two{stores.writes, "two"};
    domain::OpenSession session{facts_of(sessions.next_id(), router, stores.clock.now()),
                                domain::OpenSession::State::away, "Reboot"};
    session.facts.node = "one";
    stores.run(one.tell({session}));
    EXPECT_TRUE(stores.run(two.of_others({})).empty()) << "there is one node only: nobody reads it";
    auto const second = stores.node("two");
    stores.run(one.tell({session}));
    auto const told = stores.run(two.of_others({}));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].facts.id, session.facts.id);
    EXPECT_EQ(told[0].facts.node, "one");
    EXPECT_EQ(told[0].facts.rpcs, 3U);
    EXPECT_EQ(told[0].state, domain::OpenSession::State::away);
    EXPECT_EQ(told[0].outstanding, "Reboot");
    EXPECT_TRUE(stores.run(one.of_others({})).empty()) << "its own it knows better";
    EXPECT_TRUE(stores.run(two.of_others({.device = other})).empty());
    EXPECT_TRUE(
        stores.run(two.of_others({.device = {}, .has_failed = {}, .before = session.facts.id.value()})).empty());
    stores.database.exec("UPDATE open_session SET told_at = told_at - interval '11 seconds'");
    EXPECT_TRUE(stores.run(two.of_others({})).empty()) << "what is old counts no more";
    stores.run(one.tell({session}));
    EXPECT_EQ(stores.run(two.of_others({})).size(), 1U);
    stores.run(one.tell({}));
    EXPECT_TRUE(stores.run(two.of_others({})).empty());
}

}  // namespace
}  // namespace contract
