#include "wakeup/nat.hpp"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;

TEST(SignOfNat, AnAddressThatIsNotTheInformsIsOne)
{
    EXPECT_THAT(wakeup::sign_of_nat("192.168.1.1", "203.0.113.9"), HasSubstr("the private address 192.168.1.1"));
    EXPECT_THAT(wakeup::sign_of_nat("100.64.3.4", "203.0.113.9"), HasSubstr("came from 203.0.113.9"));
    EXPECT_THAT(wakeup::sign_of_nat("198.51.100.1", "203.0.113.9"), HasSubstr("names 198.51.100.1"));
    EXPECT_THAT(wakeup::sign_of_nat("10.0.0.1", "2001:db8::1"), HasSubstr("the private address"));
}

TEST(SignOfNat, TheSameAddressANameOrTheOtherFamilySaysNothing)
{
    EXPECT_EQ(wakeup::sign_of_nat("10.0.0.1", "10.0.0.1"), "");
    EXPECT_EQ(wakeup::sign_of_nat("10.0.0.1", "::ffff:10.0.0.1"), "");
    EXPECT_EQ(wakeup::sign_of_nat("cpe.example.net", "203.0.113.9"), "");
    EXPECT_EQ(wakeup::sign_of_nat("198.51.100.1", "2001:db8::1"), "");
    EXPECT_EQ(wakeup::sign_of_nat("198.51.100.1", ""), "");
}

TEST(SignOfNat, OfADeviceIsInWhatItTold)
{
    domain::DeviceRow device;
    device.connection_request_url = "http://192.168.1.1:7547/cr";
    device.ip_address = "203.0.113.9";
    EXPECT_THAT(wakeup::sign_of_nat(device), HasSubstr("192.168.1.1"));
    device.connection_request_url = "";
    EXPECT_EQ(wakeup::sign_of_nat(device), "");
}

}  // namespace
