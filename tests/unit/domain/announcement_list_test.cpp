#include "domain/announcement_list.hpp"

#include <gtest/gtest.h>

namespace domain {
namespace {

using Tags = std::vector<std::string>;

struct Reading {
    std::vector<AnnouncementList::Line> lines;
    std::vector<ListProblem> problems;
    std::size_t count = 0;
    bool is_unreadable = false;
};

Reading read(std::string_view text)
{
    AnnouncementList list;
    list.push(text);
    list.finish();
    auto lines = list.take_lines();
    return {std::move(lines), list.take_problems(), list.lines(), list.is_unreadable()};
}

TEST(AnnouncementList, TheFirstLineNamesTheColumnsInAnyOrder)
{
    auto const list = read("Tags;OUI;Serial Number;username;password;subscriber;product_class\r\n"
                           "gold| two words ||gold;00:d0:9e;S1;u;\" p;w \";s-17;HG-1000\r\n"
                           ";;S2\r\n");
    ASSERT_EQ(list.lines.size(), 2U) << (list.problems.empty() ? "" : list.problems[0].reason);
    auto const& one = list.lines[0].announcement;
    EXPECT_EQ(one.serial_number, "S1");
    EXPECT_EQ(one.oui, "00D09E");
    EXPECT_EQ(one.product_class, "HG-1000");
    EXPECT_EQ(one.subscriber, "s-17");
    EXPECT_EQ(one.tags, (Tags{"gold", "two words"}));
    EXPECT_EQ(one.username, "u");
    EXPECT_EQ(one.password, " p;w ");
    EXPECT_EQ(list.lines[1].line, 3U);
    EXPECT_EQ(list.lines[1].announcement.serial_number, "S2");
    EXPECT_EQ(list.count, 2U);
}

TEST(AnnouncementList, EveryBadLineIsToldAndTheOthersAreTaken)
{
    auto const list = read("serial_number,oui,tags,username,password\n"
                           ",00D09E\n"
                           "S2,nonsense\n"
                           "S3,,,u\n"
                           "S4,,,,pw\n"
                           "S5,,,a:b,pw\n"
                           "S6,,,,,more\n"
                           "S7,\"x\"y\n"
                           "S8\n" +
                           std::string(65, 'x') + "\n");
    ASSERT_EQ(list.lines.size(), 1U);
    EXPECT_EQ(list.lines[0].announcement.serial_number, "S8");
    std::vector<std::pair<std::size_t, std::string>> told;
    for (auto const& problem : list.problems)
        told.emplace_back(problem.line, problem.column);
    EXPECT_EQ(told, (std::vector<std::pair<std::size_t, std::string>>{{2, "serial_number"},
                                                                      {3, "oui"},
                                                                      {4, "password"},
                                                                      {5, "username"},
                                                                      {6, "username"},
                                                                      {7, "6"},
                                                                      {8, "oui"},
                                                                      {10, "serial_number"}}));
    EXPECT_EQ(list.count, 9U);
    EXPECT_FALSE(list.is_unreadable);
}

TEST(AnnouncementList, AListWhoseFirstLineSaysNothingIsNotRead)
{
    for (auto const* text : {"S1\nS2\n", "serial_number,colour\nS1,red\n", "oui,tags\n00D09E,x\n",
                             "serial,serial number\nS1,S1\n", "", "\n\n", "\xff\xfeS\0"}) {
        auto const list = read(text);
        EXPECT_TRUE(list.lines.empty()) << text;
        EXPECT_FALSE(list.problems.empty()) << text;
    }
}

TEST(AnnouncementList, ItComesInPieces)
{
    AnnouncementList list;
    std::size_t lines = 0;
    for (char const c : std::string_view{"serial_number\nS1\nS2\nS3"}) {
        list.push({&c, 1});
        lines += list.take_lines().size();
    }
    list.finish();
    EXPECT_EQ(lines + list.take_lines().size(), 3U);
}

}  // namespace
}  // namespace domain
