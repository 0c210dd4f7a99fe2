#include "stun_fixture.hpp"

#include <algorithm>

namespace {

using namespace std::chrono_literals;
namespace stun = net::stun;

constexpr domain::DeviceKey key{17};

class StunServerTest : public test::StunFixture {
protected:
    [[nodiscard]] std::int64_t counted(std::string const& name, std::string const& labels = {}) const
    {
        for (auto const& reading : metrics.read())
            if (reading.name == name && reading.labels == labels)
                return reading.value;
        return -1;
    }
};

TEST_F(StunServerTest, TellsADeviceWhatItsAddressIs)
{
    settings.address = "::";
    start();
    for (auto const* address : {"127.0.0.1", "::1"}) {
        auto cpe = device(address);
        EXPECT_EQ(ask(cpe, request()).mapped_address, cpe.local());
    }
}

TEST_F(StunServerTest, HearsWhereADeviceIsThatSigns)
{
    store.add({"cpe", key, "secret"});
    start();
    auto cpe = device();
    auto const answer = ask(cpe, request("cpe", "secret"));
    EXPECT_EQ(answer.mapped_address, cpe.local());
    EXPECT_NE(answer.integrity_at, 0U) << "who signs is answered signed";
    EXPECT_EQ(binding_of(key), cpe.local().to_string());
    EXPECT_TRUE(server->binding(key)->is_verified);
}

TEST_F(StunServerTest, ASpoofedRequestDoesNotMoveADeviceThatSigns)
{
    store.add({"cpe", key, "secret"});
    start();
    auto cpe = device();
    static_cast<void>(ask(cpe, request("cpe", "secret")));
    auto thief = device("127.0.0.1");
    EXPECT_EQ(ask(thief, request("cpe")).mapped_address, thief.local());
    EXPECT_EQ(ask(thief, request("cpe", "guessed")).mapped_address, thief.local());
    EXPECT_EQ(binding_of(key), cpe.local().to_string());
    EXPECT_EQ(counted("acs_stun_bindings_refused_total"), 1) << "that with a wrong signature is not even looked at";
}

TEST_F(StunServerTest, WhoeverSignsWronglyIsNotTheDevice)
{
    store.add({"cpe", key, "secret"});
    start();
    auto thief = device();
    static_cast<void>(ask(thief, request("cpe", "guessed")));
    EXPECT_EQ(binding_of(key), "");
}

TEST_F(StunServerTest, ARequestWithoutTheMarkOfTr111BindsNothing)
{
    store.add({"cpe", key, "secret"});
    start();
    auto cpe = device();
    stun::Writer writer{stun::Kind::request, stun::new_transaction(true)};
    writer.text(stun::Attribute::username, "cpe");
    EXPECT_EQ(ask(cpe, writer.sign("secret", stun::Integrity::plain)).mapped_address, cpe.local());
    EXPECT_EQ(binding_of(key), "");
}

TEST_F(StunServerTest, WhereItIsRequiredWhoDoesNotSignIsAskedTo)
{
    settings.require_integrity = true;
    store.add({"cpe", key, "secret"});
    start();
    auto cpe = device();
    EXPECT_EQ(ask(cpe, request()).error_code, 401U);
    EXPECT_EQ(ask(cpe, request("cpe")).error_code, 401U);
    EXPECT_EQ(ask(cpe, request("cpe", "guessed")).error_code, 431U);
    EXPECT_EQ(ask(cpe, request("stranger", "secret")).error_code, 431U);
    EXPECT_EQ(binding_of(key), "");
    EXPECT_EQ(ask(cpe, request("cpe", "secret")).mapped_address, cpe.local());
    EXPECT_EQ(binding_of(key), cpe.local().to_string());
}

TEST_F(StunServerTest, AsksTheDatabaseOnceForAName)
{
    store.add({"cpe", key, "secret"});
    start();
    auto cpe = device();
    for (int i = 0; i < 5; ++i) {
        static_cast<void>(ask(cpe, request("cpe", "secret")));
        static_cast<void>(ask(cpe, request("stranger")));
    }
    EXPECT_EQ(store.questions(), 2U);
}

TEST_F(StunServerTest, GoesOnWithoutTheDatabase)
{
    store.add({"cpe", key, "secret"});
    store.set_away(true);
    start();
    auto cpe = device();
    EXPECT_EQ(ask(cpe, request("cpe", "secret")).mapped_address, cpe.local());
    EXPECT_EQ(binding_of(key), "") << "nobody knows who that was";
    store.set_away(false);
    static_cast<void>(ask(cpe, request("cpe", "secret")));
    EXPECT_EQ(binding_of(key), cpe.local().to_string());
    wait_until([&] { return store.all().size() == 1; });
}

TEST_F(StunServerTest, WritesWhatChangedAndNothingElse)
{
    store.add({"cpe", key, "secret"});
    start();
    auto cpe = device();
    static_cast<void>(ask(cpe, request("cpe", "secret")));
    wait_until([&] { return store.writes() == 1; });
    auto const row = store.all().at(0);
    EXPECT_EQ(row.device, key);
    EXPECT_EQ(row.node, "n1");
    EXPECT_EQ(row.address, cpe.local().to_string());
    EXPECT_TRUE(row.is_verified);
    static_cast<void>(ask(cpe, request("cpe", "secret")));
    auto moved = device();
    static_cast<void>(ask(moved, request("cpe", "secret")));
    wait_until([&] { return store.all().at(0).address == moved.local().to_string(); });
    EXPECT_EQ(store.writes(), 2U);
}

TEST_F(StunServerTest, WhatIsNotHeardAgainIsForgotten)
{
    settings.binding_life = 0s;
    store.add({"cpe", key, "secret"});
    start();
    auto cpe = device();
    static_cast<void>(ask(cpe, request("cpe", "secret")));
    EXPECT_EQ(binding_of(key), "");
    wait_until([&] { return counted("acs_stun_bindings") == 0; });
    wait_until([&] { return store.all().empty(); });
}

TEST_F(StunServerTest, AfterARestartItKnowsWhatItHeardBefore)
{
    support::run(context, store.write("n1", {{key, "192.0.2.7:40000", true, clock.now(), {}}}, {}));
    support::run(context, store.write("n2", {{domain::DeviceKey{18}, "192.0.2.8:40000", true, clock.now(), {}}}, {}));
    start();
    wait_until([&] { return binding_of(key) == "192.0.2.7:40000"; });
    EXPECT_EQ(binding_of(domain::DeviceKey{18}), "") << "that is another node's";
}

TEST_F(StunServerTest, AnswersToAnotherPortOfTheSenderButToNobodyElse)
{
    start();
    auto cpe = device();
    auto other_port = device();
    auto const to = [](net::Endpoint const& endpoint) {
        return stun::Writer{stun::Kind::request, stun::new_transaction(false)}
            .address(stun::Attribute::response_address, endpoint)
            .finish();
    };
    ASSERT_TRUE(cpe.send(to(other_port.local()), server_at()));
    EXPECT_EQ(stun::parse(receive(other_port))->mapped_address, cpe.local());
    EXPECT_EQ(ask(cpe, to({boost::asio::ip::make_address("127.0.0.2"), 53})).error_code, 400U);
}

TEST_F(StunServerTest, SaysNothingToWhatIsNoRequest)
{
    start();
    auto cpe = device();
    auto const transaction = stun::new_transaction(false);
    for (auto const& bytes :
         {std::string{"hello"}, std::string(2'000, 'x'), stun::Writer{stun::Kind::response, transaction}.finish(),
          stun::Writer{stun::Kind::error, transaction}.error(401, "Unauthorized").finish()})
        ASSERT_TRUE(cpe.send(bytes, server_at()));
    auto const asked = request();
    EXPECT_EQ(ask(cpe, asked).transaction, stun::parse(asked)->transaction) << "the first answer that comes";
    EXPECT_EQ(counted("acs_stun_requests_total", R"(outcome="malformed")"), 4);
}

TEST_F(StunServerTest, AFloodIsCutOff)
{
    settings.requests_per_source = 5;
    start();
    auto cpe = device();
    for (int i = 0; i < 200; ++i)
        cpe.send(request(), server_at());
    wait_until([&] {
        return counted("acs_stun_requests_total", R"(outcome="answered")") +
                   counted("acs_stun_requests_total", R"(outcome="limited")") ==
               200;
    });
    EXPECT_LT(counted("acs_stun_requests_total", R"(outcome="answered")"), 100);
}

TEST_F(StunServerTest, APortThatIsTakenIsNamed)
{
    start();
    settings.port = server->port();
    wakeup::StunServer second{store, clock, metrics, settings};
    EXPECT_FALSE(second.start());
}

}  // namespace
