#include "session/trace_desk.hpp"

#include "base/time_text.hpp"
#include "cwmp/codec/codec.hpp"
#include "domain/trace_text.hpp"
#include "net/compression.hpp"
#include "support/hand_clock.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using namespace std::chrono_literals;

class TranscriptTest : public testing::Test {
protected:
    static std::string text(std::size_t bytes) { return std::string(bytes, 'x'); }

    support::HandClock clock;
    TraceMemory memory{10'000};
    Transcript transcript{memory, clock.now(), 1'000};
};

TEST_F(TranscriptTest, ItKeepsWhoSaidWhatAndWhen)
{
    transcript.hear(clock.now(), "a question");
    clock.advance(250ms);
    transcript.say(clock.now(), 200, "an answer");
    ASSERT_EQ(transcript.messages().size(), 2U);
    EXPECT_TRUE(transcript.messages()[0].is_from_cpe);
    EXPECT_EQ(transcript.messages()[0].text, "a question");
    EXPECT_EQ(transcript.messages()[1].status, 200U);
    EXPECT_EQ(transcript.messages()[1].at, 250ms);
    EXPECT_EQ(transcript.messages()[1].text, "an answer");
}

TEST_F(TranscriptTest, TheOldestGoWhenThereIsNoMoreRoom)
{
    for (int i = 0; i < 5; ++i)
        transcript.hear(clock.now(), text(300));
    EXPECT_EQ(transcript.messages().size(), 3U);
    EXPECT_EQ(transcript.missing(), 2U);
    EXPECT_LE(transcript.bytes(), 1'000U);
    EXPECT_EQ(memory.taken(), transcript.bytes());
}

TEST_F(TranscriptTest, AMessageThatIsTooLongIsNotedWithoutItsText)
{
    transcript.hear(clock.now(), text(5'000));
    transcript.say(clock.now(), 200, text(5'000));
    ASSERT_EQ(transcript.messages().size(), 2U);
    for (auto const& message : transcript.messages()) {
        EXPECT_TRUE(message.is_dropped);
        EXPECT_EQ(message.bytes, 5'000U);
        EXPECT_EQ(message.text, "");
    }
    EXPECT_EQ(memory.taken(), 0U);
}

TEST_F(TranscriptTest, AllOfANodeShareABound)
{
    Transcript greedy{memory, clock.now(), 100'000};
    greedy.hear(clock.now(), text(9'500));
    transcript.hear(clock.now(), text(800));
    EXPECT_TRUE(transcript.messages()[0].is_dropped);
    greedy.clear();
    transcript.hear(clock.now(), text(800));
    EXPECT_FALSE(transcript.messages()[1].is_dropped);
}

TEST_F(TranscriptTest, WhatIsMovedOrEndsIsCountedOnce)
{
    transcript.hear(clock.now(), text(500));
    auto const taken = memory.taken();
    {
        Transcript other{std::move(transcript)};
        EXPECT_EQ(memory.taken(), taken);
        transcript = std::move(other);
        EXPECT_EQ(memory.taken(), taken);
        Transcript last{std::move(transcript)};
    }
    EXPECT_EQ(memory.taken(), 0U);
}

TEST_F(TranscriptTest, ManySmallMessagesAreBoundedToo)
{
    for (std::size_t i = 0; i < Transcript::most_messages + 5; ++i)
        transcript.say(clock.now(), 204, {});
    EXPECT_EQ(transcript.messages().size(), Transcript::most_messages);
    EXPECT_EQ(transcript.missing(), 5U);
}

class TraceDeskTest : public TranscriptTest {
protected:
    class Chosen final : public domain::TraceOrders {
    public:
        [[nodiscard]] bool wants(domain::DeviceKey device) const noexcept override { return device == chosen; }
        domain::DeviceKey chosen{8};
    };
    domain::PastSession past(std::int64_t device, std::string failure = {})
    {
        domain::PastSession session{.facts = {.id = domain::SessionId{77}, .device = domain::DeviceKey{device}},
                                    .failure = std::move(failure)};
        session.facts.identity = {"Acme", "00D09E", "HG", "S1"};
        session.facts.started = clock.now();
        session.facts.node = "acs-1";
        return session;
    }
    Transcript said(TraceDesk& desk, std::int64_t device)
    {
        auto opened = desk.open(domain::DeviceKey{device}, clock.now());
        opened->note_header("User-Agent", "HG/1");
        opened->hear(clock.now(), cwmp::encode({.id = "1", .message = cwmp::GetRPCMethods{}}, {}));
        opened->say(clock.now() + 3ms, 200, "no message");
        opened->hear(clock.now() + 4ms, std::string(70'000, ' '));
        return *std::move(opened);
    }

    Chosen orders;
    base::Metrics metrics;
};

TEST_F(TraceDeskTest, SessionsThatFailedAreKeptAndOthersAreNot)
{
    TraceDesk desk{{}, &orders, metrics};
    desk.close(said(desk, 7), past(7));
    EXPECT_TRUE(desk.take().empty());
    desk.close(said(desk, 7), past(7, "the CPE fell silent"));
    auto const traces = desk.take();
    ASSERT_EQ(traces.size(), 1U);
    EXPECT_TRUE(traces[0].has_failed);
    EXPECT_FALSE(traces[0].is_ordered);
    EXPECT_EQ(traces[0].messages, 3U);
    EXPECT_TRUE(desk.take().empty()) << "once";
}

TEST_F(TraceDeskTest, SessionsOfChosenDevicesAreKeptWhateverBecomesOfThem)
{
    TraceDesk desk{{.failed_sessions = false}, &orders, metrics};
    EXPECT_FALSE(desk.open(domain::DeviceKey{7}, clock.now())) << "nobody asks for it";
    desk.close(said(desk, 8), past(8));
    auto const traces = desk.take();
    ASSERT_EQ(traces.size(), 1U);
    EXPECT_TRUE(traces[0].is_ordered);
    EXPECT_FALSE(traces[0].has_failed);
}

TEST_F(TraceDeskTest, WhatIsKeptIsReadAgain)
{
    TraceDesk desk{{}, &orders, metrics};
    desk.close(said(desk, 7), past(7, "the CPE fell silent"));
    auto const traces = desk.take();
    ASSERT_EQ(traces.size(), 1U);
    auto const text = net::inflate(net::ContentCoding::gzip, traces[0].file);
    ASSERT_TRUE(text);
    auto const trace = domain::trace_of(*text);
    ASSERT_TRUE(trace) << trace.error().what;
    EXPECT_EQ(trace->session, 77);
    EXPECT_EQ(trace->device, "00D09E-HG-S1");
    EXPECT_EQ(trace->node, "acs-1");
    EXPECT_EQ(trace->outcome, "failed: the CPE fell silent");
    EXPECT_EQ(trace->started, base::to_rfc3339(clock.now()));
    ASSERT_EQ(trace->messages.size(), 3U);
    EXPECT_EQ(trace->messages[0].method, "GetRPCMethods");
    EXPECT_EQ(trace->messages[0].headers, std::vector<std::string>{"User-Agent: HG/1"});
    EXPECT_EQ(trace->messages[0].note, "");
    EXPECT_TRUE(trace->messages[1].note.starts_with("it cannot be read: ")) << trace->messages[1].note;
    EXPECT_EQ(trace->messages[1].at, 3ms);
    EXPECT_TRUE(trace->messages[2].note.starts_with("its text was not kept")) << trace->messages[2].note;
    EXPECT_EQ(trace->messages[2].bytes, 70'000U);
}

TEST_F(TraceDeskTest, OneRoundTakesOnlySoMuch)
{
    TraceDesk desk{{}, &orders, metrics};
    for (int i = 0; i < 10; ++i)
        desk.close(said(desk, 7), past(7, "why"));
    EXPECT_EQ(desk.take(1).size(), 1U);
    EXPECT_EQ(desk.take().size(), 9U);
}

}  // namespace
}  // namespace session
