#include "net/stun.hpp"

#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

namespace stun = net::stun;
using stun::Attribute;
using stun::Integrity;
using stun::Kind;
using namespace std::string_literals;

stun::Transaction const classic{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
stun::Transaction const newer{0x21, 0x12, 0xa4, 0x42, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

net::Endpoint endpoint(char const* address, std::uint16_t port)
{
    return {boost::asio::ip::make_address(address), port};
}

/// A request with these bytes as its attributes.
std::string request(std::string const& attributes)
{
    std::string bytes{"\0\1", 2};
    bytes += static_cast<char>(attributes.size() >> 8);
    bytes += static_cast<char>(attributes.size() & 255);
    bytes.append(classic.begin(), classic.end());
    return bytes + attributes;
}

/// RFC 5769 2.1: a request of RFC 5389 with a user name of nine bytes, whose filling is blanks.
std::string sample_request()
{
    return base::from_hex("000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e00"
                          "01ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5"
                          "b2d3f249c1b571a280280004e57a3bcf");
}

/// RFC 5769 2.2: the answer to it, which tells 192.0.2.1:32853.
std::string sample_response()
{
    return base::from_hex("0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112"
                          "a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96");
}

constexpr char const* sample_key = "VOkJxbRl1RmTxUk/WvJxBt";

TEST(Stun, ReadsWhatItWrites)
{
    for (auto const* address : {"192.0.2.7", "2001:db8::7"}) {
        auto const mapped = endpoint(address, 40'123);
        for (auto const& [transaction, type] :
             {std::pair{classic, Attribute::mapped_address}, std::pair{newer, Attribute::xor_mapped_address}}) {
            auto const bytes = stun::Writer{Kind::response, transaction}.address(type, mapped).finish();
            auto const message = stun::parse(bytes);
            ASSERT_TRUE(message) << message.error().what;
            EXPECT_TRUE(message->is(Kind::response));
            EXPECT_EQ(message->transaction, transaction);
            EXPECT_EQ(message->mapped_address, mapped);
            EXPECT_EQ(stun::has_cookie(message->transaction), transaction == newer);
        }
    }
}

TEST(Stun, TheRequestOfRfc5769IsSignedAndItsUserIsNamed)
{
    auto const bytes = sample_request();
    auto const message = stun::parse(bytes);
    ASSERT_TRUE(message) << message.error().what;
    EXPECT_EQ(message->username, "evtj:h6vY");
    EXPECT_EQ(message->unknown, std::vector<std::uint16_t>{0x24}) << "PRIORITY of ICE must be understood, and is not";
    EXPECT_EQ(stun::integrity_of(*message, bytes, sample_key), Integrity::plain);
    EXPECT_FALSE(stun::integrity_of(*message, bytes, "another"));
}

TEST(Stun, TheResponseOfRfc5769TellsTheMappedAddress)
{
    auto const bytes = sample_response();
    auto const message = stun::parse(bytes);
    ASSERT_TRUE(message) << message.error().what;
    EXPECT_EQ(message->mapped_address, endpoint("192.0.2.1", 32'853));
    EXPECT_EQ(stun::integrity_of(*message, bytes, sample_key), Integrity::plain);
}

TEST(Stun, OneChangedByteIsNoLongerSigned)
{
    for (auto const form : {Integrity::padded, Integrity::plain}) {
        auto bytes = stun::Writer{Kind::request, classic}
                         .text(Attribute::connection_request_binding, stun::binding_mark)
                         .text(Attribute::username, "00D09E-A")
                         .sign("secret", form);
        auto const message = stun::parse(bytes);
        ASSERT_TRUE(message) << message.error().what;
        EXPECT_TRUE(message->is_connection_request_binding);
        EXPECT_EQ(stun::integrity_of(*message, bytes, "secret"), form);
        bytes[45] ^= 1;
        EXPECT_FALSE(stun::integrity_of(*message, bytes, "secret"));
    }
}

TEST(Stun, WhatStandsBehindTheSignatureIsNotBelieved)
{
    auto bytes =
        stun::Writer{Kind::request, classic}.text(Attribute::username, "mine").sign("secret", Integrity::plain);
    bytes += "\xc0\x02\0\0\0\x06\0\4your"s;
    bytes[3] = static_cast<char>(bytes.size() - 20);
    auto const message = stun::parse(bytes);
    ASSERT_TRUE(message) << message.error().what;
    EXPECT_EQ(message->username, "mine");
    EXPECT_FALSE(message->is_binding_change);
    EXPECT_TRUE(stun::integrity_of(*message, bytes, "secret"));
}

TEST(Stun, BindingRequestsOfTr111AreReadInTheWaysThatCpesWriteThem)
{
    auto const mark = std::string{stun::binding_mark};
    auto const short_mark = mark.substr(0, 19);
    auto const change = "\xc0\x02\0\0"s;
    for (auto const& attributes : {
             "\xc0\x01\0\x14"s + mark + change,
             "\xc0\x01\0\x13"s + short_mark + change,          // not filled up
             "\xc0\x01\0\x13"s + short_mark + "\0"s + change,  // filled up
             change + "\xc0\x01\0\x13"s + short_mark,          // the last one
         }) {
        auto const message = stun::parse(request(attributes));
        ASSERT_TRUE(message) << message.error().what;
        EXPECT_TRUE(message->is_connection_request_binding);
        EXPECT_TRUE(message->is_binding_change);
    }
    EXPECT_FALSE(stun::parse(request("\xc0\x01\0\4mine"s))->is_connection_request_binding);
}

TEST(Stun, UserNamesAreReadWithoutWhatFillsThemUp)
{
    EXPECT_EQ(stun::parse(request("\0\6\0\x0c"
                                  "00D09E-A    "s))
                  ->username,
              "00D09E-A");
    EXPECT_EQ(stun::parse(request("\0\6\0\x0a"
                                  "00D09E-A\0\0\0\0"s))
                  ->username,
              "00D09E-A");
    EXPECT_EQ(stun::parse(request("\0\6\0\4    "s))->username, "");
}

TEST(Stun, TellsWhereTheAnswerIsWanted)
{
    auto const message = stun::parse(request("\0\2\0\x08\0\1\x1f\x90\xc0\0\2\7\0\3\0\4\0\0\0\6"s));
    ASSERT_TRUE(message) << message.error().what;
    EXPECT_EQ(message->response_address, endpoint("192.0.2.7", 8'080));
    EXPECT_TRUE(message->wants_other_source);
    EXPECT_FALSE(stun::parse(request("\0\3\0\4\0\0\0\0"s))->wants_other_source);
}

TEST(Stun, AnErrorTellsItsNumberAndReason)
{
    auto const bytes =
        stun::Writer{Kind::error, classic}.error(420, "Unknown Attribute").unknown({0x24, 0x25}).finish();
    EXPECT_EQ(bytes.size() % 4, 0U);
    auto const message = stun::parse(bytes);
    ASSERT_TRUE(message) << message.error().what;
    EXPECT_TRUE(message->is(Kind::error));
    EXPECT_EQ(message->error_code, 420U);
    EXPECT_EQ(message->reason, "Unknown Attribute");
}

TEST(Stun, RefusesWhatIsNone)
{
    auto const good = request("\xc0\x02\0\0"s);
    ASSERT_TRUE(stun::parse(good));
    EXPECT_FALSE(stun::parse(""));
    EXPECT_FALSE(stun::parse(good.substr(0, 19)));
    EXPECT_FALSE(stun::parse(good.substr(0, good.size() - 1))) << "shorter than it says";
    EXPECT_FALSE(stun::parse("\xc0"s + good.substr(1))) << "the first bits are those of another protocol";
    EXPECT_FALSE(stun::parse(request("\0\1\0\4\0\1\0\0"s))) << "an address that is too short";
    EXPECT_FALSE(stun::parse(request("\0\1\0\x08\0\3\0\0\1\2\3\4"s))) << "an address of no family";
    EXPECT_FALSE(stun::parse(request("\0\x08\0\4\1\2\3\4"s))) << "a signature that is too short";
    EXPECT_FALSE(stun::parse(request("\0\6\xff\xff"s))) << "an attribute that is longer than the message";
    std::string many;
    for (int i = 0; i < 33; ++i)
        many += "\x80\x01\0\0"s;
    EXPECT_FALSE(stun::parse(request(many)));
    EXPECT_FALSE(stun::parse(request(std::string(2'000, '\0'))));
}

TEST(Stun, TransactionsHaveTheCookieOnlyWhereItIsMeant)
{
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(stun::has_cookie(stun::new_transaction(true)));
        EXPECT_FALSE(stun::has_cookie(stun::new_transaction(false)));
    }
    EXPECT_NE(stun::new_transaction(true), stun::new_transaction(true));
}

}  // namespace
