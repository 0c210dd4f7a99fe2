#include "agent/session.hpp"
#include "device_fixture.hpp"
#include "support/run.hpp"

#include <deque>

namespace {

using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

struct StillClock final : base::Clock {
    [[nodiscard]] base::TimePoint now() const override { return noon; }
};

/// An ACS that says one thing after the other, whatever it hears, and remembers what it heard.
struct ScriptedAcs {
    std::deque<base::Result<cwmp::Envelope>> answers;
    std::vector<cwmp::Envelope> heard;

    void say(cwmp::Message message, bool hold = false)
    {
        cwmp::Envelope envelope{"acs-" + std::to_string(answers.size()), std::move(message)};
        envelope.hold_requests = hold;
        answers.emplace_back(std::move(envelope));
    }
    [[nodiscard]] std::vector<std::string> methods() const
    {
        std::vector<std::string> names;
        for (auto const& envelope : heard)
            names.emplace_back(cwmp::method_name(envelope.message));
        return names;
    }
    sim::Exchange exchange()
    {
        return [this](cwmp::Envelope envelope) -> base::Awaitable<base::Result<cwmp::Envelope>> {
            return next(std::move(envelope));
        };
    }
    base::Awaitable<base::Result<cwmp::Envelope>> next(cwmp::Envelope envelope)
    {
        heard.push_back(std::move(envelope));
        if (answers.empty())
            co_return cwmp::Envelope{{}, cwmp::Empty{}};
        auto answer = std::move(answers.front());
        answers.pop_front();
        co_return answer;
    }
};

struct Session : DeviceTest {
    explicit Session(unsigned minor = 4) : DeviceTest{"fibre-gateway", minor} { device.connection_requested(); }

    sim::SessionReport hold(sim::Quirks quirks = {})
    {
        return support::run(sim::run_session(device, acs.exchange(), clock, {quirks, 60}));
    }
    /// A transfer whose result waits for the ACS.
    void finish_transfer()
    {
        ask(cwmp::Download{.command_key = "dl", .file_type = "2 Web Content", .url = "http://files.example/w"});
        device.transfer_done(*device.start_transfer(noon), {.started = noon}, noon);
    }
    ScriptedAcs acs;
    StillClock clock;
};

TEST_F(Session, AQuietOneIsInformAndAnEmptyPost)
{
    acs.say(cwmp::InformResponse{});
    auto const report = hold();
    EXPECT_TRUE(report.succeeded) << report.failure;
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Empty"));
    EXPECT_FALSE(device.wants_session(noon));
}

TEST_F(Session, RequestsAreAnsweredWithTheirIds)
{
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::GetParameterValues{{"Device.DeviceInfo.SerialNumber"}});
    acs.say(cwmp::GetParameterValues{{"Device.Nothing"}});
    auto const report = hold();
    EXPECT_TRUE(report.succeeded);
    EXPECT_EQ(report.rpcs, 2u);
    EXPECT_EQ(report.faults_sent, 1u);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Empty", "GetParameterValuesResponse", "Fault"));
    EXPECT_EQ(acs.heard[2].id, "acs-1");
    EXPECT_EQ(acs.heard[3].id, "acs-2");
}

TEST_F(Session, OwnRequestsGoBeforeTheEmptyPost)
{
    finish_transfer();
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::TransferCompleteResponse{});
    EXPECT_TRUE(hold().succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "TransferComplete", "Empty"));
    EXPECT_FALSE(device.next_request());
    EXPECT_FALSE(device.wants_session(noon));
}

TEST_F(Session, HeldRequestsWaitUntilTheAcsLetsThem)
{
    finish_transfer();
    acs.say(cwmp::InformResponse{}, true);
    acs.say(cwmp::GetRPCMethods{}, true);
    acs.say(cwmp::GetRPCMethods{}, false);
    acs.say(cwmp::Empty{});
    acs.say(cwmp::TransferCompleteResponse{});
    EXPECT_TRUE(hold().succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Empty", "GetRPCMethodsResponse", "GetRPCMethodsResponse",
                                           "TransferComplete", "Empty"));
}

TEST_F(Session, AnInformIsRepeatedAtFault8005Only)
{
    acs.say(cwmp::make_fault(8005));
    acs.say(cwmp::InformResponse{});
    auto const report = hold();
    EXPECT_TRUE(report.succeeded);
    EXPECT_EQ(report.informs, 2u);
    EXPECT_EQ(acs.heard[0], acs.heard[1]);

    device.events().raise("2 PERIODIC");
    acs.say(cwmp::make_fault(8001));
    auto const refused = hold();
    EXPECT_FALSE(refused.succeeded);
    EXPECT_EQ(refused.failure_fault, 8001u);
    EXPECT_EQ(device.retry_count(), 1u);
    EXPECT_TRUE(device.wants_session(noon + 10s)) << "the event is still to be told";
}

TEST_F(Session, RepetitionsAreBounded)
{
    for (int i = 0; i < 100; ++i)
        acs.say(cwmp::make_fault(8005));
    EXPECT_FALSE(hold().succeeded);
    EXPECT_LT(acs.heard.size(), 20u);
}

TEST_F(Session, ARefusedOwnRequestIsTriedInTheNextSession)
{
    finish_transfer();
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::make_fault(8002));
    EXPECT_TRUE(hold().succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "TransferComplete", "Empty"));
    EXPECT_TRUE(device.wants_session(noon));
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::make_fault(8005));
    acs.say(cwmp::TransferCompleteResponse{});
    EXPECT_TRUE(hold().succeeded);
    EXPECT_FALSE(device.next_request());
}

TEST_F(Session, FailsWhenTheAcsIsLost)
{
    device.events().raise("2 PERIODIC");
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::GetRPCMethods{});
    acs.answers.emplace_back(base::fail("the connection was closed"));
    auto const report = hold();
    EXPECT_FALSE(report.succeeded);
    EXPECT_EQ(report.failure, "the connection was closed");
    EXPECT_FALSE(device.events().has("2 PERIODIC")) << "delivered with the InformResponse all the same";
}

TEST_F(Session, ARebootHappensAfterTheSession)
{
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::Reboot{"r"});
    acs.say(cwmp::GetRPCMethods{});
    EXPECT_TRUE(hold().succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Empty", "RebootResponse", "GetRPCMethodsResponse"));
    EXPECT_TRUE(device.restart());
}

TEST_F(Session, NewVersionsNegotiateAndOldOnesDoNot)
{
    acs.say(cwmp::InformResponse{});
    hold();
    EXPECT_EQ(acs.heard[0].session_timeout, 60u);
    EXPECT_THAT(acs.heard[0].supported_cwmp_versions, ElementsAre("1.0", "1.1", "1.2", "1.3", "1.4"));
}

struct OldSession : Session {
    OldSession() : Session{2} {}
};

TEST_F(OldSession, SendsNoHeadersThatItsVersionLacks)
{
    acs.say(cwmp::InformResponse{});
    hold();
    EXPECT_FALSE(acs.heard[0].session_timeout);
    EXPECT_THAT(acs.heard[0].supported_cwmp_versions, testing::IsEmpty());
}

struct QuirkySession : Session {};

TEST_F(QuirkySession, DuplicateInform)
{
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::InformResponse{});
    EXPECT_TRUE(hold({sim::Quirk::duplicate_inform}).succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Inform", "Empty"));
}

TEST_F(QuirkySession, EmptyPostFirst)
{
    acs.say(cwmp::Empty{});
    acs.say(cwmp::InformResponse{});
    hold({sim::Quirk::empty_post_first});
    EXPECT_THAT(acs.methods(), ElementsAre("Empty", "Inform", "Empty"));
}

TEST_F(QuirkySession, IgnoreHold)
{
    finish_transfer();
    acs.say(cwmp::InformResponse{}, true);
    acs.say(cwmp::TransferCompleteResponse{}, true);
    hold({sim::Quirk::ignore_hold});
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "TransferComplete", "Empty"));
}

TEST_F(QuirkySession, LateTransferComplete)
{
    finish_transfer();
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::Empty{});
    acs.say(cwmp::TransferCompleteResponse{});
    EXPECT_TRUE(hold({sim::Quirk::late_transfer_complete}).succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Empty", "TransferComplete", "Empty"));
}

TEST_F(QuirkySession, NoTransferComplete)
{
    finish_transfer();
    acs.say(cwmp::InformResponse{});
    EXPECT_TRUE(hold({sim::Quirk::no_transfer_complete}).succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Empty"));
    EXPECT_THAT(codes(std::get<cwmp::Inform>(acs.heard[0].message)), ElementsAre("6 CONNECTION REQUEST"));
    EXPECT_FALSE(device.wants_session(noon));
}

TEST_F(QuirkySession, LostRpcAndDropMidSession)
{
    auto const script = [&] {
        acs.answers.clear();
        acs.heard.clear();
        acs.say(cwmp::InformResponse{});
        for (int i = 0; i < 3; ++i)
            acs.say(cwmp::GetRPCMethods{});
    };
    script();
    EXPECT_TRUE(hold({sim::Quirk::lost_rpc}).succeeded);
    EXPECT_THAT(acs.methods(),
                ElementsAre("Inform", "Empty", "GetRPCMethodsResponse", "Empty", "GetRPCMethodsResponse"));
    script();
    EXPECT_FALSE(hold({sim::Quirk::drop_mid_session}).succeeded);
    EXPECT_THAT(acs.methods(), ElementsAre("Inform", "Empty", "GetRPCMethodsResponse", "GetRPCMethodsResponse"));
}

TEST_F(QuirkySession, Ids)
{
    auto const id = [&](sim::Quirk quirk) {
        acs.heard.clear();
        acs.say(cwmp::InformResponse{});
        acs.say(cwmp::GetRPCMethods{});
        hold({quirk});
        return acs.heard[2].id;
    };
    EXPECT_EQ(id(sim::Quirk::empty_id), "");
    EXPECT_EQ(id(sim::Quirk::wrong_id), "4711");
    EXPECT_EQ(id(sim::Quirk::no_id), std::nullopt);
}

TEST_F(QuirkySession, HiddenAddFaultAndFaultWithoutDetail)
{
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::AddObject{"Device.Nothing.", ""});
    hold({sim::Quirk::hidden_add_fault});
    EXPECT_EQ(acs.heard[2].message, (cwmp::Message{cwmp::AddObjectResponse{0, 9005}}));
    acs.heard.clear();
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::AddObject{"Device.Nothing.", ""});
    hold({sim::Quirk::fault_without_detail});
    EXPECT_EQ(code(acs.heard[2].message), 9800u);
}

TEST_F(QuirkySession, NoParameterKey)
{
    acs.say(cwmp::InformResponse{});
    acs.say(cwmp::SetParameterValues{{{"Device.WiFi.SSID.1.SSID", "x"}}, "kept?"});
    hold({sim::Quirk::no_parameter_key});
    EXPECT_EQ(get("Device.ManagementServer.ParameterKey"), "");
}

}  // namespace
