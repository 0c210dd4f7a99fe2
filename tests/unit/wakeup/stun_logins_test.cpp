#include "wakeup/stun_logins.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using wakeup::StunLogins;

constexpr domain::DeviceKey one{1}, two{2};
constexpr StunLogins::Moment start{1h};

TEST(StunLogins, AreAskedForAgainInTimeAndSoonerWhenTheyDoNotFit)
{
    StunLogins logins{10};
    EXPECT_EQ(logins.find("cpe", start), nullptr);
    logins.take({"cpe", "nobody"}, {{"cpe", one, "secret"}, {"unasked", two, "x"}}, start);
    ASSERT_NE(logins.find("cpe", start + 599s), nullptr);
    EXPECT_EQ(logins.find("cpe", start + 599s)->size(), 1U);
    ASSERT_NE(logins.find("nobody", start + 599s), nullptr) << "that there is nothing is known too";
    EXPECT_TRUE(logins.find("nobody", start + 599s)->empty());
    EXPECT_EQ(logins.find("unasked", start), nullptr);
    EXPECT_EQ(logins.find("cpe", start + 600s), nullptr);
    EXPECT_EQ(logins.find("nobody", start + 600s), nullptr);
    EXPECT_NE(logins.find_again("cpe", start + 9s), nullptr);
    EXPECT_EQ(logins.find_again("cpe", start + 10s), nullptr);
}

TEST(StunLogins, AreBounded)
{
    StunLogins logins{2};
    for (auto const* name : {"a", "b", "c"})
        logins.take({name}, {{name, one, "secret"}}, start);
    EXPECT_EQ(logins.find("a", start), nullptr);
    EXPECT_NE(logins.find("c", start), nullptr);
}

TEST(StunLogins, ANameBecomesADevicesAndCeasesToBe)
{
    StunLogins logins{10};
    logins.take({"cpe"}, {}, start);
    logins.take({"cpe"}, {{"cpe", one, "secret"}}, start);
    EXPECT_EQ(logins.find("cpe", start)->size(), 1U);
    logins.take({"cpe"}, {}, start);
    EXPECT_TRUE(logins.find("cpe", start)->empty());
}

TEST(StunLogins, NamesThatSomebodyMakesUpDoNotPushOutThoseOfDevices)
{
    StunLogins logins{10};
    logins.take({"cpe"}, {{"cpe", one, "secret"}}, start);
    for (std::size_t i = 0; i <= StunLogins::most_strangers; ++i)
        logins.take({"stranger" + std::to_string(i)}, {}, start);
    EXPECT_NE(logins.find("cpe", start), nullptr);
    EXPECT_EQ(logins.find("stranger0", start), nullptr) << "the first has made room for the last";
    EXPECT_NE(logins.find("stranger1", start), nullptr);
}

}  // namespace
