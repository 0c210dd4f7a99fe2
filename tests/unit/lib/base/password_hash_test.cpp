#include "base/password_hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

constexpr base::PasswordCosts cheap{8, 1};

TEST(PasswordHash, HoldsItsPasswordAndNoOther)
{
    auto const hash = base::hash_password("correct horse", cheap);
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    EXPECT_TRUE(base::is_password(hash, "correct horse"));
    EXPECT_FALSE(base::is_password(hash, "correct hors"));
    EXPECT_FALSE(base::is_password(hash, ""));
    EXPECT_FALSE(base::is_password(hash, std::string{"correct horse\0", 14}));
}

TEST(PasswordHash, TheSamePasswordGivesAnotherHashEachTime)
{
    EXPECT_NE(base::hash_password("x", cheap), base::hash_password("x", cheap));
}

TEST(PasswordHash, WhatIsNoHashHoldsNothing)
{
    for (auto const* const text : {"", "x", "$argon2id$", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"})
        EXPECT_FALSE(base::is_password(text, "x")) << text;
}

TEST(PasswordHash, OtherCostsAreSeen)
{
    auto const hash = base::hash_password("x", cheap);
    EXPECT_FALSE(base::has_other_costs(hash, cheap));
    EXPECT_TRUE(base::has_other_costs(hash, {16, 1}));
    EXPECT_TRUE(base::has_other_costs(hash, {8, 2}));
    EXPECT_TRUE(base::has_other_costs("", cheap));
}

}  // namespace
