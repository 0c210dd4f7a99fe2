#include "wakeup/binding_table.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using wakeup::BindingTable;
using Verdict = BindingTable::Verdict;

constexpr domain::DeviceKey one{1}, two{2}, three{3};
constexpr base::TimePoint start{1'000h};

wakeup::Binding at(char const* address, bool is_verified = false, base::TimePoint seen = start)
{
    return {{boost::asio::ip::make_address(address), 40'000}, {}, is_verified, seen};
}

std::string address_of(BindingTable const& table, domain::DeviceKey device, base::TimePoint now = start)
{
    auto const found = table.find(device, now);
    return found ? found->address.address.to_string() : "";
}

TEST(BindingTable, KnowsWhereADeviceWasHeardLast)
{
    BindingTable table{10, 60s};
    EXPECT_EQ(table.hear(one, at("192.0.2.1")), Verdict::taken);
    EXPECT_EQ(table.hear(one, at("192.0.2.1", false, start + 30s)), Verdict::same);
    EXPECT_EQ(address_of(table, one, start + 89s), "192.0.2.1");
    EXPECT_EQ(address_of(table, one, start + 90s), "") << "it was silent for too long";
    EXPECT_EQ(table.hear(one, at("192.0.2.2")), Verdict::taken);
    EXPECT_EQ(address_of(table, one), "192.0.2.2");
    EXPECT_EQ(address_of(table, two), "");
}

TEST(BindingTable, OneThatNobodySignedForDoesNotMoveADeviceThatSigned)
{
    BindingTable table{10, 60s};
    EXPECT_EQ(table.hear(one, at("192.0.2.1")), Verdict::taken);
    EXPECT_EQ(table.hear(one, at("192.0.2.1", true)), Verdict::taken);
    EXPECT_EQ(table.hear(one, at("198.51.100.9")), Verdict::refused);
    EXPECT_EQ(address_of(table, one), "192.0.2.1");
    EXPECT_EQ(table.hear(one, at("192.0.2.1")), Verdict::same) << "there it may forget to sign";
    EXPECT_TRUE(table.find(one, start)->is_verified);
    EXPECT_EQ(table.hear(one, at("192.0.2.3", true)), Verdict::taken);
    EXPECT_EQ(table.hear(one, at("198.51.100.9", false, start + 60s)), Verdict::taken)
        << "the device is silent: who knows";
}

TEST(BindingTable, IsBoundedAndForgetsTheSilent)
{
    BindingTable table{2, 60s};
    table.hear(one, at("192.0.2.1"));
    table.hear(two, at("192.0.2.2"));
    table.hear(one, at("192.0.2.1", false, start + 1s));
    table.hear(three, at("192.0.2.3", false, start + 2s));
    EXPECT_EQ(table.size(), 2U);
    EXPECT_EQ(address_of(table, two), "") << "it was heard longest ago";
    table.expire(start + 61s);
    EXPECT_EQ(table.size(), 1U);
    table.expire(start + 62s);
    EXPECT_EQ(table.size(), 0U);
}

TEST(BindingTable, TellsWhatChangedOnce)
{
    BindingTable table{10, 60s};
    table.hear(one, at("192.0.2.1"));
    table.hear(one, at("192.0.2.4"));
    table.hear(two, at("192.0.2.2", true));
    auto changes = table.take_changes(10);
    EXPECT_EQ(changes.kept.size(), 2U);
    EXPECT_TRUE(changes.gone.empty());
    table.hear(one, at("192.0.2.4", false, start + 30s));
    EXPECT_TRUE(table.take_changes(10).empty()) << "it is where it was";
    table.hear(one, at("192.0.2.4", true, start + 31s));
    changes = table.take_changes(10);
    ASSERT_EQ(changes.kept.size(), 1U);
    EXPECT_TRUE(changes.kept[0].second.is_verified);
    table.expire(start + 75s);
    changes = table.take_changes(10);
    EXPECT_EQ(changes.gone, std::vector{two});
}

TEST(BindingTable, WhatLastsIsConfirmedNowAndThen)
{
    BindingTable table{10, 24h};
    table.hear(one, at("192.0.2.1"));
    static_cast<void>(table.take_changes(10));
    table.hear(one, at("192.0.2.1", false, start + 6h));
    EXPECT_TRUE(table.take_changes(10).empty());
    table.hear(one, at("192.0.2.1", false, start + 7h));
    EXPECT_EQ(table.take_changes(10).kept.size(), 1U);
}

TEST(BindingTable, WhatCouldNotBeWrittenIsToldAgainAsItIsThen)
{
    BindingTable table{10, 60s};
    table.hear(one, at("192.0.2.1"));
    table.hear(two, at("192.0.2.2"));
    auto const first = table.take_changes(1);
    EXPECT_EQ(first.kept.size(), 1U);
    table.give_back(first);
    table.expire(start + 60s);
    auto const again = table.take_changes(10);
    EXPECT_TRUE(again.kept.empty());
    EXPECT_EQ(again.gone.size(), 2U);
}

TEST(BindingTable, WhatWasWrittenEarlierDoesNotStandAboveWhatWasHeard)
{
    BindingTable table{10, 60s};
    table.hear(one, at("192.0.2.1"));
    static_cast<void>(table.take_changes(10));
    table.restore(one, at("192.0.2.9", true), start);
    table.restore(two, at("192.0.2.2", true), start);
    EXPECT_EQ(address_of(table, one), "192.0.2.1");
    EXPECT_EQ(address_of(table, two), "192.0.2.2");
    EXPECT_TRUE(table.take_changes(10).empty()) << "it is written already";
    table.hear(two, at("192.0.2.2", true, start + 1s));
    EXPECT_TRUE(table.take_changes(10).empty());
}

TEST(BindingTable, WhatWasWrittenLongBeforeTheRestartIsConfirmed)
{
    BindingTable table{10, 60s};
    table.restore(one, at("192.0.2.1", true), start - 7h);
    EXPECT_TRUE(table.take_changes(10).empty()) << "it was not heard yet";
    EXPECT_EQ(table.hear(one, at("192.0.2.1", true, start + 1s)), Verdict::same);
    EXPECT_EQ(table.take_changes(10).kept.size(), 1U);
}

}  // namespace
