#include "datamodel/pattern.hpp"

#include <gmock/gmock.h>

#include <string>

namespace {

using datamodel::Pattern;

bool matches(std::string_view expression, std::string_view text)
{
    auto const pattern = Pattern::compile(expression);
    EXPECT_TRUE(pattern) << expression;
    return pattern && pattern->matches(text);
}

TEST(Pattern, DescribesTheWholeText)
{
    EXPECT_TRUE(matches("[0-9A-F]{6}", "00AABB"));
    EXPECT_FALSE(matches("[0-9A-F]{6}", "00AABB0"));
    EXPECT_FALSE(matches("[0-9A-F]{6}", "00aabb"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("", "x"));
}

TEST(Pattern, ReadsWhatDataModelsWrite)
{
    auto const* const address = "((25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])";
    EXPECT_TRUE(matches(address, "192.168.1.254"));
    EXPECT_FALSE(matches(address, "192.168.1.256"));
    EXPECT_FALSE(matches(address, "192.168.1"));
    EXPECT_TRUE(matches("([0-9A-Fa-f][0-9A-Fa-f]:){5}([0-9A-Fa-f][0-9A-Fa-f])", "00:1a:2b:3c:4d:5E"));
    EXPECT_TRUE(matches("\\d+(\\.\\d+)*", "1.22.3"));
    EXPECT_FALSE(matches("\\d+(\\.\\d+)*", "1..3"));
    EXPECT_TRUE(matches("(\\d+(:\\d+)*)?", ""));
    EXPECT_TRUE(matches("([0-9]{1,15}?[BKMGT])", "100K"));
    EXPECT_TRUE(matches("\\d{4}|\\d{8}", "12345678"));
    EXPECT_FALSE(matches("\\d{4}|\\d{8}", "12345"));
    EXPECT_TRUE(matches("X [0-9A-F]{6} .*", "X 00256D Anything at all"));
    EXPECT_TRUE(matches("[A-Z][A-Z][ OI]", "DE "));
}

TEST(Pattern, KnowsClassesEscapesAndRepetition)
{
    EXPECT_TRUE(matches("[^,]*", "a b"));
    EXPECT_FALSE(matches("[^,]*", "a,b"));
    EXPECT_TRUE(matches("[a\\-z]+", "a-z"));
    EXPECT_TRUE(matches("[+-]?\\d", "-1"));
    EXPECT_TRUE(matches("\\s\\S\\w\\W", " a1-"));
    EXPECT_TRUE(matches("a{2,}", "aaaa"));
    EXPECT_FALSE(matches("a{2,3}", "aaaa"));
    EXPECT_TRUE(matches("a{0,2}b", "b"));
    EXPECT_TRUE(matches("(a|b|)c", "c"));
    EXPECT_TRUE(matches(".{3}", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa1"));
    EXPECT_TRUE(matches("[\xc3\xa4-\xc3\xbc]", "\xc3\xb6"));
}

TEST(Pattern, NeverTakesLongForATextThatWouldMakeOthersBacktrack)
{
    std::string const text(5000, 'a');
    EXPECT_FALSE(matches("(a*)*b", text));
    EXPECT_FALSE(matches("(a|a|aa)+b", text));
    EXPECT_TRUE(matches("(a*)*", text));
}

TEST(Pattern, RefusesWhatIsMalformedOrTooLarge)
{
    for (auto const* const expression :
         {"(a", "a)", "[a", "*a", "a{2,1}", "a{", "a{x}", "\\", "[z-a]", "[a-z-[b]]", "\\p{L}", "a{100000}", "[]"})
        EXPECT_FALSE(Pattern::compile(expression)) << expression;
    EXPECT_FALSE(Pattern::compile("((((a{10}){10}){10}){10}){10}"));
    EXPECT_FALSE(Pattern::compile(std::string(100'000, '(')));
}

}  // namespace
