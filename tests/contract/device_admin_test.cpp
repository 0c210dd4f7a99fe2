// What people decide about devices and their identities.
#include "rare_stores.hpp"
#include "storage/pg_device_admin.hpp"
#include "storage/pg_inventory.hpp"
#include "storage/pg_webhooks.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using testing::HasSubstr;

class DeviceAdminTest : public testing::Test {
protected:
    static cwmp::DeviceId box(std::string product_class) { return {"Acme", "00D09E", std::move(product_class), "S1"}; }

    std::optional<domain::KnownDevice> look_up(std::string product_class)
    {
        return stores.run(stores.path.sessions().look_up(box(std::move(product_class)), "")).device;
    }
    domain::TaskId order(domain::DeviceKey device, domain::TaskArguments arguments)
    {
        domain::Task task;
        task.device = device;
        task.arguments = std::move(arguments);
        return stores.run(inventory.add_task(std::move(task))).task.id;
    }
    std::vector<domain::Task> open_tasks(domain::DeviceKey device)
    {
        return stores.run(stores.path.tasks().open_tasks(device));
    }
    base::Result<void> merge() { return stores.run(admin.merge(from.key, into.key)); }
    int rows(std::string const& table, domain::Admission const& device)
    {
        return stores.number("SELECT count(*) FROM " + table +
                             " WHERE device_id = " + std::to_string(device.key.value()));
    }

    RareStores stores;
    storage::PgInventory inventory{
        {stores.writes, stores.searches, stores.path.trees(), stores.sealer, stores.path.ids(), nullptr}};
    storage::PgDeviceAdmin admin{stores.writes, stores.sealer};
    domain::Admission into = stores.admit(box("HG-1000"));
    domain::Admission from = stores.admit(box("HG-1000v2"));
};

TEST_F(DeviceAdminTest, WhatRulesDidOnceToEitherIsDoneAndTheyAreEvaluatedAnew)
{
    for (auto const& [device, key] : {std::pair{from, "a"}, std::pair{into, "b"}})
        stores.database.exec("INSERT INTO rule_outcome (device_id, epoch, done) VALUES (" +
                             std::to_string(device.key.value()) + ", 1, jsonb_build_object('" + key + "', 7))");
    stores.database.exec("INSERT INTO rule_quarantine (device_id, rule, version_id, reason) VALUES (" +
                         std::to_string(from.key.value()) + ", 'r', 1, 'it will not stay')");
    ASSERT_TRUE(merge());
    EXPECT_EQ(stores.database.value("SELECT done::text FROM rule_outcome"), R"({"a": 7, "b": 7})");
    EXPECT_EQ(rows("rule_outcome", into), 1);
    EXPECT_EQ(rows("rule_quarantine", from), 0);
    EXPECT_LT(look_up("HG-1000")->rules_epoch, 0);
}

TEST_F(DeviceAdminTest, BothIdentitiesAreOneDeviceWithTheHistoryOfBoth)
{
    stores.store(into, {{"Device.A", "1"}});
    auto const events = rows("event", from) + rows("event", into);
    ASSERT_TRUE(merge());
    ASSERT_TRUE(look_up("HG-1000v2"));
    EXPECT_EQ(look_up("HG-1000v2")->key, into.key);
    EXPECT_EQ(look_up("HG-1000")->key, into.key);
    EXPECT_EQ(rows("event", into), events + 1) << "and the merge itself";
    for (auto const* table : {"device", "device_contact", "device_tree", "device_identity", "event", "task"})
        EXPECT_EQ(rows(table, from), 0) << table;
    auto const shown = stores.run(inventory.find(box("HG-1000v2")));
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->key, into.key);
}

TEST_F(DeviceAdminTest, WhatIsKnownOfTheDeviceHeardLaterCountsAndItIsReadAnew)
{
    stores.store(into, {{"Device.A", "1"}});
    auto told = stores.inform(box("HG-1000v2"));
    told.at = stores.clock.now() + 60s;
    told.key = from.key;
    told.facts.connection_request_url = "http://192.0.2.99/new";
    static_cast<void>(stores.run(stores.path.sessions().commit_contact(told)));
    ASSERT_TRUE(look_up("HG-1000")->has_tree);
    ASSERT_TRUE(merge());
    auto const known = look_up("HG-1000");
    EXPECT_EQ(known->facts.connection_request_url, "http://192.0.2.99/new");
    EXPECT_FALSE(known->has_tree);
}

TEST_F(DeviceAdminTest, WhatIsKnownOfTheDeviceThatStaysCountsWhenItWasHeardLater)
{
    stores.store(into, {{"Device.A", "1"}});
    auto told = stores.inform(box("HG-1000"));
    told.at = stores.clock.now() + 60s;
    told.key = into.key;
    static_cast<void>(stores.run(stores.path.sessions().commit_contact(told)));
    ASSERT_TRUE(merge());
    EXPECT_TRUE(look_up("HG-1000v2")->has_tree);
    EXPECT_EQ(stores.run(inventory.find(into.key))->identity.product_class, "HG-1000");
}

TEST_F(DeviceAdminTest, QueuedTasksGoOnWithTheirSecretsAndSentOnesHaveFailed)
{
    auto const queued =
        order(from.key, domain::SetTask{{{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "a secret"}}});
    auto const sent = order(from.key, domain::RebootTask{});
    domain::TaskUpdate update;
    update.device = from.key;
    update.id = sent;
    update.epoch = from.epoch;
    update.state = domain::TaskState::sent;
    ASSERT_TRUE(stores.run(stores.path.tasks().update(update)));
    ASSERT_TRUE(merge());
    auto const open = open_tasks(into.key);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].id, queued);
    EXPECT_EQ(std::get<domain::SetTask>(open[0].arguments).settings.at(0).value, "a secret");
    auto const failed = stores.run(inventory.find_task(sent));
    EXPECT_EQ(failed->task.state, domain::TaskState::failed);
    EXPECT_EQ(failed->task.device, into.key);
    EXPECT_THAT(failed->fault_text, HasSubstr("became one with another"));
}

TEST_F(DeviceAdminTest, LiveSessionsOfBothAreRefusedAtTheirNextWrite)
{
    auto const task = order(into.key, domain::RebootTask{});
    ASSERT_TRUE(merge());
    domain::TaskUpdate update;
    update.device = into.key;
    update.id = task;
    update.epoch = into.epoch;
    update.state = domain::TaskState::sent;
    EXPECT_FALSE(stores.run(stores.path.tasks().update(update)));
    EXPECT_FALSE(stores.run(stores.path.trees().store(from.key, from.epoch, datamodel::ParameterTree{}, {}, "1")));
}

TEST_F(DeviceAdminTest, AnInformThatWasLookedUpBeforeTheMergeBecomesOneOfTheDeviceThatStays)
{
    auto told = stores.inform(box("HG-1000v2"));
    told.key = from.key;
    ASSERT_TRUE(merge());
    auto const epoch = look_up("HG-1000")->session_epoch;
    auto const admission = stores.run(stores.path.sessions().commit_contact(told));
    EXPECT_EQ(admission.key, into.key);
    EXPECT_EQ(admission.epoch, epoch + 1);
    EXPECT_EQ(rows("device", from), 0);
}

TEST_F(DeviceAdminTest, LoginsOfConnectionRequestsAreSealedForTheDeviceThatStays)
{
    stores.run(stores.path.sessions().keep_wake_credentials(from.key, "cr", "wake up"));
    auto told = stores.inform(box("HG-1000v2"));
    told.at = stores.clock.now() + 60s;
    told.key = from.key;
    static_cast<void>(stores.run(stores.path.sessions().commit_contact(told)));
    ASSERT_TRUE(merge());
    auto const logins = stores.run(inventory.wake_credentials(into.key));
    ASSERT_FALSE(logins.empty());
    EXPECT_EQ(logins[0].username, "cr");
    EXPECT_EQ(logins[0].password, "wake up");
}

TEST_F(DeviceAdminTest, EventsThatAWebhookHasNotHadAreNotPassedOverInTheLaneThatTheyGoTo)
{
    for (int n = 0; domain::lane_of(from.key) == domain::lane_of(into.key); ++n)
        from = stores.admit(box("HG-" + std::to_string(n)));
    domain::Webhook webhook;
    webhook.name = "oss";
    storage::PgWebhooks webhooks{stores.writes, stores.sealer, 3};
    auto const id = stores.run(webhooks.add(webhook))->webhook.id;
    stores.run(webhooks.lease(15s, {}));
    auto const lane_of = [](domain::Admission const& device) { return std::to_string(domain::lane_of(device.key)); };
    stores.database.exec("UPDATE webhook_position SET tx = '5', event_id = 7 WHERE lane = " + lane_of(from));
    auto const place = stores.run(webhooks.lease(15s, {})).at(0).lanes[domain::lane_of(into.key)];
    ASSERT_TRUE(merge());
    EXPECT_EQ(stores.database.value("SELECT tx || '.' || event_id FROM webhook_position WHERE lane = " + lane_of(into)),
              "5.7");
    EXPECT_FALSE(stores.run(webhooks.advance(id, domain::lane_of(into.key), place, {place.tx + 1, 1})))
        << "who works on it finds out";
}

TEST_F(DeviceAdminTest, ADeviceThatIsGoneIsNotMerged)
{
    EXPECT_FALSE(stores.run(admin.merge(domain::DeviceKey{4711}, into.key)));
    EXPECT_FALSE(stores.run(admin.merge(into.key, into.key)));
    EXPECT_TRUE(look_up("HG-1000"));
}

TEST_F(DeviceAdminTest, TheSameSerialNumberWithAnotherProductClassIsProposed)
{
    stores.admit({"Acme", "00D09E", "HG-1000", "S2"});
    stores.admit({"Acme", "00D09F", "HG-9", "S1"});
    auto const proposals = stores.run(admin.merge_proposals(into.key));
    ASSERT_EQ(proposals.size(), 1u);
    EXPECT_EQ(proposals[0].product_class, "HG-1000v2");
    ASSERT_TRUE(merge());
    EXPECT_TRUE(stores.run(admin.merge_proposals(into.key)).empty());
    EXPECT_EQ(stores.database.value("SELECT detail->>'product_class' FROM event WHERE kind = 'device.merged'"
                                    " AND device_id = " +
                                    std::to_string(into.key.value())),
              "HG-1000v2");
}

TEST_F(DeviceAdminTest, AConflictIsSettledByAState)
{
    stores.run(stores.path.sessions().mark_conflict(into.key, "conflict: two boxes"));
    ASSERT_TRUE(stores.run(admin.change(into.key, {.state = domain::DeviceState::active, .time_zone = {}})));
    EXPECT_EQ(look_up("HG-1000")->state, domain::DeviceState::active);
    EXPECT_EQ(look_up("HG-1000")->automation_stopped, "");
    EXPECT_EQ(stores.database.value("SELECT kind || ' ' || (detail->>'from') FROM event WHERE detail ? 'from'"),
              "device.enrolled conflict");
}

TEST_F(DeviceAdminTest, ATimeZoneMustExist)
{
    auto const zone = [this] {
        return stores.database.value("SELECT coalesce(time_zone, 'none') FROM device WHERE device_id = " +
                                     std::to_string(into.key.value()));
    };
    auto const set = [this](std::string name) {
        return stores.run(admin.change(into.key, {.state = {}, .time_zone = std::move(name)}));
    };
    EXPECT_TRUE(set("Europe/Berlin"));
    EXPECT_EQ(zone(), "Europe/Berlin");
    auto const refused = set("Mars/Olympus");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("Mars/Olympus"));
    EXPECT_EQ(zone(), "Europe/Berlin");
    auto const former = set("");
    ASSERT_TRUE(former);
    EXPECT_EQ(former->time_zone, "Europe/Berlin");
    EXPECT_EQ(former->state, domain::DeviceState::active);
    EXPECT_EQ(zone(), "none");
    EXPECT_FALSE(
        stores.run(admin.change(domain::DeviceKey{4711}, {.state = domain::DeviceState::active, .time_zone = {}})));
}

TEST_F(DeviceAdminTest, WhatPeopleKnowOfADeviceIsKeptAndTakenAway)
{
    auto const former = stores.run(admin.change(into.key, {.tags = std::vector<std::string>{"b", "a"},
                                                           .subscriber = "C-17",
                                                           .access_node = "OLT-7",
                                                           .parent_device = from.key,
                                                           .attributes = R"({"floor":3,"contract":"x"})"}));
    ASSERT_TRUE(former);
    EXPECT_EQ(former->tags, std::vector<std::string>{});
    EXPECT_EQ(former->subscriber, "");
    auto const shown = stores.run(inventory.find(into.key));
    EXPECT_EQ(shown->tags, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(shown->subscriber, "C-17");
    auto const notes = stores.run(admin.notes(into.key));
    EXPECT_EQ(notes.access_node, "OLT-7");
    EXPECT_EQ(notes.parent_device->product_class, "HG-1000v2");
    EXPECT_EQ(notes.attributes, R"({"floor": 3, "contract": "x"})");
    ASSERT_TRUE(stores.run(admin.change(into.key, {.subscriber = "",
                                                   .access_node = "",
                                                   .parent_device = domain::DeviceKey{},
                                                   .attributes = R"({"contract":null})"})));
    EXPECT_EQ(stores.run(inventory.find(into.key))->subscriber, "");
    EXPECT_EQ(stores.run(inventory.find(into.key))->tags, (std::vector<std::string>{"a", "b"}));
    auto const after = stores.run(admin.notes(into.key));
    EXPECT_EQ(after.access_node, "");
    EXPECT_FALSE(after.parent_device);
    EXPECT_EQ(after.attributes, R"({"floor": 3})");
}

TEST_F(DeviceAdminTest, TagsGoOnAndComeOffOneByOneWithinABound)
{
    auto const tag = [this](std::vector<std::string> add, std::vector<std::string> remove) {
        return stores.run(admin.change(into.key, {.add_tags = std::move(add), .remove_tags = std::move(remove)}));
    };
    ASSERT_TRUE(tag({"gold", "a \"quoted, {strange}\" one"}, {}));
    ASSERT_TRUE(tag({"gold"}, {}));
    ASSERT_TRUE(tag({}, {"gold", "never there"}));
    EXPECT_EQ(stores.run(inventory.find(into.key))->tags, std::vector<std::string>{"a \"quoted, {strange}\" one"});
    std::vector<std::string> many;
    for (int n = 0; n < 32; ++n)
        many.push_back(std::to_string(n));
    auto const refused = tag(many, {});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("33 tags"));
    EXPECT_EQ(stores.run(inventory.find(into.key))->tags.size(), 1u);
    auto const large = stores.run(admin.change(
        into.key, {.subscriber = "not kept", .attributes = R"({"x":")" + std::string(9'000, 'x') + "\"}"}));
    ASSERT_FALSE(large);
    EXPECT_EQ(stores.run(inventory.find(into.key))->subscriber, "");
}

TEST_F(DeviceAdminTest, OnlyWhatRulesReadMarksTheDeviceForThem)
{
    stores.database.exec("UPDATE device_contact SET rules_epoch = 5");
    ASSERT_TRUE(stores.run(admin.change(into.key, {.add_tags = {"gold"}})));
    EXPECT_EQ(look_up("HG-1000")->rules_epoch, -1);
    EXPECT_EQ(look_up("HG-1000v2")->rules_epoch, 5);
    EXPECT_EQ(rows("rule_touch", into), 1);
    ASSERT_TRUE(stores.run(admin.change(from.key, {.subscriber = "C-17"})));
    EXPECT_EQ(look_up("HG-1000v2")->rules_epoch, -1);
    stores.database.exec("UPDATE device_contact SET rules_epoch = 5");
    ASSERT_TRUE(stores.run(admin.change(into.key, {.add_tags = {"gold"}, .access_node = "OLT-7"})));
    EXPECT_EQ(look_up("HG-1000")->rules_epoch, 5);
}

}  // namespace
}  // namespace contract
