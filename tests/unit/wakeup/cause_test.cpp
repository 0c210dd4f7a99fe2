#include "wakeup/http_waker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::HasSubstr;

net::ClientResult answer(unsigned status)
{
    net::ClientResponse response;
    response.status = status;
    return response;
}

std::string cause(unsigned status, bool had_credentials = true)
{
    return wakeup::asked_of(answer(status), had_credentials).cause;
}

TEST(WakeCause, ATakenRequestHasNone)
{
    EXPECT_TRUE(wakeup::asked_of(answer(200), true).is_sent);
    EXPECT_TRUE(wakeup::asked_of(answer(204), true).is_sent);
    EXPECT_EQ(cause(204), "");
}

TEST(WakeCause, EachRefusalIsToldInPlainWords)
{
    EXPECT_THAT(cause(401), HasSubstr("401 wrong credentials"));
    EXPECT_THAT(cause(401, false), HasSubstr("none is known"));
    EXPECT_THAT(cause(503), HasSubstr("busy"));
    EXPECT_THAT(cause(302), HasSubstr("never followed"));
    EXPECT_THAT(cause(500), HasSubstr("answered 500"));
}

TEST(WakeCause, AChallengeThatNobodyCanAnswerIsNoWrongPassword)
{
    net::ClientResponse response;
    response.status = 401;
    response.headers.add("WWW-Authenticate", R"(Digest realm="cpe", nonce="1", qop="auth", algorithm=SHA-512-256)");
    EXPECT_THAT(wakeup::asked_of(response, true).cause, HasSubstr("not known here"));
    response.headers.add("WWW-Authenticate", R"(Digest realm="cpe", nonce="1", qop="auth")");
    EXPECT_THAT(wakeup::asked_of(response, true).cause, HasSubstr("401 wrong credentials"));
}

TEST(WakeCause, EachFailureHasItsKind)
{
    using enum domain::WakeResult;
    auto const failure = [](net::ClientErrc code) {
        return wakeup::asked_of(std::unexpected{net::ClientFailure{code, "x", false}}, true);
    };
    EXPECT_EQ(failure(net::ClientErrc::refused).result, refused);
    EXPECT_THAT(failure(net::ClientErrc::refused).cause, HasSubstr("refused"));
    EXPECT_EQ(failure(net::ClientErrc::connect_timeout).result, timeout);
    EXPECT_THAT(failure(net::ClientErrc::connect_timeout).cause, HasSubstr("timeout"));
    EXPECT_EQ(failure(net::ClientErrc::not_allowed).result, not_allowed);
    EXPECT_EQ(wakeup::asked_of(answer(401), true).result, unauthorized);
    EXPECT_EQ(wakeup::asked_of(answer(503), true).result, busy);
    EXPECT_TRUE(wakeup::asked_of(answer(503), true).is_busy);
}

}  // namespace
