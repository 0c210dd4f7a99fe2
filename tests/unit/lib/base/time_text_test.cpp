#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace {

using base::parse_rfc3339;
using base::to_rfc3339;

TEST(TimeText, WritesWhatItReads)
{
    EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-03-01T12:34:56Z")), "2026-03-01T12:34:56Z");
    EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-03-01T12:34:56.25Z")), "2026-03-01T12:34:56.250000Z");
}

TEST(TimeText, TurnsOffsetsIntoUtc)
{
    EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-03-01T00:30:00+02:00")), "2026-02-28T22:30:00Z");
    EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-03-01 00:30:00-0530")), "2026-03-01T06:00:00Z");
}

TEST(TimeText, HoldsTheUnknownTimeOfTr106)
{
    EXPECT_EQ(to_rfc3339(*parse_rfc3339("0001-01-01T00:00:00Z")), "0001-01-01T00:00:00Z");
}

TEST(TimeText, RefusesWhatIsNoMoment)
{
    for (auto const* text : {"", "yesterday", "2026-02-30T00:00:00Z", "2026-01-01T11:54::14", "2026-01-01T00:00:00Zx"})
        EXPECT_FALSE(parse_rfc3339(text)) << text;
}

}  // namespace
