#include "unit/session/conversation.hpp"

namespace session {
namespace {

namespace code = cwmp::event_code;
using Kind = Answer::Kind;
using domain::TaskState;

class SessionTest : public ConversationTest {};

std::vector<support::InMemoryStore::Event> informs_of(support::InMemoryStore const& store)
{
    auto informs = store.events();
    std::erase_if(informs, [](auto const& event) { return event.kind != "inform"; });
    return informs;
}

TEST_F(SessionTest, AQuietCpeIsGreetedAndLetGo)
{
    settle_device();
    auto const greeted = greet(events(code::periodic));
    EXPECT_EQ(greeted.kind, Kind::message);
    EXPECT_EQ(greeted.envelope.id, "1");
    EXPECT_TRUE(std::holds_alternative<cwmp::InformResponse>(greeted.envelope.message));
    EXPECT_EQ(say(cwmp::Empty{}).kind, Kind::nothing);
    EXPECT_TRUE(session->ended());
    EXPECT_EQ(say(cwmp::Empty{}).kind, Kind::nothing) << "once more after the end";
}

TEST_F(SessionTest, ADeviceNeverHeardOfIsMadeAndDiscovered)
{
    EXPECT_EQ(hold_session(events(code::bootstrap)).kind, Kind::nothing);
    auto const found = store.find(id);
    ASSERT_TRUE(found);
    EXPECT_EQ(store.tree(*found).value("Device.WiFi.SSID.1.SSID"), "home");
    ASSERT_EQ(store.tasks_of(*found).size(), 1U);
    EXPECT_EQ(store.tasks_of(*found).front().task.state, TaskState::done);
    EXPECT_EQ(store.device(*found)->tree_software_version, "1.0");
}

TEST_F(SessionTest, TheEventIsRecordedBeforeTheAnswer)
{
    greet(events(code::boot));
    auto const informs = informs_of(store);
    ASSERT_EQ(informs.size(), 1U);
    EXPECT_EQ(informs.front().events.front().code, code::boot);
}

TEST_F(SessionTest, ARedeliveredEventIsMarkedAndOrdersNothingTwice)
{
    greet(events(code::bootstrap));
    greet(events(code::bootstrap), 1);
    auto const informs = informs_of(store);
    ASSERT_EQ(informs.size(), 2U);
    EXPECT_TRUE(informs[1].redelivered);
    EXPECT_EQ(store.tasks_of(*store.find(id)).size(), 1U);
}

TEST_F(SessionTest, NewSoftwareIsReadAnew)
{
    settle_device();
    cpe.parameters["Device.DeviceInfo.SoftwareVersion"].value = "2.0";
    hold_session(events(code::boot));
    EXPECT_GT(cpe.count<cwmp::GetParameterNames>(), 0U);
    EXPECT_EQ(store.device(key)->tree_software_version, "2.0");
}

TEST_F(SessionTest, VersionsAreNegotiatedOnlyWithThoseWhoList)
{
    auto envelope = inform(events(code::periodic));
    EXPECT_FALSE(greet(envelope).envelope.use_cwmp_version);
    envelope.supported_cwmp_versions = {"1.0", " 1.2", "1.9"};
    EXPECT_EQ(greet(envelope).envelope.use_cwmp_version, "1.2");
    envelope.supported_cwmp_versions = {"2.0"};
    auto const answer = greet(envelope);
    ASSERT_TRUE(std::holds_alternative<cwmp::Fault>(answer.envelope.message));
    EXPECT_EQ(std::get<cwmp::Fault>(answer.envelope.message).code, cwmp::fault_code::acs_version_incompatible);
}

TEST_F(SessionTest, TheNamespaceOfTheInformIsAnswered)
{
    auto envelope = inform(events(code::periodic));
    envelope.facts.namespace_digit = 4;
    greet(envelope);
    EXPECT_EQ(session->dialect().namespace_digit, 4U);
}

TEST_F(SessionTest, AModelsWireOptionsComeOnTop)
{
    models.knowledge.dialect = R"({"soap_prefix":"soap","boolean_spelling":"words"})";
    greet(events(code::periodic));
    EXPECT_EQ(session->dialect().soap_prefix, "soap");
    EXPECT_EQ(session->dialect().boolean_spelling, cwmp::BooleanSpelling::words);
}

TEST_F(SessionTest, TheSessionTimeoutOfTheInformIsCapped)
{
    auto envelope = inform(events(code::periodic));
    greet(envelope);
    EXPECT_EQ(session->patience(true), services.limits.timeout);
    envelope.session_timeout = 100'000;
    greet(envelope);
    EXPECT_EQ(session->patience(true), services.limits.longest_timeout);
    envelope.session_timeout = 60;
    greet(envelope);
    EXPECT_EQ(session->patience(false), std::chrono::seconds{60});
}

TEST_F(SessionTest, EveryMethodOfACpeIsAnswered)
{
    greet(events(code::periodic));
    auto const answer = [this](cwmp::Message message) {
        auto said = say(std::move(message));
        return std::string{cwmp::method_name(said.envelope.message)};
    };
    EXPECT_EQ(answer(cwmp::GetRPCMethods{}), "GetRPCMethodsResponse");
    EXPECT_EQ(answer(cwmp::TransferComplete{.command_key = "nobody's"}), "TransferCompleteResponse");
    EXPECT_EQ(answer(cwmp::AutonomousTransferComplete{}), "AutonomousTransferCompleteResponse");
    EXPECT_EQ(answer(cwmp::DUStateChangeComplete{}), "DUStateChangeCompleteResponse");
    EXPECT_EQ(answer(cwmp::AutonomousDUStateChangeComplete{}), "AutonomousDUStateChangeCompleteResponse");
    EXPECT_EQ(answer(cwmp::RequestDownload{}), "RequestDownloadResponse");
    EXPECT_EQ(answer(cwmp::Kicked{.next = "https://portal.example/"}), "KickedResponse");
    EXPECT_EQ(answer(cwmp::Kicked{.next = "javascript:1"}), "Fault");
    EXPECT_EQ(answer(cwmp::Unknown{.method = "X_Vendor_Hello"}), "Fault");
    EXPECT_EQ(answer(cwmp::SetParameterValues{}), "Fault") << "that is ours to call";
    EXPECT_FALSE(session->ended());
}

TEST_F(SessionTest, AReportIsRecordedBeforeItIsAnswered)
{
    greet(events(code::transfer_complete));
    say(cwmp::TransferComplete{.command_key = "k"});
    EXPECT_EQ(store.events().back().kind, "transfer.complete");
    EXPECT_NE(store.events().back().detail.find("\"command_key\":\"k\""), std::string::npos);
}

TEST_F(SessionTest, AnotherSoftwareIsAnEvent)
{
    auto const is_told = [this] {
        return std::ranges::count(store.events(), "device.software_changed", &support::InMemoryStore::Event::kind) > 0;
    };
    greet(events(code::periodic));
    greet(events(code::periodic));
    EXPECT_FALSE(is_told());
    cpe.parameters["Device.DeviceInfo.SoftwareVersion"].value = "2.0";
    greet(events(code::periodic));
    EXPECT_TRUE(is_told());
}

TEST_F(SessionTest, AnUnknownMethodGetsFault8000)
{
    greet(events(code::periodic));
    auto const answer = say(cwmp::Unknown{.method = "X_Vendor_Hello"});
    EXPECT_EQ(std::get<cwmp::Fault>(answer.envelope.message).code, cwmp::fault_code::acs_method_not_supported);
}

TEST_F(SessionTest, AMessageOutOfPlaceEndsTheSession)
{
    greet(events(code::periodic));
    EXPECT_EQ(say(cwmp::RebootResponse{}).kind, Kind::refused);
    EXPECT_TRUE(session->ended());
}

TEST_F(SessionTest, RetiredAndRejectedDevicesAreNotServed)
{
    settle_device();
    for (auto const state : {domain::DeviceState::retired, domain::DeviceState::rejected}) {
        store.set_state(key, state);
        EXPECT_EQ(greet(events(code::periodic)).kind, Kind::forbidden);
    }
}

TEST_F(SessionTest, APendingDeviceIsReadButNotWrittenTo)
{
    state_if_new = domain::DeviceState::pending;
    hold_session(events(code::bootstrap));
    key = *store.find(id);
    auto const write = order(domain::SetTask{{{"Device.WiFi.SSID.1.SSID", "x", {}}}});
    auto const read = order(domain::GetTask{{"Device.WiFi.SSID.1.SSID"}});
    hold_session();
    EXPECT_EQ(state(write), TaskState::queued);
    EXPECT_EQ(state(read), TaskState::done);
}

TEST_F(SessionTest, OfAPendingDeviceOnlyItsDeviceInfoIsReadUntilItIsLetIn)
{
    state_if_new = domain::DeviceState::pending;
    hold_session(events(code::bootstrap));
    for (auto const& rpc : cpe.received) {
        EXPECT_FALSE(std::holds_alternative<cwmp::SetParameterValues>(rpc));
        if (auto const* names = std::get_if<cwmp::GetParameterNames>(&rpc))
            EXPECT_TRUE(names->parameter_path.contains("DeviceInfo.")) << names->parameter_path;
        if (auto const* values = std::get_if<cwmp::GetParameterValues>(&rpc))
            for (auto const& name : values->parameter_names)
                EXPECT_TRUE(name.contains("DeviceInfo.")) << name;
    }
    key = *store.find(id);
    EXPECT_TRUE(store.tree(key).value("Device.DeviceInfo.SoftwareVersion"));
    EXPECT_FALSE(store.tree(key).value("Device.WiFi.SSID.1.SSID"));
    store.set_state(key, domain::DeviceState::active);
    hold_session();
    EXPECT_EQ(store.tree(key).value("Device.WiFi.SSID.1.SSID"), "home") << "then all of it is read";
}

TEST_F(SessionTest, ADeviceThatWillNotRestIsLeftAloneByAutomationButNotByPeople)
{
    services.limits.sessions_per_hour = 3;
    settle_device();
    for (int i = 0; i < 4; ++i)
        hold_session();
    EXPECT_NE(store.device(key)->automation_stopped, "");
    auto const rule = order(domain::GetTask{{"Device.DeviceInfo.UpTime"}}, domain::Priority::automation);
    auto const person = order(domain::GetTask{{"Device.DeviceInfo.UpTime"}});
    hold_session();
    EXPECT_EQ(state(rule), TaskState::queued);
    EXPECT_EQ(state(person), TaskState::done);

    clock.advance(std::chrono::hours{1});
    hold_session();
    clock.advance(std::chrono::hours{1});
    hold_session();
    EXPECT_EQ(store.device(key)->automation_stopped, "") << "it has rested";
}

TEST_F(SessionTest, TheDatabaseIsAwayAtTheInform)
{
    store.set_away(true);
    EXPECT_EQ(greet(events(code::boot)).kind, Kind::unavailable);
}

TEST_F(SessionTest, TheDatabaseIsAwayAtAReport)
{
    greet(events(code::transfer_complete));
    store.set_away(true);
    auto const answer = say(cwmp::TransferComplete{});
    EXPECT_EQ(std::get<cwmp::Fault>(answer.envelope.message).code, cwmp::fault_code::acs_retry_request);
    store.set_away(false);
    EXPECT_EQ(cwmp::method_name(say(cwmp::TransferComplete{}).envelope.message), "TransferCompleteResponse");
}

TEST_F(SessionTest, TheDatabaseIsAwayWhenAResultComes)
{
    settle_device();
    auto const task = order(domain::RebootTask{});
    greet(events(code::periodic));
    auto const request = say(cwmp::Empty{});
    ASSERT_TRUE(std::holds_alternative<cwmp::Reboot>(request.envelope.message));
    store.set_away(true);
    EXPECT_EQ(say(cwmp::RebootResponse{}).kind, Kind::close);
    EXPECT_TRUE(session->ended());
    store.set_away(false);
    EXPECT_EQ(state(task), TaskState::sent) << "unknown to the next session";
}

TEST_F(SessionTest, ANewerInformMakesTheOldSessionStale)
{
    settle_device();
    auto const task = order(domain::GetTask{{"Device.DeviceInfo.UpTime"}});
    greet(events(code::periodic));
    ASSERT_EQ(say(cwmp::Empty{}).kind, Kind::message);
    Session newer{services, counters, Caller{.address = "192.0.2.2"}};
    support::run(newer.answer(inform(events(code::boot))));
    EXPECT_EQ(say(cwmp::GetParameterValuesResponse{}).kind, Kind::close) << "never a 2xx after a refused write";
    EXPECT_NE(state(task), TaskState::done);
}

TEST_F(SessionTest, AnInformInMidSessionStartsANewSession)
{
    settle_device();
    auto const task = order(domain::RebootTask{});
    greet(events(code::periodic));
    ASSERT_EQ(say(cwmp::Empty{}).kind, Kind::message);
    EXPECT_EQ(hear(inform(events(code::periodic))).kind, Kind::message);
    EXPECT_EQ(state(task), TaskState::unknown);
}

TEST_F(SessionTest, AHeldCpeIsReleasedBeforeTheEnd)
{
    services.limits.hold_requests = true;
    settle_device();
    auto greeted = greet(events(code::periodic));
    EXPECT_TRUE(greeted.envelope.hold_requests);
    auto const release = say(cwmp::Empty{});
    ASSERT_EQ(release.kind, Kind::message);
    EXPECT_FALSE(release.envelope.hold_requests);
    EXPECT_EQ(say(cwmp::GetRPCMethodsResponse{}).kind, Kind::nothing);
    EXPECT_EQ(cwmp::method_name(say(cwmp::TransferComplete{}).envelope.message), "TransferCompleteResponse");
    EXPECT_EQ(say(cwmp::Empty{}).kind, Kind::nothing);
    EXPECT_TRUE(session->ended());
}

TEST_F(SessionTest, ASessionGoesOnAfterItWasPutAway)
{
    settle_device();
    auto const task = order(domain::SetTask{{{"Device.WiFi.SSID.1.SSID", "new", {}}}});
    greet(events(code::periodic));
    auto const request = say(cwmp::Empty{});
    ASSERT_TRUE(std::holds_alternative<cwmp::SetParameterValues>(request.envelope.message));
    support::run(session->suspend("cookie"));

    auto const kept = support::run(store.resume("cookie"));
    ASSERT_TRUE(kept);
    session.emplace(services, counters, Caller{});
    ASSERT_TRUE(session->restore(*kept));
    EXPECT_EQ(say(cpe.answer(request.envelope.message)).kind, Kind::nothing);
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_EQ(store.tree(key).value("Device.WiFi.SSID.1.SSID"), "new");
}

TEST_F(SessionTest, AKeptSessionThatCannotBeReadIsNotTaken)
{
    Session fresh{services, counters, Caller{}};
    EXPECT_FALSE(fresh.restore({"cookie", domain::DeviceKey{1}, 1, "not JSON"}));
    EXPECT_FALSE(fresh.restore({"cookie", domain::DeviceKey{1}, 1, "{}"}));
}

TEST_F(SessionTest, ASilentCpeLeavesItsRpcUnknownAndAReasonBehind)
{
    settle_device();
    auto const task = order(domain::RebootTask{});
    greet(events(code::periodic));
    say(cwmp::Empty{});
    support::run(session->abandon("the CPE fell silent"));
    EXPECT_EQ(state(task), TaskState::unknown);
    EXPECT_EQ(store.last_failure(key), "the CPE fell silent");
    hold_session();
    EXPECT_EQ(store.device(key)->activity.failed_in_row, 0U) << "a good session after it";
}

class NewsTest : public SessionTest {
protected:
    NewsTest() { services.news = &news; }
    domain::TaskId order_now(domain::TaskArguments arguments, domain::Priority priority = domain::Priority::person)
    {
        auto const task = order(std::move(arguments), priority);
        news.announce(key, task, priority == domain::Priority::person);
        return task;
    }
    static constexpr char interval[] = "Device.ManagementServer.PeriodicInformInterval";
    domain::TaskNews news;
};

TEST_F(NewsTest, ATaskThatIsOrderedDuringASessionIsDoneInIt)
{
    settle_device();
    greet(events(code::periodic));
    auto const task = order_now(domain::GetTask{{interval}});
    EXPECT_TRUE(session->has_missed_tasks());
    EXPECT_EQ(work().kind, Answer::Kind::nothing);
    EXPECT_EQ(state(task), domain::TaskState::done);
    EXPECT_FALSE(session->has_missed_tasks());
}

TEST_F(NewsTest, ATaskThatIsOrderedDuringTheLastRpcIsDoneAfterIt)
{
    settle_device();
    auto const first = order(domain::GetTask{{interval}});
    domain::TaskId second;
    cpe.script = [&](cwmp::Message const&) -> std::optional<cwmp::Message> {
        if (second.value() == 0)
            second = order_now(domain::SetTask{{{interval, "720", std::nullopt}}});
        return std::nullopt;
    };
    hold_session();
    EXPECT_EQ(state(first), domain::TaskState::done);
    EXPECT_EQ(state(second), domain::TaskState::done);
}

TEST_F(NewsTest, APersonsTaskComesBeforeBulkWorkThatWasOrderedEarlier)
{
    settle_device();
    order(domain::GetTask{{interval}}, domain::Priority::bulk);
    greet(events(code::periodic));
    order_now(domain::SetTask{{{interval, "720", std::nullopt}}});
    work();
    ASSERT_EQ(cpe.received.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<cwmp::SetParameterValues>(cpe.received[0]));
}

TEST_F(NewsTest, TasksThatWereLookedAtAreNoNews)
{
    settle_device();
    order_now(domain::GetTask{{interval}});
    hold_session();
    EXPECT_FALSE(session->has_missed_tasks());
}

}  // namespace
}  // namespace session
