#include "agent/http_exchange.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "cwmp/codec/codec.hpp"
#include "http_fixture.hpp"
#include "net/authorization.hpp"
#include "net/digest.hpp"
#include "net/make_certificates.hpp"
#include "support/run.hpp"

#include <filesystem>

#include <unistd.h>

namespace {

using namespace test;
using sim::Quirk;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

net::Response soap(cwmp::Message message)
{
    auto response = net::text_response(200, cwmp::encode({"1", std::move(message)}, {}));
    response.headers.set("Content-Type", "text/xml");
    return response;
}

net::Response nothing()
{
    return {.status = 204, .headers = {}, .body = std::string{}};
}

/// A session of Inform and empty POST; gives why it failed, or "".
std::string converse(std::string const& url, sim::HttpSettings settings = {}, int empty_posts = 1,
                     sim::Cookies old = {})
{
    boost::asio::io_context context{1};  // outlives the connection
    auto exchange = sim::HttpExchange::create(url, {"user", "secret"}, std::move(settings), std::move(old));
    if (!exchange)
        return exchange.error().what;
    auto answer =
        support::run(context, exchange->exchange({"1", cwmp::Inform{.device_id = {"M", "02AABB", "P", "S"}}}));
    for (int i = 0; i < empty_posts && answer; ++i)
        answer = support::run(context, exchange->exchange({{}, cwmp::Empty{}}));
    return answer ? "" : answer.error().what;
}

/// Answers an Inform with a cookie and an empty POST with nothing.
net::Response polite(net::Request const& request, std::size_t = 0)
{
    if (request.body.empty())
        return nothing();
    auto response = soap(cwmp::InformResponse{});
    response.headers.add("Set-Cookie", "session=abc; Path=/; HttpOnly");
    return response;
}

/// The same behind a login.
class Guarded {
public:
    explicit Guarded(bool offers_basic = false) : offers_basic_{offers_basic} {}

    net::Response operator()(net::Request const& request, std::size_t number)
    {
        auto const login = net::parse_authorization(request.headers.get("Authorization"));
        auto const is_known = net::find_cookie(request.headers, "session").has_value();
        auto const secret = net::make_digest_secret("user", "acs", "secret");
        auto const is_right = login.scheme == net::Authorization::Scheme::digest
                                  ? digest_.check(login, "POST", secret, clock_.now()).accepted()
                                  : login.username == "user" && login.password == "secret";
        if (is_known || (is_right && login.scheme != net::Authorization::Scheme::none))
            return polite(request, number);
        auto refused = net::text_response(401, "who?");
        refused.headers.add("WWW-Authenticate",
                            offers_basic_ ? net::basic_challenge("acs") : digest_.challenges(clock_.now())[0]);
        return refused;
    }

private:
    bool offers_basic_;
    base::SystemClock clock_;
    net::DigestServer digest_{{.realm = "acs", .key = "0123456789abcdef"}};
};

TEST(HttpExchange, KeepsOneConnectionAndItsCookie)
{
    HttpServer server{polite};
    EXPECT_EQ(converse(server.url("/acs")), "");
    auto const heard = server.heard();
    ASSERT_EQ(heard.size(), 2u);
    EXPECT_EQ(heard[0].method, "POST");
    EXPECT_EQ(heard[0].target, "/acs");
    EXPECT_THAT(heard[0].content_type, StartsWith("text/xml"));
    EXPECT_TRUE(heard[0].has_soap_action);
    EXPECT_EQ(heard[0].cookie, "");
    EXPECT_EQ(heard[1].body, "");
    EXPECT_EQ(heard[1].cookie, "session=abc");
    EXPECT_FALSE(heard[1].has_soap_action);
    EXPECT_EQ(heard[0].connection_id, heard[1].connection_id);
}

TEST(HttpExchange, AnswersDigestAndBasicChallenges)
{
    for (auto const basic : {false, true}) {
        HttpServer server{Guarded{basic}};
        EXPECT_EQ(converse(server.url("/acs?x=1")), "");
        auto const heard = server.heard();
        ASSERT_EQ(heard.size(), 3u);
        EXPECT_EQ(heard[0].authorization, "");
        EXPECT_THAT(heard[1].authorization, StartsWith(basic ? "Basic " : "Digest "));
        if (!basic)
            EXPECT_THAT(heard[1].authorization, HasSubstr("uri=\"/acs?x=1\""));
    }
}

TEST(HttpExchange, AWrongPasswordFailsTheSession)
{
    HttpServer server{[](net::Request const&, std::size_t) {
        auto refused = net::text_response(401, "no");
        refused.headers.add("WWW-Authenticate", net::basic_challenge("acs"));
        return refused;
    }};
    EXPECT_THAT(converse(server.url("/")), HasSubstr("401"));
    EXPECT_LE(server.heard().size(), 3u);
}

TEST(HttpExchange, FollowsRedirectsAndStaysThere)
{
    HttpServer target{polite};
    HttpServer server{[&](net::Request const&, std::size_t) {
        auto response = net::text_response(307, "");
        response.headers.add("Location", target.url("/there"));
        return response;
    }};
    EXPECT_EQ(converse(server.url("/here")), "");
    EXPECT_EQ(server.heard().size(), 1u);
    auto const heard = target.heard();
    ASSERT_EQ(heard.size(), 2u);
    EXPECT_EQ(heard[0].body, server.heard()[0].body) << "the same body again";
    EXPECT_EQ(heard[1].target, "/there");
}

TEST(HttpExchange, GivesUpWhenRedirectedInCircles)
{
    HttpServer server{[](net::Request const&, std::size_t) {
        auto response = net::text_response(302, "");
        response.headers.add("Location", "/again");
        return response;
    }};
    EXPECT_THAT(converse(server.url("/")), HasSubstr("302"));
    EXPECT_EQ(server.heard().size(), 6u);
}

TEST(HttpExchange, GoesOnWhenTheConnectionWasClosedMeanwhile)
{
    HttpServer server{[](net::Request const& request, std::size_t number) {
        auto response = polite(request, number);
        response.close = true;
        return response;
    }};
    EXPECT_EQ(converse(server.url("/"), {}, 2), "");
    auto const heard = server.heard();
    ASSERT_EQ(heard.size(), 3u);
    EXPECT_NE(heard[0].connection_id, heard[1].connection_id);
    EXPECT_EQ(heard[2].cookie, "session=abc");
}

TEST(HttpExchange, TellsWhatItCannotUse)
{
    HttpServer server{[](net::Request const&, std::size_t number) {
        return number == 0 ? net::text_response(503, "later") : net::text_response(200, "<html>hello</html>");
    }};
    EXPECT_THAT(converse(server.url("/")), HasSubstr("503"));
    EXPECT_THAT(converse(server.url("/")), HasSubstr("cannot be read"));
    EXPECT_THAT(converse("gopher://x"), HasSubstr("gopher"));
    EXPECT_THAT(converse("http://127.0.0.1:1/"), Not(IsEmpty()));
}

TEST(HttpExchange, AdoptsTheVersionOfAnOlderAcs)
{
    HttpServer server{polite};  // answers in 1.0
    boost::asio::io_context context{1};
    auto exchange = sim::HttpExchange::create(server.url("/"), {}, {});
    ASSERT_TRUE(support::run(context, exchange->exchange({"1", cwmp::Inform{.device_id = {"M", "02AABB", "P", "S"}}})));
    static_cast<void>(support::run(context, exchange->exchange({"2", cwmp::GetRPCMethodsResponse{{"Reboot"}}})));
    EXPECT_THAT(server.heard()[0].body, HasSubstr("cwmp-1-2"));
    EXPECT_THAT(server.heard()[1].body, HasSubstr("cwmp-1-0"));
}

struct OverTls : testing::Test {
    OverTls()
    {
        folder = testing::TempDir() + "cpe-sim-tls-" + std::to_string(::getpid());
        std::filesystem::create_directories(folder);
        made = *net::make_certificates(folder, {"127.0.0.1"});
        tls = *net::TlsServerContext::create({.certificates = {made.ecdsa, made.rsa}});
    }
    ~OverTls() override { std::filesystem::remove_all(folder); }

    static std::shared_ptr<net::TlsClientContext> client(net::TlsClientSettings settings)
    {
        return *net::TlsClientContext::create(std::move(settings));
    }
    std::string folder;
    net::MadeCertificates made;
    std::shared_ptr<net::TlsServerContext> tls;
};

TEST_F(OverTls, TalksToAnAcsWhoseAuthorityItKnows)
{
    HttpServer server{polite, tls};
    EXPECT_EQ(converse(server.url("/acs"), {.tls = client({.ca_file = made.ca_file})}), "");
    EXPECT_EQ(server.heard().at(1).tls_version, "TLSv1.3");
    EXPECT_EQ(converse(server.url("/acs"),
                       {.tls = client({.ca_file = made.ca_file, .max_version = net::TlsVersion::tls1_2})}),
              "");
    EXPECT_EQ(server.heard().at(3).tls_version, "TLSv1.2");
}

TEST_F(OverTls, BelievesNoStrangerUnlessToldTo)
{
    HttpServer server{polite, tls};
    EXPECT_NE(converse(server.url("/acs"), {.tls = client({})}), "");
    EXPECT_EQ(server.heard().size(), 0u);
    EXPECT_EQ(converse(server.url("/acs"), {.tls = client({.insecure = true})}), "");
}

std::vector<Heard> quirky(Quirk quirk, bool guarded = false, sim::Cookies old = {})
{
    HttpServer server{guarded ? HttpServer::Answer{Guarded{}} : HttpServer::Answer{polite}};
    EXPECT_EQ(converse(server.url("/acs"), {.quirks = {quirk}}, 1, std::move(old)), "");
    return server.heard();
}

TEST(QuirkyHttp, Cookies)
{
    EXPECT_EQ(quirky(Quirk::no_cookie).at(1).cookie, "");
    EXPECT_EQ(quirky(Quirk::cookie_attributes).at(1).cookie, "session=abc; Path=/; HttpOnly");
    sim::Cookies old;
    old.take(net::Headers{{"Set-Cookie", "session=old"}});
    EXPECT_EQ(quirky(Quirk::old_cookie, false, old).at(0).cookie, "session=old");
    EXPECT_EQ(quirky(Quirk::old_cookie, false, old).at(1).cookie, "session=abc");
}

TEST(QuirkyHttp, Logins)
{
    auto const once = quirky(Quirk::login_once, true);
    EXPECT_THAT(once.at(1).authorization, StartsWith("Digest"));
    EXPECT_EQ(once.at(2).authorization, "");
    EXPECT_THAT(quirky(Quirk::basic_unasked).at(0).authorization, StartsWith("Basic "));
    EXPECT_THAT(quirky(Quirk::digest_empty_uri, true).at(1).authorization, HasSubstr("uri=\"\""));
    auto const old = quirky(Quirk::digest_no_qop, true);
    EXPECT_THAT(old.at(1).authorization, Not(HasSubstr("cnonce")));
    EXPECT_EQ(quirky(Quirk::login_always_asked, true).at(2).authorization, "");
}

TEST(QuirkyHttp, Transport)
{
    EXPECT_TRUE(quirky(Quirk::gzip).at(0).was_compressed);
    EXPECT_THAT(quirky(Quirk::gzip).at(0).body, HasSubstr("Inform"));
    auto const closing = quirky(Quirk::connection_close);
    EXPECT_NE(closing.at(0).connection_id, closing.at(1).connection_id);
    EXPECT_EQ(quirky(Quirk::http_1_0).at(0).version, 10);
    EXPECT_EQ(quirky(Quirk::no_content_type).at(0).content_type, "");
    EXPECT_FALSE(quirky(Quirk::no_content_type).at(0).has_soap_action);
}

}  // namespace
