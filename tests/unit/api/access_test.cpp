#include "api_fixture.hpp"
#include "support/openapi.hpp"

#include "api/router.hpp"

namespace api_test {
namespace {

using AccessTest = ApiTest;

TEST_F(AccessTest, WithoutATokenNobodyGetsIn)
{
    for (auto const* value : {"", "Basic c2VjcmV0", "Bearer", "Bearer ", "secret"}) {
        auto const reply = call("GET", "/api/v1/devices", {}, {{"Authorization", value}});
        EXPECT_EQ(reply.status, 401u) << value;
        EXPECT_EQ(reply.headers.get("WWW-Authenticate"), R"(Bearer realm="acs")") << value;
    }
}

TEST_F(AccessTest, AWrongTokenIsToldApartFromNone)
{
    auto const reply = call("GET", "/api/v1/devices", {}, {{"Authorization", "Bearer secret2"}});
    EXPECT_EQ(reply.status, 401u);
    EXPECT_THAT(std::string{reply.headers.get("WWW-Authenticate")}, HasSubstr("invalid_token"));
}

TEST_F(AccessTest, EveryKnownTokenWorksAndTheSchemeIsReadInAnyCase)
{
    EXPECT_EQ(call("GET", "/api/v1/version", {}, {{"Authorization", "bearer secret"}}).status, 200u);
    EXPECT_EQ(call("GET", "/api/v1/version", {}, {{"Authorization", "Bearer  nameless"}}).status, 200u);
}

TEST_F(AccessTest, AnEmptyTokenInTheConfigurationLetsNobodyIn)
{
    api::Api const open{{inventory_,     files_,         directory_,  waker_,        guard_,          nullptr,
                         clock_,         metrics_,       admin_,      promotions_,   rules_,          audit_,
                         incidents_,     announcements_, strangers_,  operators_,    life_,           rotations_,
                         sessions_,      open_sessions_, traces_,     keys_,         locks_,          values_,
                         rule_settings_, faults_,        fleet_,      reachability_, inventory_,      groups_,
                         jobs_,          events_,        event_tail_, webhooks_,     webhook_sender_, fleet_lists_,
                         failed_tasks_},
                        {.tokens = {{"x", ""}}, .operators = {.costs = cheap}}};
    net::RequestHead head;
    head.method = "GET";
    head.target = "/api/v1/version";
    head.headers.set("Authorization", "Bearer ");
    auto const policy = const_cast<api::Api&>(open).on_head(head);
    ASSERT_TRUE(policy.answer);
    EXPECT_EQ(policy.answer->status, 401u);
}

TEST_F(AccessTest, UnknownPathsAreNotFound)
{
    for (auto const* path : {"/", "/api/v1", "/api/v1/", "/api/v1/devices/", "/api/v1/devices//tasks",
                             "/api/v2/devices", "/api/v1/tasks/1/2", "/api/v1/devices/x/nothing"})
        EXPECT_EQ(get(path).status, 404u) << path;
}

TEST_F(AccessTest, AMethodThatAPathDoesNotTakeNamesThoseItTakes)
{
    auto const reply = call("PUT", "/api/v1/devices/x/tasks");
    EXPECT_EQ(reply.status, 405u);
    EXPECT_EQ(reply.headers.get("Allow"), "GET, HEAD, POST");
    EXPECT_EQ(call("POST", "/api/v1/tasks/1").headers.get("Allow"), "GET, HEAD, DELETE");
}

TEST_F(AccessTest, HeadIsAnsweredAsGet)
{
    EXPECT_EQ(api::match("HEAD", "/api/v1/version")->route, api::match("GET", "/api/v1/version")->route);
    EXPECT_EQ(api::match("HEAD", "/api/v1/devices/x/connection-request").error().status, 405u);
}

TEST_F(AccessTest, ABodyOfAnotherTypeThanJsonIsRefusedBeforeItIsRead)
{
    auto const url = std::string{device_url} + "/tasks";
    EXPECT_EQ(call("POST", url, "{}", {{"Content-Type", "application/x-www-form-urlencoded"}}).status, 415u);
    EXPECT_EQ(call("POST", url, "{}", {{"Content-Type", "text/plain"}}).status, 415u);
    for (auto const* type : {"application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"})
        EXPECT_EQ(call("POST", url, R"({"kind":"reboot"})", {{"Content-Type", type}}).status, 201u) << type;
    EXPECT_EQ(call("POST", url, R"({"kind":"reboot"})").status, 201u);
}

TEST_F(AccessTest, ABodyThatAnnouncesTooMuchIsRefusedBeforeItIsRead)
{
    auto const reply = call("POST", std::string{device_url} + "/tasks", std::string(5000, ' '));
    EXPECT_EQ(reply.status, 413u);
    EXPECT_THAT(reply.detail(), HasSubstr("4096"));
}

TEST_F(AccessTest, AnUnknownQueryFieldIsNotPassedOver)
{
    for (auto const* target : {"/api/v1/version?x=1", "/api/v1/devices?limt=3", "/api/v1/tasks/1?later=1"}) {
        auto const reply = get(target);
        EXPECT_EQ(reply.status, 400u) << target;
    }
    EXPECT_EQ(get("/api/v1/devices?limt=3").fields(), "limt");
}

TEST_F(AccessTest, AnOutageIsToldWithRetryAfter)
{
    inventory_.is_away = true;
    files_.is_away = true;
    for (auto const* target : {"/api/v1/devices", "/api/v1/tasks/1", "/api/v1/files", "/api/v1/statistics"}) {
        auto const reply = get(target);
        EXPECT_EQ(reply.status, 503u) << target;
        EXPECT_EQ(reply.headers.get("Retry-After"), "5");
    }
}

TEST_F(AccessTest, TheContractAndTheTableOfRoutesListTheSame)
{
    std::set<support::OpenApi::Operation> served;
    for (auto const& route : api::routes())
        served.insert({std::string{route.method}, std::string{route.path}});
    auto const listed = support::OpenApi{ACS_OPENAPI_JSON}.operations();
    for (auto const& operation : listed)
        EXPECT_TRUE(served.contains(operation)) << operation.method << ' ' << operation.path << " is not served";
    for (auto const& operation : served)
        EXPECT_TRUE(listed.contains(operation))
            << operation.method << ' ' << operation.path << " is not in the contract";
}

TEST_F(AccessTest, TheContractNamesThePermissionThatEachRouteNeeds)
{
    support::OpenApi const contract{ACS_OPENAPI_JSON};
    for (auto const& route : api::routes()) {
        auto const wanted = route.need.kind == api::Need::Kind::nothing ? "nothing"
                            : route.need.kind == api::Need::Kind::login ? "login"
                                                                        : domain::to_text(route.need.permission);
        EXPECT_EQ(contract.permission(route.method, route.path), wanted) << route.method << ' ' << route.path;
    }
}

TEST_F(AccessTest, VersionAndStatisticsTellWhatThereIs)
{
    EXPECT_EQ(get("/api/v1/version").body.at("version").as_string(), "1.2.3");
    metrics_.counter("acs_sessions_total", "Sessions.", R"(outcome="done")").add(7);
    post(std::string{device_url} + "/tasks", R"({"kind":"reboot"})");
    auto const reply = get("/api/v1/statistics");
    EXPECT_EQ(reply.body.at("devices").to_number<int>(), 2);
    EXPECT_EQ(reply.body.at("open_tasks").to_number<int>(), 1);
    EXPECT_THAT(reply.text, HasSubstr(R"({"name":"acs_sessions_total","labels":"outcome=\"done\"","value":7})"));
}

class MethodsTest : public ApiTest {};

TEST_F(MethodsTest, OptionsTellsWhatMayBeDoneAndOthersAreNotInvited)
{
    auto const reply =
        call("OPTIONS", device_url, {}, {{"Authorization", "Bearer secret"}, {"Origin", "https://evil"}});
    EXPECT_EQ(reply.status, 204u);
    EXPECT_EQ(reply.headers.get("Allow"), "GET, HEAD, PATCH, DELETE");
    EXPECT_FALSE(reply.headers.has("Access-Control-Allow-Origin"));
    EXPECT_EQ(call("OPTIONS", device_url, {}, {{"Authorization", "Bearer nonsense"}}).status, 401u);
    EXPECT_EQ(call("OPTIONS", "/api/v1/nothing").status, 404u);
    EXPECT_EQ(call("TRACE", device_url).status, 405u);
}

}  // namespace
}  // namespace api_test
