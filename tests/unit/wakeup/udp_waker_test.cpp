#include "wakeup/udp_waker.hpp"

#include "net/udp_request.hpp"
#include "stun_fixture.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr domain::DeviceKey key{17};

class UdpWakerTest : public test::StunFixture {
protected:
    void SetUp() override
    {
        store.add({"cpe", key, "secret"});
        start();
        target.device.key = key;
        target.logins = {{"cpe", "secret"}};
    }
    wakeup::Asked ask_to_come(wakeup::TargetRules rules = {*net::Networks::parse({"127.0.0.0/8"}), {}})
    {
        wakeup::UdpWaker waker{*server, clock, metrics, std::move(rules)};
        auto asked = support::run(context, waker.ask(target, std::chrono::steady_clock::now() + 60s));
        std::string why;
        EXPECT_EQ(waker.applies(target, why), asked.is_sent);
        EXPECT_EQ(why, asked.cause);
        return asked;
    }
    /// The next datagram as a connection request.
    net::UdpRequest request_at(net::UdpSocket& socket) { return net::parse_udp_request(receive(socket)).value(); }
    /// Whether nothing is there: what is sent by us now is the next that comes.
    bool is_silent(net::UdpSocket& socket)
    {
        auto sender = device();
        sender.send("nothing", socket.local());
        return receive(socket) == "nothing";
    }

    wakeup::WakeTarget target;
};

TEST_F(UdpWakerTest, ADeviceIsAskedWhereItsInformSaid)
{
    auto cpe = device();
    target.udp_address = cpe.local().to_string();
    EXPECT_TRUE(ask_to_come().is_sent);
    auto const first = receive(cpe);
    EXPECT_EQ(receive(cpe), first) << "three times the same";
    EXPECT_EQ(receive(cpe), first);
    EXPECT_TRUE(is_silent(cpe));
    auto const request = net::parse_udp_request(first).value();
    EXPECT_EQ(request.username, "cpe");
    EXPECT_EQ(request.signature, net::signature_of(request, "secret"));
    EXPECT_GE(base::seconds_since_1970(clock.now()), request.time);
    EXPECT_THAT(first, testing::StartsWith("GET http://" + cpe.local().to_string() + "?"));
}

TEST_F(UdpWakerTest, EachRequestHasAnIdOfItsOwn)
{
    auto cpe = device();
    target.udp_address = cpe.local().to_string();
    static_cast<void>(ask_to_come());
    auto const first = request_at(cpe);
    static_cast<void>(request_at(cpe));
    static_cast<void>(request_at(cpe));
    static_cast<void>(ask_to_come());
    auto const second = request_at(cpe);
    EXPECT_NE(second.id, first.id);
    EXPECT_NE(second.nonce, first.nonce);
}

TEST_F(UdpWakerTest, WhatNatMadeOfASignedRequestsAddressIsAskedFirst)
{
    auto cpe = device();
    static_cast<void>(ask(cpe, request("cpe", "secret")));
    EXPECT_TRUE(ask_to_come().is_sent) << "also when no Inform has told it yet";
    EXPECT_EQ(request_at(cpe).username, "cpe");
}

TEST_F(UdpWakerTest, OneSpoofedPacketDoesNotRedirectTheRequests)
{
    auto cpe = device();
    target.udp_address = cpe.local().to_string();
    auto thief = device();
    static_cast<void>(ask(thief, request("cpe")));
    EXPECT_EQ(binding_of(key), thief.local().to_string()) << "it is heard, but does not count";
    EXPECT_TRUE(ask_to_come().is_sent);
    EXPECT_EQ(request_at(cpe).username, "cpe");
    EXPECT_TRUE(is_silent(thief));
}

TEST_F(UdpWakerTest, ASignedPacketThatSomebodyRepeatsDoesNotKeepTheDeviceFromUs)
{
    auto cpe = device();
    target.udp_address = cpe.local().to_string();
    auto const captured = request("cpe", "secret");
    static_cast<void>(ask(cpe, captured));
    auto thief = device();
    static_cast<void>(ask(thief, captured));
    EXPECT_TRUE(ask_to_come().is_sent);
    EXPECT_EQ(request_at(cpe).username, "cpe");
}

TEST_F(UdpWakerTest, ABindingThatTheInformAgreesWithCounts)
{
    auto cpe = device();
    static_cast<void>(ask(cpe, request("cpe")));
    EXPECT_THAT(ask_to_come().cause, HasSubstr("no UDPConnectionRequestAddress"));
    target.udp_address = cpe.local().to_string();
    EXPECT_TRUE(ask_to_come().is_sent);
    EXPECT_EQ(request_at(cpe).username, "cpe");
}

TEST_F(UdpWakerTest, TheLoginBeforeTheLastIsTriedToo)
{
    auto cpe = device();
    target.udp_address = cpe.local().to_string();
    target.logins = {{"cpe", "new"}, {"cpe", "old"}};
    static_cast<void>(ask_to_come());
    auto const first = request_at(cpe);
    auto const second = request_at(cpe);
    EXPECT_EQ(first.signature, net::signature_of(first, "new"));
    EXPECT_EQ(second.signature, net::signature_of(second, "old"));
    EXPECT_EQ(first.id, second.id) << "one request, however it is signed";
}

TEST_F(UdpWakerTest, AddressesThatAreNotAllowedAreNotAsked)
{
    auto cpe = device();
    target.udp_address = cpe.local().to_string();
    EXPECT_THAT(ask_to_come({}).cause, HasSubstr("is not allowed"));
    EXPECT_TRUE(is_silent(cpe));
    static_cast<void>(ask(cpe, request("cpe", "secret")));
    EXPECT_THAT(ask_to_come({}).cause, HasSubstr("is not allowed")) << "heard or told";
    EXPECT_TRUE(is_silent(cpe));
}

TEST_F(UdpWakerTest, SaysWhatIsMissing)
{
    EXPECT_THAT(ask_to_come().cause, HasSubstr("no UDPConnectionRequestAddress"));
    target.udp_address = "router.example.net:7547";
    EXPECT_THAT(ask_to_come().cause, HasSubstr("is no numeric address"));
}

}  // namespace
