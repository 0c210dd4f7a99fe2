#include "session/new_login.hpp"

#include "base/crypto.hpp"
#include "net/digest.hpp"

#include <gtest/gtest.h>

#include <set>

namespace session {
namespace {

TEST(NewLogin, IsNamedAfterTheDevice)
{
    cwmp::DeviceId const device{"Acme", "00D09E", "HG-1000", "S1"};
    EXPECT_EQ(login_name(device, 0), "00D09E-S1");
    EXPECT_EQ(login_name(device, 1), "00D09E-HG-1000-S1");
    EXPECT_EQ(login_name(device, 2).substr(0, 10), "00D09E-S1-");
    EXPECT_NE(login_name(device, 2), login_name(device, 2));
}

TEST(NewLogin, HasNoLetterThatACpeMayChokeOn)
{
    cwmp::DeviceId const device{"", "00D09E", "", "a b:c\"d\xc3\xa4/" + std::string(100, 'x')};
    auto const name = login_name(device, 0);
    EXPECT_EQ(name.substr(0, 17), "00D09E-a_b_c_d___");
    EXPECT_LE(name.size(), 64U);
    EXPECT_LE(login_name(device, 3).size(), 64U);
}

TEST(NewLogin, HasAPasswordThatNobodyGuesses)
{
    std::set<std::string> all;
    for (int i = 0; i < 100; ++i) {
        auto const password = new_password();
        EXPECT_EQ(password.size(), 24U);
        EXPECT_EQ(password.find_first_not_of("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"),
                  std::string::npos);
        all.insert(password);
    }
    EXPECT_EQ(all.size(), 100U);
}

TEST(NewLogin, IsOfferedWithItsHashes)
{
    auto const offer = offer_of(domain::DeviceKey{7}, {"name", "word"}, "acs", true);
    auto const secret = net::make_digest_secret("name", "acs", "word");
    EXPECT_EQ(base::to_hex(offer.ha1_md5), secret.md5);
    EXPECT_EQ(base::to_hex(offer.ha1_sha256), secret.sha256);
}

TEST(NewLogin, IsSeenInARequestOfEitherRoot)
{
    cwmp::SetParameterValues set;
    set.parameter_list = {{"InternetGatewayDevice.ManagementServer.Password", "p"},
                          {"InternetGatewayDevice.ManagementServer.ConnectionRequestPassword", "c"}};
    EXPECT_EQ(acs_login_of(set), (domain::GivenLogin{"", "p"}));
    set.parameter_list = {{"Device.ManagementServer.ConnectionRequestPassword", "c"}};
    EXPECT_FALSE(acs_login_of(set));
    EXPECT_FALSE(acs_login_of(cwmp::Reboot{}));
}

}  // namespace
}  // namespace session
