// What is counted and listed over the fleet, and where rules find their settings, in PostgreSQL.
#include "rare_stores.hpp"
#include "storage/pg_faults.hpp"
#include "storage/pg_fleet_statistics.hpp"
#include "storage/pg_parameter_values.hpp"
#include "storage/pg_rule_settings.hpp"
#include "support/fake_rule_settings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace contract {
namespace {

using domain::FaultKind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class FleetTest : public testing::Test {
protected:
    domain::Admission device(std::string serial, std::string product_class = "HG-1000")
    {
        return stores.admit({"Acme", "00D09E", std::move(product_class), std::move(serial)});
    }
    std::int64_t task(domain::Admission const& device, std::string const& kind, std::string const& state,
                      std::string const& code = "NULL", std::chrono::hours ago = 0h)
    {
        auto const at =
            std::chrono::duration_cast<std::chrono::milliseconds>(stores.clock.now().time_since_epoch() - ago);
        auto const id = (at.count() << 22) + ++last_;
        stores.database.exec(fmt::format("INSERT INTO task (device_id, task_id, kind, state, fault_code, fault_text)"
                                         " VALUES ({}, {}, '{}', '{}', {}, 'why')",
                                         device.key.value(), id, kind, state, code));
        return id;
    }
    std::vector<std::int64_t> failed_tasks(domain::FaultQuery query = {})
    {
        query.since = stores.clock.now() - 720h;
        std::vector<std::int64_t> ids;
        for (auto const& fault : stores.run(faults.list(query)))
            ids.push_back(fault.task->value());
        return ids;
    }

    RareStores stores;
    storage::PgFaults faults{stores.searches};
    storage::PgFleetStatistics fleet{stores.searches};
    storage::PgParameterValues values{stores.searches};
    std::int64_t last_ = 0;
};

TEST_F(FleetTest, AFailedTaskIsAFaultUntilALaterOneOfItsKindHasEnded)
{
    auto const a = device("A");
    auto const b = device("B");
    task(a, "reboot", "failed", "9002");
    auto const newest = task(a, "reboot", "failed", "9003");
    task(a, "download", "failed", "9010");
    task(a, "download", "done");
    auto const other = task(b, "download", "failed", "9010");
    task(b, "download", "queued");
    task(b, "get", "failed", "9005", 721h);
    EXPECT_THAT(failed_tasks(), ElementsAre(other, newest));
    EXPECT_THAT(failed_tasks({.limit = 1}), ElementsAre(other));
    EXPECT_THAT(failed_tasks({.after = std::to_string(other)}), ElementsAre(newest));
    EXPECT_THAT(failed_tasks({.device = a.key}), ElementsAre(newest));
    EXPECT_THAT(failed_tasks({.code = 9010}), ElementsAre(other));
    auto const fault = stores.run(faults.list({.since = stores.clock.now() - 1h})).at(0);
    EXPECT_EQ(fault.identity.serial_number, "B");
    EXPECT_EQ(fault.model, "HG-1000");
    EXPECT_EQ(fault.code, 9010U);
    EXPECT_EQ(fault.text, "why");
    EXPECT_EQ(fault.subject, "download");
    EXPECT_TRUE(fault.since);
}

TEST_F(FleetTest, RulesSessionsAndDevicesThatAreLeftAloneAreFaultsToo)
{
    auto const a = device("A");
    auto const b = device("B");
    auto& database = stores.database;
    for (auto const* const what : {"Device.X", "Device.Y"})
        database.exec(fmt::format("INSERT INTO rule_quarantine (device_id, rule, what, version_id, reason)"
                                  " VALUES ({}, 'wifi', '{}', 1, 'refused')",
                                  a.key.value(), what));
    database.exec(fmt::format("UPDATE device_contact SET failed_in_row = 3, last_failure = 'it hung up',"
                              " last_failure_at = now() WHERE device_id = {}",
                              b.key.value()));
    database.exec(fmt::format("UPDATE device_contact SET failed_in_row = 1 WHERE device_id = {}", a.key.value()));
    database.exec(fmt::format("UPDATE device SET automation_stopped = 'boots too often', automation_stopped_at = now()"
                              " WHERE device_id = {}",
                              b.key.value()));
    auto const rules = stores.run(faults.list({.kind = FaultKind::rule}));
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].subject, "wifi");
    EXPECT_EQ(rules[0].what, "Device.X");
    auto const rest = stores.run(faults.list({.kind = FaultKind::rule, .after = domain::place_of(rules[0])}));
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].what, "Device.Y");
    auto const sessions = stores.run(faults.list({.kind = FaultKind::sessions}));
    ASSERT_EQ(sessions.size(), 1U);
    EXPECT_EQ(sessions[0].times, 3U);
    EXPECT_EQ(sessions[0].text, "it hung up");
    EXPECT_THAT(stores.run(faults.list({.kind = FaultKind::sessions, .after = domain::place_of(sessions[0])})),
                IsEmpty());
    auto const stopped = stores.run(faults.list({.kind = FaultKind::automation, .device = b.key}));
    ASSERT_EQ(stopped.size(), 1U);
    EXPECT_EQ(stopped[0].text, "boots too often");
    EXPECT_THAT(stores.run(faults.list({.kind = FaultKind::automation, .code = 9002})), IsEmpty());

    task(a, "reboot", "failed", "9002");
    task(b, "reboot", "failed", "9002");
    auto const groups = stores.run(faults.groups(stores.clock.now() - 1h, 10));
    ASSERT_EQ(groups.size(), 4U);
    EXPECT_EQ(groups[0].kind, FaultKind::task);
    EXPECT_EQ(groups[0].code, 9002U);
    EXPECT_EQ(groups[0].devices, 2U);
    EXPECT_EQ(groups[1].kind, FaultKind::rule);
    EXPECT_EQ(groups[1].devices, 1U);
    EXPECT_EQ(groups[1].faults, 2U);
    EXPECT_EQ(stores.run(faults.groups(stores.clock.now() - 1h, 1)).size(), 1U);
}

TEST_F(FleetTest, TheFleetIsCounted)
{
    auto const a = device("A");
    device("B");
    device("C", "STB");
    auto& database = stores.database;
    database.exec(fmt::format("UPDATE device SET model_name = 'Home Box' WHERE device_id = {}", a.key.value()));
    database.exec("UPDATE device_contact SET last_inform = now()");
    database.exec(fmt::format("UPDATE device_contact SET last_inform = now() - interval '2 days' WHERE device_id = {}",
                              a.key.value()));
    task(a, "reboot", "queued");
    task(a, "reboot", "failed");
    task(a, "reboot", "failed", "NULL", 25h);
    auto const counts = stores.run(fleet.count(2));
    EXPECT_THAT(counts.by_state, ElementsAre(Pair("active", 3)));
    EXPECT_THAT(counts.by_contact, ElementsAre(Pair("1m", 2), Pair("7d", 1)));
    ASSERT_EQ(counts.by_software.size(), 2U);
    EXPECT_EQ(counts.by_software[0].model, "HG-1000");
    EXPECT_EQ(counts.by_software[0].software_version, "1.2.3");
    EXPECT_EQ(counts.other_software, 1U);
    EXPECT_THAT(counts.open_tasks, ElementsAre(Pair("queued", 1)));
    EXPECT_THAT(counts.ended_tasks, ElementsAre(Pair("failed", 1)));
}

TEST_F(FleetTest, ValuesOfManyDevicesComeInTheirOrder)
{
    auto const a = device("A");
    auto const b = device("B");
    stores.store(a, {{"Device.X.UpTime", "17"}, {"Device.X.KeyPassphrase", "secret"}});
    stores.store(b, {{"Device.X.Name", "box"}});
    using Row = std::vector<std::optional<std::string>>;
    auto const rows = stores.run(
        values.of({b.key, a.key}, {"Device.X.UpTime", "Device.X.KeyPassphrase", "Device.X.Name", "Device.Nothing"}));
    EXPECT_THAT(rows, ElementsAre(Row{std::nullopt, std::nullopt, "box", std::nullopt},
                                  Row{"17", std::nullopt, std::nullopt, std::nullopt}));
}

class FakeSettings {
public:
    domain::RuleSettings& settings() { return settings_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

private:
    support::FakeRuleSettings settings_;
};

class PgSettings {
public:
    PgSettings() { stores.database.exec("TRUNCATE rule_setting"); }
    domain::RuleSettings& settings() { return settings_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }

    RareStores stores;

private:
    storage::PgRuleSettings settings_{stores.writes};
};

template <class Backend>
class RuleSettingsContract : public testing::Test {
protected:
    Backend backend_;
};
using Backends = testing::Types<FakeSettings, PgSettings>;
TYPED_TEST_SUITE(RuleSettingsContract, Backends);

TYPED_TEST(RuleSettingsContract, ASettingHasOnePathForOneKindOfDevice)
{
    auto& settings = this->backend_.settings();
    domain::RuleSettingKey const any{"wifi", "Device.", "", ""};
    domain::RuleSettingKey const one{"wifi", "Device.", "00D09E", "HG-1000"};
    EXPECT_FALSE(this->backend_.run(settings.put({one, "Device.A"})));
    EXPECT_FALSE(this->backend_.run(settings.put({any, "Device.B"})));
    EXPECT_EQ(this->backend_.run(settings.put({any, "Device.C"})), "Device.B");
    EXPECT_EQ(this->backend_.run(settings.put({any, "Device.C"})), "Device.C");
    EXPECT_THAT(this->backend_.run(settings.list()),
                ElementsAre(domain::RuleSetting{any, "Device.C"}, domain::RuleSetting{one, "Device.A"}));
    EXPECT_EQ(this->backend_.run(settings.remove(any)), "Device.C");
    EXPECT_FALSE(this->backend_.run(settings.remove(any)));
}

TEST(RuleSettingsInPostgresTest, OnlyWhatChangesHasTheRulesEvaluatedAnew)
{
    PgSettings backend;
    auto& database = backend.stores.database;
    database.exec("UPDATE rule_set SET epoch = 5");
    auto const epoch = [&] { return database.value("SELECT epoch FROM rule_set"); };
    domain::RuleSetting const setting{{"wifi", "Device.", "", ""}, "Device.A"};
    static_cast<void>(backend.run(backend.settings().put(setting)));
    auto const written = epoch();
    EXPECT_NE(written, "5");
    static_cast<void>(backend.run(backend.settings().put(setting)));
    static_cast<void>(backend.run(backend.settings().remove({"other", "", "", ""})));
    EXPECT_EQ(epoch(), written);
    static_cast<void>(backend.run(backend.settings().remove(setting.key)));
    EXPECT_NE(epoch(), written);
}

}  // namespace
}  // namespace contract
