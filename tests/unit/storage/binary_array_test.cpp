#include "storage/binary_array.hpp"

#include <gtest/gtest.h>

namespace storage {
namespace {

std::string bytes(pqxx::binarystring const& value)
{
    return {value.get(), value.size()};
}

TEST(BinaryElements, IntegersAreReadAsTheyWereWritten)
{
    BinaryElements elements;
    for (std::int32_t const number : {0, 1, -1, 2'147'483'647, -2'147'483'647 - 1})
        elements.add(number);
    EXPECT_EQ(elements.size(), 5);
    EXPECT_EQ(read_integers(bytes(elements.as_integers())),
              (std::vector<std::int32_t>{0, 1, -1, 2'147'483'647, -2'147'483'647 - 1}));
}

TEST(BinaryElements, TextsAreReadAsTheyWereWritten)
{
    BinaryElements elements;
    elements.add("");
    elements.add("NULL");
    elements.add("{\"a\",\\}");
    auto const whole = bytes(elements.as_texts());
    EXPECT_EQ(read_texts(whole), (std::vector<std::string_view>{"", "NULL", "{\"a\",\\}"}));
}

TEST(BinaryElements, ABatchFollowsAnother)
{
    BinaryElements first;
    BinaryElements second;
    first.add("one");
    second.add("two");
    first.add(second);
    auto const whole = bytes(first.as_texts());
    EXPECT_EQ(read_texts(whole), (std::vector<std::string_view>{"one", "two"}));
}

TEST(BinaryElements, BytesThatPostgreSqlRefusesAreRepaired)
{
    BinaryElements elements;
    elements.add(std::string_view{"a\0b\xff", 4});
    auto const whole = bytes(elements.as_texts());
    EXPECT_EQ(read_texts(whole), (std::vector<std::string_view>{"a\xEF\xBF\xBD"
                                                                "b\xEF\xBF\xBD"}));
}

TEST(BinaryElements, AnEmptyArrayHasNoDimension)
{
    auto const whole = bytes(BinaryElements{}.as_integers());
    EXPECT_EQ(whole.size(), 12U);
    EXPECT_TRUE(read_integers(whole).empty());
}

TEST(BinaryElements, WhatIsNoArrayGivesAnEmptyList)
{
    BinaryElements elements;
    elements.add("some text");
    auto const whole = bytes(elements.as_texts());
    EXPECT_TRUE(read_integers(whole).empty()) << "texts are no integers";
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_TRUE(size == 20 || read_texts(whole.substr(0, size)).empty()) << "cut at " << size;
    EXPECT_TRUE(read_texts("").empty());
}

}  // namespace
}  // namespace storage
