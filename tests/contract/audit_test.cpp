// The audit trail, kept by the fake and by PostgreSQL; and what PostgreSQL does to keep it whole.
#include "base/crypto.hpp"
#include "rare_stores.hpp"
#include "storage/pg_audit.hpp"
#include "support/fake_audit.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace contract {
namespace {

using domain::DeviceKey;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class InMemory {
public:
    domain::AuditTrail& trail() { return trail_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }

private:
    boost::asio::io_context context_{1};
    support::FakeAuditTrail trail_;
};

class InPostgres {
public:
    domain::AuditTrail& trail() { return trail_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores_.run(std::move(work));
    }

private:
    RareStores stores_;
    storage::PgAuditTrail trail_{stores_.writes};
};

domain::AuditEntry entry(std::string action, std::optional<DeviceKey> device = {})
{
    return {"anna", "session", "192.0.2.1", std::move(action), "target", device, R"({"b":  1,"a":2})", R"({"x":"y"})"};
}

template <class Backend>
class AuditContract : public testing::Test {
protected:
    std::vector<std::int64_t> ids(domain::AuditQuery query)
    {
        std::vector<std::int64_t> found;
        for (auto const& record : backend_.run(backend_.trail().list(std::move(query))))
            found.push_back(record.id);
        return found;
    }
    domain::AuditAnchor add(domain::AuditEntry each) { return backend_.run(backend_.trail().append(std::move(each))); }

    Backend backend_;
};

using Backends = testing::Types<InMemory, InPostgres>;
TYPED_TEST_SUITE(AuditContract, Backends);

TYPED_TEST(AuditContract, EntriesAreNumberedWithoutGapsAndReadBackAsTheyWere)
{
    this->add(entry("device.changed", DeviceKey{7}));
    this->add({"otto", "token ci", "", "task.created", "task 3", {}, "", R"({"ssid":"a\u0000b'\""})"});
    auto const records = this->backend_.run(this->backend_.trail().list({}));
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0].id, 2);
    EXPECT_EQ(records[0].entry.by, "otto");
    EXPECT_EQ(records[0].entry.before, "");
    EXPECT_EQ(records[1].entry.before, R"({"b":  1,"a":2})") << "as it was, not as a parser would write it";
    EXPECT_EQ(records[1].entry.device, DeviceKey{7});
    EXPECT_FALSE(records[1].is_erased);
    EXPECT_EQ(this->backend_.run(this->backend_.trail().verify({})).problem, "");
}

TYPED_TEST(AuditContract, AListIsNarrowedByWhoWhatAndDevice)
{
    this->add(entry("device.changed", DeviceKey{7}));
    this->add(entry("device.merged", DeviceKey{8}));
    this->add({"otto", "session", "", "devices", "", {}, "", ""});
    EXPECT_THAT(this->ids({}), ElementsAre(3, 2, 1));
    EXPECT_THAT(this->ids({.by = "otto"}), ElementsAre(3));
    EXPECT_THAT(this->ids({.action = "device.merged"}), ElementsAre(2));
    EXPECT_THAT(this->ids({.action = "device."}), ElementsAre(2, 1));
    EXPECT_THAT(this->ids({.action = "device"}), IsEmpty());
    EXPECT_THAT(this->ids({.device = DeviceKey{7}}), ElementsAre(1));
    EXPECT_THAT(this->ids({.before = 3, .limit = 1}), ElementsAre(2));
}

TYPED_TEST(AuditContract, TheHeadThatAppendingTellsIsTheOneThatVerifyingFinds)
{
    this->add(entry("a"));
    auto const anchor = this->add(entry("b"));
    auto const found = this->backend_.run(this->backend_.trail().verify(anchor));
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.head, anchor);
    EXPECT_EQ(found.entries, 2);
    EXPECT_NE(this->backend_.run(this->backend_.trail().verify(domain::AuditAnchor{3, "x"})).problem, "");
}

class AuditInPostgres : public testing::Test {
protected:
    std::string problem() { return stores.run(trail.verify({})).problem; }
    /// Does what only somebody with the database's own rights can.
    void tamper(std::string const& sql)
    {
        stores.database.exec("ALTER TABLE audit DISABLE TRIGGER audit_is_append_only");
        stores.database.exec(sql);
    }

    RareStores stores;
    storage::PgAuditTrail trail{stores.writes};
};

TEST_F(AuditInPostgres, NothingButInsertingIsPossible)
{
    stores.run(trail.append(entry("a")));
    for (auto const* const sql : {"UPDATE audit SET made_by = 'otto'", "DELETE FROM audit", "TRUNCATE audit"})
        EXPECT_THROW(stores.database.exec(sql), pqxx::sql_error) << sql;
    EXPECT_EQ(problem(), "");
}

TEST_F(AuditInPostgres, TamperingIsFound)
{
    for (int i = 0; i < 4; ++i)
        stores.run(trail.append(entry("device.changed", DeviceKey{7})));
    tamper("UPDATE audit SET made_by = 'otto' WHERE audit_id = 2");
    EXPECT_THAT(problem(), HasSubstr("entry 2"));
    stores.database.exec("UPDATE audit SET made_by = 'anna' WHERE audit_id = 2");
    EXPECT_EQ(problem(), "");
    stores.database.exec(R"(UPDATE audit_value SET after = '{"x":"z"}' WHERE audit_id = 3)");
    EXPECT_THAT(problem(), HasSubstr("values of entry 3"));
    stores.database.exec("DELETE FROM audit WHERE audit_id = 1");
    EXPECT_THAT(problem(), HasSubstr("gone"));
}

TEST_F(AuditInPostgres, ThePurgeOfADeviceErasesValuesAndTheChainStaysWhole)
{
    stores.run(trail.append(entry("device.changed", DeviceKey{7})));
    stores.run(trail.append(entry("device.changed", DeviceKey{8})));
    stores.database.exec("DELETE FROM audit_value WHERE device_id = 7");
    EXPECT_NE(stores.run(trail.verify({})).problem, "") << "no entry says that the device was purged";
    stores.run(trail.append(entry("device.purged", DeviceKey{7})));
    auto const found = stores.run(trail.verify({}));
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.erased, 1);
    auto const records = stores.run(trail.list({.device = DeviceKey{7}}));
    ASSERT_EQ(records.size(), 2u);
    EXPECT_TRUE(records[1].is_erased);
    EXPECT_EQ(records[1].entry.target, "");
    EXPECT_EQ(records[1].entry.by, "anna");
}

TEST_F(AuditInPostgres, ManyWritersMakeOneChain)
{
    constexpr int writers = 4;
    constexpr int each = 25;
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i)
        threads.emplace_back([this] {
            storage::Database own{storage::DatabaseSettings{stores.database.settings(), 1, 20s}};
            for (int n = 0; n < each; ++n)
                own.run_here([](storage::Transaction& transaction) { storage::append_audit(transaction, entry("a")); });
        });
    for (auto& thread : threads)
        thread.join();
    auto const found = stores.run(trail.verify({}));
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.entries, writers * each);
}

TEST_F(AuditInPostgres, WhatIsRolledBackLeavesNoEntry)
{
    stores.run(trail.append(entry("a")));
    auto const work = [](storage::Transaction& transaction) {
        storage::append_audit(transaction, entry("b"));
        throw std::runtime_error{"undone"};
    };
    EXPECT_THROW(stores.writes.run_here(work), std::runtime_error);
    EXPECT_EQ(stores.run(trail.append(entry("c"))).id, 2);
    EXPECT_EQ(problem(), "");
}

}  // namespace
}  // namespace contract
