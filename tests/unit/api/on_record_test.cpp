// Requests that may change something are on record before they begin.
#include "api_fixture.hpp"

namespace api_test {
namespace {

class OnRecordTest : public ApiTest {
protected:
    Reply reboot() { return post(std::string{device_url} + "/tasks", R"({"kind":"reboot"})"); }
};

TEST_F(OnRecordTest, WhatIsDoneAndHasItsEntryLeavesNoIntent)
{
    EXPECT_EQ(reboot().status, 201u);
    EXPECT_EQ(audit_.begun, 1);
    EXPECT_TRUE(audit_.intents.empty());
}

TEST_F(OnRecordTest, WhatIsRefusedLeavesNoIntent)
{
    EXPECT_EQ(post("/api/v1/devices/00D09E-HG%2D1000-NOBODY/tasks", R"({"kind":"reboot"})").status, 404u);
    EXPECT_EQ(post(std::string{device_url} + "/tasks", R"({"kind":"dance"})").status, 422u);
    EXPECT_EQ(audit_.begun, 2);
    EXPECT_TRUE(audit_.intents.empty());
}

TEST_F(OnRecordTest, ReadingBeginsNothing)
{
    EXPECT_EQ(get(device_url).status, 200u);
    EXPECT_EQ(audit_.begun, 0);
}

TEST_F(OnRecordTest, AChangeWhoseEntryIsLostLeavesItsIntent)
{
    audit_.is_losing_entries = true;
    EXPECT_EQ(reboot().status, 503u);
    EXPECT_EQ(inventory_.all_tasks().size(), 1u) << "it was done";
    ASSERT_EQ(audit_.intents.size(), 1u);
    auto const& intent = audit_.intents.begin()->second;
    EXPECT_EQ(intent.by, "anna");
    EXPECT_EQ(intent.how, "token file");
    EXPECT_EQ(intent.method, "POST");
    EXPECT_EQ(intent.path, std::string{device_url} + "/tasks");
}

}  // namespace
}  // namespace api_test
