#include "wakeup/stun_answer.hpp"

#include <gtest/gtest.h>

namespace {

namespace stun = net::stun;
using Proof = wakeup::StunSender::Proof;
using stun::Attribute;

constexpr domain::DeviceKey one{1}, two{2};

net::Endpoint endpoint(char const* address, std::uint16_t port)
{
    return {boost::asio::ip::make_address(address), port};
}

wakeup::StunRoute const route{endpoint("192.0.2.7", 40'000), endpoint("198.51.100.1", 3'478)};

struct Request {
    std::string bytes;
    stun::Message message;
};

Request read(std::string bytes)
{
    auto message = stun::parse(bytes);
    return {std::move(bytes), message.value()};
}

Request signed_by(std::string const& username, std::string const& password,
                  stun::Integrity form = stun::Integrity::padded, bool has_cookie = false)
{
    stun::Writer writer{stun::Kind::request, stun::new_transaction(has_cookie)};
    return read(writer.text(Attribute::username, username).sign(password, form));
}

Request plain(bool has_cookie = false)
{
    return read(stun::Writer{stun::Kind::request, stun::new_transaction(has_cookie)}.finish());
}

stun::Message answer_to(Request const& request, wakeup::StunSender const& sender = {}, bool required = false,
                        wakeup::StunRoute const& way = route)
{
    auto const bytes = wakeup::stun_answer(request.message, sender, way, required);
    EXPECT_LE(bytes.size(), wakeup::longest_stun_answer);
    auto const answer = stun::parse(bytes);
    EXPECT_EQ(answer->transaction, request.message.transaction);
    EXPECT_EQ(answer->integrity_at != 0, stun::integrity_of(*answer, bytes, sender.password).has_value());
    return *answer;
}

TEST(StunSender, IsTheDeviceWhosePasswordFits)
{
    std::vector<domain::StunLogin> const logins{{"cpe", one, "old"}, {"cpe", one, "new"}, {"cpe", two, "other"}};
    for (auto const form : {stun::Integrity::padded, stun::Integrity::plain}) {
        auto const request = signed_by("cpe", "old", form);
        auto const sender = wakeup::sender_of(request.message, request.bytes, logins);
        EXPECT_EQ(sender.proof, Proof::good);
        EXPECT_EQ(sender.device, one);
        EXPECT_EQ(sender.password, "old");
        EXPECT_EQ(sender.form, form);
    }
    auto const wrong = signed_by("cpe", "guessed");
    auto const nobody = wakeup::sender_of(wrong.message, wrong.bytes, logins);
    EXPECT_EQ(nobody.proof, Proof::wrong);
    EXPECT_FALSE(nobody.device);
}

TEST(StunSender, IsNobodyWhenSeveralCouldBeMeant)
{
    std::vector<domain::StunLogin> const shared{{"cpe", one, "shared"}, {"cpe", two, "shared"}};
    auto const request = signed_by("cpe", "shared");
    auto const sender = wakeup::sender_of(request.message, request.bytes, shared);
    EXPECT_EQ(sender.proof, Proof::good);
    EXPECT_FALSE(sender.device);
    auto const unsigned_one = plain();
    EXPECT_FALSE(wakeup::sender_of(unsigned_one.message, unsigned_one.bytes, shared).device);
    std::vector<domain::StunLogin> const single{{"cpe", one, "secret"}};
    auto const believed = wakeup::sender_of(unsigned_one.message, unsigned_one.bytes, single);
    EXPECT_EQ(believed.proof, Proof::none);
    EXPECT_EQ(believed.device, one);
}

TEST(StunSender, IsNobodyWhenMoreShareTheNameThanAreKnown)
{
    std::vector<domain::StunLogin> logins;
    for (int number = 1; number <= static_cast<int>(domain::DeviceBindings::most_of_a_name); ++number)
        logins.push_back({"cpe", domain::DeviceKey{number}, "secret" + std::to_string(number)});
    auto const request = signed_by("cpe", "secret1");
    EXPECT_EQ(wakeup::sender_of(request.message, request.bytes, logins).device, one);
    logins.push_back({"cpe", domain::DeviceKey{4711}, "other"});
    auto const sender = wakeup::sender_of(request.message, request.bytes, logins);
    EXPECT_EQ(sender.proof, Proof::good) << "it is answered";
    EXPECT_FALSE(sender.device) << "one of those that are not known here may have the same login";
}

TEST(StunAnswer, TellsTheAddressThatTheRequestCameFrom)
{
    for (bool const has_cookie : {false, true}) {
        EXPECT_EQ(answer_to(plain(has_cookie)).mapped_address, route.from);
        wakeup::StunRoute const over_v6{endpoint("2001:db8::7", 40'000), endpoint("2001:db8::1", 3'478)};
        EXPECT_EQ(answer_to(plain(has_cookie), {}, false, over_v6).mapped_address, over_v6.from);
        wakeup::StunSender const sender{Proof::good, one, "secret", stun::Integrity::plain};
        EXPECT_NE(answer_to(plain(has_cookie), sender, true, over_v6).integrity_at, 0U) << "signed as the request was";
    }
}

TEST(StunAnswer, WhoMustSignIsToldWhatIsMissing)
{
    EXPECT_EQ(answer_to(plain(), {}, true).error_code, 401U);
    wakeup::StunSender const wrong{.proof = Proof::wrong};
    EXPECT_EQ(answer_to(signed_by("cpe", "guessed"), wrong, true).error_code, 431U);
    EXPECT_EQ(answer_to(signed_by("cpe", "guessed", stun::Integrity::plain, true), wrong, true).error_code, 401U);
    EXPECT_EQ(answer_to(signed_by("", "guessed"), wrong, true).error_code, 432U);
    EXPECT_EQ(answer_to(signed_by("cpe", "guessed"), wrong, false).mapped_address, route.from);
}

TEST(StunAnswer, NeverHelpsAgainstAThird)
{
    auto const elsewhere = [](char const* address) {
        return read(stun::Writer{stun::Kind::request, stun::new_transaction(false)}
                        .address(Attribute::response_address, endpoint(address, 53))
                        .finish());
    };
    EXPECT_EQ(answer_to(elsewhere("203.0.113.9")).error_code, 400U);
    EXPECT_EQ(answer_to(elsewhere("192.0.2.7")).mapped_address, route.from);
}

TEST(StunAnswer, WhatIsNotUnderstoodIsNamed)
{
    auto const request = read(stun::Writer{stun::Kind::request, stun::new_transaction(true)}
                                  .text(static_cast<Attribute>(0x24), "abcd")
                                  .text(Attribute::change_request, std::string{"\0\0\0\6", 4})
                                  .finish());
    EXPECT_EQ(answer_to(request).error_code, 420U);
}

}  // namespace
