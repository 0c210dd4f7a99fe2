// Operators, roles, tokens and the audit trail through the API.
#include "api_fixture.hpp"

namespace api_test {
namespace {

using testing::ElementsAre;
using testing::Not;

class OperatorsTest : public ApiTest {
protected:
    Reply patch(std::string_view target, std::string_view body)
    {
        return call("PATCH", target, body, {{"Content-Type", "application/json"}});
    }
    Reply remove(std::string_view target) { return call("DELETE", target); }
    std::string token_of(Reply const& reply) { return std::string{support::view(reply.body.at("token").as_string())}; }
};

TEST_F(OperatorsTest, AreAddedShownChangedAndRemovedAndAllOfItIsAudited)
{
    auto const added =
        post("/api/v1/operators", R"({"name":"bert","role":"viewer","password":"correct horse battery"})");
    ASSERT_EQ(added.status, 201u) << added.text;
    EXPECT_EQ(added.headers.get("Location"), "/api/v1/operators/bert");
    EXPECT_TRUE(added.body.at("has_password").as_bool());
    EXPECT_EQ(get("/api/v1/operators/bert").status, 200u);
    EXPECT_EQ(patch("/api/v1/operators/bert", R"({"disabled":true})").body.at("disabled").as_bool(), true);
    EXPECT_EQ(remove("/api/v1/operators/bert").status, 204u);
    EXPECT_EQ(get("/api/v1/operators/bert").status, 404u);
    EXPECT_THAT(audited(), ElementsAre("operator.added", "operator.changed", "operator.removed"));
    for (auto const& record : audit_.records)
        EXPECT_THAT(record.entry.before + record.entry.after, Not(HasSubstr("horse")));
}

TEST_F(OperatorsTest, WhatIsWrongWithANewOneIsToldFieldByField)
{
    auto const reply = post("/api/v1/operators", R"({"name":"Bert","role":"viewer","password":"short","x":1})");
    EXPECT_EQ(reply.status, 422u);
    EXPECT_EQ(reply.fields(), "name password x");
    EXPECT_EQ(post("/api/v1/operators", R"({"name":"bert","role":"nothing"})").status, 422u);
    add_person("bert", "viewer");
    EXPECT_EQ(post("/api/v1/operators", R"({"name":"bert","role":"viewer"})").status, 409u);
}

TEST_F(OperatorsTest, TheLastAdministratorStays)
{
    add_person("anna", "administrator", "correct horse battery");
    EXPECT_EQ(patch("/api/v1/operators/anna", R"({"disabled":true})").status, 409u);
    EXPECT_EQ(patch("/api/v1/operators/anna", R"({"role":"viewer"})").status, 409u);
    EXPECT_EQ(remove("/api/v1/operators/anna").status, 409u);
    add_person("otto", "administrator", "correct horse battery");
    EXPECT_EQ(remove("/api/v1/operators/anna").status, 204u);
}

TEST_F(OperatorsTest, NobodyMakesThemselvesOrOthersMoreThanTheyAre)
{
    operators_.all.roles.push_back(
        {"clerk", {domain::Permission::operators_manage, domain::Permission::devices_read}, "", false});
    auto const token = add_token(add_person("clerk", "clerk", "correct horse battery"));
    add_person("anna", "administrator", "correct horse battery");
    auto const try_to = [&](std::string_view method, std::string_view url, std::string_view body) {
        return as(token, method, url, body).status;
    };
    EXPECT_EQ(try_to("POST", "/api/v1/operators", R"({"name":"x","role":"administrator"})"), 403u);
    EXPECT_EQ(try_to("PATCH", "/api/v1/operators/clerk", R"({"role":"administrator"})"), 403u);
    EXPECT_EQ(try_to("PATCH", "/api/v1/operators/anna", R"({"password":"battery correct horse"})"), 403u);
    EXPECT_EQ(try_to("DELETE", "/api/v1/operators/anna", ""), 403u);
    EXPECT_EQ(try_to("POST", "/api/v1/roles", R"({"name":"x","permissions":["audit.read"]})"), 403u);
    EXPECT_EQ(try_to("PATCH", "/api/v1/roles/clerk", R"({"permissions":["audit.read"]})"), 403u);
    EXPECT_EQ(try_to("POST", "/api/v1/tokens", R"({"name":"x","operator":"anna"})"), 403u);
    EXPECT_EQ(try_to("POST", "/api/v1/tokens", R"({"name":"x","permissions":["audit.read"]})"), 403u);
    EXPECT_EQ(try_to("POST", "/api/v1/operators", R"({"name":"x","role":"clerk"})"), 201u);
}

TEST_F(OperatorsTest, RolesAreMadeOfPermissionsAndACondition)
{
    auto const role = post("/api/v1/roles", R"({"name":"north","permissions":["devices.read"],"devices":"STB"})");
    ASSERT_EQ(role.status, 201u) << role.text;
    EXPECT_EQ(post("/api/v1/roles", R"({"name":"x","permissions":["devices.fly"],"devices":"a; b"})").fields(),
              "permissions devices");
    EXPECT_EQ(patch("/api/v1/roles/north", R"({"devices":""})").body.at("devices").as_string(), "");
    EXPECT_EQ(patch("/api/v1/roles/administrator", R"({"permissions":[]})").status, 409u);
    EXPECT_EQ(remove("/api/v1/roles/viewer").status, 409u);
    add_person("bert", "north");
    EXPECT_EQ(remove("/api/v1/roles/north").status, 409u);
    EXPECT_EQ(remove("/api/v1/operators/bert").status, 204u);
    EXPECT_EQ(remove("/api/v1/roles/north").status, 204u);
    EXPECT_EQ(remove("/api/v1/roles/north").status, 404u);
}

TEST_F(OperatorsTest, ATokenIsToldOnceAndDoesNoMoreThanItsScope)
{
    auto const anna = add_token(add_person("anna", "administrator"));
    auto const made = as(anna, "POST", "/api/v1/tokens", R"({"name":"ci","permissions":["devices.read"],"days":1})");
    ASSERT_EQ(made.status, 201u) << made.text;
    auto const token = token_of(made);
    EXPECT_EQ(as(token, "GET", "/api/v1/devices").status, 200u);
    EXPECT_EQ(as(token, "GET", "/api/v1/tasks").status, 403u);
    EXPECT_THAT(as(anna, "GET", "/api/v1/tokens").text, Not(HasSubstr(token)));
    for (auto const& record : audit_.records)
        EXPECT_THAT(record.entry.before + record.entry.after, Not(HasSubstr(token)));

    auto const child = as(token, "POST", "/api/v1/tokens", R"({"name":"child"})");
    ASSERT_EQ(child.status, 201u);
    EXPECT_EQ(as(token_of(child), "GET", "/api/v1/tasks").status, 403u) << "no more than the token it was made with";

    auto const id = std::string{support::view(made.body.at("id").as_string())};
    EXPECT_EQ(as(anna, "DELETE", "/api/v1/tokens/" + id).status, 204u);
    EXPECT_EQ(as(token, "GET", "/api/v1/devices").status, 401u);
}

TEST_F(OperatorsTest, TokensOfOthersAreNotThereForThoseWhoDoNotManageThem)
{
    add_token(add_person("anna", "administrator"));
    auto const bert = add_token(add_person("bert", "viewer"));
    auto const id = std::to_string(operators_.all.tokens.front().id.value());
    EXPECT_EQ(as(bert, "DELETE", "/api/v1/tokens/" + id).status, 404u);
    EXPECT_EQ(as(bert, "GET", "/api/v1/tokens").body.at("items").as_array().size(), 1u);
    EXPECT_EQ(get("/api/v1/tokens").body.at("items").as_array().size(), 2u);
    EXPECT_EQ(as(bert, "POST", "/api/v1/tokens", R"({"name":"x","operator":"anna"})").status, 403u);
    EXPECT_EQ(as(bert, "POST", "/api/v1/tokens", R"({"name":"x","days":366})").status, 422u);
}

TEST_F(OperatorsTest, AOneTimeTokenEndsWithTheFirstOperator)
{
    auto const text = api::make_token();
    domain::ApiToken token;
    token.hash = base::sha256(text);
    token.expires_at = clock_.time + std::chrono::hours{1};
    operators_.all.tokens.push_back(token);
    ++operators_.all.version;
    EXPECT_EQ(as(text, "GET", "/api/v1/devices").status, 200u);
    EXPECT_EQ(as(text, "POST", "/api/v1/operators",
                 R"({"name":"anna","role":"administrator","password":"correct horse battery"})")
                  .status,
              201u);
    EXPECT_EQ(audit_.records.back().entry.how, "one-time token");
    EXPECT_EQ(as(text, "GET", "/api/v1/devices").status, 401u);
}

TEST_F(OperatorsTest, ChangesOfDevicesTasksFilesAndPatternsAreAudited)
{
    call("PATCH", device_url, R"({"state":"retired"})", {{"Content-Type", "application/json"}});
    post("/api/v1/devices/00D09E-STB-S2/tasks",
         R"({"kind":"set","values":{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase":"hunter2hunter2"}})");
    call("DELETE", "/api/v1/tasks/1");
    call("POST", "/api/v1/files?name=a.bin", "bytes");
    call("DELETE", "/api/v1/files/1");
    post("/api/v1/promoted", R"({"pattern":"Device.X.Y"})");
    call("DELETE", "/api/v1/promoted/Device.X.Y");
    post("/api/v1/rules/pause", R"({"reason":"outage"})");
    post("/api/v1/rules/resume", "{}");
    EXPECT_THAT(audited(),
                ElementsAre("device.changed", "task.created", "task.cancelled", "file.stored", "file.removed",
                            "promotion.added", "promotion.removed", "rules.paused", "rules.resumed"));
    auto const& changed = audit_.records[0].entry;
    EXPECT_EQ(changed.by, "anna");
    EXPECT_EQ(changed.how, "token file");
    EXPECT_EQ(changed.target, "00D09E-HG%2D1000-S1");
    EXPECT_EQ(changed.before, R"({"state":"active"})");
    EXPECT_EQ(changed.after, R"({"state":"retired"})");
    EXPECT_EQ(changed.device, domain::DeviceKey{1});
    for (auto const& record : audit_.records)
        EXPECT_THAT(record.entry.after, Not(HasSubstr("hunter2")));
}

TEST_F(OperatorsTest, TheTrailIsListedAndVerified)
{
    post("/api/v1/promoted", R"({"pattern":"Device.X.Y"})");
    call("DELETE", "/api/v1/promoted/Device.X.Y");
    auto const list = get("/api/v1/audit?limit=1");
    EXPECT_THAT(list.text, HasSubstr("promotion.removed"));
    EXPECT_THAT(get("/api/v1/audit?action=promotion.&by=anna").text, HasSubstr("promotion.added"));
    EXPECT_EQ(get("/api/v1/audit?by=otto").body.at("items").as_array().size(), 0u);
    EXPECT_EQ(get("/api/v1/audit?device=x").status, 404u);

    auto const sound = get("/api/v1/audit/verification");
    EXPECT_TRUE(sound.body.at("intact").as_bool());
    auto const anchor = std::string{support::view(sound.body.at("anchor").as_string())};
    EXPECT_TRUE(get("/api/v1/audit/verification?anchor=" + anchor).body.at("intact").as_bool());
    EXPECT_EQ(get("/api/v1/audit/verification?anchor=nonsense").status, 400u);
    audit_.records.pop_back();
    auto const cut = get("/api/v1/audit/verification?anchor=" + anchor);
    EXPECT_FALSE(cut.body.at("intact").as_bool());
    EXPECT_THAT(cut.text, HasSubstr("cut off"));
}

}  // namespace
}  // namespace api_test
