// What was said in sessions, as it is kept, and which devices are chosen.
#include "rare_stores.hpp"
#include "storage/pg_sessions.hpp"
#include "storage/pg_traces.hpp"
#include "support/fake_traces.hpp"

namespace contract {
namespace {

constexpr domain::DeviceKey router{7};
constexpr domain::DeviceKey other{8};

struct TracesInMemory {
    SetClock clock;
    support::FakeTraces traces{clock};
};

struct TracesInPostgres {
    RareStores stores;
    SetClock& clock = stores.clock;
    storage::PgTraces traces{stores.writes, stores.clock, stores.metrics};
};

template <class Backend>
class TracesContract : public testing::Test {
protected:
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }
    void write(std::int64_t session, bool is_ordered, bool has_failed, domain::DeviceKey device = router)
    {
        domain::StoredTrace trace{domain::SessionId{session}, device, now(), is_ordered, has_failed, 4, 1'000};
        trace.file = std::string{"\0\xff of ", 6} + std::to_string(session);
        backend_.traces.write({trace});
    }
    std::optional<std::string> find(std::int64_t session, domain::DeviceKey device = router)
    {
        return run(backend_.traces.find(device, domain::SessionId{session}));
    }
    bool order(std::uint32_t sessions, std::chrono::seconds time = 1h, domain::DeviceKey device = router)
    {
        bool const taken = run(backend_.traces.order({device, now() + time, sessions, "anna", now()}));
        backend_.traces.look();
        return taken;
    }
    [[nodiscard]] base::TimePoint now() { return backend_.clock.now(); }

    boost::asio::io_context context_{1};
    Backend backend_;
};

using TraceBackends = testing::Types<TracesInMemory, TracesInPostgres>;
TYPED_TEST_SUITE(TracesContract, TraceBackends);

TYPED_TEST(TracesContract, TheTraceOfASessionThatFailedIsFoundAsItWas)
{
    this->write(5, false, true);
    EXPECT_EQ(this->find(5), (std::string{"\0\xff of 5", 7}));
    EXPECT_EQ(this->find(6), std::nullopt);
    EXPECT_EQ(this->find(5, other), std::nullopt);
}

TYPED_TEST(TracesContract, ADeviceIsChosenForSoManySessions)
{
    EXPECT_FALSE(this->backend_.traces.wants(router));
    EXPECT_TRUE(this->order(2));
    EXPECT_TRUE(this->backend_.traces.wants(router));
    EXPECT_FALSE(this->backend_.traces.wants(other));
    for (int session = 1; session <= 3; ++session)
        this->write(session, true, false);
    EXPECT_TRUE(this->find(1));
    EXPECT_TRUE(this->find(2));
    EXPECT_FALSE(this->find(3)) << "two were asked for";
    this->write(4, true, true);
    EXPECT_TRUE(this->find(4)) << "it failed";
    this->backend_.traces.look();
    EXPECT_FALSE(this->backend_.traces.wants(router));
}

TYPED_TEST(TracesContract, ADeviceIsChosenForSoLong)
{
    EXPECT_TRUE(this->order(5));
    this->backend_.clock.set(this->now() + 1h);
    this->backend_.traces.look();
    EXPECT_FALSE(this->backend_.traces.wants(router));
    this->write(1, true, false);
    EXPECT_FALSE(this->find(1));
    EXPECT_FALSE(this->run(this->backend_.traces.find_order(router)));
}

TYPED_TEST(TracesContract, AnOrderIsShownReplacedAndTakenBack)
{
    auto const ms = std::chrono::floor<std::chrono::milliseconds>(this->now());
    this->backend_.clock.set(ms);
    EXPECT_TRUE(this->order(5));
    EXPECT_TRUE(this->order(9, 2h));
    auto const found = this->run(this->backend_.traces.find_order(router));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->sessions, 9U);
    EXPECT_EQ(found->until, ms + 2h);
    EXPECT_EQ(found->ordered_by, "anna");
    EXPECT_EQ(found->ordered_at, ms);
    EXPECT_TRUE(this->run(this->backend_.traces.cancel(router)));
    EXPECT_FALSE(this->run(this->backend_.traces.cancel(router)));
    this->backend_.traces.look();
    EXPECT_FALSE(this->backend_.traces.wants(router));
}

class PgTracesTest : public testing::Test {
protected:
    void write(std::int64_t session, domain::DeviceKey device, std::size_t bytes, base::TimePoint started)
    {
        domain::StoredTrace trace{domain::SessionId{session}, device, started, false, true, 1, bytes};
        trace.file = std::string(bytes, 'x');
        traces.write({trace});
    }
    std::string left()
    {
        return stores.database.value("SELECT string_agg(session_id::text, ' ' ORDER BY 1) FROM trace");
    }

    RareStores stores;
    storage::PgTraces traces{stores.writes, stores.clock, stores.metrics};
};

TEST_F(PgTracesTest, OnlySoManyDevicesAreChosenAtOnce)
{
    stores.database.exec("INSERT INTO trace_order SELECT n, now() + interval '1 hour', 1, '', now()"
                         " FROM generate_series(100, 1098) n");
    auto const now = stores.clock.now();
    EXPECT_TRUE(stores.run(traces.order({router, now + 30min, 1, "anna", now})));
    EXPECT_FALSE(stores.run(traces.order({other, now + 30min, 1, "anna", now})));
    EXPECT_TRUE(stores.run(traces.order({router, now + 40min, 1, "anna", now}))) << "it is chosen already";
}

TEST_F(PgTracesTest, OldOnesAndThoseOfADeviceBeyondABoundAreForgotten)
{
    auto const now = stores.clock.now();
    write(1, router, 100, now - std::chrono::days{15});
    write(2, other, 100, now);
    write(3, router, 100, now);
    write(4, router, 100, now);
    write(5, router, 100, now);
    auto settings = stores.chores();
    settings.traces_per_device = 2;
    storage::Chores{settings, stores.node("a"), stores.clock}.run_once();
    EXPECT_EQ(left(), "2 4 5");
}

TEST_F(PgTracesTest, TheOldestGoWhenAllTogetherAreTooMuch)
{
    for (int session = 1; session <= 4; ++session)
        write(session, session % 2 == 0 ? router : other, 100, stores.clock.now());
    auto settings = stores.chores();
    settings.trace_bytes = 250;
    storage::Chores{settings, stores.node("a"), stores.clock}.run_once();
    EXPECT_EQ(left(), "3 4");
}

TEST_F(PgTracesTest, ASessionTellsWhetherThereIsATraceOfIt)
{
    storage::PgSessions sessions{stores.writes, stores.path.ids(), stores.metrics};
    auto const id = sessions.next_id();
    sessions.note({.facts = {.id = id, .device = router, .started = stores.clock.now()}, .ended = stores.clock.now()});
    sessions.flush();
    EXPECT_FALSE(stores.run(sessions.find(id))->has_trace);
    write(id.value(), router, 10, stores.clock.now());
    EXPECT_TRUE(stores.run(sessions.find(id))->has_trace);
}

}  // namespace
}  // namespace contract
