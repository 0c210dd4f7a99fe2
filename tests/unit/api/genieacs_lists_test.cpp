// Tasks, faults, files and what is refused, as GenieACS's API has them.
#include "api_fixture.hpp"

#include "api/genieacs/filter_match.hpp"
#include "net/url.hpp"

namespace api_test {
namespace {

class GenieListsTest : public ApiTest {
protected:
    static constexpr std::string_view base = "/compat/genieacs";

    Reply list(std::string_view collection, std::string_view query = "", std::string_view fields = "")
    {
        return get(fmt::format("{}/{}?{}{}", base, collection,
                               query.empty() ? "" : "query=" + net::percent_encoded(query) + "&", fields));
    }
    Reply remove(std::string_view path) { return call("DELETE", fmt::format("{}{}", base, path)); }
    domain::TaskId order(std::string_view device, std::string_view body = R"({"kind":"reboot"})")
    {
        post(fmt::format("/api/v1/devices/{}/tasks", device), body);
        return inventory_.all_tasks().back().task.id;
    }
    void set_state(domain::TaskId task, domain::TaskState state)
    {
        inventory_.change(task, [state, this](domain::TaskRow& row) {
            row.task.state = state;
            row.updated = clock_.time;
            if (state == domain::TaskState::failed) {
                row.task.attempts = 2;
                row.fault_code = 9002;
                row.fault_text = "Internal error";
            }
        });
    }
    /// The _ids of a list.
    static std::string ids(Reply const& reply)
    {
        std::string all;
        for (auto const& each : reply.body.as_array())
            all += (all.empty() ? "" : " ") + std::string{support::view(each.at("_id").as_string())};
        return all;
    }
};

TEST_F(GenieListsTest, TasksAreThoseToBeDoneAndThoseThatFailed)
{
    order("00D09E-HG%2D1000-S1");
    set_state(order("00D09E-HG%2D1000-S1"), domain::TaskState::failed);
    set_state(order("00D09E-HG%2D1000-S1"), domain::TaskState::done);
    order("00D09E-STB-S2", R"({"kind":"get","paths":["Device.A.B"]})");
    EXPECT_EQ(ids(list("tasks")), "1 4 2");
    EXPECT_EQ(ids(list("tasks", R"({"device":"00D09E-HG%2D1000-S1"})")), "1 2");
    EXPECT_EQ(ids(list("tasks", R"({"device":"nobody"})")), "");
    EXPECT_EQ(ids(list("tasks", R"({"name":{"$in":["getParameterValues","x"]}})")), "4");
    EXPECT_EQ(ids(list("tasks", R"({"timestamp":{"$lt":"2026-03-01T12:00:01Z"},"_id":{"$ne":"1"}})")), "4 2");
    EXPECT_EQ(ids(list("tasks", "", "sort=%7B%22_id%22:-1%7D&skip=1&limit=1")), "2");
    EXPECT_EQ(list("tasks", R"({"name":"reboot"})", "projection=name").body,
              json::parse(R"([{"_id":"1","name":"reboot"},{"_id":"2","name":"reboot"}])"));
    EXPECT_EQ(list("tasks").headers.get("total"), "3");
    EXPECT_EQ(list("tasks", R"({"name":{"$regex":"[a-z]"}})").status, 400u);
    EXPECT_EQ(ids(list("tasks", R"({"name":{"$regex":"^get"}})")), "4");
}

TEST_F(GenieListsTest, OneTaskAndTheFaultsOfOneDeviceAreFoundAmongMoreThanAListHolds)
{
    domain::Task other;
    other.device = domain::DeviceKey{2};
    other.arguments = domain::RebootTask{};
    other.state = domain::TaskState::failed;
    for (int i = 0; i < 10'001; ++i)
        support::run(context_, inventory_.add_task(other));
    auto const task = order("00D09E-HG%2D1000-S1");
    auto const id = std::to_string(task.value());
    EXPECT_EQ(list("tasks").status, 400u);
    EXPECT_EQ(ids(list("tasks", fmt::format(R"({{"_id":"{}"}})", id))), id);
    EXPECT_EQ(ids(list("tasks", R"({"_id":"7","name":"reboot"})")), "7");
    EXPECT_EQ(ids(list("tasks", R"({"_id":"7","device":"00D09E-HG%2D1000-S1"})")), "") << "of another device";
    EXPECT_EQ(ids(list("tasks", R"({"_id":"99999"})")), "");
    set_state(task, domain::TaskState::failed);
    EXPECT_EQ(list("faults").status, 400u);
    EXPECT_EQ(ids(list("faults", R"({"_id":{"$regex":"^00D09E-HG%2D1000-S1:"}})")),
              fmt::format("00D09E-HG%2D1000-S1:task_{}", id));
}

TEST(GenieQueries, TheBeginningThatAQueryDemandsIsKnown)
{
    auto const start = [](std::string_view query) {
        return api::genieacs::demanded_start(*api::genieacs::read_filter(query), "_id").value_or("none");
    };
    EXPECT_EQ(start(R"({"_id":{"$regex":"^00D09E-S1:"}})"), "00D09E-S1:");
    EXPECT_EQ(start(R"({"channel":"a","_id":{"$regex":"^a\\.b:"}})"), "a.b:");
    EXPECT_EQ(start(R"({"_id":{"$regex":"00D09E-S1:"}})"), "none") << "it may stand anywhere";
    EXPECT_EQ(start(R"({"_id":{"$regex":"^a","$options":"i"}})"), "none");
    EXPECT_EQ(start(R"({"_id":{"$not":{"$regex":"^a"}}})"), "none");
    EXPECT_EQ(start(R"({"$or":[{"_id":{"$regex":"^a"}}]})"), "none") << "it is not demanded by itself";
    EXPECT_EQ(start(R"({"device":{"$regex":"^a"}})"), "none");
}

TEST_F(GenieListsTest, ATaskIsTakenBackUnlessTheDeviceIsWorkingOnIt)
{
    auto const queued = order("00D09E-STB-S2");
    EXPECT_EQ(remove(fmt::format("/tasks/{}", queued.value())).status, 200u);
    EXPECT_EQ(inventory_.all_tasks().back().task.state, domain::TaskState::cancelled);
    EXPECT_EQ(audited().back(), "task.cancelled");
    EXPECT_EQ(remove(fmt::format("/tasks/{}", queued.value())).status, 404u) << "it is gone";
    auto const sent = order("00D09E-STB-S2");
    set_state(sent, domain::TaskState::sent);
    auto const busy = remove(fmt::format("/tasks/{}", sent.value()));
    EXPECT_EQ(busy.status, 503u);
    EXPECT_EQ(busy.reason, "Device is in session");
    EXPECT_EQ(remove("/tasks/99").status, 404u);
    EXPECT_EQ(remove("/tasks/5e8f8f8f8f8f8f8f8f8f8f8f").status, 404u);
}

TEST_F(GenieListsTest, ATaskThatFailedIsAFaultAndIsTriedAgainOrForgotten)
{
    auto const task = order("00D09E-HG%2D1000-S1");
    set_state(task, domain::TaskState::failed);
    auto const faults = list("faults");
    EXPECT_EQ(faults.body, json::parse(R"([{"_id":"00D09E-HG%2D1000-S1:task_1","device":"00D09E-HG%2D1000-S1",
        "channel":"task_1","timestamp":"2026-03-01T12:00:00.000Z","code":"cwmp.9002","message":"Internal error",
        "retries":2}])"));
    EXPECT_EQ(ids(list("faults", R"({"_id":{"$regex":"^00D09E-HG%2D1000-S1:"}})")), "00D09E-HG%2D1000-S1:task_1");
    EXPECT_EQ(ids(list("faults", R"({"device":"00D09E-STB-S2"})")), "");

    EXPECT_EQ(call("POST", "/compat/genieacs/tasks/1/retry").status, 200u);
    EXPECT_EQ(inventory_.all_tasks().back().task.state, domain::TaskState::queued);
    EXPECT_EQ(audited().back(), "task.retried");
    EXPECT_EQ(ids(list("faults")), "");
    EXPECT_EQ(call("POST", "/compat/genieacs/tasks/1/retry").status, 200u) << "it is still to be done";
    EXPECT_EQ(call("POST", "/compat/genieacs/tasks/2/retry").status, 404u);

    set_state(task, domain::TaskState::failed);
    EXPECT_EQ(remove("/faults/00D09E-STB-S2:task_1").status, 404u) << "of another device";
    EXPECT_EQ(remove("/faults/00D09E-HG%252D1000-S1%3Atask_1").status, 200u);
    EXPECT_EQ(audited().back(), "task.forgotten");
    EXPECT_TRUE(inventory_.all_tasks().empty());
    EXPECT_EQ(remove("/faults/00D09E-HG%2D1000-S1:task_1").status, 404u);
    EXPECT_EQ(remove("/faults/nonsense").status, 404u);
}

TEST_F(GenieListsTest, WhatARuleHasGivenUpIsAFaultOfItsName)
{
    rules_.given_up.push_back({.device = domain::DeviceKey{1},
                               .identity = {"", "00D09E", "HG-1000", "S1"},
                               .rule = "wifi",
                               .what = "Device.WiFi.SSID.1.SSID",
                               .version = 3,
                               .since = clock_.time,
                               .reason = "it did not stay",
                               .evidence = "{}"});
    auto const faults = list("faults", R"({"_id":"00D09E-HG%2D1000-S1:wifi"})");
    EXPECT_EQ(ids(faults), "00D09E-HG%2D1000-S1:wifi");
    EXPECT_EQ(faults.body.at(0).at("message").as_string(), "it did not stay");
    auto const token = add_token(add_person("bert", "administrator"),
                                 domain::Permissions{domain::Permission::tasks_read, domain::Permission::tasks_write});
    EXPECT_EQ(as(token, "GET", "/compat/genieacs/faults").body, json::array{}) << "without rules.read";
    EXPECT_EQ(as(token, "DELETE", "/compat/genieacs/faults/00D09E-HG%2D1000-S1:wifi").status, 403u);
    EXPECT_EQ(remove("/faults/00D09E-HG%2D1000-S1:wifi").status, 200u);
    EXPECT_EQ(audited().back(), "rule_quarantine.released");
}

TEST_F(GenieListsTest, FilesAreStoredListedAndRemovedByName)
{
    auto const put = [this](std::string_view bytes, net::Headers headers = {}) {
        return call("PUT", "/compat/genieacs/files/fw-2.0.bin", bytes, std::move(headers));
    };
    EXPECT_EQ(put("bytes", {{"fileType", "3 Vendor Configuration File"}, {"version", "2.0"}}).status, 201u);
    auto const files = list("files");
    EXPECT_EQ(ids(files), "fw-2.0.bin");
    EXPECT_EQ(files.body.at(0).at("length").to_number<int>(), 5);
    EXPECT_EQ(files.body.at(0).at("metadata"),
              json::parse(R"({"fileType":"3 Vendor Configuration File","productClass":"","version":"2.0"})"));
    EXPECT_EQ(put("other bytes").status, 201u);
    EXPECT_EQ(ids(list("files")), "fw-2.0.bin") << "in place of the one before";
    EXPECT_EQ(list("files").body.at(0).at("metadata").at("fileType").as_string(), "1 Firmware Upgrade Image");
    EXPECT_EQ(ids(list("files", R"({"metadata.version":"2.0"})")), "");
    EXPECT_EQ(put("").status, 400u);
    EXPECT_EQ(call("PUT", "/compat/genieacs/files/a%2Fb", "x").status, 400u);
    EXPECT_EQ(put(std::string(2'000, 'x')).status, 413u);
    auto const bytes = get("/compat/genieacs/files/fw-2.0.bin");
    EXPECT_EQ(bytes.status, 405u) << "they are for devices only";
    EXPECT_EQ(bytes.headers.get("Allow"), "PUT, DELETE");
    EXPECT_EQ(remove("/files/fw-2.0.bin").status, 200u);
    EXPECT_EQ(remove("/files/fw-2.0.bin").status, 404u);
    EXPECT_EQ(ids(list("files")), "");
}

TEST_F(GenieListsTest, AnUploadDoesNotRemoveALaterOneOfItsName)
{
    files_.on_list = [this] {
        boost::asio::io_context aside{1};
        domain::File later;
        later.name = "fw.bin";
        support::run(aside, files_.add(later));
    };
    EXPECT_EQ(call("PUT", "/compat/genieacs/files/fw.bin", "bytes").status, 201u);
    EXPECT_TRUE(support::run(context_, files_.find(domain::FileId{2})));
}

TEST_F(GenieListsTest, ATagIsPutOnADeviceAndTakenOff)
{
    EXPECT_EQ(call("POST", "/compat/genieacs/devices/00D09E-STB-S2/tags/gold%20customer").status, 200u);
    EXPECT_EQ(audited().back(), "device.tagged");
    EXPECT_EQ(remove("/devices/00D09E-STB-S2/tags/gold%20customer").status, 200u);
    EXPECT_EQ(call("POST", "/compat/genieacs/devices/00D09E-STB-S9/tags/x").status, 404u);
    EXPECT_EQ(call("POST", "/compat/genieacs/devices/00D09E-STB-S2/tags/%01").status, 400u);
}

TEST_F(GenieListsTest, ADeviceIsRetiredAndErased)
{
    EXPECT_EQ(remove("/devices/00D09E-STB-S2").status, 200u);
    ASSERT_EQ(life_.retirements.size(), 1u);
    EXPECT_FALSE(life_.retirements[0].second.factory_reset);
    EXPECT_EQ(life_.purges, std::vector{domain::DeviceKey{2}});
    EXPECT_THAT(audited(), testing::ElementsAre("device.retired")) << "the purge writes its own line";
    EXPECT_EQ(remove("/devices/00D09E-STB-S9").status, 404u);
    add_device(9, "STB", "S9", domain::DeviceState::rejected);
    EXPECT_EQ(remove("/devices/00D09E-STB-S9").status, 200u);
    EXPECT_EQ(life_.retirements.size(), 1u) << "it was not in service";
    life_.refusal = "it has left already";
    EXPECT_EQ(remove("/devices/00D09E-STB-S2").status, 409u);
}

TEST_F(GenieListsTest, WhatRulesDoIsRefusedWithAPointerToThem)
{
    for (auto const* const collection : {"presets", "objects", "provisions", "virtual_parameters"}) {
        EXPECT_EQ(list(collection).body, json::array{}) << collection;
        EXPECT_EQ(list(collection).headers.get("total"), "0") << collection;
        for (auto const* const method : {"PUT", "DELETE"}) {
            auto const reply = call(method, fmt::format("{}/{}/x", base, collection), "{}");
            EXPECT_EQ(reply.status, 422u) << collection;
            EXPECT_THAT(reply.detail(), HasSubstr("docs/rules.md")) << collection;
        }
    }
    EXPECT_EQ(list("config").body, json::array{});
    EXPECT_EQ(call("PUT", "/compat/genieacs/presets").status, 405u);
    EXPECT_EQ(list("users").status, 404u);
    auto const ping = get("/compat/genieacs/ping/192.0.2.1");
    EXPECT_EQ(ping.status, 422u);
    EXPECT_THAT(ping.detail(), HasSubstr("does not ping"));
}

}  // namespace
}  // namespace api_test
