// A walk through every route: who gets in, who does not, and what of the fleet they find.
#include "api_fixture.hpp"
#include "support/openapi.hpp"

#include "api/router.hpp"

#include <boost/json/serialize.hpp>

#include <map>
#include <set>

namespace api_test {
namespace {

using testing::ElementsAre;
using testing::Not;

/// Routes that need no permission, on purpose. Whoever adds one must say so here.
std::set<std::string> const open_routes{"POST /api/v1/login"};
std::set<std::string> const routes_for_all{"POST /api/v1/logout",        "GET /api/v1/self",
                                           "POST /api/v1/self/password", "GET /api/v1/tokens",
                                           "POST /api/v1/tokens",        "DELETE /api/v1/tokens/{token}",
                                           "GET /api/v1/version"};

class WalkTest : public ApiTest {
protected:
    static std::string name_of(api::Route const& route) { return fmt::format("{} {}", route.method, route.path); }
    /// A URL that the route answers; of devices the one that exists.
    static std::string url_of(api::Route const& route)
    {
        std::string url{route.path};
        for (auto at = url.find('{'); at != url.npos; at = url.find('{')) {
            auto const placeholder = url.substr(at, url.find('}') - at + 1);
            url.replace(at, placeholder.size(), placeholder == "{device}" ? "00D09E-HG%2D1000-S1" : "1");
        }
        return url;
    }
    /// Everything but one permission.
    static domain::Permissions all_but(domain::Permission one)
    {
        domain::Permissions others;
        for (std::size_t i = 0; i < domain::permission_count; ++i)
            if (auto const each = static_cast<domain::Permission>(i); each != one)
                others.add(each);
        return others;
    }
    Reply walk(api::Route const& route, std::string const& token)
    {
        if (route.body == api::Body::file || route.body == api::Body::named_file ||
            route.body == api::Body::list)  // only with a token that is known already
            static_cast<void>(as(token, "GET", "/api/v1/version"));
        auto const body = route.body == api::Body::json ? "{}" : "";
        return as(token, route.method, url_of(route), body);
    }
};

TEST_F(WalkTest, EveryRouteNamesAPermissionButThoseThatAreOpenOnPurpose)
{
    for (auto const& route : api::routes()) {
        auto const wanted = open_routes.contains(name_of(route))      ? api::Need::Kind::nothing
                            : routes_for_all.contains(name_of(route)) ? api::Need::Kind::login
                                                                      : api::Need::Kind::permission;
        EXPECT_EQ(route.need.kind, wanted) << name_of(route);
    }
}

TEST_F(WalkTest, WithoutATokenWithAWrongOneAndWithAnExpiredOneNobodyGetsIn)
{
    auto const anna = add_person("anna", "administrator");
    auto const expired = add_token(anna, {}, std::chrono::seconds{-1});
    for (auto const& route : api::routes()) {
        if (open_routes.contains(name_of(route)))
            continue;
        for (auto const* const value : {"", "Basic c2VjcmV0", "Bearer nonsense"}) {
            auto const reply = call(route.method, url_of(route), {}, {{"Authorization", value}});
            EXPECT_EQ(reply.status, 401u) << name_of(route) << ' ' << value;
        }
        EXPECT_EQ(walk(route, api::make_token()).status, 401u) << name_of(route);
        EXPECT_EQ(walk(route, expired).status, 401u) << name_of(route);
        auto const cookie = call(route.method, url_of(route), {}, {{"Cookie", "acs_operator=" + api::make_token()}});
        EXPECT_EQ(cookie.status, 401u) << name_of(route);
    }
    EXPECT_TRUE(audited().empty()) << "nothing was done";
}

TEST_F(WalkTest, WithATooWeakTokenNobodyGetsInAndWithTheRightOneTheyDo)
{
    auto const anna = add_person("anna", "administrator");
    for (auto const& route : api::routes()) {
        if (route.need.kind != api::Need::Kind::permission)
            continue;
        auto const before = audited().size();
        auto const weak = walk(route, add_token(anna, all_but(route.need.permission)));
        EXPECT_EQ(weak.status, 403u) << name_of(route);
        EXPECT_THAT(weak.detail(), HasSubstr(std::string{domain::to_text(route.need.permission)})) << name_of(route);
        EXPECT_EQ(audited().size(), before) << name_of(route) << ": nothing was done";
        if (route.body == api::Body::file)
            continue;
        auto const right = walk(route, add_token(anna, domain::Permissions{route.need.permission}));
        EXPECT_NE(right.status, 401u) << name_of(route);
        EXPECT_NE(right.status, 403u) << name_of(route) << ' ' << right.text;
    }
}

TEST_F(WalkTest, AnOperatorThatIsDisabledAndOneWhoseRoleIsTooWeakGetNowhere)
{
    operators_.all.roles.push_back({"nothing", {}, "", false});
    auto const off = add_token(add_person("off", "administrator"));
    auto const nothing = add_token(add_person("weak", "nothing"));
    operators_.all.operators.front().is_disabled = true;
    ASSERT_EQ(operators_.all.operators.front().name, "off");
    for (auto const& route : api::routes()) {
        if (route.need.kind == api::Need::Kind::nothing)
            continue;
        EXPECT_EQ(walk(route, off).status, 401u) << name_of(route);
        if (route.need.kind == api::Need::Kind::permission) {
            EXPECT_EQ(walk(route, nothing).status, 403u) << name_of(route);
        }
    }
}

/// Somebody who may do everything, to set-top boxes only. The gateway is not there for them.
class PartOfTheFleetTest : public WalkTest {
protected:
    PartOfTheFleetTest()
    {
        operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
        token_ = add_token(add_person("bert", "boxes"));
        gateway_task_ = post("/api/v1/devices/00D09E-HG%2D1000-S1/tasks", R"({"kind":"reboot"})");
        box_task_ = post("/api/v1/devices/00D09E-STB-S2/tasks", R"({"kind":"reboot"})");
    }
    /// Rules gave up so many things on a device.
    void give_up(std::int64_t device, int things)
    {
        for (int i = 0; i < things; ++i) {
            domain::Quarantine one;
            one.device = domain::DeviceKey{device};
            one.identity = {"Acme", "00D09E", "HG", fmt::format("S{}", device)};
            one.rule = "wifi";
            one.what = fmt::format("{:05}", i);
            one.since = clock_.time;
            rules_.given_up.push_back(std::move(one));
        }
    }
    std::string id_of(Reply const& task) { return std::string{support::view(task.body.at("id").as_string())}; }

    std::string token_;
    Reply gateway_task_, box_task_;
};

TEST_F(PartOfTheFleetTest, WhatConcernsTheWholeFleetIsRefused)
{
    for (auto const& route : api::routes())
        if (route.reach == api::Reach::fleet) {
            EXPECT_EQ(walk(route, token_).status, 403u) << name_of(route);
        }
}

TEST_F(PartOfTheFleetTest, EveryRouteOfADeviceThatIsNotTheirsAnswersAsIfThereWereNone)
{
    std::map<std::string, std::string> const bodies{
        {"PATCH /api/v1/devices/{device}", R"({"state":"active"})"},
        {"POST /api/v1/devices/{device}/merge", R"({"into":"00D09E-STB-S2"})"},
        {"POST /api/v1/devices/{device}/tasks", R"({"kind":"reboot"})"},
        {"POST /api/v1/devices/{device}/retire", "{}"},
        {"POST /api/v1/devices/{device}/re-enrol", "{}"},
        {"POST /compat/genieacs/devices/{device}/tasks", R"({"name":"reboot"})"}};
    auto const before = audited().size();
    for (auto const& route : api::routes()) {
        if (!route.path.contains("{device}"))
            continue;
        EXPECT_EQ(route.reach, api::Reach::part) << name_of(route);
        auto const body = bodies.find(name_of(route));
        auto const url = url_of(route) + (name_of(route) == "DELETE /api/v1/devices/{device}" ? "?purge=true" : "");
        auto const reply = as(token_, route.method, url, body == bodies.end() ? std::string{} : body->second);
        EXPECT_EQ(reply.status, 404u) << name_of(route) << ' ' << reply.text;
    }
    EXPECT_EQ(audited().size(), before);
}

TEST_F(PartOfTheFleetTest, ListsShowTheirPartOnly)
{
    auto const devices = as(token_, "GET", "/api/v1/devices");
    EXPECT_THAT(devices.text, HasSubstr("00D09E-STB-S2"));
    EXPECT_THAT(devices.text, Not(HasSubstr("S1")));
    auto const tasks = as(token_, "GET", "/api/v1/tasks");
    EXPECT_THAT(tasks.text, HasSubstr("00D09E-STB-S2"));
    EXPECT_THAT(tasks.text, Not(HasSubstr("S1")));
}

TEST_F(PartOfTheFleetTest, PagesAreFullAlthoughMostOfTheFleetIsNotTheirs)
{
    for (int i = 0; i < 15; ++i)
        post("/api/v1/devices/00D09E-HG%2D1000-S1/tasks", R"({"kind":"reboot"})");
    for (int i = 0; i < 2; ++i)
        post("/api/v1/devices/00D09E-STB-S2/tasks", R"({"kind":"reboot"})");
    auto const first = as(token_, "GET", "/api/v1/tasks?limit=2");
    EXPECT_EQ(first.body.at("items").as_array().size(), 2U);
    auto const rest = as(
        token_, "GET", "/api/v1/tasks?limit=2&after=" + std::string{support::view(first.body.at("next").as_string())});
    EXPECT_EQ(rest.body.at("items").as_array().size(), 1U);
    EXPECT_TRUE(rest.body.at("next").is_null());
    auto const exact = as(token_, "GET", "/api/v1/tasks?limit=3");
    EXPECT_EQ(exact.body.at("items").as_array().size(), 3U);
    EXPECT_TRUE(exact.body.at("next").is_null()) << "no empty page after it";
}

TEST_F(PartOfTheFleetTest, WhatWasGivenUpIsReadOnUntilThePageIsFull)
{
    give_up(1, 700);
    give_up(2, 3);
    auto const page = as(token_, "GET", "/api/v1/rule-quarantine?limit=2");
    EXPECT_EQ(page.body.at("items").as_array().size(), 2U);
    EXPECT_FALSE(page.body.at("next").is_null());
}

TEST_F(PartOfTheFleetTest, TheWorkForAPageIsBoundedAndTheNextOneGoesOn)
{
    give_up(1, 10'001);
    give_up(2, 1);
    auto const page = as(token_, "GET", "/api/v1/rule-quarantine?limit=2");
    EXPECT_EQ(page.body.at("items").as_array().size(), 0U);
    auto const rest =
        as(token_, "GET",
           "/api/v1/rule-quarantine?limit=2&after=" + std::string{support::view(page.body.at("next").as_string())});
    EXPECT_EQ(rest.body.at("items").as_array().size(), 1U);
}

TEST_F(WalkTest, SecretsAreRevealedOnlyWithThePermissionForThat)
{
    constexpr char secret[] = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";
    inventory_.add(domain::DeviceKey{1},
                   {.path = secret, .value = "behind the sofa", .is_secret = true, .type = "xsd:string"});
    auto const anna = add_person("anna", "administrator");
    auto most = domain::Permissions::all().names();
    std::erase(most, "secrets.reveal");
    auto const url = std::string{device_url} + "/parameters";
    auto const token = add_token(anna, domain::Permissions::of(most));
    auto const refused = as(token, "GET", url + "?reveal=true");
    EXPECT_EQ(refused.status, 403u);
    EXPECT_THAT(refused.detail(), HasSubstr("secrets.reveal"));
    EXPECT_THAT(refused.text, Not(HasSubstr("sofa")));
    EXPECT_THAT(as(token, "GET", url).text, Not(HasSubstr("sofa")));
    EXPECT_TRUE(audited().empty()) << "nothing was shown";
    for (auto const* const role : {"viewer", "support", "provisioning"})
        EXPECT_EQ(as(add_token(add_person(role, role)), "GET", url + "?reveal=true").status, 403u) << role;
    auto const allowed = as(add_token(anna), "GET", url + "?reveal=true");
    EXPECT_THAT(allowed.text, HasSubstr("sofa"));
    EXPECT_THAT(audited(), ElementsAre("secrets.revealed"));
}

TEST_F(PartOfTheFleetTest, TasksOfOtherDevicesAreNotThere)
{
    auto const other = "/api/v1/tasks/" + id_of(gateway_task_);
    EXPECT_EQ(as(token_, "GET", other).status, 404u);
    EXPECT_EQ(as(token_, "DELETE", other).status, 404u);
    EXPECT_EQ(get(other).body.at("state").as_string(), "queued");
    auto const own = "/api/v1/tasks/" + id_of(box_task_);
    EXPECT_EQ(as(token_, "GET", own).status, 200u);
    EXPECT_EQ(as(token_, "DELETE", own).status, 200u);
}

TEST_F(PartOfTheFleetTest, NothingIsGivenUpOrReleasedBeyondIt)
{
    EXPECT_EQ(as(token_, "POST", "/api/v1/rule-quarantine/release", R"({"rule":"wifi"})").status, 403u);
    EXPECT_EQ(as(token_, "POST", "/api/v1/devices/00D09E-STB-S2/merge", R"({"into":"00D09E-HG%2D1000-S1"})").status,
              422u);
}

TEST_F(PartOfTheFleetTest, WhoseConditionNoLongerPassesTheGuardSeesNothing)
{
    operators_.all.roles.back().devices = "true; drop";
    ++operators_.all.version;
    static_cast<void>(as(api::make_token(), "GET", "/api/v1/version"));  // a stranger has it read anew
    EXPECT_EQ(as(token_, "GET", "/api/v1/devices/00D09E-STB-S2").status, 404u);
    EXPECT_EQ(as(token_, "GET", "/api/v1/devices").body.at("items").as_array().size(), 0u);
    EXPECT_EQ(as(token_, "GET", "/api/v1/statistics").status, 403u);
}

TEST_F(WalkTest, EveryBadFieldOfABodyIsNamed)
{
    static support::OpenApi const contract{ACS_OPENAPI_JSON};
    // What is taken for a login never says what was wrong with it; fields of tasks and jobs depend on their kind; who
    // has no password is told that first.
    std::set<std::string> const others{"POST /api/v1/login", "POST /api/v1/devices/{device}/tasks", "POST /api/v1/jobs",
                                       "POST /api/v1/self/password"};
    for (auto const& route : api::routes()) {
        if (route.body != api::Body::json || others.contains(name_of(route)))
            continue;
        json::object rubbish{{"nonsense_one", 1}, {"nonsense_two", nullptr}};
        auto const members = contract.request_members(route.method, route.path);
        for (auto const& name : members)
            rubbish[name] = 17.5;  // no text, no list, no object, no flag and no whole number
        auto const url =
            name_of(route).starts_with("PUT /api/v1/rule-settings/") ? "/api/v1/rule-settings/a:::" : url_of(route);
        auto const reply = call(route.method, url, json::serialize(rubbish), {{"Content-Type", "application/json"}});
        if (reply.status == 404)  // what is not there is told first
            continue;
        ASSERT_EQ(reply.status, 422u) << name_of(route) << ' ' << reply.text;
        auto const told = " " + reply.fields();
        for (auto const& [name, value] : rubbish)
            EXPECT_THAT(told, HasSubstr(" " + std::string{support::view(name)})) << name_of(route) << ' ' << reply.text;
    }
}

TEST_F(WalkTest, ConditionsOverParametersNeedThePermissionToReadThem)
{
    auto const anna = add_person("anna", "administrator");
    auto const token = add_token(anna, domain::Permissions{domain::Permission::devices_read});
    EXPECT_EQ(as(token, "GET", "/api/v1/devices?where=STB").status, 200u);
    EXPECT_EQ(as(token, "GET", "/api/v1/devices?where=parameter").status, 403u);
}

TEST_F(WalkTest, TasksThatWriteNeedThePermissionToWrite)
{
    auto const anna = add_person("anna", "administrator");
    auto const token = add_token(anna, domain::Permissions{domain::Permission::tasks_write});
    auto const url = std::string{device_url} + "/tasks";
    EXPECT_EQ(as(token, "POST", url, R"({"kind":"reboot"})").status, 201u);
    for (auto const* const body :
         {R"({"kind":"set","values":{"Device.X":"1"}})", R"({"kind":"add","object":"Device.T."})",
          R"({"kind":"delete","object":"Device.T.1."})"})
        EXPECT_EQ(as(token, "POST", url, body).status, 403u) << body;
}

}  // namespace
}  // namespace api_test
