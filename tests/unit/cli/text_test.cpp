#include "cli/table.hpp"
#include "cli/text.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Text, ForeignTextCannotSteerATerminal)
{
    EXPECT_EQ(cli::escaped("a\x1b[2Jb\n\t\r"), R"(a\x1b[2Jb\n\t\r)");
    EXPECT_EQ(cli::escaped("\xC2\x9B"
                           "31m"),
              R"(\u009b31m)")
        << "C1 control sequence introducer";
    EXPECT_EQ(cli::escaped("abc\xE2\x80\xAE"
                           "fed"),
              R"(abc\u202efed)")
        << "right-to-left override";
    EXPECT_EQ(cli::escaped("\xFF\xC3"), R"(\xff\xc3)");
    EXPECT_EQ(cli::escaped("Gr\xC3\xBC\xC3\x9F"
                           "e \xE6\x97\xA5"),
              "Gr\xC3\xBC\xC3\x9F"
              "e \xE6\x97\xA5");
}

TEST(Text, HarmlessJsonMeansWhatItMeant)
{
    EXPECT_EQ(cli::harmless_json("{\"a\":\"\xC2\x9B"
                                 "31m\x7F\xE2\x80\xAE\",\"b\":\"\xC3\xBC\"}"),
              "{\"a\":\"\\u009b31m\\u007f\\u202e\",\"b\":\"\xC3\xBC\"}");
}

TEST(Text, HarmlessLinesKeepTheirEndsAndTabs)
{
    EXPECT_EQ(cli::harmless_lines("a\t\x1b[2Jb\n\r\nc"), "a\t\\x1b[2Jb\n\\r\nc");
}

TEST(Text, WideCharactersTakeTwoColumnsAndCombiningMarksNone)
{
    EXPECT_EQ(cli::columns("abc"), 3u);
    EXPECT_EQ(cli::columns("\xE6\x97\xA5\xE6\x9C\xAC"), 4u);
    EXPECT_EQ(cli::columns("e\xCC\x81"), 1u);
}

TEST(Text, AShortenedTextEndsBetweenCharacters)
{
    EXPECT_EQ(cli::shortened("abcdef", 6), "abcdef");
    EXPECT_EQ(cli::shortened("abcdef", 4), "abc\u2026");
    EXPECT_EQ(cli::shortened("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 4), "\xE6\x97\xA5\u2026");
    EXPECT_EQ(cli::shortened("abc", 1), "\u2026");
}

TEST(Table, ColumnsAreAlignedAndNoLineEndsInBlanks)
{
    cli::Table table{{"ID", "STATE"}};
    table.add({"\xE6\x97\xA5", "active"});
    table.add({"longer", ""});
    EXPECT_EQ(table.to_string(0), "ID      STATE\n\xE6\x97\xA5      active\nlonger\n");
}

TEST(Table, FitsTheTerminalByShorteningTheWidestColumns)
{
    cli::Table table{{"PATH", "VALUE"}};
    table.add({"Device.ManagementServer.URL", "https://acs.example/a/very/long/path/indeed"});
    table.add({"short", "x\ny"});
    auto const text = table.to_string(40);
    std::size_t start = 0;
    for (auto end = text.find('\n'); end != text.npos; start = end + 1, end = text.find('\n', start))
        EXPECT_LE(cli::columns(text.substr(start, end - start)), 40u);
    EXPECT_NE(text.find("x\\ny"), text.npos);
    EXPECT_NE(table.to_string(0).find("very/long/path/indeed"), std::string::npos);
}

TEST(Pairs, EmptyValuesAreLeftOut)
{
    EXPECT_EQ(cli::pairs({{"id", "1"}, {"nothing", ""}, {"state", "a\x07"}}), "id     1\nstate  a\\x07\n");
}

}  // namespace
