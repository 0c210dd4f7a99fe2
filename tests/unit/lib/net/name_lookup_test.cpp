#include "net/name_lookup.hpp"

#include "support/run.hpp"

#include <gmock/gmock.h>

#include <latch>

namespace {

using namespace std::chrono_literals;
using net::NameLookup;
using support::run;
using testing::HasSubstr;

boost::asio::ip::address const here = boost::asio::ip::make_address("127.0.0.1");

TEST(NameLookup, KnowsThisMachine)
{
    NameLookup names;
    auto const found = run(names.find("localhost", 10s));
    ASSERT_TRUE(found) << found.error();
    EXPECT_TRUE(found->front().is_loopback());
}

TEST(NameLookup, TellsWhyANameHasNoAddress)
{
    NameLookup names{1, 4, [](std::string const&) -> NameLookup::Found { return std::unexpected{"no such host"}; }};
    EXPECT_EQ(run(names.find("nobody.example", 10s)).error(), "no such host");
}

TEST(NameLookup, ASlowNameHoldsUpNeitherWhoAskedForItNorTheOthers)
{
    std::latch answer{1};
    NameLookup names{2, 4, [&answer](std::string const& host) -> NameLookup::Found {
                         if (host == "slow.example")
                             answer.wait();
                         return std::vector{here};
                     }};
    EXPECT_THAT(run(names.find("slow.example", 1ms)).error(), HasSubstr("in time"));
    EXPECT_EQ(run(names.find("quick.example", 10s))->front(), here);
    answer.count_down();
}

TEST(NameLookup, OnlySoManyNamesAreLookedForAtOnce)
{
    std::latch answer{1};
    NameLookup names{2, 2, [&answer](std::string const&) -> NameLookup::Found {
                         answer.wait();
                         return std::vector{here};
                     }};
    EXPECT_THAT(run(names.find("a.example", 1ms)).error(), HasSubstr("in time"));
    EXPECT_THAT(run(names.find("b.example", 1ms)).error(), HasSubstr("in time"));
    EXPECT_EQ(run(names.find("c.example", 10s)).error(), "2 other names are being looked for");
    answer.count_down();
}

}  // namespace
