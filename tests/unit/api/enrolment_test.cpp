// Announcements, strangers and incidents.
#include "unit/api/api_fixture.hpp"

namespace api_test {
namespace {

class EnrolmentTest : public ApiTest {
protected:
    Reply import(std::string_view list, std::string_view query = "")
    {
        return call("POST", "/api/v1/announcements" + std::string{query}, list, {{"Content-Type", "text/csv"}});
    }
    static std::uint64_t number(Reply const& reply, std::string_view name)
    {
        return reply.body.at(name).to_number<std::uint64_t>();
    }
    void add_stranger(std::string serial)
    {
        strangers_.note({.identity = {"Acme", "00D09E", "HG-1", std::move(serial)},
                         .address = "192.0.2.1",
                         .username = "guess",
                         .reason = "why"});
    }
};

TEST_F(EnrolmentTest, AListOfDevicesIsAnnouncedAndEveryBadLineIsTold)
{
    announcements_.in_service = {"S3"};
    announcements_.taken = {"taken"};
    auto const reply = import("serial_number;oui;username;password\r\n"
                              "S1;00:d0:9e;;\r\n"
                              ";;;\r\n"
                              "S3\r\n"
                              "S4;;taken;pw\r\n"
                              "S5;xyz;a:b;pw\r\n");
    ASSERT_EQ(reply.status, 200U);
    EXPECT_EQ(number(reply, "lines"), 5U);
    EXPECT_EQ(number(reply, "added"), 1U);
    EXPECT_EQ(number(reply, "known"), 1U);
    EXPECT_EQ(number(reply, "refused"), 3U);
    auto const& problems = reply.body.at("problems").as_array();
    ASSERT_EQ(problems.size(), 4U);
    EXPECT_EQ(problems[0].at("line").to_number<int>(), 3);
    EXPECT_EQ(problems[0].at("column").as_string(), "serial_number");
    EXPECT_EQ(problems[1].at("line").to_number<int>(), 5);
    EXPECT_EQ(problems[1].at("column").as_string(), "username");
    EXPECT_EQ(problems[2].at("line").to_number<int>(), 6);
    ASSERT_EQ(announcements_.all.size(), 1U);
    EXPECT_EQ(announcements_.all[0].oui, "00D09E");
    EXPECT_EQ(announcements_.all[0].announced_by, "anna");
    EXPECT_FALSE(audit_.records.empty());
}

TEST_F(EnrolmentTest, ALongListIsTakenInParts)
{
    std::string list = "serial_number\n";
    for (int i = 0; i < 5'000; ++i)
        list += "S" + std::to_string(i) + "\n";
    EXPECT_EQ(number(import(list), "added"), 5'000U);
    EXPECT_EQ(number(import(list), "updated"), 5'000U);
}

TEST_F(EnrolmentTest, ADryRunChangesNothing)
{
    auto const reply = import("serial_number\nS1\n", "?dry_run=true");
    EXPECT_TRUE(reply.body.at("dry_run").as_bool());
    EXPECT_EQ(number(reply, "added"), 1U);
    EXPECT_TRUE(announcements_.all.empty());
    EXPECT_TRUE(audit_.records.empty());
    EXPECT_EQ(import("serial_number\nS1\n", "?dry_run=perhaps").status, 400U);
}

TEST_F(EnrolmentTest, AListWithoutHeadingsSaysWhatIsMissing)
{
    auto const reply = import("S1\nS2\n");
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(number(reply, "added"), 0U);
    EXPECT_THAT(reply.text, HasSubstr("names the columns"));
}

TEST_F(EnrolmentTest, OnlyListsAndJsonAreTaken)
{
    EXPECT_EQ(call("POST", "/api/v1/announcements", "x", {{"Content-Type", "text/html"}}).status, 415U);
    EXPECT_EQ(import(std::string(200'000, 'x')).status, 413U);
}

TEST_F(EnrolmentTest, OneDeviceIsAnnouncedWithJson)
{
    auto const reply =
        post("/api/v1/announcements",
             R"({"serial_number":"S1","subscriber":"17","tags":["gold"],"username":"u","password":"p"})");
    EXPECT_EQ(reply.status, 201U);
    EXPECT_EQ(reply.body.at("outcome").as_string(), "added");
    ASSERT_EQ(announcements_.all.size(), 1U);
    EXPECT_EQ(announcements_.all[0].tags, (std::vector<std::string>{"gold"}));
    EXPECT_EQ(post("/api/v1/announcements", R"({"serial_number":"","oui":"x","colour":1})").fields(),
              "colour serial_number oui");
    announcements_.taken = {"u2"};
    EXPECT_EQ(post("/api/v1/announcements", R"({"serial_number":"S2","username":"u2","password":"p"})").fields(),
              "username");
}

TEST_F(EnrolmentTest, AnnouncementsAreListedInPagesAndTakenBack)
{
    import("serial_number,username,password\nS1,u,secret-word\nS2\nS3\n");
    auto const page = get("/api/v1/announcements?limit=2");
    EXPECT_EQ(page.body.at("items").as_array().size(), 2U);
    EXPECT_FALSE(page.text.contains("secret-word"));
    auto const rest =
        get("/api/v1/announcements?limit=2&after=" + std::string{support::view(page.body.at("next").as_string())});
    EXPECT_EQ(rest.body.at("items").as_array().size(), 1U);
    EXPECT_EQ(get("/api/v1/announcements?state=met").body.at("items").as_array().size(), 0U);
    EXPECT_EQ(get("/api/v1/announcements?state=waiting&serial_number=S2").body.at("items").as_array().size(), 1U);
    EXPECT_EQ(get("/api/v1/announcements?state=lost").status, 400U);
    EXPECT_EQ(call("DELETE", "/api/v1/announcements/2").status, 204U);
    EXPECT_EQ(call("DELETE", "/api/v1/announcements/2").status, 404U);
    EXPECT_EQ(call("DELETE", "/api/v1/announcements/x").status, 404U);
    EXPECT_EQ(announcements_.all.size(), 2U);
}

TEST_F(EnrolmentTest, AStrangerIsLetInByHand)
{
    add_stranger("A");
    add_stranger("B");
    auto const list = get("/api/v1/strangers?serial_number=A");
    ASSERT_EQ(list.body.at("items").as_array().size(), 1U);
    EXPECT_EQ(list.body.at("items").at(0).at("device").as_string(), "00D09E-HG%2D1-A");
    auto const reply = post("/api/v1/strangers/1/enrol", R"({"tags":["gold"],"subscriber":"17"})");
    EXPECT_EQ(reply.status, 201U);
    ASSERT_EQ(announcements_.all.size(), 1U);
    EXPECT_EQ(announcements_.all[0].serial_number, "A");
    EXPECT_EQ(announcements_.all[0].oui, "00D09E");
    EXPECT_EQ(announcements_.all[0].product_class, "HG-1");
    EXPECT_EQ(announcements_.all[0].subscriber, "17");
    EXPECT_EQ(strangers_.noted().size(), 1U) << "it is none any more";
    EXPECT_EQ(post("/api/v1/strangers/1/enrol", "{}").status, 404U);
    EXPECT_EQ(post("/api/v1/strangers/2/enrol", R"({"username":"u"})").fields(), "password");
    EXPECT_EQ(call("DELETE", "/api/v1/strangers/2").status, 204U);
    EXPECT_EQ(call("DELETE", "/api/v1/strangers/2").status, 404U);
}

TEST_F(EnrolmentTest, StrangersAreListedInPages)
{
    for (auto const* serial : {"A", "B", "C"})
        add_stranger(serial);
    auto const page = get("/api/v1/strangers?limit=2");
    EXPECT_EQ(page.body.at("items").at(0).at("serial_number").as_string(), "C");
    auto const rest =
        get("/api/v1/strangers?limit=2&after=" + std::string{support::view(page.body.at("next").as_string())});
    EXPECT_EQ(rest.body.at("items").at(0).at("serial_number").as_string(), "A");
    EXPECT_TRUE(rest.body.at("next").is_null());
}

TEST_F(EnrolmentTest, IncidentsAreListedAndNarrowed)
{
    incidents_.note(
        {.kind = "failed-login", .identity = "X", .address = "192.0.2.1", .username = "u", .detail = "why"});
    incidents_.note({.kind = "conflict", .device = domain::DeviceKey{1}});
    incidents_.note({.kind = "failed-login", .address = "192.0.2.2"});
    auto const all = get("/api/v1/incidents?limit=2");
    EXPECT_EQ(all.body.at("items").as_array().size(), 2U);
    auto const rest =
        get("/api/v1/incidents?limit=2&after=" + std::string{support::view(all.body.at("next").as_string())});
    ASSERT_EQ(rest.body.at("items").as_array().size(), 1U);
    EXPECT_EQ(rest.body.at("items").at(0).at("detail").as_string(), "why");
    EXPECT_EQ(get("/api/v1/incidents?kind=failed-login").body.at("items").as_array().size(), 2U);
    EXPECT_EQ(get("/api/v1/incidents?address=192.0.2.2").body.at("items").as_array().size(), 1U);
    EXPECT_EQ(get("/api/v1/incidents?username=u&identity=X").body.at("items").as_array().size(), 1U);
    EXPECT_EQ(get("/api/v1/incidents?device=00D09E-HG%252D1000-S1").body.at("items").as_array().size(), 1U);
    EXPECT_EQ(get("/api/v1/incidents?device=00D09E-HG-none").status, 404U);
    EXPECT_EQ(get("/api/v1/incidents?colour=red").status, 400U);
}

}  // namespace
}  // namespace api_test
