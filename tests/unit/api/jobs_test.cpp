// Groups, and work on many devices.
#include "api_fixture.hpp"

namespace {

using namespace api_test;
using domain::JobState;
using domain::TaskState;

class GroupsTest : public ApiTest {
protected:
    Reply patch(std::string_view target, std::string_view body)
    {
        return call("PATCH", target, body, {{"Content-Type", "application/json"}});
    }
};

TEST_F(GroupsTest, AreMadeShownChangedAndRemoved)
{
    auto const made = post("/api/v1/groups", R"({"name":"boxes","where":"STB","description":"all boxes"})");
    EXPECT_EQ(made.status, 201u);
    EXPECT_EQ(made.headers.get("Location"), "/api/v1/groups/boxes");
    EXPECT_EQ(made.body.at("made_by").as_string(), "anna");
    EXPECT_EQ(post("/api/v1/groups", R"({"name":"boxes","where":"STB"})").status, 409u);
    auto const shown = get("/api/v1/groups/boxes");
    EXPECT_EQ(shown.body.at("devices").to_number<int>(), 1);
    EXPECT_EQ(shown.body.at("sample"), (json::array{"00D09E-STB-S2"}));
    EXPECT_EQ(patch("/api/v1/groups/boxes", R"({"where":"HG-1000"})").body.at("description").as_string(), "all boxes");
    EXPECT_EQ(get("/api/v1/groups").body.at("items").as_array().size(), 1u);
    EXPECT_EQ(call("DELETE", "/api/v1/groups/boxes").status, 204u);
    EXPECT_EQ(call("DELETE", "/api/v1/groups/boxes").status, 404u);
    EXPECT_EQ(get("/api/v1/groups/boxes").status, 404u);
    EXPECT_EQ(patch("/api/v1/groups/boxes", R"({"where":"STB"})").status, 404u);
    EXPECT_EQ(audited(), (std::vector<std::string>{"group.added", "group.changed", "group.removed"}));
}

TEST_F(GroupsTest, WhatCannotBeSavedIsRefused)
{
    for (auto const* const body : {R"({"name":"a b","where":"STB"})", R"({"name":"a"})", R"({"where":"STB"})",
                                   R"({"name":"a","where":"one; two"})", R"({"name":"a","where":"STB","x":1})"})
        EXPECT_EQ(post("/api/v1/groups", body).status, 422u) << body;
    EXPECT_EQ(patch("/api/v1/groups/a", "{}").status, 422u);
    EXPECT_TRUE(groups_.all.empty());
    auto const anna = add_person("bert", "administrator");
    auto const token = add_token(anna, domain::Permissions{domain::Permission::devices_write});
    EXPECT_EQ(as(token, "POST", "/api/v1/groups", R"({"name":"a","where":"parameter"})").status, 403u);
}

TEST_F(GroupsTest, StandForTheirConditionInLists)
{
    post("/api/v1/groups", R"({"name":"boxes","where":"STB"})");
    auto const found = get("/api/v1/devices?group=boxes").body.at("items").as_array();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].at("id").as_string(), "00D09E-STB-S2");
    EXPECT_EQ(get("/api/v1/devices?group=none").status, 400u);
    EXPECT_EQ(get("/api/v1/tags?group=boxes").status, 200u);
    groups_.all["boxes"].condition = "no longer; good";
    EXPECT_EQ(get("/api/v1/devices?group=boxes").status, 400u);
    EXPECT_THAT(get("/api/v1/groups/boxes").text, HasSubstr("one expression only"));
}

class JobsTest : public ApiTest {
protected:
    static constexpr std::string_view jobs_url = "/api/v1/jobs";

    Reply order(std::string_view body) { return post(jobs_url, body); }
    /// Makes the tasks of a job, as a runner would.
    void run(std::int64_t id)
    {
        jobs_.page = 10;
        auto const turn = support::run(context_, jobs_.turns(1)).at(0);
        domain::JobStep step{.devices = {domain::DeviceKey{1}, domain::DeviceKey{2}}, .is_last = true};
        ASSERT_EQ(turn.id, id);
        ASSERT_TRUE(support::run(context_, jobs_.advance(turn, step, 1)).is_taken);
        for (auto& row : jobs_.all.at(id).tasks)
            row.identity = support::run(context_, inventory_.find(row.task.device))->identity;
    }
    std::string describe(std::string_view state, std::string_view target = "/api/v1/jobs/1/tasks?state=")
    {
        return get(std::string{target} + std::string{state}).text;
    }
};

TEST_F(JobsTest, AreOrderedWithAllThatTheyMayHave)
{
    auto const made = order(R"({"kind":"set","values":{"Device.X":"1"},"where":"STB","name":"spring","per_minute":60,
        "at_once":5,"window":{"from":"01:00","until":"05:00"},"expires_at":"2026-04-01T00:00:00Z",
        "not_before":"2026-03-02T00:00:00Z","wake":true,"max_failed_percent":10})");
    ASSERT_EQ(made.status, 201u) << made.text;
    EXPECT_EQ(made.headers.get("Location"), "/api/v1/jobs/1");
    EXPECT_EQ(made.body.at("total").to_number<int>(), 1);
    EXPECT_EQ(made.body.at("where").as_string(), "STB");
    auto const& kept = jobs_.all.at(1).job.order;
    EXPECT_EQ(kept.per_minute, 60u);
    EXPECT_EQ(kept.at_once, 5u);
    EXPECT_EQ(kept.window, (domain::TaskWindow{std::chrono::hours{1}, std::chrono::hours{5}}));
    EXPECT_TRUE(kept.expires_at && kept.not_before && kept.wakes);
    EXPECT_EQ(kept.most_failed, 10u);
    EXPECT_EQ(kept.by, "anna");
    EXPECT_EQ(kept.part, "");
    EXPECT_EQ(audited(), (std::vector<std::string>{"job.created"}));
}

TEST_F(JobsTest, TakeEveryKindOfTaskAndTagsAndWakeUps)
{
    for (auto const* const body :
         {R"({"kind":"reboot","where":"STB"})", R"({"kind":"get","paths":["Device."],"where":"STB"})",
          R"({"kind":"tag","tags":["gold"],"where":"STB"})", R"({"kind":"untag","tags":["gold"],"where":"STB"})",
          R"({"kind":"wake","where":"STB"})", R"({"kind":"refresh","where":"STB"})"})
        EXPECT_EQ(order(body).status, 201u) << body;
    EXPECT_TRUE(std::get<domain::TagWork>(jobs_.all.at(4).job.order.work).is_removal);
    EXPECT_EQ(get("/api/v1/jobs/3").body.at("arguments"), json::parse(R"({"tags":["gold"]})"));
}

TEST_F(JobsTest, EveryBadFieldIsNamedAtOnce)
{
    EXPECT_EQ(order(R"({"kind":"set","where":"STB","per_minute":0,"at_once":0,"x":1})").fields(),
              "per_minute at_once values x");
    for (auto const* const body :
         {R"({"kind":"reboot"})", R"({"where":"STB"})", R"({"kind":"reboot","where":"STB","devices":["a"]})",
          R"({"kind":"reboot","devices":[]})", R"({"kind":"tag","where":"STB"})",
          R"({"kind":"tag","tags":[""],"where":"STB"})", R"({"kind":"wake","tags":["a"],"where":"STB"})",
          R"({"kind":"reboot","where":"STB","priority":"person"})", R"({"kind":"retire","where":"STB"})",
          R"({"kind":"credentials","where":"STB"})", R"({"kind":"reboot","where":"STB","max_failed_percent":101})",
          R"({"kind":"wake","where":"STB","window":{"from":"01:00","until":"02:00"}})",
          R"({"kind":"set","values":{"Device.ManagementServer.PeriodicInformInterval":"0"},"where":"STB"})",
          R"({"kind":"download","file_type":"1 Firmware Upgrade Image","file":"99","where":"STB"})"})
        EXPECT_EQ(order(body).status, 422u) << body;
    EXPECT_EQ(order(R"({"kind":"reboot","where":"one; two"})").status, 400u);
    EXPECT_EQ(order(R"({"kind":"reboot","group":"none"})").status, 400u);
    EXPECT_EQ(order("[]").status, 400u);
    EXPECT_TRUE(jobs_.all.empty());
}

TEST_F(JobsTest, ADryRunOnlyTellsWhichDevicesAreMeant)
{
    auto const preview = order(R"({"kind":"reboot","where":"STB","dry_run":true})");
    EXPECT_EQ(preview.status, 200u);
    EXPECT_EQ(preview.body.at("total").to_number<int>(), 1);
    EXPECT_EQ(preview.body.at("sample"), (json::array{"00D09E-STB-S2"}));
    EXPECT_TRUE(jobs_.all.empty());
    EXPECT_TRUE(audited().empty());
}

TEST_F(JobsTest, TheConditionOfAGroupIsCopied)
{
    post("/api/v1/groups", R"({"name":"boxes","where":"STB"})");
    EXPECT_EQ(order(R"({"kind":"reboot","group":"boxes"})").status, 201u);
    groups_.all.clear();
    EXPECT_EQ(jobs_.all.at(1).job.order.where, "STB");
    EXPECT_EQ(get("/api/v1/jobs/1").body.at("group").as_string(), "boxes");
}

TEST_F(JobsTest, DevicesMayBeNamedAndThoseThatAreNotThereAreToldOrLeftOut)
{
    EXPECT_EQ(order(R"({"kind":"reboot","devices":["00D09E-STB-S2","00D09E-HG%2D1000-S1"]})").status, 201u);
    EXPECT_EQ(jobs_.all.at(1).named.size(), 2u);
    EXPECT_TRUE(jobs_.all.at(1).job.order.is_list);
    auto const refused = order(R"({"kind":"reboot","devices":["00D09E-STB-S2","00D09E-STB-S9"]})");
    EXPECT_EQ(refused.status, 422u);
    EXPECT_THAT(refused.text, HasSubstr("00D09E-STB-S9"));
    auto const left = order(R"({"kind":"reboot","devices":["00D09E-STB-S2","nonsense"],"skip_unknown":true})");
    EXPECT_EQ(left.body.at("total").to_number<int>(), 1);
    auto const dry = order(R"({"kind":"reboot","devices":["00D09E-STB-S2","00D09E-STB-S9"],"dry_run":true})");
    EXPECT_EQ(dry.body.at("unknown").to_number<int>(), 1);
}

TEST_F(JobsTest, ShowTheirProgressTheirFaultsAndTheirTasks)
{
    order(R"({"kind":"set","values":{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase":"hunter22"},"where":"STB"})");
    run(1);
    jobs_.change_task(1, domain::DeviceKey{1}, TaskState::failed, 9001);
    auto const shown = get("/api/v1/jobs/1");
    EXPECT_EQ(shown.body.at("tasks").at("queued").to_number<int>(), 1);
    EXPECT_EQ(shown.body.at("tasks").at("failed").to_number<int>(), 1);
    EXPECT_EQ(shown.body.at("faults"),
              json::parse(R"([{"code":9001,"text":"Refused","tasks":1,"examples":["00D09E-HG%2D1000-S1"]}])"));
    EXPECT_THAT(shown.text, testing::Not(HasSubstr("hunter22")));
    EXPECT_EQ(get("/api/v1/jobs/1/tasks").body.at("items").as_array().size(), 2u);
    EXPECT_THAT(describe("failed"), HasSubstr("HG%2D1000"));
    EXPECT_THAT(describe("failed"), testing::Not(HasSubstr("STB")));
    EXPECT_EQ(get("/api/v1/jobs/1/tasks?state=odd").status, 400u);
    auto const first = get("/api/v1/jobs/1/tasks?limit=1");
    auto const next = std::string{support::view(first.body.at("next").as_string())};
    EXPECT_EQ(get("/api/v1/jobs/1/tasks?limit=1&after=" + next).body.at("next"), nullptr);
    EXPECT_EQ(get("/api/v1/jobs/7").status, 404u);
    EXPECT_EQ(get("/api/v1/jobs/x").status, 404u);
}

TEST_F(JobsTest, ArePausedResumedCancelledAndNotAfterTheirEnd)
{
    order(R"({"kind":"reboot","where":"STB"})");
    EXPECT_EQ(post("/api/v1/jobs/1/pause", "").body.at("state").as_string(), "paused");
    EXPECT_EQ(post("/api/v1/jobs/1/resume", "").body.at("state").as_string(), "running");
    EXPECT_EQ(post("/api/v1/jobs/1/resume", "").status, 200u) << "it is what was asked for";
    EXPECT_EQ(post("/api/v1/jobs/1/cancel", "").body.at("state").as_string(), "cancelled");
    EXPECT_EQ(post("/api/v1/jobs/1/resume", "").status, 409u);
    EXPECT_EQ(post("/api/v1/jobs/9/cancel", "").status, 404u);
    EXPECT_EQ(audited(), (std::vector<std::string>{"job.created", "job.changed", "job.changed", "job.changed"}));
}

TEST_F(JobsTest, WhatFailedIsTriedAgain)
{
    order(R"({"kind":"reboot","where":"STB"})");
    run(1);
    EXPECT_EQ(post("/api/v1/jobs/1/retry", "").status, 409u);
    jobs_.change_task(1, domain::DeviceKey{2}, TaskState::failed, 9001);
    auto const again = post("/api/v1/jobs/1/retry", "");
    EXPECT_EQ(again.status, 201u);
    EXPECT_EQ(again.body.at("retry_of").as_string(), "1");
    EXPECT_EQ(again.body.at("total").to_number<int>(), 1);
}

TEST_F(JobsTest, AreListedByState)
{
    order(R"({"kind":"reboot","where":"STB"})");
    order(R"({"kind":"wake","where":"STB"})");
    post("/api/v1/jobs/1/pause", "");
    auto const all = get(jobs_url).body.at("items").as_array();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].at("id").as_string(), "2");
    EXPECT_EQ(get("/api/v1/jobs?state=paused").body.at("items").as_array().size(), 1u);
    EXPECT_EQ(get("/api/v1/jobs?state=odd").status, 400u);
    auto const first = get("/api/v1/jobs?limit=1");
    auto const next = std::string{support::view(first.body.at("next").as_string())};
    EXPECT_EQ(get("/api/v1/jobs?after=" + next).body.at("items").at(0).at("id").as_string(), "1");
}

TEST_F(JobsTest, WhoMayNotDoItToOneDeviceMayNotDoItToMany)
{
    auto const bert = add_person("bert", "administrator");
    auto const token = add_token(bert, domain::Permissions{domain::Permission::jobs_write});
    EXPECT_EQ(as(token, "POST", jobs_url, R"({"kind":"reboot","where":"STB"})").status, 201u);
    for (auto const* const body :
         {R"({"kind":"set","values":{"Device.X":"1"},"where":"STB"})",
          R"({"kind":"tag","tags":["gold"],"where":"STB"})", R"({"kind":"reboot","where":"parameter"})"})
        EXPECT_EQ(as(token, "POST", jobs_url, body).status, 403u) << body;
}

TEST_F(JobsTest, WhoSeesAPartOfTheFleetWorksOnThatPartAndSeesNoOtherJobs)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    order(R"({"kind":"reboot","where":"HG-1000"})");
    EXPECT_EQ(as(token, "GET", "/api/v1/jobs/1").status, 404u);
    EXPECT_EQ(as(token, "POST", "/api/v1/jobs/1/cancel").status, 404u);
    EXPECT_EQ(as(token, "GET", "/api/v1/jobs/1/tasks").status, 404u);
    auto const made = as(token, "POST", jobs_url, R"({"kind":"reboot","where":"true"})");
    ASSERT_EQ(made.status, 201u);
    EXPECT_EQ(jobs_.all.at(2).job.order.part, "STB");
    EXPECT_EQ(as(token, "GET", jobs_url).body.at("items").as_array().size(), 1u);
    EXPECT_EQ(as(token, "GET", "/api/v1/jobs/2").status, 200u);
    EXPECT_EQ(get(jobs_url).body.at("items").as_array().size(), 2u);
    auto const named = as(token, "POST", jobs_url, R"({"kind":"reboot","devices":["00D09E-HG%2D1000-S1"]})");
    EXPECT_EQ(named.status, 422u);
    EXPECT_THAT(named.text, HasSubstr("There is no device"));
}

TEST_F(JobsTest, ATagIsTakenOffEveryDeviceByAJob)
{
    auto const made = call("DELETE", "/api/v1/tags/it%27s");
    EXPECT_EQ(made.status, 201u);
    EXPECT_EQ(made.body.at("kind").as_string(), "untag");
    EXPECT_EQ(jobs_.all.at(1).job.order.where, "'it''s' = any(tags)");
    EXPECT_EQ(call("DELETE", "/api/v1/tags/%01").status, 422u);
}

}  // namespace
