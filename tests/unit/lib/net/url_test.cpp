#include "net/url.hpp"

#include <gtest/gtest.h>

namespace {

using net::parse_url;

TEST(Url, IsTakenApart)
{
    auto const url = parse_url("http://Host.Example:7547/a/b?c=d#frag");
    ASSERT_TRUE(url);
    EXPECT_FALSE(url->is_https);
    EXPECT_EQ(url->host, "host.example");
    EXPECT_EQ(url->port, 7547);
    EXPECT_EQ(url->target, "/a/b?c=d");
    EXPECT_EQ(url->authority(), "host.example:7547");
    EXPECT_EQ(url->to_string(), "http://host.example:7547/a/b?c=d");
}

TEST(Url, HasTheDefaultPortOfItsScheme)
{
    EXPECT_EQ(parse_url("http://a")->port, 80);
    EXPECT_EQ(parse_url("https://a/")->port, 443);
    EXPECT_EQ(parse_url("https://a:/x")->port, 443);
    EXPECT_EQ(parse_url("http://a")->target, "/");
    EXPECT_EQ(parse_url("http://a?q")->target, "/?q");
    EXPECT_EQ(parse_url("https://a:443")->authority(), "a");
}

TEST(Url, MayNameAnIPv6Address)
{
    auto const url = parse_url("http://[2001:DB8::1]:7547/cr");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "2001:db8::1");
    EXPECT_EQ(url->authority(), "[2001:db8::1]:7547");
}

TEST(Url, IsRepairedWhereCharactersDoNotBelong)
{
    EXPECT_EQ(parse_url("  http://a/b c[1]{x}%zz \n")->target, "/b%20c%5B1%5D%7Bx%7D%25zz");
}

TEST(Url, CarriesALoginApart)
{
    auto const url = parse_url("http://us%40er:pw@a/x");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->username, "us@er");
    EXPECT_EQ(url->password, "pw");
    EXPECT_EQ(url->to_string(), "http://a/x");
    auto const odd = net::parse_url("http://user:pa@ss@host/a@b");
    ASSERT_TRUE(odd) << odd.error().what;
    EXPECT_EQ(odd->password, "pa@ss");
    EXPECT_EQ(odd->host, "host");
    EXPECT_EQ(odd->target, "/a@b");
}

TEST(Url, IsRefusedWhenItIsNone)
{
    for (auto const* const text : {"", "a/b", "ftp://a/", "http://", "http://a:99999/", "http://a:0/", "http:///x",
                                   "//a/b", "http://a%0d%0ab/", "javascript:alert(1)"})
        EXPECT_FALSE(parse_url(text)) << text;
    EXPECT_FALSE(parse_url("http://a/" + std::string(9'000, 'x')));
}

TEST(Url, ResolvesALocation)
{
    auto const base = *parse_url("http://a:8080/b/c?d");
    EXPECT_EQ(resolve_url(base, "/x")->to_string(), "http://a:8080/x");
    EXPECT_EQ(resolve_url(base, "x?y")->to_string(), "http://a:8080/b/x?y");
    EXPECT_EQ(resolve_url(base, "https://e/f")->to_string(), "https://e/f");
    EXPECT_EQ(resolve_url(base, "//e/f")->to_string(), "http://e/f");
    EXPECT_FALSE(resolve_url(base, "ftp://e/f"));
}

TEST(Url, IsShownWithoutItsLogin)
{
    EXPECT_EQ(net::without_logins("http://user:pa@ss@host:80/a?b=c@d"), "http://********@host:80/a?b=c@d");
    EXPECT_EQ(net::without_logins("ftp://user@host"), "ftp://********@host");
    EXPECT_EQ(net::without_logins("https://host/a@b"), "https://host/a@b");
    EXPECT_EQ(net::without_logins("got 404 from 'http://u:p@a/' and http://v:q@b"),
              "got 404 from 'http://********@a/' and http://********@b");
    EXPECT_EQ(net::without_logins("http://user:pass word@host/"), "http://********@host/");
    EXPECT_EQ(net::without_logins("mail me@home"), "mail me@home");
    EXPECT_EQ(net::without_logins("://"), "://");
}

TEST(Url, IsNamedInErrorsWithoutItsLogin)
{
    auto const refused = net::parse_url("gopher://user:secret@host/");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().what.find("secret"), std::string::npos) << refused.error().what;
}

TEST(PercentEncoding, GoesBothWays)
{
    EXPECT_EQ(net::percent_encoded("a b/%\xc3\xa9-._~"), "a%20b%2F%25%C3%A9-._~");
    EXPECT_EQ(net::percent_decoded("a%20b%2f%25%C3%A9-._~"), "a b/%\xc3\xa9-._~");
    EXPECT_EQ(net::percent_decoded("100%, %g1 %4"), "100%, %g1 %4");
}

}  // namespace
