#include "domain/trace_text.hpp"

#include <gmock/gmock.h>

namespace {

using domain::Trace;
using domain::TracedMessage;
using testing::HasSubstr;

Trace example()
{
    Trace trace{.session = 77, .device = "00D09E-HG-1", .node = "acs-1", .started = "2026-03-01T12:00:00Z"};
    trace.outcome = "failed: the CPE fell silent";
    trace.missing = 3;
    trace.messages = {
        {.is_from_cpe = true,
         .at = std::chrono::milliseconds{0},
         .method = "Inform",
         .bytes = 20,
         .headers = {"User-Agent: HG/1"},
         .text = "<a>\n\n>>> 0.000 X\n</a>"},
        {.at = std::chrono::milliseconds{61'007}, .status = 200, .method = "InformResponse", .text = "<b/>"},
        {.is_from_cpe = true, .at = std::chrono::milliseconds{61'008}, .bytes = 9, .note = "why"},
        {.at = std::chrono::milliseconds{61'009}, .status = 204, .method = "Empty"}};
    return trace;
}

TEST(TraceTextTest, WhatWasWrittenIsReadAgain)
{
    auto const read = domain::trace_of(to_text(example()));
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(*read, example());
}

TEST(TraceTextTest, PeopleCanReadIt)
{
    auto const text = to_text(example());
    EXPECT_THAT(text, HasSubstr("ACS-Trace/1\nSession: 77\nDevice: 00D09E-HG-1\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "\n<<< 61.007 InformResponse status=200 bytes=0 text=4\n\n<b/>\n>>> 61.008 - bytes=9 text=0\nNote: why\n"));
    EXPECT_TRUE(domain::is_trace(text));
}

TEST(TraceTextTest, ForeignTextBreaksNoLine)
{
    auto trace = example();
    trace.outcome = "failed:\n\n>>> 0.000 X text=0";
    trace.messages[0].headers = {"User-Agent: a\r\n\r\n<<< 1.000 Y text=0", ""};
    trace.messages[0].method = "X Y\n";
    auto const read = domain::trace_of(to_text(trace));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->messages.size(), 4U);
    EXPECT_EQ(read->messages[0].method, "X_Y_");
}

TEST(TraceTextTest, WhatIsCutOrMadeUpIsRefused)
{
    auto const text = to_text(example());
    EXPECT_FALSE(domain::trace_of(""));
    EXPECT_FALSE(domain::trace_of("<a/>"));
    EXPECT_FALSE(domain::trace_of(text.substr(0, text.size() - 1)));
    EXPECT_FALSE(domain::trace_of("ACS-Trace/1\n\n>>> 0.000 X text=99999999999999999999\n\n\n"));
    EXPECT_FALSE(domain::trace_of("ACS-Trace/1\n\n>>> x X text=0\n\n\n"));
    EXPECT_FALSE(domain::trace_of("ACS-Trace/1\n\n--- 0.000 X text=0\n\n\n"));
    EXPECT_TRUE(domain::trace_of("ACS-Trace/1\n"));
}

}  // namespace
