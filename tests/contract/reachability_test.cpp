// How devices can be reached, as it is kept.
#include "rare_stores.hpp"
#include "storage/pg_device_admin.hpp"
#include "storage/pg_reachability.hpp"
#include "support/fake_reachability.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using domain::WakeResult;
using testing::ElementsAre;
using testing::SizeIs;

cwmp::DeviceId identity(std::string serial)
{
    return {"Acme", "00D09E", "HG", std::move(serial)};
}

domain::WakeAttempt attempt(std::string method, WakeResult result, base::TimePoint at, std::string cause = "")
{
    return {std::move(method), at, result, std::move(cause), 250ms};
}

class InMemory {
public:
    domain::ReachabilityStore& store() { return store_; }
    domain::DeviceKey admit(std::string) { return domain::DeviceKey{++last_}; }
    void write() {}
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

private:
    support::FakeReachability store_;
    std::int64_t last_ = 0;
};

class InPostgres {
public:
    domain::ReachabilityStore& store() { return store_; }
    domain::DeviceKey admit(std::string serial) { return stores_.admit(identity(std::move(serial))).key; }
    void write() { store_.flush(); }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores_.run(std::move(work));
    }

private:
    RareStores stores_;
    storage::PgReachability store_{stores_.writes, stores_.searches};
};

template <class Backend>
class ReachabilityContract : public testing::Test {
protected:
    ReachabilityContract() { key = backend.admit("1"); }

    void note(std::vector<domain::WakeAttempt> attempts, bool is_busy = false)
    {
        domain::WakeNote note{key, identity("1"), std::move(attempts)};
        note.reached =
            std::ranges::any_of(note.attempts, [](auto const& each) { return each.result == WakeResult::reached; });
        note.failed = !note.reached && !is_busy;
        backend.store().note(std::move(note));
    }
    domain::Reachability known()
    {
        backend.write();
        return backend.run(backend.store().facts(key)).known;
    }

    Backend backend;
    domain::DeviceKey key;
    base::TimePoint const noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};
};

using Backends = testing::Types<InMemory, InPostgres>;
TYPED_TEST_SUITE(ReachabilityContract, Backends);

TYPED_TEST(ReachabilityContract, OfADeviceThatWasNeverWokenNothingIsKnown)
{
    auto const known = this->known();
    EXPECT_EQ(known.best_method, "");
    EXPECT_FALSE(known.reached_at);
    EXPECT_FALSE(known.failed_at);
    EXPECT_TRUE(known.attempts.empty());
}

TYPED_TEST(ReachabilityContract, WhatReachedTheDeviceIsRemembered)
{
    this->note({attempt("http", WakeResult::refused, this->noon, "connection refused"),
                attempt("udp", WakeResult::reached, this->noon + 1s)});
    auto const known = this->known();
    EXPECT_EQ(known.best_method, "udp");
    EXPECT_EQ(known.reached_at, this->noon + 1250ms);
    EXPECT_THAT(known.attempts, ElementsAre(attempt("udp", WakeResult::reached, this->noon + 1s),
                                            attempt("http", WakeResult::refused, this->noon, "connection refused")));
}

TYPED_TEST(ReachabilityContract, FailuresAreCountedUntilTheDeviceIsReached)
{
    this->note({attempt("http", WakeResult::timeout, this->noon, "timeout")});
    this->note({attempt("http", WakeResult::timeout, this->noon + 1h, "timeout")});
    EXPECT_EQ(this->known().failed_in_row, 2U);
    this->note({attempt("http", WakeResult::busy, this->noon + 2h, "503")}, true);
    auto const known = this->known();
    EXPECT_EQ(known.failed_in_row, 2U) << "a busy device is there";
    EXPECT_EQ(known.failed_at, this->noon + 1h + 250ms);
    this->note({attempt("http", WakeResult::reached, this->noon + 3h)});
    EXPECT_EQ(this->known().failed_in_row, 0U);
    this->note({attempt("http", WakeResult::no_inform, this->noon + 4h, "none")});
    EXPECT_EQ(this->known().failed_in_row, 1U);
    EXPECT_EQ(this->known().best_method, "http") << "what worked is tried first all the same";
}

TYPED_TEST(ReachabilityContract, OnlyTheNewestAttemptsAreKept)
{
    for (int number = 0; number < 25; ++number) {
        this->note({attempt("http", WakeResult::timeout, this->noon + number * 1min, std::to_string(number))});
        if (number % 7 == 0)
            static_cast<void>(this->known());
    }
    auto const known = this->known();
    ASSERT_THAT(known.attempts, SizeIs(domain::Reachability::most_attempts));
    EXPECT_EQ(known.attempts.front().cause, "24");
    EXPECT_EQ(known.attempts.back().cause, "15");
    EXPECT_EQ(known.failed_in_row, 25U);
}

class ReachabilityTest : public testing::Test {
protected:
    void reach(domain::DeviceKey key, std::string serial, std::string method, int times, WakeResult result)
    {
        for (int number = 0; number < times; ++number) {
            domain::WakeNote note{key, identity(serial), {attempt(method, result, stores.clock.now())}};
            note.reached = result == WakeResult::reached;
            note.failed = !note.reached;
            store.note(std::move(note));
        }
        store.flush();
    }
    domain::WakeFacts facts(domain::DeviceKey key) { return stores.run(store.facts(key)); }

    RareStores stores;
    storage::PgReachability store{stores.writes, stores.searches};
};

TEST_F(ReachabilityTest, WhatTheDeviceToldOfItselfIsFoundInEitherDataModel)
{
    auto const gateway = stores.admit(identity("1"));
    auto const box = stores.admit(identity("2"));
    stores.store(gateway, {{"InternetGatewayDevice.ManagementServer.UDPConnectionRequestAddress", "203.0.113.9:5060"},
                           {"InternetGatewayDevice.ManagementServer.PeriodicInformEnable", "1"},
                           {"InternetGatewayDevice.ManagementServer.PeriodicInformInterval", "3600"}});
    stores.store(box, {{"Device.ManagementServer.ConnReqJabberID", "box@xmpp.example.net/cpe"},
                       {"Device.ManagementServer.PeriodicInformEnable", "false"},
                       {"Device.ManagementServer.PeriodicInformInterval", "600"}});
    stores.database.exec("UPDATE device SET access_node = 'olt-7' WHERE serial_number = '1'");
    auto const of_gateway = facts(gateway.key);
    EXPECT_EQ(of_gateway.udp_address, "203.0.113.9:5060");
    EXPECT_EQ(of_gateway.jabber_id, "");
    EXPECT_EQ(of_gateway.inform_interval, 3600s);
    EXPECT_EQ(of_gateway.access_node, "olt-7");
    auto const of_box = facts(box.key);
    EXPECT_EQ(of_box.udp_address, "");
    EXPECT_EQ(of_box.jabber_id, "box@xmpp.example.net/cpe");
    EXPECT_FALSE(of_box.inform_interval) << "it does not inform by itself";
}

TEST_F(ReachabilityTest, TheNodeThatHearsTheDeviceIsTheOneItSignedFor)
{
    auto const one = stores.admit(identity("1")).key;
    EXPECT_EQ(facts(one).udp_node, "");
    stores.database.exec(
        "INSERT INTO device_binding SELECT device_id, n, '203.0.113.9:5060', n = 'a', now() - d FROM device,"
        " (VALUES ('a', interval '1 minute'), ('b', interval '0')) v (n, d)");
    EXPECT_EQ(facts(one).udp_node, "a");
}

TEST_F(ReachabilityTest, ANodeThatConfirmsItsBindingsNoMoreHearsNobody)
{
    auto const one = stores.admit(identity("1")).key;
    stores.database.exec(
        "INSERT INTO device_binding SELECT device_id, n, '203.0.113.9:5060', n = 'gone', now() - d FROM device,"
        " (VALUES ('gone', interval '31 hours'), ('b', interval '0')) v (n, d)");
    EXPECT_EQ(facts(one).udp_node, "b");
}

TEST_F(ReachabilityTest, WhatWorksForAModelIsLearntFromThreeInforms)
{
    auto const one = stores.admit(identity("1")).key;
    auto const fresh = stores.admit(identity("2")).key;
    auto const other = stores.admit({"Acme", "00D09E", "OTHER", "3"}).key;
    reach(one, "1", "udp", 2, WakeResult::reached);
    EXPECT_EQ(facts(fresh).model_method, "");
    reach(one, "1", "udp", 1, WakeResult::reached);
    EXPECT_EQ(facts(fresh).model_method, "udp");
    EXPECT_EQ(facts(other).model_method, "");
    reach(one, "1", "http", 10, WakeResult::reached);
    reach(one, "1", "http", 30, WakeResult::timeout);
    EXPECT_EQ(facts(fresh).model_method, "udp") << "three of three are more than ten of forty";
}

TEST_F(ReachabilityTest, OldExperienceOfAModelWeighsLess)
{
    auto const one = stores.admit(identity("1")).key;
    stores.database.exec("INSERT INTO model_reachability VALUES ('00D09E', 'HG', 'http', 900, 100)");
    reach(one, "1", "http", 1, WakeResult::reached);
    EXPECT_EQ(stores.database.value("SELECT reached || ' ' || missed FROM model_reachability"), "451 50");
}

TEST_F(ReachabilityTest, LastInformsAreThoseOfTheDevicesAskedFor)
{
    auto const one = stores.admit(identity("1")).key;
    auto const two = stores.admit(identity("2")).key;
    static_cast<void>(stores.admit(identity("3")));
    auto const found = stores.run(store.last_informs({two, one, domain::DeviceKey{4711}}));
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_NE(found[0].second, base::TimePoint{});
}

TEST_F(ReachabilityTest, ADeviceThatIsGoneLeavesNothingBehind)
{
    auto const from = stores.admit(identity("1")).key;
    auto const into = stores.admit(identity("2")).key;
    storage::PgDeviceAdmin admin{stores.writes, stores.sealer};
    reach(from, "1", "http", 1, WakeResult::reached);
    ASSERT_TRUE(stores.run(admin.merge(from, into)));
    EXPECT_EQ(stores.number("SELECT count(*) FROM device_reachability"), 0);
    reach(from, "1", "http", 1, WakeResult::reached);
    EXPECT_EQ(stores.number("SELECT count(*) FROM device_reachability"), 0) << "what was noted before it went";
}

TEST_F(ReachabilityTest, ForeignBytesInACauseAreKeptAsText)
{
    auto const one = stores.admit(identity("1")).key;
    store.note({one, identity("1"), {attempt("http", WakeResult::failed, stores.clock.now(), {"\xff\0\"'", 4})}});
    store.flush();
    EXPECT_EQ(facts(one).known.attempts.at(0).cause, "\xef\xbf\xbd\xef\xbf\xbd\"'");
}

TEST_F(ReachabilityTest, ADatabaseThatIsAwayLosesNothing)
{
    storage::Database away{
        storage::DatabaseSettings{{.url = "postgresql://nobody@127.0.0.1:1/nothing"}, 1, std::chrono::milliseconds{1}}};
    storage::PgReachability waiting{away, stores.searches};
    waiting.note({domain::DeviceKey{1}, identity("1"), {attempt("http", WakeResult::reached, stores.clock.now())}});
    EXPECT_ANY_THROW(waiting.flush());
    EXPECT_ANY_THROW(waiting.flush()) << "it is still there to be written";
}

}  // namespace
}  // namespace contract
