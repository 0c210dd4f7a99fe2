#include "load/answer_reader.hpp"

#include <gtest/gtest.h>

namespace {

using Progress = sim::AnswerReader::Progress;

constexpr std::string_view plain =
    "HTTP/1.1 200 OK\r\nDate: now\r\nSet-Cookie: session=abc; Path=/\r\nContent-Length: 5\r\n\r\nhello";

TEST(AnswerReaderTest, ReadsAPlainAnswerAtOnceOrByteByByte)
{
    sim::AnswerReader at_once;
    ASSERT_EQ(at_once.feed(plain), Progress::complete);
    sim::AnswerReader bytes;
    for (std::size_t i = 0; i + 1 < plain.size(); ++i)
        ASSERT_EQ(bytes.feed(plain.substr(i, 1)), Progress::need_more);
    ASSERT_EQ(bytes.feed(plain.substr(plain.size() - 1)), Progress::complete);
    for (auto const* reader : {&at_once, &bytes}) {
        EXPECT_EQ(reader->status(), 200U);
        EXPECT_EQ(reader->body(), "hello");
        EXPECT_EQ(reader->field("set-cookie"), "session=abc; Path=/");
        EXPECT_EQ(reader->field("nothing"), "");
        EXPECT_EQ(reader->headers().size(), 3U);
        EXPECT_TRUE(reader->keep_alive());
    }
}

TEST(AnswerReaderTest, A204HasNoBodyAndNeedsNoLength)
{
    sim::AnswerReader reader;
    EXPECT_EQ(reader.feed("HTTP/1.1 204 No Content\r\n\r\n"), Progress::complete);
    EXPECT_EQ(reader.status(), 204U);
    EXPECT_EQ(reader.body(), "");
}

TEST(AnswerReaderTest, KnowsWhenTheConnectionIsNotToBeUsedAgain)
{
    sim::AnswerReader reader;
    EXPECT_EQ(reader.feed("HTTP/1.1 503 Busy\r\nConnection: close\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"),
              Progress::complete);
    EXPECT_FALSE(reader.keep_alive());
    EXPECT_EQ(reader.field("Retry-After"), "30");
    reader.next();
    EXPECT_EQ(reader.feed(std::string{plain} + "more"), Progress::complete);
    EXPECT_FALSE(reader.keep_alive());
    EXPECT_EQ(reader.body(), "hello");
}

TEST(AnswerReaderTest, ReadsWhatIsUnusualToo)
{
    struct Case {
        std::string_view bytes;
        std::string_view body;
    };
    for (auto const& [bytes, body] :
         {Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"},
          Case{"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", "abc"},
          Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"},
          Case{"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"}}) {
        sim::AnswerReader reader;
        ASSERT_EQ(reader.feed(bytes), Progress::complete) << bytes;
        EXPECT_EQ(reader.status(), 200U);
        EXPECT_EQ(reader.body(), body);
    }
}

TEST(AnswerReaderTest, ABodyMayEndWithTheConnection)
{
    sim::AnswerReader reader;
    EXPECT_EQ(reader.feed("HTTP/1.0 200 OK\r\n\r\nabc"), Progress::need_more);
    EXPECT_EQ(reader.end(), Progress::complete);
    EXPECT_EQ(reader.body(), "abc");
    EXPECT_FALSE(reader.keep_alive());
}

TEST(AnswerReaderTest, AnAnswerThatIsCutOrNoneIsAFailure)
{
    sim::AnswerReader cut;
    EXPECT_EQ(cut.feed(plain.substr(0, plain.size() - 1)), Progress::need_more);
    EXPECT_EQ(cut.end(), Progress::failed);
    sim::AnswerReader none;
    EXPECT_EQ(none.feed("SSH-2.0-OpenSSH\r\n\r\n"), Progress::failed);
    sim::AnswerReader huge;
    EXPECT_EQ(huge.feed("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), Progress::failed);
    sim::AnswerReader endless;
    EXPECT_EQ(endless.feed("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')), Progress::failed);
}

}  // namespace
