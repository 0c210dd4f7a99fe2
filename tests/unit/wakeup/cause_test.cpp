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

TEST(WakeCause, ATakenRequestHasNone)
{
    EXPECT_EQ(wakeup::cause_of(answer(200), true), "");
    EXPECT_EQ(wakeup::cause_of(answer(204), true), "");
}

TEST(WakeCause, EachRefusalIsToldInPlainWords)
{
    EXPECT_THAT(wakeup::cause_of(answer(401), true), HasSubstr("refuses the connection-request login"));
    EXPECT_THAT(wakeup::cause_of(answer(401), false), HasSubstr("none is known"));
    EXPECT_THAT(wakeup::cause_of(answer(503), true), HasSubstr("busy"));
    EXPECT_THAT(wakeup::cause_of(answer(302), true), HasSubstr("never followed"));
    EXPECT_THAT(wakeup::cause_of(answer(500), true), HasSubstr("answered 500"));
    auto const failed = [](net::ClientErrc code) {
        return wakeup::cause_of(std::unexpected{net::ClientFailure{code, "x", false}}, true);
    };
    EXPECT_THAT(failed(net::ClientErrc::refused), HasSubstr("refused"));
    EXPECT_THAT(failed(net::ClientErrc::connect_timeout), HasSubstr("timeout"));
}

}  // namespace
