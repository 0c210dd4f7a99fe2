#include "net/response_reader.hpp"

#include <gtest/gtest.h>

namespace {

using net::ResponseReader;
using Progress = ResponseReader::Progress;

struct Answer {
    Progress progress = Progress::need_more;
    unsigned status = 0;
    net::Headers headers;
    std::string body, left;
    bool keep_alive = false;
};

/// Feeds `text` in pieces of `step` bytes, then perhaps the connection's end.
Answer read(std::string_view text, std::size_t step, bool ends, bool is_head = false)
{
    ResponseReader reader{4'096, is_head};
    net::BodyReceiver receiver{{}};
    Answer answer;
    while (!text.empty() && answer.progress != Progress::complete && answer.progress != Progress::failed) {
        auto piece = text.substr(0, step);
        std::size_t used = 0;
        answer.progress = reader.feed(piece, used);
        text.remove_prefix(used);
        if (answer.progress == Progress::head)
            reader.receive_body(receiver);
    }
    if (ends && answer.progress != Progress::complete && answer.progress != Progress::failed)
        answer.progress = reader.end();
    answer.left = text;
    answer.status = reader.head().status;
    answer.headers = reader.head().headers;
    answer.body = receiver.memory();
    answer.keep_alive = answer.progress == Progress::complete && reader.keep_alive() && !reader.ends_with_connection();
    return answer;
}

void expect_same_in_any_pieces(std::string_view text, bool ends, std::string_view body, bool keep_alive)
{
    for (std::size_t const step : {1, 2, 3, 7, 1'000}) {
        auto const answer = read(text, step, ends);
        EXPECT_EQ(answer.progress, Progress::complete) << text << " in " << step;
        EXPECT_EQ(answer.body, body);
        EXPECT_EQ(answer.keep_alive, keep_alive);
    }
}

TEST(ResponseReader, ReadsEveryFraming)
{
    expect_same_in_any_pieces("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, "hello", true);
    expect_same_in_any_pieces(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nA: b\r\n\r\n", false,
        "hello", true);
    expect_same_in_any_pieces("HTTP/1.0 200 OK\r\n\r\nhello", true, "hello", false);
    expect_same_in_any_pieces("HTTP/1.1 204 No Content\r\n\r\n", false, "", true);
    expect_same_in_any_pieces("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", false, "", true);
}

TEST(ResponseReader, OverlooksTheFaultsOfCpes)
{
    expect_same_in_any_pieces("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", false, "hello", true);
    expect_same_in_any_pieces("\r\n\r\nHTTP/1.1 200\r\nContent-Length : 5\r\nnonsense\r\n: x\r\n\r\nhello", false,
                              "hello", true);
    EXPECT_EQ(read("HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm=\"a\",\n nonce=\"b\"\n\n", 5, true)
                  .headers.get("www-authenticate"),
              "Digest realm=\"a\", nonce=\"b\"");
}

TEST(ResponseReader, LeavesWhatFollowsTheAnswer)
{
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1", 1'000, false).left, "HTTP/1.1");
}

TEST(ResponseReader, AnAnswerToHeadHasNoBody)
{
    auto const answer = read("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 10, false, true);
    EXPECT_EQ(answer.progress, Progress::complete);
    EXPECT_TRUE(answer.keep_alive);
}

TEST(ResponseReader, FailsOnWhatIsNoAnswerOrIsCutShort)
{
    EXPECT_EQ(read("SSH-2.0-dropbear\r\n\r\n", 5, true).progress, Progress::failed);
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 5, true).progress, Progress::failed);
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-", 5, true).progress, Progress::failed);
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 5, true).progress, Progress::failed);
    EXPECT_EQ(read("", 5, true).progress, Progress::failed);
}

TEST(ResponseReader, BoundsTheHeader)
{
    std::string const endless = "HTTP/1.1 200 OK\r\nX: " + std::string(10'000, 'x');
    EXPECT_EQ(read(endless, 100, false).progress, Progress::failed);
    std::string const chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(10'000, 'x');
    EXPECT_EQ(read(chunk, 100, false).progress, Progress::failed);
}

}  // namespace
