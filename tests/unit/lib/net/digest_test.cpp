#include "net/client_login.hpp"
#include "net/digest.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using net::Authorization;
using net::ClientLogin;
using net::DigestAlgorithm;
using net::Headers;
using net::parse_authorization;
using Outcome = net::DigestVerdict::Outcome;

base::TimePoint const noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

class DigestTest : public testing::Test {
protected:
    net::DigestServer server{{"acs", "a key of thirty-two bytes or more", 300s, {DigestAlgorithm::md5}}};
    net::DigestSecret secret = net::make_digest_secret("cpe", "acs", "pass");

    std::string nonce(base::TimePoint at = noon) const
    {
        auto const challenge = server.challenges(at).front();
        auto const start = challenge.find("nonce=\"") + 7;
        return challenge.substr(start, challenge.find('"', start) - start);
    }

    net::DigestVerdict judge(std::string const& header, base::TimePoint at = noon) const
    {
        return server.check(parse_authorization(header), "POST", secret, at);
    }

    std::string old_form(std::string const& n, std::string const& uri = "/") const
    {
        auto const response = net::digest_response(DigestAlgorithm::md5, secret.md5, "POST", uri, n, "", "", "");
        return "Digest username=\"cpe\", realm=\"acs\", nonce=\"" + n + "\", uri=\"" + uri + "\", response=\"" +
               response + "\"";
    }
};

TEST(DigestResponse, IsThatOfRfc2617)
{
    auto const secret = net::make_digest_secret("Mufasa", "testrealm@host.com", "Circle Of Life");
    EXPECT_EQ(net::digest_response(DigestAlgorithm::md5, secret.md5, "GET", "/dir/index.html",
                                   "dcd98b7102dd2f0e8b11d0f600bfb0c093", "00000001", "0a4f113b", "auth"),
              "6629fae49393a05397450978507c4ef1");
}

TEST(DigestResponse, IsThatOfRfc2069AsItsErratumCorrectsIt)
{
    auto const secret = net::make_digest_secret("Mufasa", "testrealm@host.com", "CircleOfLife");
    EXPECT_EQ(net::digest_response(DigestAlgorithm::md5, secret.md5, "GET", "/dir/index.html",
                                   "dcd98b7102dd2f0e8b11d0f600bfb0c093", "", "", ""),
              "1949323746fe6a43ef61f9606e7febea");
}

TEST(DigestResponse, IsThatOfRfc7616)
{
    auto const secret = net::make_digest_secret("Mufasa", "http-auth@example.org", "Circle of Life");
    constexpr auto nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    constexpr auto client_nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    auto const response = [&](DigestAlgorithm algorithm, std::string const& ha1) {
        return net::digest_response(algorithm, ha1, "GET", "/dir/index.html", nonce, "00000001", client_nonce, "auth");
    };
    EXPECT_EQ(response(DigestAlgorithm::md5, secret.md5), "8ca523f5e9506fed4657c9700eebdbec");
    EXPECT_EQ(response(DigestAlgorithm::sha256, secret.sha256),
              "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST_F(DigestTest, OffersOneMd5ChallengeByDefault)
{
    auto const challenges = server.challenges(noon);
    ASSERT_EQ(challenges.size(), 1u);
    EXPECT_NE(challenges[0].find("qop=\"auth\""), std::string::npos);
    EXPECT_NE(challenges[0].find("algorithm=MD5"), std::string::npos);
    EXPECT_EQ(challenges[0].find("stale"), std::string::npos);
    EXPECT_NE(server.challenges(noon, true)[0].find("stale=true"), std::string::npos);
}

TEST_F(DigestTest, AcceptsWhatOurOwnClientAnswers)
{
    for (auto const algorithm :
         {DigestAlgorithm::md5, DigestAlgorithm::md5_sess, DigestAlgorithm::sha256, DigestAlgorithm::sha256_sess}) {
        net::DigestServer const asking{{"acs", "a key of thirty-two bytes or more", 300s, {algorithm}}};
        ClientLogin login{{"cpe", "pass"}};
        ASSERT_TRUE(login.learn(Headers{{"WWW-Authenticate", asking.challenges(noon)[0]}}));
        for (std::uint32_t use = 1; use <= 2; ++use) {
            auto const answer = parse_authorization(*login.authorization("POST", "/acs"));
            auto const verdict = asking.check(answer, "POST", secret, noon + 10s);
            EXPECT_TRUE(verdict.accepted()) << to_string(algorithm);
            EXPECT_EQ(verdict.nonce_count, use);
            EXPECT_EQ(verdict.nonce_time, noon);
        }
    }
}

TEST_F(DigestTest, AcceptsTheOldFormWithAnyUri)
{
    EXPECT_TRUE(judge(old_form(nonce())).accepted());
    EXPECT_TRUE(judge(old_form(nonce(), "")).accepted());
    EXPECT_TRUE(judge(old_form(nonce(), "http://acs.example:7547/other")).accepted());
    EXPECT_EQ(judge(old_form(nonce())).nonce_count, 0u);
}

TEST_F(DigestTest, AcceptsFieldsThatAreOddlyQuoted)
{
    auto const n = nonce();
    auto const response =
        net::digest_response(DigestAlgorithm::md5, secret.md5, "POST", "/", n, "00000001", "abc", "auth");
    EXPECT_TRUE(judge("digest username=cpe,realm=acs,nonce=" + n + ",uri=/,response=" + response +
                      ",qop=\"auth\",nc=\"00000001\",cnonce=abc,algorithm=\"md5\"")
                    .accepted());
    EXPECT_TRUE(judge("Digest  response = \"" + response + "\" , , username=\"cpe\" uri=\"/\" nonce=\"" + n +
                      "\" cnonce=\"abc\", NC=00000001, Qop=auth, Algorithm=MD5, opaque=\"\"")
                    .accepted());
}

TEST_F(DigestTest, RefusesAWrongPassword)
{
    ClientLogin login{{"cpe", "wrong"}};
    ASSERT_TRUE(login.learn(Headers{{"WWW-Authenticate", server.challenges(noon)[0]}}));
    EXPECT_EQ(judge(*login.authorization("POST", "/")).outcome, Outcome::wrong);
}

TEST_F(DigestTest, RefusesASecretThatIsNotKnownForTheAlgorithm)
{
    net::DigestSecret const none;
    EXPECT_EQ(server.check(parse_authorization(old_form(nonce())), "POST", none, noon).outcome, Outcome::wrong);
}

TEST_F(DigestTest, TellsAnOldNonceFromAForeignOne)
{
    EXPECT_EQ(judge(old_form(nonce()), noon + 301s).outcome, Outcome::stale);
    EXPECT_EQ(judge(old_form(nonce()), noon - 61s).outcome, Outcome::stale);
    EXPECT_TRUE(judge(old_form(nonce()), noon - 5s).accepted());
    EXPECT_EQ(judge(old_form("dcd98b7102dd2f0e8b11d0f600bfb0c093")).outcome, Outcome::malformed);
    auto forged = nonce();
    forged[3] = forged[3] == '0' ? '1' : '0';
    EXPECT_EQ(judge(old_form(forged)).outcome, Outcome::malformed);
}

TEST_F(DigestTest, AnOldNonceWithAWrongPasswordIsWrongAndNotStale)
{
    auto header = old_form(nonce());
    header[header.size() - 2] = header[header.size() - 2] == '0' ? '1' : '0';
    EXPECT_EQ(judge(header, noon + 301s).outcome, Outcome::wrong);
}

TEST_F(DigestTest, AnotherNodeWithTheSameKeyAccepts)
{
    net::DigestServer const other{{"acs", "a key of thirty-two bytes or more"}};
    EXPECT_TRUE(other.check(parse_authorization(old_form(nonce())), "POST", secret, noon).accepted());
    net::DigestServer const stranger{{"acs", "quite another key of many bytes"}};
    EXPECT_FALSE(stranger.check(parse_authorization(old_form(nonce())), "POST", secret, noon).accepted());
}

TEST_F(DigestTest, WhileAKeyIsReplacedNodesTakeEachOthersNonces)
{
    net::DigestServer const ahead{{.realm = "acs",
                                   .key = "the next key of thirty-two bytes",
                                   .other_keys = {"a key of thirty-two bytes or more"}}};
    EXPECT_TRUE(ahead.check(parse_authorization(old_form(nonce())), "POST", secret, noon).accepted());
    net::DigestServer const after{{"acs", "the next key of thirty-two bytes"}};
    EXPECT_FALSE(after.check(parse_authorization(old_form(nonce())), "POST", secret, noon).accepted());
}

TEST_F(DigestTest, RefusesAuthIntAndUnknownAlgorithms)
{
    EXPECT_EQ(judge(old_form(nonce()) + ", qop=auth-int").outcome, Outcome::malformed);
    EXPECT_EQ(judge(old_form(nonce()) + ", algorithm=SHA-512-256").outcome, Outcome::malformed);
    EXPECT_EQ(judge("Basic Y3BlOnBhc3M=").outcome, Outcome::malformed);
    EXPECT_EQ(judge("").outcome, Outcome::malformed);
}

TEST(Authorization, ReadsBasicWithColonsInThePassword)
{
    auto const login = parse_authorization(net::basic_authorization("cpe", "a:b"));
    EXPECT_EQ(login.scheme, Authorization::Scheme::basic);
    EXPECT_EQ(login.username, "cpe");
    EXPECT_EQ(login.password, "a:b");
    EXPECT_EQ(parse_authorization("basic Y3BlOg").username, "cpe");
    EXPECT_EQ(parse_authorization("Basic !!!").scheme, Authorization::Scheme::none);
    EXPECT_EQ(parse_authorization("Bearer abc").scheme, Authorization::Scheme::other);
}

TEST(Authorization, KeepsBareBackslashesAndResolvesQuotedPairs)
{
    auto const login = parse_authorization(R"(Digest username="DOM\user \"x\"", nonce="n", response="ABCDEF")");
    EXPECT_EQ(login.username, R"(DOM\user "x")");
    EXPECT_EQ(login.response, "abcdef");
}

TEST(ClientLogin, AnswersExactlyWhatTheChallengeAllows)
{
    ClientLogin login{{"acs", "secret"}};
    ASSERT_TRUE(login.learn(Headers{{"WWW-Authenticate", R"(Digest realm="r", nonce="n")"}}));
    auto const plain = *login.authorization("GET", "/cr?x=1");
    for (auto const* const word : {"qop", "nc=", "cnonce", "opaque", "algorithm"})
        EXPECT_EQ(plain.find(word), std::string::npos) << word;
    EXPECT_NE(plain.find(R"(uri="/cr?x=1")"), std::string::npos);

    ASSERT_TRUE(login.learn(Headers{
        {"WWW-Authenticate", R"(Digest realm="r", nonce="m", qop="auth-int,auth", opaque="", algorithm=md5)"}}));
    auto const full = *login.authorization("GET", "/");
    for (auto const* const word : {"qop=auth,", "nc=00000001", "cnonce=\"", R"(opaque="")", "algorithm=md5"})
        EXPECT_NE(full.find(word), std::string::npos) << word;
}

TEST(ClientLogin, PrefersDigestAndItsStrongerAlgorithm)
{
    ClientLogin login{{"u", "p"}};
    ASSERT_TRUE(login.learn(Headers{{"WWW-Authenticate", "Basic realm=\"r\""},
                                    {"WWW-Authenticate", R"(Digest realm="r", nonce="1", algorithm=MD5)"},
                                    {"WWW-Authenticate", R"(Digest realm="r", nonce="2", algorithm=SHA-256)"},
                                    {"WWW-Authenticate", R"(Digest realm="r", nonce="3", algorithm=SHA-512-256)"}}));
    EXPECT_NE(login.authorization("GET", "/")->find("nonce=\"2\""), std::string::npos);
    ASSERT_TRUE(login.learn(Headers{{"WWW-Authenticate", R"(Basic realm="a, b", Digest realm="r", nonce="9")"}}));
    EXPECT_EQ(login.scheme(), "Digest");
}

TEST(ClientLogin, SendsThePasswordItselfOnlyWhenAllowed)
{
    Headers const basic{{"WWW-Authenticate", "Basic realm=\"r\""}};
    ClientLogin strict{{"u", "p"}, false};
    EXPECT_FALSE(strict.learn(basic));
    EXPECT_FALSE(strict.authorization("GET", "/"));
    ClientLogin lax{{"u", "p"}};
    EXPECT_TRUE(lax.learn(basic));
    EXPECT_EQ(lax.authorization("GET", "/"), "Basic dTpw");
}

TEST(ClientLogin, CountsTheUsesOfANonce)
{
    ClientLogin login{{"u", "p"}};
    Headers const challenge{{"WWW-Authenticate", R"(Digest realm="r", nonce="1", qop="auth")"}};
    ASSERT_TRUE(login.learn(challenge));
    EXPECT_NE(login.authorization("GET", "/")->find("nc=00000001"), std::string::npos);
    EXPECT_NE(login.authorization("GET", "/")->find("nc=00000002"), std::string::npos);
    login.forget();
    EXPECT_FALSE(login.authorization("GET", "/"));
}

}  // namespace
