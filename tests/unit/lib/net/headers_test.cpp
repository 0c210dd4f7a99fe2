#include "net/headers.hpp"
#include "net/http.hpp"

#include <gtest/gtest.h>

namespace {

using net::find_cookie;
using net::Headers;

TEST(Headers, AreFoundInAnyCaseAndKeepTheirOrder)
{
    Headers const headers{{"Host", "a"}, {"X-Thing", "1"}, {"x-thing", "2"}};
    EXPECT_EQ(headers.get("HOST"), "a");
    EXPECT_EQ(headers.all("X-THING"), (std::vector<std::string_view>{"1", "2"}));
    EXPECT_FALSE(headers.find("Missing"));
    EXPECT_EQ(headers.wire(), "Host: a\r\nX-Thing: 1\r\nx-thing: 2\r\n");
}

TEST(Headers, SetReplacesEveryFieldOfThatName)
{
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}, {"C", "4"}};
    headers.set("A", "new");
    EXPECT_EQ(headers.wire(), "B: 2\r\nC: 4\r\nA: new\r\n");
    EXPECT_EQ(headers.get("c"), "4");
}

TEST(Headers, AValueCannotEndItsLine)
{
    Headers headers;
    headers.add("X", std::string_view{"a\r\nSet-Cookie: b\0c", 18});
    EXPECT_EQ(headers.wire(), "X: a  Set-Cookie: b c\r\n");
}

TEST(Headers, ListsAreSearchedWithoutRegardToCaseAndParameters)
{
    Headers const headers{{"Connection", "keep-alive, Close"}, {"Accept-Encoding", "deflate, gzip;q=0.5"}};
    EXPECT_TRUE(headers.lists("connection", "close"));
    EXPECT_TRUE(headers.lists("accept-encoding", "gzip"));
    EXPECT_FALSE(headers.lists("accept-encoding", "br"));
}

TEST(Cookie, IsFoundAmongOthersInAnyForm)
{
    EXPECT_EQ(find_cookie(Headers{{"Cookie", "a=1; session=xyz; b=2"}}, "session"), "xyz");
    EXPECT_EQ(find_cookie(Headers{{"cookie", "a=1,session=\"x;y\""}}, "session"), "x;y");
    EXPECT_EQ(find_cookie(Headers{{"Cookie", "$Version=1; session=abc; $Path=/"}}, "session"), "abc");
    EXPECT_EQ(find_cookie(Headers{{"Cookie", "a=1"}, {"Cookie", " session = q "}}, "session"), "q");
    EXPECT_EQ(find_cookie(Headers{{"Cookie", "session=abc; Path=/; HttpOnly"}}, "session"), "abc");
}

TEST(Cookie, IsNotMistakenForAnother)
{
    EXPECT_FALSE(find_cookie(Headers{{"Cookie", "mysession=1; session2=2; =3; session"}}, "session"));
    EXPECT_FALSE(find_cookie(Headers{}, "session"));
    EXPECT_FALSE(find_cookie(Headers{{"Cookie", "\"session=1"}}, "session"));
}

TEST(RequestHead, TellsPathAndQueryOfAnyTarget)
{
    net::RequestHead head;
    head.target = "/a/b?c=d?e#f";
    EXPECT_EQ(head.path(), "/a/b");
    EXPECT_EQ(head.query(), "c=d?e");
    head.target = "http://acs.example:7547/x?y";
    EXPECT_EQ(head.path(), "/x");
    EXPECT_EQ(head.query(), "y");
    head.target = "http://acs.example";
    EXPECT_EQ(head.path(), "/");
    EXPECT_EQ(head.query(), "");
}

}  // namespace
