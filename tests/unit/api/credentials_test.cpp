#include "api_fixture.hpp"

namespace {

using namespace api_test;

class Credentials : public ApiTest {
protected:
    static std::string url(std::string_view tail) { return std::string{device_url} + std::string{tail}; }
};

TEST_F(Credentials, AreShownWithoutPasswords)
{
    life_.kept.state = domain::LoginState::proven;
    life_.kept.logins.push_back({"00D09E-S1", "generated", clock_.time, clock_.time, std::nullopt, std::nullopt});
    life_.kept.wake = domain::WakeLoginRow{"00D09E-S1", "generated", clock_.time, std::nullopt};
    auto const reply = get(url("/credentials"));
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.object().at("state").as_string(), "proven");
    EXPECT_EQ(reply.text.find("assword"), std::string::npos);
}

TEST_F(Credentials, AreRotatedByATaskOfAPerson)
{
    auto const reply = post(url("/credentials/rotate"), "");
    EXPECT_EQ(reply.status, 201U) << reply.text;
    EXPECT_EQ(reply.object().at("kind").as_string(), "credentials");
    EXPECT_EQ(reply.object().at("priority").as_string(), "person");
}

TEST_F(Credentials, OfADeviceThatIsNotInServiceAreLeftAlone)
{
    add_device(3, "HG-1000", "S3", domain::DeviceState::retired);
    EXPECT_EQ(post("/api/v1/devices/00D09E-HG%2D1000-S3/credentials/rotate", "").status, 409U);
}

TEST_F(Credentials, AreNoTaskOfTheTasksRoute)
{
    for (auto const* const kind : {"credentials", "retire"}) {
        auto const reply = post(url("/tasks"), R"({"kind":")" + std::string{kind} + R"("})");
        EXPECT_EQ(reply.status, 422U);
        EXPECT_EQ(reply.fields(), "kind");
    }
}

TEST_F(Credentials, AReEnrolmentIsGoodForSomeHours)
{
    EXPECT_EQ(post(url("/re-enrol"), R"({"hours":2})").status, 200U);
    ASSERT_EQ(life_.re_enrolments.size(), 1U);
    EXPECT_EQ(life_.re_enrolments[0].second, clock_.time + std::chrono::hours{2});
    EXPECT_EQ(post(url("/re-enrol"), R"({"hours":0})").fields(), "hours");
    life_.refusal = "it is not in service";
    EXPECT_EQ(post(url("/re-enrol"), "{}").status, 409U);
}

TEST_F(Credentials, ARetirementResetsTheDeviceUnlessToldOtherwise)
{
    EXPECT_EQ(post(url("/retire"), "{}").status, 200U);
    EXPECT_EQ(post(url("/retire"), R"({"factory_reset":false,"days":1})").status, 200U);
    ASSERT_EQ(life_.retirements.size(), 2U);
    EXPECT_TRUE(life_.retirements[0].second.factory_reset);
    EXPECT_EQ(life_.retirements[0].second.by, clock_.time + std::chrono::days{7});
    EXPECT_FALSE(life_.retirements[1].second.factory_reset);
    EXPECT_EQ(post(url("/retire"), R"({"days":400})").fields(), "days");
}

TEST_F(Credentials, APurgeIsMeant)
{
    EXPECT_EQ(call("DELETE", device_url).status, 400U);
    EXPECT_EQ(call("DELETE", url("?purge=true")).status, 204U);
    EXPECT_EQ(life_.purges.size(), 1U);
    life_.refusal = "it is active: retire it first";
    auto const refused = call("DELETE", url("?purge=true"));
    EXPECT_EQ(refused.status, 409U);
    EXPECT_THAT(refused.detail(), HasSubstr("retire it first"));
}

TEST_F(Credentials, RotationsOfAFleetAreStartedPausedAndCancelled)
{
    auto const made = post("/api/v1/credential-rotations", R"({"where":"HG-1000","per_minute":120})");
    EXPECT_EQ(made.status, 201U) << made.text;
    EXPECT_EQ(get("/api/v1/credential-rotations").object().at("items").as_array().size(), 1U);
    EXPECT_EQ(post("/api/v1/credential-rotations/1/pause", "").object().at("state").as_string(), "paused");
    EXPECT_EQ(post("/api/v1/credential-rotations/1/resume", "").object().at("state").as_string(), "running");
    EXPECT_EQ(post("/api/v1/credential-rotations/1/cancel", "").object().at("state").as_string(), "cancelled");
    EXPECT_EQ(post("/api/v1/credential-rotations/1/resume", "").status, 409U);
    EXPECT_EQ(get("/api/v1/credential-rotations/2").status, 404U);
    EXPECT_EQ(post("/api/v1/credential-rotations", R"({"where":"1;2"})").fields(), "where");
    EXPECT_EQ(post("/api/v1/credential-rotations", R"({"per_minute":0})").fields(), "per_minute");
}

}  // namespace
