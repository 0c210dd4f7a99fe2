#include "session/standing.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using domain::DeviceState;
using domain::LoginState;
using enum Shown;

base::TimePoint const now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

domain::KnownDevice device(LoginState login)
{
    domain::KnownDevice known;
    known.state = DeviceState::active;
    known.login = login;
    known.address = "192.0.2.7";
    return known;
}

Standing standing(Shown by, domain::KnownDevice const& known, bool is_bootstrap, AfterReset policy = AfterReset::person,
                  std::string_view address = "192.0.2.7")
{
    ReEnrolment const agreed{.after_reset = policy, .networks = *net::Networks::parse({"10.20.0.0/16"})};
    return standing_of({by, "x"}, &known, is_bootstrap, address, agreed, now);
}

TEST(Standing, AStrangerIsServedAsTheListenerSays)
{
    EXPECT_EQ(standing_of({shared, "x"}, nullptr, true, "192.0.2.7", {}, now), Standing::served);
}

TEST(Standing, AnOwnLoginIsAlwaysServed)
{
    for (auto const login : {LoginState::none, LoginState::given, LoginState::proven, LoginState::re_enrolling})
        for (bool const is_bootstrap : {true, false})
            EXPECT_EQ(standing(own, device(login), is_bootstrap), Standing::served);
}

TEST(Standing, ASharedLoginIsGoodUntilTheDeviceHasUsedItsOwn)
{
    EXPECT_EQ(standing(shared, device(LoginState::none), false), Standing::served);
    EXPECT_EQ(standing(shared, device(LoginState::given), false), Standing::served);
    EXPECT_EQ(standing(shared, device(LoginState::ignored), false), Standing::served);
    EXPECT_EQ(standing(shared, device(LoginState::proven), false), Standing::refused);
    EXPECT_EQ(standing(shared, device(LoginState::proven), false, AfterReset::open), Standing::refused)
        << "whatever the policy: it was not reset";
}

TEST(Standing, WhoWasResetIsHeldUntilThePolicyAgrees)
{
    auto const known = device(LoginState::proven);
    EXPECT_EQ(standing(shared, known, true), Standing::held);
    EXPECT_EQ(standing(shared, known, true, AfterReset::certificate), Standing::held);
    EXPECT_EQ(standing(shared, known, true, AfterReset::open), Standing::re_enrolled);
    EXPECT_EQ(standing(shared, known, true, AfterReset::same_address), Standing::re_enrolled);
    EXPECT_EQ(standing(shared, known, true, AfterReset::same_address, "192.0.2.8"), Standing::held);
    EXPECT_EQ(standing(shared, known, true, AfterReset::networks), Standing::held);
    EXPECT_EQ(standing(shared, known, true, AfterReset::networks, "10.20.3.4"), Standing::re_enrolled);
    EXPECT_EQ(standing(shared, known, true, AfterReset::networks, "not an address"), Standing::held);
}

TEST(Standing, ADeviceOfWhichNoAddressIsKnownComesFromNoneBefore)
{
    auto known = device(LoginState::proven);
    known.address.clear();
    EXPECT_EQ(standing(shared, known, true, AfterReset::same_address, ""), Standing::held);
}

TEST(Standing, WhoWaitsIsHeldAlsoWithoutSayingAgainThatItWasReset)
{
    EXPECT_EQ(standing(shared, device(LoginState::re_enrolling), false), Standing::held);
}

TEST(Standing, APersonsWordIsGoodForAWhile)
{
    auto known = device(LoginState::allowed);
    known.login_until = now + std::chrono::hours{1};
    EXPECT_EQ(standing(shared, known, false), Standing::re_enrolled);
    known.login_until = now;
    EXPECT_EQ(standing(shared, known, false), Standing::held) << "it has no other login, and is not served either";
    EXPECT_EQ(standing(shared, known, true), Standing::held);
}

TEST(Standing, ANewLoginAfterAResetIsToBeUsedInTime)
{
    auto known = device(LoginState::given);
    known.login_until = now + std::chrono::hours{1};
    EXPECT_EQ(standing(shared, known, false), Standing::served);
    known.login_until = now;
    EXPECT_EQ(standing(shared, known, false), Standing::held);
    EXPECT_EQ(standing(shared, known, false, AfterReset::same_address), Standing::re_enrolled);
    EXPECT_EQ(standing(own, known, false), Standing::served);
}

TEST(Standing, ACertificateIsEnoughUnderEveryPolicy)
{
    EXPECT_EQ(standing(certificate, device(LoginState::proven), true, AfterReset::person), Standing::re_enrolled);
    EXPECT_EQ(standing(certificate, device(LoginState::proven), false, AfterReset::person), Standing::served);
}

TEST(Standing, ADeviceThatWasToBeRetiredAndComesBackResetIsDone)
{
    auto known = device(LoginState::proven);
    known.state = DeviceState::retiring;
    EXPECT_EQ(standing(shared, known, true, AfterReset::open), Standing::reset);
    EXPECT_EQ(standing(shared, known, false, AfterReset::open), Standing::refused);
}

}  // namespace
}  // namespace session
