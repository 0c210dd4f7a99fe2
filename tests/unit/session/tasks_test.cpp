#include "unit/session/conversation.hpp"

#include "datamodel/well_known.hpp"

namespace session {
namespace {

namespace code = cwmp::event_code;
using Kind = Answer::Kind;
using domain::TaskState;

class TasksTest : public ConversationTest {
protected:
    TasksTest() { settle_device(); }

    /// One session in which the RPC of this kind is lost: the CPE answers it with an empty POST.
    template <class Method>
    void lose_once()
    {
        cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
            if (std::holds_alternative<Method>(request))
                return cwmp::Empty{};
            return std::nullopt;
        };
        hold_session();
        cpe.script = nullptr;
    }
};

TEST_F(TasksTest, GetAnswersWithValuesAndKeepsThem)
{
    cpe.parameters["Device.DeviceInfo.UpTime"].value = "77";
    auto const task = order(domain::GetTask{{"Device.DeviceInfo.UpTime"}});
    EXPECT_EQ(hold_session().kind, Kind::nothing);
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_EQ(result(task), R"({"values":{"Device.DeviceInfo.UpTime":"77"}})");
    EXPECT_EQ(store.tree(key).value("Device.DeviceInfo.UpTime"), "77");
}

TEST_F(TasksTest, GetFindsTheBadNameAndStillReadsTheOthers)
{
    auto const task = order(domain::GetTask{{"Device.DeviceInfo.UpTime", "Device.Nowhere", "Device.WiFi.SSID.1.SSID"}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_EQ(store.task(task)->fault_code, cwmp::fault_code::invalid_parameter_name);
    EXPECT_NE(fault(task).find("Device.Nowhere"), std::string::npos);
    EXPECT_NE(result(task).find("\"Device.WiFi.SSID.1.SSID\":\"home\""), std::string::npos);
}

TEST_F(TasksTest, GetMasksSecretsInItsResult)
{
    cpe.parameters["Device.WiFi.AccessPoint.1.Security.KeyPassphrase"] = {"hunter22"};
    auto const task = order(domain::GetTask{{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase"}});
    hold_session();
    EXPECT_EQ(result(task).find("hunter22"), std::string::npos);
}

TEST_F(TasksTest, SetUsesTheTypesOfTheCpe)
{
    auto const task = order(domain::SetTask{{{"Device.ManagementServer.PeriodicInformInterval", "60", {}},
                                             {"Device.ManagementServer.PeriodicInformEnable", "true", {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    auto const sent = cpe.last<cwmp::SetParameterValues>();
    ASSERT_EQ(sent.parameter_list.size(), 2U);
    EXPECT_EQ(sent.parameter_list[0].type, cwmp::ValueType::unsigned_int);
    EXPECT_EQ(sent.parameter_list[1].value, "1") << "booleans as the dialect spells them";
    EXPECT_EQ(sent.parameter_key, store.task(task)->task.command_key);
    EXPECT_LE(sent.parameter_key.size(), 32U);
    EXPECT_EQ(store.tree(key).value("Device.ManagementServer.PeriodicInformInterval"), "60");
}

TEST_F(TasksTest, SetAsksForTypesItDoesNotKnow)
{
    cpe.parameters["Device.X_New"] = {"1", cwmp::ValueType::int_};
    auto const task = order(domain::SetTask{{{"Device.X_New", "-5", {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_EQ(cpe.count<cwmp::GetParameterValues>(), 1U);
    EXPECT_EQ(cpe.parameters["Device.X_New"].value, "-5");
}

TEST_F(TasksTest, SetLearnsTheTypeAnewAfter9006)
{
    cpe.parameters["Device.WiFi.SSID.1.SSID"].type = cwmp::ValueType::base64;
    auto const task = order(domain::SetTask{{{"Device.WiFi.SSID.1.SSID", "aGk=", {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_EQ(cpe.count<cwmp::SetParameterValues>(), 2U);
}

TEST_F(TasksTest, SetTriesTypesByTheirLooksWithACpeThatNeverTellsThem)
{
    cpe.parameters["Device.X_Count"] = {"1", cwmp::ValueType::unknown};
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* set = std::get_if<cwmp::SetParameterValues>(&request);
        if (set == nullptr)
            return std::nullopt;
        if (set->parameter_list.front().type != cwmp::ValueType::int_)
            return cwmp::make_fault(cwmp::fault_code::invalid_parameter_type);
        return cwmp::SetParameterValuesResponse{};
    };
    auto const task = order(domain::SetTask{{{"Device.X_Count", "7", {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_LE(cpe.count<cwmp::SetParameterValues>(), 4U);
}

TEST_F(TasksTest, SetGivesUpWhenNoTypeIsTaken)
{
    cpe.parameters["Device.X_Count"] = {"1", cwmp::ValueType::unknown};
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (std::holds_alternative<cwmp::SetParameterValues>(request))
            return cwmp::make_fault(cwmp::fault_code::invalid_parameter_type);
        return std::nullopt;
    };
    auto const task = order(domain::SetTask{{{"Device.X_Count", "7", {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::failed);
}

TEST_F(TasksTest, GetAsksByNameWhereThePartialPathIsRefused)
{
    auto const by_path = order(domain::GetTask{{"Device.DeviceInfo."}});
    hold_session();
    ASSERT_EQ(state(by_path), TaskState::done) << fault(by_path);
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* get = std::get_if<cwmp::GetParameterValues>(&request);
        if (get != nullptr && get->parameter_names.front().ends_with('.'))
            return cwmp::make_fault(cwmp::fault_code::invalid_parameter_name);
        return std::nullopt;
    };
    auto const task = order(domain::GetTask{{"Device.DeviceInfo."}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_EQ(result(task), result(by_path));
}

TEST_F(TasksTest, SetNamesTheParametersThatWereRefused)
{
    auto const task = order(domain::SetTask{{{"Device.DeviceInfo.UpTime", "1", {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_NE(fault(task).find("Device.DeviceInfo.UpTime: 9008"), std::string::npos) << fault(task);
    EXPECT_NE(result(task).find("9008"), std::string::npos);
}

TEST_F(TasksTest, SetIsSplitWhenTheCpeCannotTakeItAtOnce)
{
    std::vector<domain::Setting> settings;
    for (int i = 0; i < 8; ++i) {
        auto const path = "Device.X_" + std::to_string(i);
        cpe.parameters[path] = {"0"};
        settings.push_back({path, "1", cwmp::ValueType::string});
    }
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* set = std::get_if<cwmp::SetParameterValues>(&request);
        if (set != nullptr && set->parameter_list.size() > 4)
            return cwmp::make_fault(cwmp::fault_code::resources_exceeded);
        return std::nullopt;
    };
    auto const task = order(domain::SetTask{settings});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_EQ(cpe.count<cwmp::SetParameterValues>(), 3U);
    EXPECT_EQ(models.knowledge.settings_per_request, 4U) << "remembered for the model";
}

TEST_F(TasksTest, ALostSetIsNotRepeatedWhenItsKeyComesBack)
{
    auto const task = order(domain::SetTask{{{"Device.WiFi.SSID.1.SSID", "new", {}}}});
    greet(events(code::periodic));
    auto const request = say(cwmp::Empty{});
    static_cast<void>(cpe.answer(request.envelope.message));  // carried out, but the answer is lost
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_EQ(cpe.count<cwmp::SetParameterValues>(), 1U);
    EXPECT_EQ(store.tree(key).value("Device.WiFi.SSID.1.SSID"), "new");
}

TEST_F(TasksTest, ALostSetIsSentAgainInTheNextSessionOnly)
{
    auto const task = order(domain::SetTask{{{"Device.WiFi.SSID.1.SSID", "new", {}}}});
    lose_once<cwmp::SetParameterValues>();
    EXPECT_EQ(state(task), TaskState::unknown);
    EXPECT_EQ(cpe.count<cwmp::SetParameterValues>(), 1U);
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TasksTest, AddLearnsTheInstanceAndWritesToIt)
{
    cpe.next_instance = 7;
    auto const task = order(domain::AddTask{"Device.NAT.PortMapping.", {{"Port", "8080", {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_EQ(result(task), R"({"instance":7,"object":"Device.NAT.PortMapping.7."})");
    EXPECT_EQ(cpe.parameters["Device.NAT.PortMapping.7.Port"].value, "8080");
    EXPECT_EQ(store.tree(key).value("Device.NAT.PortMapping.7.Port"), "8080");
    EXPECT_EQ(store.tree(key).value("Device.NAT.PortMapping.7.Enable"), "0");
}

TEST_F(TasksTest, AFaultHiddenInAddObjectResponseIsSeen)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (std::holds_alternative<cwmp::AddObject>(request))
            return cwmp::AddObjectResponse{.instance_number = 0, .status = 9005};
        return std::nullopt;
    };
    auto const task = order(domain::AddTask{"Device.NAT.PortMapping.", {}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_EQ(store.task(task)->fault_code, 9005U);
}

TEST_F(TasksTest, ALostAddIsFoundInTheTableAndNotRepeated)
{
    auto const task = order(domain::AddTask{"Device.NAT.PortMapping.", {{"Port", "80", {}}}});
    cpe.script = [this](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (!std::holds_alternative<cwmp::AddObject>(request))
            return std::nullopt;
        cpe.script = nullptr;
        static_cast<void>(cpe.answer(request));  // carried out, but the answer is lost
        return cwmp::Empty{};
    };
    hold_session();
    EXPECT_EQ(state(task), TaskState::unknown);
    cpe.received.clear();
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_EQ(cpe.count<cwmp::AddObject>(), 0U);
    EXPECT_EQ(cpe.parameters["Device.NAT.PortMapping.1.Port"].value, "80");
}

TEST_F(TasksTest, AnAddThatNeverArrivedIsRepeated)
{
    auto const task = order(domain::AddTask{"Device.NAT.PortMapping.", {}});
    lose_once<cwmp::AddObject>();
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_EQ(cpe.next_instance, 2U);
}

TEST_F(TasksTest, DeleteForgetsTheInstance)
{
    cpe.objects.emplace_back("Device.WiFi.SSID.1.");
    auto const task = order(domain::DeleteTask{"Device.WiFi.SSID.1."});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_FALSE(store.tree(key).contains("Device.WiFi.SSID.1.SSID"));
}

TEST_F(TasksTest, ALostDeleteIsDoneWhenTheInstanceIsGone)
{
    cpe.objects.emplace_back("Device.WiFi.SSID.1.");
    auto const task = order(domain::DeleteTask{"Device.WiFi.SSID.1."});
    lose_once<cwmp::DeleteObject>();
    std::erase(cpe.objects, "Device.WiFi.SSID.1.");
    cpe.parameters.erase("Device.WiFi.SSID.1.SSID");
    cpe.received.clear();
    hold_session();
    EXPECT_EQ(state(task), TaskState::done) << fault(task);
    EXPECT_EQ(cpe.count<cwmp::DeleteObject>(), 0U);
}

TEST_F(TasksTest, AttributesFallBackToPassiveWhenActiveIsRefused)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* set = std::get_if<cwmp::SetParameterAttributes>(&request);
        if (set != nullptr && set->parameter_list.front().notification == 2)
            return cwmp::make_fault(cwmp::fault_code::notification_refused);
        return std::nullopt;
    };
    auto const task = order(domain::AttributesTask{{{"Device.DeviceInfo.UpTime", 2U, {}}}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_EQ(store.tree(key).find("Device.DeviceInfo.UpTime")->notification, 1);
}

TEST_F(TasksTest, ARebootIsDoneWhenTheDeviceSaysSo)
{
    auto const task = order(domain::RebootTask{});
    hold_session();
    EXPECT_EQ(state(task), TaskState::waiting);
    hold_session();
    EXPECT_EQ(state(task), TaskState::waiting) << "an Inform without boot says nothing";
    hold_session({{std::string{code::boot}, ""}, {std::string{code::m_reboot}, store.task(task)->task.command_key}});
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_EQ(cpe.count<cwmp::Reboot>(), 1U);
}

TEST_F(TasksTest, ALostRebootIsNeverRepeated)
{
    auto const task = order(domain::RebootTask{});
    lose_once<cwmp::Reboot>();
    EXPECT_EQ(state(task), TaskState::unknown);
    hold_session();
    EXPECT_EQ(state(task), TaskState::waiting);
    hold_session(events(code::boot));
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_EQ(cpe.count<cwmp::Reboot>(), 1U);
}

TEST_F(TasksTest, WhatNeverComesFailsAtItsDeadline)
{
    auto const task = order(domain::RebootTask{});
    hold_session();
    clock.advance(services.limits.reboot_wait + std::chrono::seconds{1});
    hold_session();
    EXPECT_EQ(state(task), TaskState::failed);
}

TEST_F(TasksTest, AFactoryResetIsDoneAtBootstrap)
{
    auto const task = order(domain::FactoryResetTask{});
    hold_session();
    hold_session(events(code::boot));
    EXPECT_EQ(state(task), TaskState::waiting);
    hold_session(events(code::bootstrap));
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TasksTest, AScheduledInformIsDoneWhenItComes)
{
    auto const task = order(domain::ScheduleInformTask{60});
    hold_session();
    EXPECT_EQ(cpe.last<cwmp::ScheduleInform>().delay_seconds, 60U);
    hold_session({{std::string{code::scheduled}, ""},
                  {std::string{code::m_schedule_inform}, store.task(task)->task.command_key}});
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TasksTest, AnyRpcCanBeSentAsItIs)
{
    auto const task = order(domain::RpcTask{cwmp::GetParameterNames{"Device.WiFi.", true}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
    EXPECT_NE(result(task).find("Device.WiFi.SSID."), std::string::npos) << result(task);
}

TEST_F(TasksTest, AnUnknownRawRpcIsNotRepeated)
{
    auto const task = order(domain::RpcTask{cwmp::Reboot{"mine"}});
    lose_once<cwmp::Reboot>();
    hold_session();
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_EQ(cpe.count<cwmp::Reboot>(), 1U);
}

TEST_F(TasksTest, AResponseOfAnotherMethodFailsTheTaskAndTheSessionGoesOn)
{
    auto const reboot = order(domain::RebootTask{});
    auto const get = order(domain::GetTask{{"Device.DeviceInfo.UpTime"}});
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (std::holds_alternative<cwmp::Reboot>(request))
            return cwmp::FactoryResetResponse{};
        return std::nullopt;
    };
    EXPECT_EQ(hold_session().kind, Kind::nothing);
    EXPECT_EQ(state(reboot), TaskState::failed);
    EXPECT_EQ(state(get), TaskState::done);
}

TEST_F(TasksTest, ATaskDuringWhichTheDeviceDiesThreeTimesIsSetAside)
{
    auto const task = order(domain::SetTask{{{"Device.WiFi.SSID.1.SSID", "bad", {}}}});
    for (int i = 0; i < 3; ++i) {
        greet(events(code::boot));
        ASSERT_EQ(say(cwmp::Empty{}).kind, Kind::message);
    }
    hold_session(events(code::boot));
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_NE(fault(task).find("Set aside"), std::string::npos);
}

TEST_F(TasksTest, APersonComesBeforeARule)
{
    order(domain::GetTask{{"Device.DeviceInfo.UpTime"}}, domain::Priority::automation);
    order(domain::RebootTask{});
    greet(events(code::periodic));
    EXPECT_TRUE(std::holds_alternative<cwmp::Reboot>(say(cwmp::Empty{}).envelope.message));
}

TEST_F(TasksTest, APingRunsOverTwoSessions)
{
    for (auto const root : {cwmp::Root::device}) {
        auto const object = std::string{datamodel::well_known::ip_ping::object(root)};
        cpe.objects.push_back(object);
        cpe.parameters[object + "DiagnosticsState"] = {"None"};
        cpe.parameters[object + "Host"] = {""};
        cpe.parameters[object + "NumberOfRepetitions"] = {"0", cwmp::ValueType::unsigned_int};
        cpe.parameters[object + "SuccessCount"] = {"0", cwmp::ValueType::unsigned_int, false};
        auto const task =
            order(domain::DiagnosticsTask{"IPPing", {{"Host", "192.0.2.9", {}}, {"NumberOfRepetitions", "3", {}}}});
        hold_session();
        EXPECT_EQ(state(task), TaskState::waiting) << fault(task);
        auto const sent = cpe.last<cwmp::SetParameterValues>().parameter_list;
        EXPECT_EQ(sent.back().name, object + "DiagnosticsState") << "Requested comes last";
        cpe.parameters[object + "DiagnosticsState"].value = "Completed";
        cpe.parameters[object + "SuccessCount"].value = "3";
        hold_session(events(code::diagnostics_complete));
        EXPECT_EQ(state(task), TaskState::done) << fault(task);
        EXPECT_NE(result(task).find("\"SuccessCount\":\"3\""), std::string::npos) << result(task);
        EXPECT_EQ(cpe.count<cwmp::SetParameterValues>(), 1U) << "the state is not written again";
    }
}

TEST_F(TasksTest, APingThatWentWrongFailsWithItsState)
{
    auto const object = std::string{datamodel::well_known::ip_ping::object(cwmp::Root::device)};
    cpe.parameters[object + "DiagnosticsState"] = {"None"};
    cpe.parameters[object + "Host"] = {""};
    auto const task = order(domain::DiagnosticsTask{"IPPing", {{"Host", "nowhere.example", {}}}});
    hold_session();
    cpe.parameters[object + "DiagnosticsState"].value = "Error_CannotResolveHostName";
    hold_session(events(code::diagnostics_complete));
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_NE(fault(task).find("Error_CannotResolveHostName"), std::string::npos);
}

/// An Inform that is committed, and nothing else happens in its session: the ACS died.
class CrashTest : public TasksTest {
protected:
    void crash_after(std::vector<cwmp::Event> told)
    {
        clock.advance(std::chrono::seconds{60});
        domain::Contact contact;
        contact.key = key;
        contact.identity = id;
        contact.at = clock.now();
        contact.events = std::move(told);
        support::run(store.commit_contact(contact));
        clock.advance(std::chrono::seconds{60});
    }
};

TEST_F(CrashTest, ARebootIsDoneAlthoughTheAcsDiedAfterItHadAcknowledgedTheBoot)
{
    auto const task = order(domain::RebootTask{});
    hold_session();
    ASSERT_EQ(state(task), TaskState::waiting);
    crash_after({{std::string{code::boot}, ""}, {std::string{code::m_reboot}, store.task(task)->task.command_key}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(CrashTest, MRebootAloneIsABootThatSurvivesTheDeathOfTheAcsToo)
{
    auto const task = order(domain::RebootTask{});
    hold_session();
    crash_after({{std::string{code::m_reboot}, store.task(task)->task.command_key}});
    crash_after(events(code::periodic));
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(CrashTest, ARebootIsDoneAlthoughTheAcsDiedTwiceAfterIt)
{
    auto const task = order(domain::RebootTask{});
    hold_session();
    crash_after(events(code::boot));
    crash_after(events(code::periodic));
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(CrashTest, AFactoryResetIsDoneAlthoughTheAcsDiedAfterItHadAcknowledgedTheBootstrap)
{
    auto const task = order(domain::FactoryResetTask{});
    hold_session();
    ASSERT_EQ(state(task), TaskState::waiting);
    crash_after(events(code::bootstrap));
    crash_after(events(code::value_change));
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(CrashTest, ABootIsNoEvidenceForAFactoryReset)
{
    cpe.parameter_key = "";
    auto const task = order(domain::FactoryResetTask{});
    hold_session();
    crash_after(events(code::boot));
    hold_session();
    EXPECT_EQ(state(task), TaskState::waiting);
}

TEST_F(CrashTest, TheBootThatOpenedTheSessionIsNoEvidenceForARebootSentInIt)
{
    auto const task = order(domain::RebootTask{});
    hold_session(events(code::boot));
    ASSERT_EQ(state(task), TaskState::waiting);
    clock.advance(std::chrono::seconds{60});
    hold_session();
    EXPECT_EQ(state(task), TaskState::waiting);
    hold_session(events(code::boot));
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(CrashTest, AScheduledInformIsSeenThoughTheAcsDiedAfterIt)
{
    auto const task = order(domain::ScheduleInformTask{30});
    hold_session();
    ASSERT_EQ(state(task), TaskState::waiting);
    crash_after({{std::string{code::m_schedule_inform}, store.task(task)->task.command_key}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TasksTest, NoTaskIsBegunAfterItsWindowHasClosed)
{
    constexpr char interval[] = "Device.ManagementServer.PeriodicInformInterval";
    using namespace std::chrono_literals;
    auto const in_window = [this](domain::TaskArguments arguments) {
        domain::Task task;
        task.device = key;
        task.arguments = std::move(arguments);
        task.window = {11h, 12h + 10min};  // it is noon
        return store.add_person_task(std::move(task));
    };
    auto const first = in_window(domain::GetTask{{interval}});
    auto const second = in_window(domain::GetTask{{interval}});
    cpe.script = [this](cwmp::Message const&) -> std::optional<cwmp::Message> {
        clock.advance(11min);
        return std::nullopt;
    };
    hold_session();
    EXPECT_EQ(state(first), TaskState::done);
    EXPECT_EQ(state(second), TaskState::queued);
    clock.advance(23h);
    hold_session();
    EXPECT_EQ(state(second), TaskState::done);
}

}  // namespace
}  // namespace session
