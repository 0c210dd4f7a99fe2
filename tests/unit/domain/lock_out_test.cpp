#include "domain/lock_out.hpp"
#include "domain/operator.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using domain::LockOutPolicy;
using domain::LoginFailures;

constexpr base::TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};
constexpr LockOutPolicy policy{.by_name_and_source = 3, .window = 600s, .lock = 900s};

LoginFailures attempts(int count, base::TimePoint at = noon, LoginFailures failures = {})
{
    for (int i = 0; i < count; ++i)
        failures = domain::after_attempt(failures, policy.by_name_and_source, policy, at);
    return failures;
}

TEST(LockOut, TheAttemptThatReachesTheLimitLocksWhatComesAfterIt)
{
    EXPECT_EQ(domain::locked_for({}, noon), 0s);
    EXPECT_EQ(domain::locked_for(attempts(2), noon), 0s);
    EXPECT_EQ(domain::locked_for(attempts(3), noon), 900s);
    EXPECT_EQ(domain::locked_for(attempts(3), noon + 899500ms), 1s);
    EXPECT_EQ(domain::locked_for(attempts(3), noon + 900s), 0s);
}

TEST(LockOut, AfterALockTheCountBeginsAnew)
{
    auto const after = attempts(1, noon + 901s, attempts(3));
    EXPECT_EQ(after, (LoginFailures{1, noon + 901s, std::nullopt}));
}

TEST(LockOut, FailuresFarApartAreNotCountedTogether)
{
    EXPECT_EQ(attempts(1, noon + 600s, attempts(2)).count, 1u);
    EXPECT_EQ(attempts(1, noon + 599s, attempts(2)).locked_until, noon + 599s + 900s);
}

TEST(LockOut, NameSourceAndBothAreCountedApart)
{
    auto const a = domain::login_counters(policy, "anna", "192.0.2.1");
    auto const b = domain::login_counters(policy, "anna", "192.0.2.2");
    auto const c = domain::login_counters(policy, "otto", "192.0.2.1");
    ASSERT_EQ(a.size(), 3u);
    EXPECT_EQ(a[0].limit, policy.by_name_and_source);
    EXPECT_NE(a[0], b[0]);
    EXPECT_NE(a[0], c[0]);
    EXPECT_EQ(a[1], b[1]);
    EXPECT_NE(a[1], c[1]);
    EXPECT_EQ(a[2], c[2]);
    EXPECT_NE(a[2], b[2]);
    EXPECT_NE(a[0].key, domain::login_counters(policy, "anna192.0.2.1", "")[0].key);
}

TEST(LockOut, OneCustomersIpv6AddressesAreOneSource)
{
    auto const source = [](std::string const& address) { return domain::login_counters(policy, "", address)[2]; };
    EXPECT_EQ(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
    EXPECT_NE(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
}

TEST(OperatorName, IsShortPlainAndInLowerCase)
{
    for (auto const* const name : {"a", "anna", "anna.berg@example.net", "ci-2_x", "0"})
        EXPECT_TRUE(domain::is_operator_name(name)) << name;
    for (auto const* const name : {"", "Anna", "-x", ".", "a b", "a/b", "a\n", "\xc3\xa4", "a'b", "@a"})
        EXPECT_FALSE(domain::is_operator_name(name)) << name;
    EXPECT_TRUE(domain::is_operator_name(std::string(64, 'a')));
    EXPECT_FALSE(domain::is_operator_name(std::string(65, 'a')));
}

}  // namespace
