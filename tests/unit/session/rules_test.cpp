#include "conversation.hpp"

#include "support/fake_device_rules.hpp"

#include <gmock/gmock.h>

namespace session {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char ssid[] = "Device.WiFi.SSID.1.SSID";
constexpr char interval[] = "Device.ManagementServer.PeriodicInformInterval";
constexpr char passphrase[] = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";
constexpr char mappings[] = "Device.NAT.PortMapping.";

class RulesInSessions : public ConversationTest {
protected:
    RulesInSessions()
    {
        services.rules = &rules;
        cpe.parameters[passphrase] = {"", cwmp::ValueType::string};
    }

    void SetUp() override
    {
        settle_device();
        rest();
        cpe.received.clear();
        rules.evaluated_for.clear();
        rules.records.clear();
    }

    /// Informs until nothing is left to be evaluated; the number of sessions that took.
    int rest(int most = 60)
    {
        for (int sessions = 0; sessions < most; ++sessions) {
            auto const* const device = store.device(key);
            if (device->rules_epoch == rules.set_in_force && device->rules_until > clock.now() + 12h)
                return sessions;
            clock.advance(10min);
            hold_session();
        }
        ADD_FAILURE() << "it does not come to rest";
        return most;
    }
    /// A new version of the rules is in force.
    void change_rules() { ++rules.set_in_force; }

    [[nodiscard]] std::string on_device(std::string const& path) const { return cpe.parameters.at(path).value; }
    [[nodiscard]] std::size_t sets() const { return cpe.count<cwmp::SetParameterValues>(); }

    support::FakeDeviceRules rules{store, clock};
};

TEST_F(RulesInSessions, WhatIsWantedIsWrittenAndReadBackInOneSession)
{
    rules.want(ssid, "Annas");
    rules.want(interval, "900");
    change_rules();
    hold_session();
    EXPECT_EQ(on_device(ssid), "Annas");
    EXPECT_EQ(on_device(interval), "900");
    EXPECT_EQ(sets(), 1U);
    EXPECT_THAT(cpe.last<cwmp::GetParameterValues>().parameter_names, ElementsAre(interval, ssid));
    auto const tasks = store.tasks_of(key);
    EXPECT_EQ(tasks.back().task.origin, "rules");
    EXPECT_THAT(tasks[tasks.size() - 2].task.origin, "rule:PeriodicInformInterval+SSID");
}

TEST_F(RulesInSessions, TheLoginOfTheDeviceIsNoMatterOfRules)
{
    rules.want("Device.ManagementServer.Password", "of a rule");
    rules.want(ssid, "home by rule");
    change_rules();
    hold_session();
    EXPECT_EQ(on_device(ssid), "home by rule") << "the others are not held up";
    for (auto const& request : cpe.received)
        if (auto const* const set = std::get_if<cwmp::SetParameterValues>(&request))
            for (auto const& value : set->parameter_list)
                EXPECT_NE(value.name, "Device.ManagementServer.Password");
    bool is_told = false;
    for (auto const& record : rules.records)
        for (auto const& given_up : record.given_up)
            is_told = is_told || (given_up.what == "Device.ManagementServer.Password" &&
                                  given_up.reason.find("acsctl rotate") != std::string::npos);
    EXPECT_TRUE(is_told);
}

TEST_F(RulesInSessions, ADeviceThatIsAsItShouldBeIsToldNothing)
{
    rules.want(ssid, "home");
    rules.want("Device.ManagementServer.PeriodicInformEnable", "true");
    change_rules();
    hold_session();
    EXPECT_THAT(cpe.received, IsEmpty());
    ASSERT_THAT(rules.records, SizeIs(1));
    EXPECT_TRUE(rules.records[0].is_satisfied);
}

TEST_F(RulesInSessions, WhenNothingChangedNothingIsEvaluated)
{
    hold_session();
    hold_session();
    EXPECT_THAT(rules.evaluated_for, IsEmpty());
}

TEST_F(RulesInSessions, ABootANewSoftwareOrAnotherParameterKeyHasThemEvaluated)
{
    hold_session(events(cwmp::event_code::boot));
    EXPECT_THAT(rules.evaluated_for, ElementsAre(ElementsAre("1 BOOT")));
    cpe.parameter_key = "somebody else's";
    hold_session();
    EXPECT_THAT(rules.evaluated_for, SizeIs(2));
    cpe.parameters["Device.DeviceInfo.SoftwareVersion"].value = "2.0";
    hold_session();
    EXPECT_THAT(rules.evaluated_for, SizeIs(3));
}

TEST_F(RulesInSessions, WhatTheyEmitIsKeptWithWhatTheyDidOnce)
{
    rules.wishes = {{"signal", {"emit", "low signal", R"({"rssi":-80})", "k"}, "signal emit low signal k"}};
    hold_session(events(cwmp::event_code::boot));
    ASSERT_FALSE(rules.records.empty());
    auto const& record = rules.records.front();
    ASSERT_EQ(record.events.size(), 1U);
    EXPECT_EQ(record.events[0].kind, "rule.emit.low_signal");
    EXPECT_EQ(record.events[0].detail, R"({"rule":"signal","name":"low signal","detail":{"rssi":-80}})");
    EXPECT_TRUE(record.done && record.done->contains("signal emit low signal k"));
}

TEST_F(RulesInSessions, TheyAreEvaluatedAgainAfterTheirTime)
{
    clock.advance(25h);
    hold_session();
    EXPECT_THAT(rules.evaluated_for, ElementsAre(ElementsAre("2 PERIODIC")));
}

TEST_F(RulesInSessions, AnEventWhoseSessionDiedIsNotForgotten)
{
    greet(events(cwmp::event_code::boot));
    rules.evaluated_for.clear();  // the power fails before anything came of it
    hold_session();
    EXPECT_THAT(rules.evaluated_for, ElementsAre(ElementsAre("2 PERIODIC", "1 BOOT")));
}

TEST_F(RulesInSessions, NorIsItWhenTheDeviceWasMarkedSince)
{
    greet(events(cwmp::event_code::boot));
    rules.evaluated_for.clear();
    store.set_gate(key, -2, {});
    hold_session();
    EXPECT_THAT(rules.evaluated_for, ElementsAre(ElementsAre("2 PERIODIC", "1 BOOT")));
}

TEST_F(RulesInSessions, WithoutADatabaseForRulesTheSessionGoesOnAndTheDeviceStaysDue)
{
    auto const task = order(domain::GetTask{{ssid}});
    change_rules();
    rules.is_away = true;
    hold_session();
    EXPECT_EQ(state(task), domain::TaskState::done);
    rules.is_away = false;
    hold_session();
    EXPECT_THAT(rules.evaluated_for, SizeIs(1));
}

TEST_F(RulesInSessions, APersonsTaskGoesBeforeWhatRulesWant)
{
    rules.want(ssid, "Annas");
    change_rules();
    order(domain::SetTask{{{ssid, "Berts", std::nullopt}}});
    hold_session();
    auto const first = std::ranges::find_if(
        cpe.received, [](auto const& message) { return std::holds_alternative<cwmp::SetParameterValues>(message); });
    ASSERT_NE(first, cpe.received.end());
    EXPECT_EQ(std::get<cwmp::SetParameterValues>(*first).parameter_list[0].value, "Berts");
    rest();
    EXPECT_EQ(on_device(ssid), "Annas");
}

TEST_F(RulesInSessions, APendingDeviceIsNotWrittenTo)
{
    rules.want(ssid, "Annas");
    change_rules();
    store.set_state(key, domain::DeviceState::pending);
    hold_session();
    EXPECT_THAT(rules.evaluated_for, IsEmpty());
    EXPECT_EQ(sets(), 0U);
}

TEST_F(RulesInSessions, WhatAPersonChangedIsRepaired)
{
    rules.want(ssid, "Annas");
    change_rules();
    rest();
    auto const task = order(domain::SetTask{{{ssid, "Berts", std::nullopt}}});
    hold_session();
    EXPECT_EQ(state(task), domain::TaskState::done);
    rest();
    EXPECT_EQ(on_device(ssid), "Annas");
}

TEST_F(RulesInSessions, ASecretIsWrittenOnceAlthoughItReadsAsEmpty)
{
    cpe.script = [this](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (auto const* set = std::get_if<cwmp::SetParameterValues>(&request); set != nullptr) {
            cpe.parameter_key = set->parameter_key;
            return cwmp::SetParameterValuesResponse{};  // and its value still reads as empty
        }
        return std::nullopt;
    };
    rules.want(passphrase, "correct horse");
    change_rules();
    rest();
    hold_session(events(cwmp::event_code::boot));
    EXPECT_EQ(sets(), 1U);
    ASSERT_THAT(rules.attempts, SizeIs(1));
    EXPECT_THAT(rules.attempts[0].wanted, HasSubstr("sha256:"));
    rules.want(passphrase, "battery staple");
    change_rules();
    rest();
    EXPECT_EQ(sets(), 2U);
}

TEST_F(RulesInSessions, AfterAFactoryResetEverythingIsAskedAndWrittenAnew)
{
    rules.want(ssid, "Annas");
    rules.want(passphrase, "correct horse");
    change_rules();
    rest();
    cpe.parameters[ssid].value = "factory";
    cpe.parameters[passphrase].value = "";
    cpe.received.clear();
    hold_session(events(cwmp::event_code::bootstrap));
    EXPECT_EQ(on_device(ssid), "Annas");
    EXPECT_EQ(on_device(passphrase), "correct horse");
}

TEST_F(RulesInSessions, AnUnknownParameterIsAskedBeforeItIsWritten)
{
    cpe.parameters["Device.X.Color"] = {"blue", cwmp::ValueType::string};
    rules.want("Device.X.Color", "blue");
    change_rules();
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::GetParameterValues>(), 1U);
    EXPECT_EQ(sets(), 0U);
}

TEST_F(RulesInSessions, OneRefusedParameterDoesNotTakeTheOthersWithIt)
{
    cpe.parameters[interval].writable = false;
    rules.want(interval, "900");
    rules.want(ssid, "Annas");
    change_rules();
    hold_session();
    EXPECT_EQ(on_device(ssid), "Annas");
    EXPECT_LT(rest(), 10);
    ASSERT_THAT(rules.given_up, SizeIs(1));
    EXPECT_EQ(rules.given_up[0].what, interval);
    EXPECT_THAT(rules.given_up[0].reason, HasSubstr("refused"));
}

TEST_F(RulesInSessions, WhoDoesNotSayWhichParameterIsBadGetsThemOneByOne)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* const set = std::get_if<cwmp::SetParameterValues>(&request);
        auto const is_bad = [](auto const& value) { return value.name == interval; };
        if (set != nullptr && std::ranges::any_of(set->parameter_list, is_bad))
            return cwmp::make_fault(cwmp::fault_code::invalid_arguments);
        return std::nullopt;
    };
    rules.want(interval, "900");
    rules.want(ssid, "Annas");
    change_rules();
    hold_session();
    EXPECT_EQ(on_device(ssid), "Annas");
    rest();
    EXPECT_THAT(rules.given_up, SizeIs(1));
}

/// What a CPE does with the value that it was told to take.
struct Manner {
    std::string name;
    std::function<std::string(std::string const&)> makes_of;
    bool converges = false;
    std::string value = "Annas Net";
};

class BadManners : public RulesInSessions, public testing::WithParamInterface<Manner> {};

INSTANTIATE_TEST_SUITE_P(Manners, BadManners,
                         testing::Values(Manner{"Reverts", [](std::string const&) { return "home"; }},
                                         Manner{"Clamps", [](std::string const& value) { return value.substr(0, 4); }},
                                         Manner{"ChangesTheCase", [](std::string const&) { return "ANNAS NET"; }},
                                         Manner{"Blanks", [](std::string const&) { return ""; }},
                                         Manner{"Obeys", [](std::string const& value) { return value; }, true}),
                         [](auto const& info) { return info.param.name; });

TEST_P(BadManners, ConvergesOrIsGivenUpWithinAFewSessions)
{
    cpe.script = [this](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* const set = std::get_if<cwmp::SetParameterValues>(&request);
        if (set == nullptr)
            return std::nullopt;
        cpe.parameters[ssid].value = GetParam().makes_of(set->parameter_list[0].value);
        cpe.parameter_key = set->parameter_key;
        return cwmp::SetParameterValuesResponse{};
    };
    rules.want(ssid, GetParam().value);
    change_rules();
    EXPECT_LT(rest(), 20);
    EXPECT_LE(sets(), 5U);
    EXPECT_EQ(rules.given_up.empty(), GetParam().converges);
    if (!GetParam().converges) {
        EXPECT_THAT(rules.given_up.at(0).evidence, HasSubstr(R"("wanted":"Annas Net")"));
        auto const before = sets();
        for (int i = 0; i < 5; ++i)
            hold_session(events(cwmp::event_code::boot));
        EXPECT_EQ(sets(), before);
    }
}

TEST_F(RulesInSessions, ADeviceThatForgetsAtEveryBootIsGivenUpInTheEnd)
{
    rules.want(ssid, "Annas");
    change_rules();
    for (int boots = 0; boots < 30 && rules.given_up.empty(); ++boots) {
        cpe.parameters[ssid].value = "home";
        clock.advance(2h);
        hold_session(events(cwmp::event_code::boot));
        order(domain::GetTask{{ssid}});
        hold_session();
    }
    EXPECT_THAT(rules.given_up, SizeIs(1));
    EXPECT_LE(sets(), 8U);
}

TEST_F(RulesInSessions, ADeviceThatDiesOfAValueIsLeftAlone)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (std::holds_alternative<cwmp::SetParameterValues>(request))
            return cwmp::Empty{};
        return std::nullopt;
    };
    rules.want(ssid, "Annas");
    change_rules();
    for (int boots = 0; boots < 40 && rules.given_up.empty(); ++boots) {
        clock.advance(2h);
        hold_session(events(cwmp::event_code::boot));
    }
    EXPECT_THAT(rules.given_up, SizeIs(1));
}

TEST_F(RulesInSessions, ARuleWithoutBudgetWaitsAndTheOthersGoOn)
{
    rules.want(ssid, "Annas");
    rules.want(interval, "900");
    rules.without_budget = {"SSID"};
    change_rules();
    hold_session();
    EXPECT_EQ(on_device(ssid), "home");
    EXPECT_EQ(on_device(interval), "900");
    rules.without_budget.clear();
    clock.advance(2h);
    hold_session();
    EXPECT_EQ(on_device(ssid), "Annas");
}

TEST_F(RulesInSessions, AnInstanceIsMadeOnceAndKept)
{
    rules.wishes.push_back({"ports", {"ensure", mappings, R"({"keys":{"Port":"8080"},"set":{"Enable":"true"}})", ""}});
    change_rules();
    rest();
    EXPECT_EQ(cpe.count<cwmp::AddObject>(), 1U);
    EXPECT_EQ(on_device("Device.NAT.PortMapping.1.Port"), "8080");
    EXPECT_EQ(on_device("Device.NAT.PortMapping.1.Enable"), "1");
    hold_session(events(cwmp::event_code::boot));
    EXPECT_EQ(cpe.count<cwmp::AddObject>(), 1U);
    rules.wishes.back().action = {"delete", mappings, R"({"keys":{"Port":"8080"}})", ""};
    change_rules();
    rest();
    EXPECT_EQ(cpe.count<cwmp::DeleteObject>(), 1U);
    EXPECT_FALSE(cpe.parameters.contains("Device.NAT.PortMapping.1.Port"));
}

TEST_F(RulesInSessions, AnInstanceThatNeverShowsItsKeysIsMadeTwiceAtMost)
{
    cpe.script = [this](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* const set = std::get_if<cwmp::SetParameterValues>(&request);
        if (set == nullptr)
            return std::nullopt;
        cpe.parameter_key = set->parameter_key;
        return cwmp::SetParameterValuesResponse{};
    };
    rules.wishes.push_back({"ports", {"ensure", mappings, R"({"keys":{"Port":"8080"},"set":{}})", ""}});
    change_rules();
    for (int i = 0; i < 30 && rules.given_up.empty(); ++i) {
        clock.advance(1h);
        order(domain::RefreshTask{{mappings}, false});
        hold_session();
    }
    EXPECT_THAT(rules.given_up, SizeIs(1));
    EXPECT_LE(cpe.count<cwmp::AddObject>(), 2U);
}

TEST_F(RulesInSessions, WhatIsDoneOnceIsDoneOnce)
{
    rules.wishes.push_back({"weekly", {"reboot", "", "", ""}, "weekly reboot  "});
    change_rules();
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::Reboot>(), 1U);
    hold_session(events(cwmp::event_code::boot));
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::Reboot>(), 1U);
}

TEST_F(RulesInSessions, SoManyTasksAsADeviceMayHaveOfThemAreMadeAtOnce)
{
    for (int i = 0; i < 250; ++i)
        rules.wishes.push_back({"many",
                                {"task", "get", R"({"paths":["Device.DeviceInfo.SoftwareVersion"]})", ""},
                                "many task get " + std::to_string(i)});
    change_rules();
    auto const before = store.tasks_of(key).size();
    std::size_t most_open = 0;
    cpe.script = [&](cwmp::Message const&) -> std::optional<cwmp::Message> {
        std::size_t open = 0;
        for (auto const& kept : store.tasks_of(key))
            open += domain::is_final(kept.task.state) ? 0 : 1;
        most_open = std::max(most_open, open);
        return std::nullopt;
    };
    hold_session();
    EXPECT_EQ(most_open, 100U);
    EXPECT_EQ(store.tasks_of(key).size() - before, 250U) << "none is forgotten";
}

TEST_F(RulesInSessions, ARebootComesAfterWhatIsWritten)
{
    rules.wishes.push_back({"weekly", {"reboot", "", "", ""}, "weekly reboot  "});
    rules.want(ssid, "Annas");
    change_rules();
    hold_session();
    ASSERT_FALSE(cpe.received.empty());
    EXPECT_TRUE(std::holds_alternative<cwmp::Reboot>(cpe.received.back()));
    EXPECT_EQ(on_device(ssid), "Annas");
}

TEST_F(RulesInSessions, ANotificationIsSetOnce)
{
    rules.wishes.push_back({"tell", {"notify", ssid, "2", ""}});
    change_rules();
    rest();
    hold_session(events(cwmp::event_code::boot));
    EXPECT_EQ(cpe.count<cwmp::SetParameterAttributes>(), 1U);
}

TEST_F(RulesInSessions, CredentialsOfTheLineComeLastAndByThemselves)
{
    cpe.parameters["Device.PPP.Interface.1.Username"] = {"old", cwmp::ValueType::string};
    rules.want("Device.PPP.Interface.1.Username", "anna@isp");
    rules.want(ssid, "Annas");
    change_rules();
    hold_session();
    EXPECT_EQ(sets(), 2U);
    EXPECT_THAT(cpe.last<cwmp::SetParameterValues>().parameter_list, SizeIs(1));
    EXPECT_EQ(cpe.last<cwmp::SetParameterValues>().parameter_list[0].name, "Device.PPP.Interface.1.Username");
}

TEST_F(RulesInSessions, ADownloadIsOrderedByTheNameOfItsFile)
{
    support::run(files.add({.name = "hg.bin", .file_type = "1 Firmware Upgrade Image", .version = "2.0", .size = 4}));
    rules.wishes.push_back({"firmware", {"download", "hg.bin", "", "2.0"}, "firmware download hg.bin 2.0"});
    change_rules();
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::Download>(), 1U);
    EXPECT_THAT(cpe.last<cwmp::Download>().url, HasSubstr("hg.bin"));
}

}  // namespace
}  // namespace session
