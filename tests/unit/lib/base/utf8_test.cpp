#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Utf8, ReadsCharactersOfEveryLength)
{
    EXPECT_EQ(base::first_character("a").value, U'a');
    EXPECT_EQ(base::first_character("\xC3\xA9x").bytes, 2u);
    EXPECT_EQ(base::first_character("\xE2\x82\xAC").value, U'\u20AC');
    EXPECT_EQ(base::first_character("\xF0\x9F\x93\xA1").value, U'\U0001F4E1');
}

TEST(Utf8, RefusesWhatIsNoCharacter)
{
    for (auto const* text : {"\x80", "\xC0\x80", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xE0\x80\x80", "\xF4\x90\x80\x80",
                             "\xF8\x88\x80\x80\x80", "\xFF"}) {
        EXPECT_FALSE(base::is_utf8(text)) << text;
        EXPECT_EQ(base::first_character(text).bytes, 1u);
    }
    EXPECT_EQ(base::first_character("").bytes, 0u);
    EXPECT_TRUE(base::is_utf8(""));
    EXPECT_TRUE(base::is_utf8("gr\xC3\xBC\xC3\x9F"
                              "e"));
}

}  // namespace
