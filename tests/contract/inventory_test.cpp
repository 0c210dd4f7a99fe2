// What people and programs ask of the inventory, answered by the fake and by PostgreSQL.
#include "cwmp/path.hpp"
#include "provisioning/condition_sql.hpp"
#include "provisioning/guard.hpp"
#include "rare_stores.hpp"
#include "storage/pg_inventory.hpp"
#include "support/fake_inventory.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <thread>

namespace contract {
namespace {

using domain::DeviceKey;
using domain::TaskState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

cwmp::DeviceId device_id(std::string serial, std::string product_class = "HG-1000")
{
    return {"Acme", "00D09E", std::move(product_class), std::move(serial)};
}

domain::SearchSql compose(domain::Condition const& condition, std::span<domain::PathSource const> sources,
                          unsigned first)
{
    return provisioning::search_sql(condition, sources, first);
}

/// The fake with its devices.
class FakeBackend {
public:
    domain::Inventory& inventory() { return inventory_; }
    DeviceKey add(cwmp::DeviceId identity, std::vector<std::pair<std::string, std::string>> const& values = {})
    {
        domain::DeviceRow row;
        row.key = DeviceKey{++last_};
        row.identity = std::move(identity);
        row.state = domain::DeviceState::active;
        row.last_inform = base::SystemClock{}.now();
        inventory_.add(row);
        for (auto const& [path, value] : values) {
            domain::ParameterRow parameter;
            parameter.path = path;
            parameter.is_secret = cwmp::is_secret_path(path);
            if (!parameter.is_secret)
                parameter.value = value;
            parameter.type = "xsd:string";
            inventory_.add(row.key, parameter);
        }
        return row.key;
    }
    void finish(domain::TaskId id)
    {
        inventory_.change(id, [](domain::TaskRow& row) { row.task.state = TaskState::done; });
    }
    domain::Condition only(std::string const& product_class) { return {product_class, {}}; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

private:
    support::FakeInventory inventory_;
    std::int64_t last_ = 0;
};

/// PostgreSQL.
class PgBackend {
public:
    domain::Inventory& inventory() { return inventory_; }
    DeviceKey add(cwmp::DeviceId identity, std::vector<std::pair<std::string, std::string>> const& values = {})
    {
        auto const admitted = stores.admit(std::move(identity));
        if (!values.empty())
            stores.store(admitted, values);
        return admitted.key;
    }
    void finish(domain::TaskId id)
    {
        stores.database.exec("UPDATE task SET state = 'done' WHERE task_id = " + std::to_string(id.value()));
    }
    domain::Condition only(std::string const& product_class)
    {
        return guarded("product_class = '" + product_class + "'");
    }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }

    domain::Condition guarded(std::string const& text)
    {
        auto condition = guard_.check(text);
        if (!condition)
            throw std::invalid_argument{condition.error().what};
        return *condition;
    }

    RareStores stores;

private:
    provisioning::Guard guard_{[](std::string_view path) { return cwmp::is_secret_path(path); }};
    storage::PgInventory inventory_{
        {stores.writes, stores.searches, stores.path.trees(), stores.sealer, stores.path.ids(), compose}};
};

template <class Backend>
class InventoryContract : public testing::Test {
protected:
    domain::Inventory& inventory() { return backend_.inventory(); }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return backend_.run(std::move(work));
    }
    domain::TaskRow order(DeviceKey device, domain::TaskArguments arguments)
    {
        domain::Task task;
        task.device = device;
        task.arguments = std::move(arguments);
        return run(inventory().add_task(std::move(task)));
    }
    std::vector<std::string> serials(std::vector<domain::DeviceRow> const& rows)
    {
        std::vector<std::string> found;
        for (auto const& row : rows)
            found.push_back(row.identity.serial_number);
        return found;
    }

    Backend backend_;
};

using Inventories = testing::Types<FakeBackend, PgBackend>;
TYPED_TEST_SUITE(InventoryContract, Inventories);

TYPED_TEST(InventoryContract, ADeviceIsFoundByIdentityAndByKey)
{
    auto const key = this->backend_.add(device_id("A1"));
    auto const by_identity = this->run(this->inventory().find(device_id("A1")));
    ASSERT_TRUE(by_identity);
    EXPECT_EQ(by_identity->key, key);
    EXPECT_EQ(by_identity->state, domain::DeviceState::active);
    ASSERT_TRUE(this->run(this->inventory().find(key)));
    EXPECT_EQ(this->run(this->inventory().find(key))->identity.serial_number, "A1");
    EXPECT_FALSE(this->run(this->inventory().find(device_id("nobody"))));
    EXPECT_FALSE(this->run(this->inventory().find(DeviceKey{4711})));
    EXPECT_TRUE(this->run(this->inventory().last_inform(key)));
    EXPECT_FALSE(this->run(this->inventory().last_inform(DeviceKey{4711})));
}

TYPED_TEST(InventoryContract, ATaskThatHasAnIdIsMadeOnce)
{
    domain::Task task;
    task.id = domain::TaskId{4711};
    task.device = this->backend_.add(device_id("A1"));
    task.arguments = domain::RebootTask{};
    auto const first = this->run(this->inventory().add_task(task));
    EXPECT_EQ(first.task.id, task.id);
    this->run(this->inventory().cancel_task(task.id));
    auto const again = this->run(this->inventory().add_task(task));
    EXPECT_EQ(again.task.id, task.id);
    EXPECT_EQ(again.task.state, TaskState::cancelled) << "it is not made anew";
    EXPECT_EQ(this->run(this->inventory().tasks({.device = task.device})).size(), 1u);
}

TYPED_TEST(InventoryContract, PagesTogetherHoldEveryDeviceOnce)
{
    for (int i = 0; i < 7; ++i)
        this->backend_.add(device_id("S" + std::to_string(i)));
    std::vector<std::string> all;
    DeviceKey after{0};
    for (;;) {
        auto const page = this->run(this->inventory().search(std::nullopt, after, 3));
        ASSERT_TRUE(page) << page.error().what;
        if (page->empty())
            break;
        EXPECT_LE(page->size(), 3u);
        for (auto const& serial : this->serials(*page))
            all.push_back(serial);
        after = page->back().key;
    }
    EXPECT_THAT(all, testing::UnorderedElementsAre("S0", "S1", "S2", "S3", "S4", "S5", "S6"));
    EXPECT_EQ(this->run(this->inventory().totals()).devices, 7u);
}

TYPED_TEST(InventoryContract, AConditionNarrowsTheSearch)
{
    this->backend_.add(device_id("A", "HG-1000"));
    this->backend_.add(device_id("B", "HG-2000"));
    auto const found = this->run(this->inventory().search(this->backend_.only("HG-2000"), DeviceKey{0}, 10));
    ASSERT_TRUE(found) << found.error().what;
    EXPECT_THAT(this->serials(*found), ElementsAre("B"));
}

TYPED_TEST(InventoryContract, OfGivenDevicesThoseThatMeetAConditionAreTold)
{
    auto const a = this->backend_.add(device_id("A", "HG-1000"));
    auto const b = this->backend_.add(device_id("B", "HG-2000"));
    auto const c = this->backend_.add(device_id("C", "HG-2000"));
    auto const only = this->backend_.only("HG-2000");
    EXPECT_THAT(this->run(this->inventory().matching({a, b, DeviceKey{4711}}, only)), ElementsAre(b));
    EXPECT_THAT(this->run(this->inventory().matching({a, b, c}, only)), testing::UnorderedElementsAre(b, c));
    EXPECT_THAT(this->run(this->inventory().matching({a}, only)), IsEmpty());
}

TYPED_TEST(InventoryContract, ParametersComeByPathInPagesAndSecretsAreWithheld)
{
    auto const key =
        this->backend_.add(device_id("A"), {{"Device.WiFi.SSID.1.SSID", "home"},
                                            {"Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "hunter2hunter2"},
                                            {"Device.DeviceInfo.ModelName", "HG"}});
    auto const all = this->run(this->inventory().parameters(key, "", "", 100));
    std::vector<std::string> paths;
    for (auto const& row : all)
        if (!cwmp::is_partial(row.path))
            paths.push_back(row.path);
    EXPECT_THAT(paths, ElementsAre("Device.DeviceInfo.ModelName", "Device.WiFi.AccessPoint.1.Security.KeyPassphrase",
                                   "Device.WiFi.SSID.1.SSID"));
    for (auto const& row : all)
        if (row.path.ends_with("KeyPassphrase")) {
            EXPECT_TRUE(row.is_secret);
            EXPECT_FALSE(row.value);
        }
    auto const below = this->run(this->inventory().parameters(key, "Device.WiFi.SSID.1.SSID", "", 100));
    ASSERT_EQ(below.size(), 1u);
    EXPECT_EQ(below[0].value, "home");
    auto const first = this->run(this->inventory().parameters(key, "", "", 1));
    ASSERT_EQ(first.size(), 1u);
    auto const rest = this->run(this->inventory().parameters(key, "", first[0].path, 100));
    EXPECT_EQ(rest.size(), all.size() - 1);
}

TYPED_TEST(InventoryContract, ATaskIsKeptWithItsArgumentsAndTold)
{
    auto const key = this->backend_.add(device_id("A"));
    auto const added = this->order(key, domain::GetTask{{"Device.DeviceInfo."}});
    EXPECT_EQ(added.task.state, TaskState::queued);
    EXPECT_EQ(added.identity.serial_number, "A");
    auto const found = this->run(this->inventory().find_task(added.task.id));
    ASSERT_TRUE(found);
    EXPECT_THAT(std::get<domain::GetTask>(found->task.arguments).paths, ElementsAre("Device.DeviceInfo."));
    EXPECT_FALSE(this->run(this->inventory().find_task(domain::TaskId{1234567})));
    EXPECT_EQ(this->run(this->inventory().totals()).open_tasks, 1u);
}

TYPED_TEST(InventoryContract, TasksAreListedByDeviceStateAndPage)
{
    auto const a = this->backend_.add(device_id("A"));
    auto const b = this->backend_.add(device_id("B"));
    auto const first = this->order(a, domain::RebootTask{});
    auto const second = this->order(a, domain::RebootTask{});
    auto const other = this->order(b, domain::RebootTask{});
    this->backend_.finish(second.task.id);
    auto const ids = [&](domain::TaskQuery query) {
        std::vector<std::int64_t> found;
        for (auto const& row : this->run(this->inventory().tasks(query)))
            found.push_back(row.task.id.value());
        return found;
    };
    EXPECT_THAT(ids({}), ElementsAre(first.task.id.value(), second.task.id.value(), other.task.id.value()));
    EXPECT_THAT(ids({a, std::nullopt, 0, 100}), ElementsAre(first.task.id.value(), second.task.id.value()));
    EXPECT_THAT(ids({a, TaskState::done, 0, 100}), ElementsAre(second.task.id.value()));
    EXPECT_THAT(ids({std::nullopt, std::nullopt, first.task.id.value(), 1}), ElementsAre(second.task.id.value()));
}

TYPED_TEST(InventoryContract, OnlyAQueuedTaskIsCancelled)
{
    auto const key = this->backend_.add(device_id("A"));
    auto const queued = this->order(key, domain::RebootTask{});
    auto const finished = this->order(key, domain::RebootTask{});
    this->backend_.finish(finished.task.id);
    EXPECT_EQ(this->run(this->inventory().cancel_task(queued.task.id))->task.state, TaskState::cancelled);
    EXPECT_EQ(this->run(this->inventory().cancel_task(finished.task.id))->task.state, TaskState::done);
    EXPECT_FALSE(this->run(this->inventory().cancel_task(domain::TaskId{99})));
}

TYPED_TEST(InventoryContract, WaitingEndsWithTheTaskOrWithTheTime)
{
    auto const key = this->backend_.add(device_id("A"));
    auto const added = this->order(key, domain::RebootTask{});
    auto const unfinished = this->run(this->inventory().wait_for_task(added.task.id, 20ms));
    ASSERT_TRUE(unfinished);
    EXPECT_EQ(unfinished->task.state, TaskState::queued);
    std::thread elsewhere{[&] { this->backend_.finish(added.task.id); }};
    auto const finished = this->run(this->inventory().wait_for_task(added.task.id, 60s));
    elsewhere.join();
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->task.state, TaskState::done);
    EXPECT_FALSE(this->run(this->inventory().wait_for_task(domain::TaskId{99}, 60s)));
}

// ---- PostgreSQL alone

class InventoryInPostgres : public InventoryContract<PgBackend> {
protected:
    support::TestDatabase& database() { return backend_.stores.database; }
    base::Result<std::vector<domain::DeviceRow>> search(std::string const& text)
    {
        return run(inventory().search(backend_.guarded(text), DeviceKey{0}, 100));
    }
};

TEST_F(InventoryInPostgres, ADeviceIsFoundByAnyOfItsIdentities)
{
    auto const key = backend_.add(device_id("A", "HG-1000"));
    auto const other = storage::identity_hash(device_id("A", "HG-1000v2"), 0);
    database().exec(
        "INSERT INTO device_identity (identity_hash, device_id, oui, product_class, serial_number, made_by) VALUES (" +
        std::to_string(other) + ", " + std::to_string(key.value()) + ", '00D09E', 'HG-1000v2', 'A', 0)");
    ASSERT_TRUE(run(inventory().find(device_id("A", "HG-1000v2"))));
    EXPECT_EQ(run(inventory().find(device_id("A", "HG-1000v2")))->key, key);
    EXPECT_EQ(run(inventory().find(device_id("A", "HG-1000")))->key, key);
}

TEST_F(InventoryInPostgres, TwoIdentitiesWithOneHashAreTwoDevices)
{
    constexpr auto same_hash = [](cwmp::DeviceId const&, unsigned salt) { return std::int64_t{100 + salt}; };
    auto& stores = backend_.stores;
    storage::BatchSettings batches;
    batches.connection = stores.database.settings();
    storage::SessionPath path{
        {batches, batches, {}, 4, same_hash}, stores.writes, stores.sealer, stores.clock, stores.metrics};
    storage::PgInventory inventory{
        {stores.writes, stores.searches, path.trees(), stores.sealer, path.ids(), compose, same_hash}};
    auto const a = run(path.sessions().commit_contact(stores.inform(device_id("A"))));
    auto const b = run(path.sessions().commit_contact(stores.inform(device_id("B"))));
    EXPECT_NE(a.key, b.key);
    EXPECT_EQ(run(inventory.find(device_id("A")))->key, a.key);
    EXPECT_EQ(run(inventory.find(device_id("B")))->key, b.key);
    EXPECT_FALSE(run(inventory.find(device_id("C"))));
}

TEST_F(InventoryInPostgres, PromotedParametersAndThoseOfTreesAreSearchedAlike)
{
    backend_.add(device_id("A"), {{"Device.WiFi.SSID.1.SSID", "home"}, {"Device.X_ACME.Level", "3"}});
    backend_.add(device_id("B"), {{"Device.WiFi.SSID.1.SSID", "office"}, {"Device.X_ACME.Level", "7"}});
    ASSERT_EQ(backend_.stores.number("SELECT count(*) FROM device_parameter"), 2);
    auto const promoted = search("value('Device.WiFi.SSID.1.SSID') = 'home'");
    ASSERT_TRUE(promoted) << promoted.error().what;
    EXPECT_THAT(serials(*promoted), ElementsAre("A"));
    auto const in_tree =
        search("acs.number(value('Device.X_ACME.Level')) > 5 AND value('Device.WiFi.SSID.1.SSID') LIKE 'off%'");
    ASSERT_TRUE(in_tree) << in_tree.error().what;
    EXPECT_THAT(serials(*in_tree), ElementsAre("B"));
    auto const unknown = search("value('Device.NobodyHasThis') IS NULL");
    ASSERT_TRUE(unknown) << unknown.error().what;
    EXPECT_EQ(unknown->size(), 2u);
}

TEST_F(InventoryInPostgres, ASearchThatTakesTooLongIsToldKindlyAndTheNextOneWorks)
{
    backend_.add(device_id("A"));
    // A lock that the search has to wait for: it takes too long whatever the machine.
    pqxx::connection other{database().url()};
    pqxx::work lock{other};
    lock.exec("LOCK TABLE public.device IN ACCESS EXCLUSIVE MODE");
    auto const slow = search("serial_number = 'A'");
    ASSERT_FALSE(slow);
    EXPECT_THAT(slow.error().what, HasSubstr("took too long"));
    EXPECT_THROW(run(inventory().find(DeviceKey{1})), base::Unavailable);
    lock.abort();
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(search("serial_number = 'A'"));
}

TEST_F(InventoryInPostgres, WhatPostgresRefusesIsToldInOneSentence)
{
    backend_.add(device_id("A"));
    domain::Condition const condition{"(1 / (length(device.serial_number) - 1) > 0)", {}};
    auto const refused = run(inventory().search(condition, DeviceKey{0}, 10));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().what, "PostgreSQL refused the search: division by zero");
    EXPECT_TRUE(run(inventory().search(std::nullopt, DeviceKey{0}, 10)));
}

TEST_F(InventoryInPostgres, WhatPostgresCannotDecideMatchesNothing)
{
    auto const key = backend_.add(device_id("A"));
    domain::Condition const condition{"(1 / (length(device.serial_number) - 1) > 0)", {}};
    EXPECT_THAT(run(inventory().matching({key}, condition)), IsEmpty());
}

TEST_F(InventoryInPostgres, ADeviceThatCannotBeDecidedHidesNoOther)
{
    std::vector<domain::DeviceKey> keys;
    for (auto const* const serial : {"LONG-1", "A", "LONG-2", "LONG-3", "B"})
        keys.push_back(backend_.add(device_id(serial)));
    domain::Condition const condition{"(1 / (length(device.serial_number) - 1) >= 0)", {}};
    EXPECT_THAT(run(inventory().matching(keys, condition)), testing::UnorderedElementsAre(keys[0], keys[2], keys[3]));
}

TEST_F(InventoryInPostgres, ASearchCanChangeNothing)
{
    backend_.add(device_id("A"));
    domain::Condition const condition{"(nextval('public.path_path_id_seq') > 0)", {}};
    auto const refused = run(inventory().search(condition, DeviceKey{0}, 10));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("read-only"));
}

TEST_F(InventoryInPostgres, TimesInConditionsAreInUtcWhateverTheDatabaseIsSetTo)
{
    backend_.add(device_id("A"));
    auto const name = database().value("SELECT current_database()");
    database().exec("ALTER DATABASE " + name + " SET timezone = 'Pacific/Kiritimati'");
    database().exec("ALTER DATABASE " + name + " SET standard_conforming_strings = off");
    database().disconnect_all();
    database().exec("UPDATE device_contact SET last_inform = '2026-03-01 12:00:00+00'");
    auto const found = search("last_inform = '2026-03-01 12:00:00'");
    ASSERT_TRUE(found) << found.error().what;
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().last_inform, base::TimePoint{std::chrono::sys_days{2026y / 3 / 1} + 12h});
    auto const plain = search(R"(serial_number <> 'a\' || 'b')");
    ASSERT_TRUE(plain) << plain.error().what;
    EXPECT_EQ(plain->size(), 1u);
}

TEST_F(InventoryInPostgres, BytesThatAreNoTextAreNeitherStoredNorFatal)
{
    auto const key = backend_.add(device_id("A"));
    EXPECT_FALSE(run(inventory().find(device_id(std::string{"\xff\0x", 3}))));
    domain::Condition const condition{"(value_1 IS NULL)", {std::string{"Device.\xff\0", 9}}};
    EXPECT_TRUE(run(inventory().search(condition, DeviceKey{0}, 10)));
    auto const added = order(key, domain::SetTask{{{"Device.X", std::string{"a\0b\xff", 4}, cwmp::ValueType::string}}});
    auto const found = run(inventory().find_task(added.task.id));
    ASSERT_TRUE(found);
    EXPECT_EQ(std::get<domain::SetTask>(found->task.arguments).settings.at(0).value, "a\xEF\xBF\xBD"
                                                                                     "b\xEF\xBF\xBD");
}

TEST_F(InventoryInPostgres, SecretsOfTasksAreSealedInTheTableAndHiddenFromPeopleButNotFromSessions)
{
    auto const key = backend_.add(device_id("A"));
    std::string const path = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";
    auto const added = order(key, domain::SetTask{{{path, "hunter2hunter2", std::nullopt}}});
    auto const shown = [&](domain::TaskRow const& row) {
        return std::get<domain::SetTask>(row.task.arguments).settings.at(0).value;
    };
    EXPECT_EQ(shown(added), "********");
    EXPECT_EQ(shown(*run(inventory().find_task(added.task.id))), "********");
    EXPECT_EQ(shown(run(inventory().tasks({})).at(0)), "********");
    EXPECT_THAT(database().dump("-a"), Not(HasSubstr("hunter2hunter2")));
    auto const open = run(backend_.stores.path.tasks().open_tasks(key));
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(std::get<domain::SetTask>(open[0].arguments).settings.at(0).value, "hunter2hunter2");
}

TEST_F(InventoryInPostgres, ATaskThatCannotBeReadHidesNoOther)
{
    auto const key = backend_.add(device_id("A"));
    auto const good = order(key, domain::RebootTask{});
    auto const bad = order(key, domain::GetTask{{"Device."}});
    database().exec("UPDATE task SET arguments = '{\"paths\": 7}' WHERE task_id = " +
                    std::to_string(bad.task.id.value()));
    auto const rows = run(inventory().tasks({}));
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].task.id, good.task.id);
}

TEST_F(InventoryInPostgres, LoginsOfConnectionRequestsComeNewestFirstAndAreSealed)
{
    auto const key = backend_.add(device_id("A"));
    auto& sessions = backend_.stores.path.sessions();
    using Login = domain::Inventory::WakeCredentials;
    EXPECT_THAT(run(inventory().wake_credentials(key)), IsEmpty());
    run(sessions.keep_wake_credentials(key, "cpe", "first-secret"));
    EXPECT_THAT(run(inventory().wake_credentials(key)), ElementsAre(Login{"cpe", "first-secret"}));
    run(sessions.keep_wake_credentials(key, "", "second-secret"));
    run(sessions.keep_wake_credentials(key, "cpe", "second-secret"));
    EXPECT_THAT(run(inventory().wake_credentials(key)),
                ElementsAre(Login{"cpe", "second-secret"}, Login{"cpe", "first-secret"}));
    EXPECT_THAT(database().dump("-a"), Not(HasSubstr("-secret")));
}

TEST_F(InventoryInPostgres, AnOutageInBetweenIsNotNoticed)
{
    backend_.add(device_id("A"));
    EXPECT_TRUE(run(inventory().search(std::nullopt, DeviceKey{0}, 10)));
    database().disconnect_all();
    EXPECT_EQ(run(inventory().search(std::nullopt, DeviceKey{0}, 10))->size(), 1u);
}

}  // namespace
}  // namespace contract
