#include "session/wake_login.hpp"

#include <gtest/gtest.h>

namespace {

using session::wake_login_of;
using session::WakeLogin;

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

}  // namespace
