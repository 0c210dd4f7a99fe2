#include "session/wake_login.hpp"

#include "conversation.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

cwmp::Message set(std::vector<cwmp::ParameterValue> values)
{
    cwmp::SetParameterValues request;
    request.parameter_list = std::move(values);
    return request;
}

TEST(WakeLogin, IsFoundInWhatGivesItToTheDevice)
{
    EXPECT_EQ(wake_login_of(set({{"Device.ManagementServer.ConnectionRequestUsername", "cpe"},
                                 {"Device.WiFi.SSID.1.SSID", "home"},
                                 {"Device.ManagementServer.ConnectionRequestPassword", "secret"}})),
              (WakeLogin{"cpe", "secret"}));
    EXPECT_EQ(wake_login_of(set({{"InternetGatewayDevice.ManagementServer.ConnectionRequestPassword", "secret"}})),
              (WakeLogin{"", "secret"}));
}

TEST(WakeLogin, IsNowhereElse)
{
    EXPECT_FALSE(wake_login_of(set({{"Device.ManagementServer.Username", "acs"}})));
    EXPECT_FALSE(wake_login_of(cwmp::Reboot{}));
}

class WakeLoginTest : public ConversationTest {
protected:
    WakeLoginTest()
    {
        settle_device();
        cpe.parameters["Device.ManagementServer.ConnectionRequestUsername"] = {"factory"};
        cpe.parameters["Device.ManagementServer.ConnectionRequestPassword"] = {""};
    }
    domain::TaskId order_login(std::string username, std::string password)
    {
        return order(domain::SetTask{{{"Device.ManagementServer.ConnectionRequestUsername", std::move(username), {}},
                                      {"Device.ManagementServer.ConnectionRequestPassword", std::move(password), {}}}});
    }
};

TEST_F(WakeLoginTest, IsKeptBeforeTheDeviceHearsIt)
{
    std::pair<std::string, std::string> kept;
    cpe.script = [&](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (std::holds_alternative<cwmp::SetParameterValues>(request))
            kept = store.wake_credentials(key);
        return std::nullopt;
    };
    auto const task = order_login("cpe", "secret");
    hold_session();
    EXPECT_EQ(state(task), domain::TaskState::done) << fault(task);
    EXPECT_EQ(kept, (std::pair<std::string, std::string>{"cpe", "secret"}));
}

}  // namespace
}  // namespace session
