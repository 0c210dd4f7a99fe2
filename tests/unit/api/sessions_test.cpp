// Sessions, open and over.
#include "unit/api/api_fixture.hpp"

namespace api_test {
namespace {

class SessionsTest : public ApiTest {
protected:
    domain::SessionFacts facts(std::int64_t id, std::int64_t device)
    {
        domain::SessionFacts facts{.id = domain::SessionId{id}, .device = domain::DeviceKey{device}};
        facts.identity = device == 1 ? cwmp::DeviceId{"Acme", "00D09E", "HG-1000", "S1"}
                                     : cwmp::DeviceId{"Acme", "00D09E", "STB", "S2"};
        facts.started = clock_.time;
        facts.node = "acs-1";
        facts.address = "192.0.2.1";
        facts.events = {"1 BOOT"};
        facts.rpcs = 3;
        return facts;
    }
    void add_past(std::int64_t id, std::int64_t device, std::string failure = {})
    {
        sessions_.note({facts(id, device), clock_.time + std::chrono::seconds{2}, std::move(failure)});
    }
    static std::string ids(Reply const& reply)
    {
        std::string text;
        for (auto const& item : reply.body.at("items").as_array())
            text += (text.empty() ? "" : " ") + std::string{support::view(item.at("id").as_string())};
        return text;
    }
};

TEST_F(SessionsTest, ThoseThatAreOpenAreListedByThemselves)
{
    open_sessions_.all = {{facts(7, 1), domain::OpenSession::State::waiting, "Reboot"},
                          {facts(9, 2), domain::OpenSession::State::answering, ""}};
    add_past(5, 1);
    auto const reply = get("/api/v1/sessions");
    EXPECT_EQ(ids(reply), "9 7");
    auto const& one = reply.body.at("items").at(1);
    EXPECT_EQ(one.at("state").as_string(), "waiting");
    EXPECT_EQ(one.at("outstanding").as_string(), "Reboot");
    EXPECT_EQ(one.at("device").as_string(), "00D09E-HG%2D1000-S1");
    EXPECT_TRUE(one.at("ended").is_null());
    EXPECT_EQ(ids(get("/api/v1/sessions?device=00D09E-STB-S2")), "9");
    EXPECT_EQ(ids(get(std::string{device_url} + "/sessions?state=open")), "7");
}

TEST_F(SessionsTest, ThoseThatAreOverAreListedInPages)
{
    add_past(5, 1);
    add_past(6, 2, "the CPE fell silent");
    add_past(7, 1);
    auto const page = get("/api/v1/sessions?state=ended&limit=2");
    EXPECT_EQ(ids(page), "7 6");
    EXPECT_EQ(page.body.at("items").at(1).at("reason").as_string(), "the CPE fell silent");
    EXPECT_EQ(page.body.at("items").at(1).at("state").as_string(), "failed");
    auto const next = std::string{support::view(page.body.at("next").as_string())};
    EXPECT_EQ(ids(get("/api/v1/sessions?state=ended&limit=2&after=" + next)), "5");
    EXPECT_EQ(ids(get("/api/v1/sessions?state=failed")), "6");
    EXPECT_EQ(ids(get("/api/v1/sessions?state=completed")), "7 5");
    EXPECT_EQ(ids(get(std::string{device_url} + "/sessions")), "7 5");
    EXPECT_EQ(get("/api/v1/sessions?state=lost").fields(), "state");
    EXPECT_EQ(get("/api/v1/devices/00D09E-STB-S9/sessions").status, 404U);
}

TEST_F(SessionsTest, OneIsFoundWhetherItIsOpenOrOver)
{
    add_past(5, 1);
    open_sessions_.all = {{facts(7, 1), domain::OpenSession::State::away, ""}};
    EXPECT_EQ(get("/api/v1/sessions/5").body.at("state").as_string(), "completed");
    EXPECT_EQ(get("/api/v1/sessions/7").body.at("state").as_string(), "away");
    EXPECT_EQ(get("/api/v1/sessions/6").status, 404U);
    EXPECT_EQ(get("/api/v1/sessions/9223372036854775807").status, 404U);
    EXPECT_EQ(get("/api/v1/sessions/x").status, 404U);
}

TEST_F(SessionsTest, WhoSeesAPartOfTheFleetSeesItsSessionsOnly)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    add_past(5, 1);
    add_past(6, 2);
    open_sessions_.all = {{facts(7, 1), domain::OpenSession::State::waiting, ""},
                          {facts(9, 2), domain::OpenSession::State::waiting, ""}};
    EXPECT_EQ(ids(as(token, "GET", "/api/v1/sessions")), "9");
    EXPECT_EQ(ids(as(token, "GET", "/api/v1/sessions?state=ended")), "6");
    EXPECT_EQ(as(token, "GET", "/api/v1/sessions/5").status, 404U);
    EXPECT_EQ(as(token, "GET", "/api/v1/sessions/7").status, 404U);
    EXPECT_EQ(as(token, "GET", "/api/v1/sessions/6").status, 200U);
}

TEST_F(SessionsTest, PagesAreFullHoweverManySessionsOfOthersStandBetween)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    for (int id = 1; id <= 15; ++id)
        add_past(id, id % 3 == 0 ? 2 : 1);
    auto const first = as(token, "GET", "/api/v1/sessions?state=ended&limit=2");
    EXPECT_EQ(ids(first), "15 12");
    auto const after = std::string{support::view(first.body.at("next").as_string())};
    auto const last = as(token, "GET", "/api/v1/sessions?state=ended&limit=3&after=" + after);
    EXPECT_EQ(ids(last), "9 6 3");
    EXPECT_TRUE(last.body.at("next").is_null());
}

}  // namespace
}  // namespace api_test
