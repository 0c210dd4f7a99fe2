#include "files/byte_range.hpp"

#include <gtest/gtest.h>

namespace {

using files::ByteRange;
using files::judge_range;

TEST(ByteRange, AFirstAndALastByteAreServedInclusively)
{
    EXPECT_EQ(judge_range("bytes=0-99", 1000).range, (ByteRange{0, 100}));
    EXPECT_EQ(judge_range("bytes=990-", 1000).range, (ByteRange{990, 10}));
    EXPECT_EQ(judge_range("bytes=990-5000", 1000).range, (ByteRange{990, 10}));
}

TEST(ByteRange, ASuffixCountsFromTheEnd)
{
    EXPECT_EQ(judge_range("bytes=-10", 1000).range, (ByteRange{990, 10}));
    EXPECT_EQ(judge_range("bytes=-5000", 1000).range, (ByteRange{0, 1000}));
}

TEST(ByteRange, WhatLiesBeyondTheFileIsUnsatisfiable)
{
    EXPECT_TRUE(judge_range("bytes=1000-", 1000).unsatisfiable);
    EXPECT_TRUE(judge_range("bytes=-0", 1000).unsatisfiable);
    EXPECT_TRUE(judge_range("bytes=0-", 0).unsatisfiable);
}

TEST(ByteRange, NonsenseAndSeveralRangesGetTheWholeFile)
{
    for (auto const* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1", "bytes=0-1,5-6",
                              "bytes=0-1-2", "bytes=99999999999999999999-"}) {
        EXPECT_FALSE(judge_range(field, 1000).range) << field;
        EXPECT_FALSE(judge_range(field, 1000).unsatisfiable) << field;
    }
}

}  // namespace
