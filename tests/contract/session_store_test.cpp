#include "contract/store_backends.hpp"

namespace contract {
namespace {

template <class Backend>
using SessionStoreContract = StoreSuite<Backend>;
TYPED_TEST_SUITE(SessionStoreContract, Backends);

TYPED_TEST(SessionStoreContract, TheMarkOfTheNewestLoginIsKeptAndNeverGoesBack)
{
    auto first = this->inform(this->router());
    first.login_mark = 500;
    this->run(this->sessions().commit_contact(first));
    EXPECT_EQ(this->look_up().login_mark, 500);
    auto next = this->inform(this->look_up(), {});
    next.login_mark = 600;
    this->run(this->sessions().commit_contact(next));
    EXPECT_EQ(this->look_up().login_mark, 600);
    next = this->inform(this->look_up(), {});
    this->run(this->sessions().commit_contact(next));
    EXPECT_EQ(this->look_up().login_mark, 600) << "a login without Digest leaves it";
    auto made_meanwhile = this->inform(this->router());
    made_meanwhile.login_mark = 550;
    this->run(this->sessions().commit_contact(made_meanwhile));
    EXPECT_EQ(this->look_up().login_mark, 600);
}

TYPED_TEST(SessionStoreContract, AStrangerIsNotFound)
{
    auto const answer = this->run(this->sessions().look_up(this->router(), "nobody"));
    EXPECT_FALSE(answer.device);
    EXPECT_FALSE(answer.login);
}

TYPED_TEST(SessionStoreContract, AFirstInformMakesTheDeviceAndIsFoundAgain)
{
    auto contact = this->inform(this->router(), {{"0 BOOTSTRAP", ""}, {"M Reboot", "key \"1\", {x}\\"}});
    contact.activity = {contact.at - 10min, 3, 2, 0};
    auto const admission = this->run(this->sessions().commit_contact(contact));
    EXPECT_TRUE(admission.created);
    EXPECT_EQ(admission.epoch, 1);

    auto const known = this->look_up();
    EXPECT_EQ(known.key, admission.key);
    EXPECT_EQ(known.state, domain::DeviceState::active);
    EXPECT_EQ(known.session_epoch, 1);
    EXPECT_EQ(known.facts, contact.facts);
    EXPECT_EQ(known.last_inform, contact.at);
    EXPECT_EQ(known.last_events, contact.events);
    EXPECT_EQ(known.activity.hour_start, contact.activity.hour_start);
    EXPECT_EQ(known.activity.sessions, 3u);
    EXPECT_EQ(known.activity.boots, 2u);
    EXPECT_FALSE(known.has_tree);
    EXPECT_FALSE(known.has_open_tasks);
}

TYPED_TEST(SessionStoreContract, EachInformMakesTheEpochOneGreater)
{
    auto const first = this->admit();
    auto again = this->inform(this->router());
    again.key = first.key;
    auto const second = this->run(this->sessions().commit_contact(again));
    EXPECT_EQ(second.key, first.key);
    EXPECT_EQ(second.epoch, first.epoch + 1);
    EXPECT_FALSE(second.created);
    EXPECT_EQ(this->look_up().session_epoch, second.epoch);
}

TYPED_TEST(SessionStoreContract, TheEpochsOfTheLastBootAndBootstrapAreKept)
{
    this->admit();  // 1 BOOT, epoch 1
    auto known = this->look_up();
    EXPECT_EQ(known.boot_epoch, 1);
    EXPECT_EQ(known.bootstrap_epoch, 0);
    auto const come = [&](std::string event, bool as_stranger = false) {
        auto contact = this->inform(this->router(), {{std::move(event), ""}});
        if (!as_stranger)
            contact.key = known.key;
        this->run(this->sessions().commit_contact(contact));
        known = this->look_up();
    };
    come("2 PERIODIC");
    EXPECT_EQ(known.boot_epoch, 1);
    come("0 BOOTSTRAP");
    EXPECT_EQ(known.boot_epoch, 3);
    EXPECT_EQ(known.bootstrap_epoch, 3);
    come("1 BOOT", true);
    EXPECT_EQ(known.boot_epoch, 4);
    EXPECT_EQ(known.bootstrap_epoch, 3);
    come("4 VALUE CHANGE", true);
    come("0 BOOTSTRAP", true);
    EXPECT_EQ(known.boot_epoch, 6);
    EXPECT_EQ(known.bootstrap_epoch, 6);
    come("M Reboot");
    EXPECT_EQ(known.boot_epoch, 7);
    come("M ScheduleInform");
    EXPECT_EQ(known.boot_epoch, 7);
}

TYPED_TEST(SessionStoreContract, AnInformThatWasThoughtNewFindsTheDeviceMadeMeanwhile)
{
    auto const first = this->admit();
    auto const second = this->admit();
    EXPECT_EQ(second.key, first.key);
    EXPECT_FALSE(second.created);
    EXPECT_EQ(second.epoch, 2);
}

TYPED_TEST(SessionStoreContract, TwoFirstInformsAtOnceMakeOneDevice)
{
    std::vector<base::Awaitable<domain::Admission>> works;
    for (int i = 0; i < 8; ++i)
        works.push_back(this->sessions().commit_contact(this->inform(this->router())));
    auto const admissions = this->run_all(std::move(works));
    std::set<std::int64_t> epochs;
    for (auto const& admission : admissions) {
        EXPECT_EQ(admission.key, admissions.front().key);
        epochs.insert(admission.epoch);
    }
    EXPECT_EQ(epochs.size(), admissions.size());
    EXPECT_EQ(std::ranges::count(admissions, true, &domain::Admission::created), 1);
}

TYPED_TEST(SessionStoreContract, InformsOfOneDeviceAtOnceGetDifferentEpochsAndLoseNoValue)
{
    this->admit();
    auto const known = this->look_up();
    std::vector<base::Awaitable<domain::Admission>> works;
    for (int i = 0; i < 6; ++i)
        works.push_back(
            this->sessions().commit_contact(this->inform(known, {{"Device.Test.Value" + std::to_string(i), "x"}})));
    auto const admissions = this->run_all(std::move(works));
    std::set<std::int64_t> epochs;
    for (auto const& admission : admissions)
        epochs.insert(admission.epoch);
    EXPECT_EQ(epochs, (std::set<std::int64_t>{2, 3, 4, 5, 6, 7}));
    auto const tree = this->run(this->trees().load(known.key));
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(tree.value("Device.Test.Value" + std::to_string(i)), "x") << i;
}

TYPED_TEST(SessionStoreContract, ManyDevicesAtOnceAreKeptApart)
{
    std::vector<base::Awaitable<domain::Admission>> works;
    for (int i = 0; i < 600; ++i)
        works.push_back(this->sessions().commit_contact(this->inform(this->router("S" + std::to_string(i)))));
    std::set<domain::DeviceKey> keys;
    for (auto const& admission : this->run_all(std::move(works)))
        keys.insert(admission.key);
    EXPECT_EQ(keys.size(), 600u);

    std::vector<base::Awaitable<domain::LookupAnswer>> look_ups;
    for (int i = 0; i < 600; ++i)
        look_ups.push_back(this->sessions().look_up(this->router("S" + std::to_string(i)), ""));
    for (auto const& answer : this->run_all(std::move(look_ups)))
        EXPECT_TRUE(answer.device && keys.erase(answer.device->key) == 1);
}

TYPED_TEST(SessionStoreContract, IdentitiesDifferInEveryPartOfTheName)
{
    auto const key = this->admit({"Acme", "00D09E", "A", "BC"}).key;
    EXPECT_NE(this->admit({"Acme", "00D09E", "AB", "C"}).key, key);
    EXPECT_NE(this->admit({"Acme", "00D09F", "A", "BC"}).key, key);
    EXPECT_EQ(this->admit({"Another name", "00D09E", "A", "BC"}).key, key);
    EXPECT_EQ(this->admit({"", "", "", "o'Neil \xC3\xA9 {\"\\,"}).epoch, 1);
    EXPECT_TRUE(this->run(this->sessions().look_up({"", "", "", "o'Neil \xC3\xA9 {\"\\,"}, "")).device);
}

TYPED_TEST(SessionStoreContract, EventsAreKeptButNotThePeriodicOnesAndARedeliveryIsMarked)
{
    auto const key = this->admit().key;
    auto contact = this->inform(this->router(), {{"2 PERIODIC", ""}});
    contact.key = key;
    this->run(this->sessions().commit_contact(contact));
    contact.events = {{"2 PERIODIC", ""}, {"4 VALUE CHANGE", ""}};
    contact.redelivered = true;
    contact.retry_count = 3;
    contact.at += 1s;
    this->run(this->sessions().commit_contact(contact));
    EXPECT_EQ(this->informs_of(key), (std::vector<EventSeen>{{"inform", {"1 BOOT"}, false},
                                                             {"inform", {"2 PERIODIC", "4 VALUE CHANGE"}, true}}));
    EXPECT_EQ(this->look_up().last_events, contact.events);
}

TYPED_TEST(SessionStoreContract, ReportsAreEventsWhateverTheEpoch)
{
    auto const key = this->admit().key;
    this->run(this->sessions().record_report(key, "transfer.complete", R"({"command_key":"k\u0000","fault_code":0})"));
    EXPECT_EQ(this->times_told(key, "transfer.complete"), 1);
}

TYPED_TEST(SessionStoreContract, ADeviceThatIsNewIsToldOnceAndSoIsThatItIsActive)
{
    auto const key = this->admit().key;
    this->admit();
    EXPECT_EQ(this->times_told(key, "device.new"), 1);
    EXPECT_EQ(this->times_told(key, "device.enrolled"), 1);
    auto contact = this->inform(this->router("R2"));
    contact.state_if_new = domain::DeviceState::pending;
    auto const pending = this->run(this->sessions().commit_contact(contact)).key;
    EXPECT_EQ(this->times_told(pending, "device.new"), 1);
    EXPECT_EQ(this->times_told(pending, "device.enrolled"), 0);
}

TYPED_TEST(SessionStoreContract, AnotherSoftwareIsToldAlsoByAPeriodicInform)
{
    auto const key = this->admit().key;
    auto contact = this->inform(this->router(), {{"2 PERIODIC", ""}});
    contact.key = key;
    contact.software_before = "1.2.2";
    contact.at += 1s;
    this->run(this->sessions().commit_contact(contact));
    EXPECT_EQ(this->times_told(key, "device.software_changed"), 1);
    EXPECT_EQ(this->informs_of(key).size(), 1U);
    contact.software_before.clear();
    this->run(this->sessions().commit_contact(contact));
    EXPECT_EQ(this->times_told(key, "device.software_changed"), 1);
    contact.software_before = "1.2.3";
    contact.values = {{"Device.DeviceInfo.UpTime", "10"}};
    contact.events = {{"1 BOOT", ""}};
    this->run(this->sessions().commit_contact(contact));
    EXPECT_EQ(this->times_told(key, "device.software_changed"), 2) << "beside an event and values";
}

TYPED_TEST(SessionStoreContract, AConflictAndWhatStopsAutomationAreToldWhenTheyBegin)
{
    auto const key = this->admit().key;
    for (int i = 0; i < 2; ++i)
        this->run(this->sessions().set_automation(key, "restless"));
    EXPECT_EQ(this->times_told(key, "device.automation_stopped"), 1);
    this->run(this->sessions().set_automation(key, ""));
    EXPECT_EQ(this->times_told(key, "device.automation_resumed"), 1);
    for (int i = 0; i < 2; ++i)
        this->run(this->sessions().mark_conflict(key, "two boxes"));
    EXPECT_EQ(this->times_told(key, "device.conflict"), 1);
}

TYPED_TEST(SessionStoreContract, ValuesOfInformsComeBackWithTheTimeOfTheirChange)
{
    auto first = this->inform(this->router());
    first.values = {{"Device.DeviceInfo.UpTime", "10"}, {"Device.ManagementServer.ParameterKey", "a, \"b\" {NULL}"}};
    this->run(this->sessions().commit_contact(first));
    auto const before = this->look_up();
    ASSERT_EQ(before.recent.size(), 2u);

    auto second = this->inform(
        before, {{"Device.DeviceInfo.UpTime", "99"}, {"Device.ManagementServer.ParameterKey", "a, \"b\" {NULL}"}});
    second.at = first.at + 1h;
    this->run(this->sessions().commit_contact(second));
    std::map<std::string, domain::RecentValue> recent;
    for (auto const& value : this->look_up().recent)
        recent[value.path] = value;
    ASSERT_EQ(recent.size(), 2u);
    EXPECT_EQ(recent["Device.DeviceInfo.UpTime"].value, "99");
    EXPECT_EQ(recent["Device.DeviceInfo.UpTime"].changed, second.at);
    EXPECT_EQ(recent["Device.ManagementServer.ParameterKey"].value, "a, \"b\" {NULL}");
    EXPECT_EQ(recent["Device.ManagementServer.ParameterKey"].changed, first.at);
}

TYPED_TEST(SessionStoreContract, AContactWithoutTheLookedUpOverlayLosesNothing)
{
    auto first = this->inform(this->router());
    first.values = {{"Device.A", "1"}, {"Device.B", "2"}};
    auto const key = this->run(this->sessions().commit_contact(first)).key;
    auto second = this->inform(this->router());
    second.key = key;
    second.values = {{"Device.B", "3"}};
    this->run(this->sessions().commit_contact(second));
    auto const tree = this->run(this->trees().load(key));
    EXPECT_EQ(tree.value("Device.A"), "1");
    EXPECT_EQ(tree.value("Device.B"), "3");
}

TYPED_TEST(SessionStoreContract, MoreValuesThanTheOverlayHoldsGoToTheTree)
{
    auto contact = this->inform(this->router());
    for (int i = 0; i < 100; ++i)
        contact.values.push_back({"Device.Many." + std::to_string(i), "value " + std::to_string(i)});
    auto const key = this->run(this->sessions().commit_contact(contact)).key;
    EXPECT_LE(this->look_up().recent.size(), 64u);
    auto const tree = this->run(this->trees().load(key));
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(tree.value("Device.Many." + std::to_string(i)), "value " + std::to_string(i));
}

TYPED_TEST(SessionStoreContract, LongValuesGoToTheTree)
{
    auto contact = this->inform(this->router());
    std::string const text(5000, 'x');
    contact.values = {{"Device.Long", text}, {"Device.Short", "s"}};
    auto const key = this->run(this->sessions().commit_contact(contact)).key;
    EXPECT_TRUE(this->look_up().recent.empty());
    EXPECT_EQ(this->run(this->trees().load(key)).value("Device.Long"), text);
    EXPECT_EQ(this->run(this->trees().load(key)).value("Device.Short"), "s");
}

TYPED_TEST(SessionStoreContract, LoginsAreFoundWithOrWithoutADevice)
{
    auto const key = this->admit().key;
    this->backend_.add_login(
        {"bootstrap", std::string(16, '\x01'), std::string{"\0\xff'\\", 4} + std::string(28, 'b'), std::nullopt});
    this->backend_.add_login({"own", std::string(16, 'c'), std::string(32, 'd'), key});
    auto const shared = this->run(this->sessions().look_up(this->router("other"), "bootstrap"));
    EXPECT_FALSE(shared.device);
    ASSERT_TRUE(shared.login);
    EXPECT_EQ(shared.login->ha1_md5, std::string(16, '\x01'));
    EXPECT_EQ(shared.login->ha1_sha256.substr(0, 5), (std::string{"\0\xff'\\", 4} + "b"));
    EXPECT_FALSE(shared.login->device);
    auto const own = this->run(this->sessions().look_up(this->router(), "own"));
    ASSERT_TRUE(own.login && own.device);
    EXPECT_EQ(own.login->device, key);
    EXPECT_FALSE(this->run(this->sessions().look_up(this->router(), "")).login);
}

TYPED_TEST(SessionStoreContract, SessionsThatEndBadlyAreCountedUntilAGoodOne)
{
    auto const key = this->admit().key;
    this->run(this->sessions().note_end(key, true, "connection lost"));
    this->run(this->sessions().note_end(key, true, "connection lost"));
    EXPECT_EQ(this->look_up().activity.failed_in_row, 2u);
    this->admit();
    EXPECT_EQ(this->look_up().activity.failed_in_row, 2u);
    this->run(this->sessions().note_end(key, false, ""));
    EXPECT_EQ(this->look_up().activity.failed_in_row, 0u);
}

TYPED_TEST(SessionStoreContract, AutomationIsStoppedWithAReasonAndRestarted)
{
    auto const key = this->admit().key;
    this->run(this->sessions().set_automation(key, "30 boots in an hour"));
    EXPECT_EQ(this->look_up().automation_stopped, "30 boots in an hour");
    this->run(this->sessions().set_automation(key, ""));
    EXPECT_EQ(this->look_up().automation_stopped, "");
}

TYPED_TEST(SessionStoreContract, AConflictIsAStateThatIsNotMadeTwice)
{
    auto const key = this->admit().key;
    this->run(this->sessions().mark_conflict(key, "conflict: two boxes"));
    EXPECT_EQ(this->look_up().state, domain::DeviceState::conflict);
    EXPECT_EQ(this->look_up().automation_stopped, "conflict: two boxes");
    this->run(this->sessions().mark_conflict(key, "conflict: again"));
    EXPECT_EQ(this->look_up().automation_stopped, "conflict: two boxes");
}

TYPED_TEST(SessionStoreContract, ASuspendedSessionIsResumedOnce)
{
    auto const admission = this->admit();
    this->run(this->sessions().suspend({"cookie", admission.key, admission.epoch, R"({"state":1})"}));
    this->run(this->sessions().suspend({"cookie", admission.key, admission.epoch, R"({"state":2})"}));
    auto const session = this->run(this->sessions().resume("cookie"));
    ASSERT_TRUE(session);
    EXPECT_EQ(session->device, admission.key);
    EXPECT_EQ(session->epoch, admission.epoch);
    EXPECT_EQ(session->state, R"({"state":2})");
    EXPECT_FALSE(this->run(this->sessions().resume("cookie")));
    EXPECT_FALSE(this->run(this->sessions().resume("unknown")));
}

TYPED_TEST(SessionStoreContract, ASessionThatANewerInformReplacedIsNotResumed)
{
    auto const admission = this->admit();
    this->run(this->sessions().suspend({"cookie", admission.key, admission.epoch, "{}"}));
    this->admit();
    EXPECT_FALSE(this->run(this->sessions().resume("cookie")));
}

}  // namespace
}  // namespace contract
