#include "domain/file_token.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

domain::FileTokens const tokens{"0123456789abcdef"};

TEST(FileToken, IsShortUniqueAndFitForAUrl)
{
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        auto const token = tokens.make();
        EXPECT_LE(token.size(), 43u);
        EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                  std::string::npos);
        EXPECT_TRUE(tokens.is_genuine(token));
        EXPECT_TRUE(seen.insert(token).second);
    }
}

TEST(FileToken, InventedAndChangedOnesAreNotGenuine)
{
    auto token = tokens.make();
    EXPECT_FALSE(tokens.is_genuine(""));
    EXPECT_FALSE(tokens.is_genuine(std::string(43, 'A')));
    EXPECT_FALSE(tokens.is_genuine(token + "A"));
    token[5] = token[5] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(tokens.is_genuine(token));
    EXPECT_FALSE(domain::FileTokens{"another key of ours"}.is_genuine(tokens.make()));
}

TEST(FileToken, AnyOfTheKeysMakesItGenuine)
{
    domain::FileTokens const before{"a key that is replaced"};
    domain::FileTokens const meanwhile{std::vector<std::string>{"the key after it......", "a key that is replaced"}};
    EXPECT_TRUE(meanwhile.is_genuine(before.make()));
    EXPECT_FALSE(before.is_genuine(meanwhile.make())) << "the first key makes them";
}

}  // namespace
