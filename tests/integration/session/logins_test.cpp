#include "lab.hpp"

#include <gmock/gmock.h>

// A device's login changes while it is used. Whatever message is lost, the device is let in afterwards.

namespace {

using domain::LoginState;
using domain::TaskState;
using lab::Lab;
using session::AfterReset;
using session::Standing;

/// The state of the device's logins as the ACS knows them.
LoginState state_of(Lab const& lab)
{
    return lab.store.device(*lab.key())->login;
}

bool has_its_own(Lab& lab)
{
    return lab.key() && state_of(lab) == LoginState::proven && lab.shown().username != "first";
}

/// Somebody at home resets the device.
void press_the_button(Lab& lab)
{
    static_cast<void>(lab.device.answer(cwmp::FactoryReset{}, lab.clock.now()));
    lab.device.session_ended(true, lab.clock.now());
}

domain::TaskId order_rotation(Lab& lab)
{
    return lab.order(domain::CredentialsTask{});
}

class EveryPersonaLogsIn : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Personas, EveryPersonaLogsIn, testing::Values("dsl-gateway", "fibre-gateway", "set-top-box"),
                         [](auto const& info) {
                             auto name = info.param;
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(EveryPersonaLogsIn, IsGivenItsOwnLoginInTheFirstSessionBeforeItIsRead)
{
    Lab lab{GetParam()};
    lab.ask_for_logins();
    lab.device.advance(lab.clock.now());
    static_cast<void>(lab.hold_session());
    ASSERT_TRUE(lab.key());
    EXPECT_EQ(lab.shown().username.substr(0, 7), lab.device.device_id().oui + "-");
    EXPECT_GE(lab.shown().password.size(), 24U);
    EXPECT_EQ(state_of(lab), LoginState::given);
    // InformResponse, the login, the login of connection requests; only then it is read.
    ASSERT_GE(lab.sent.size(), 4U);
    EXPECT_NE(lab.sent[1].find("ManagementServer.Password<"), std::string::npos) << lab.sent[1];
    EXPECT_NE(lab.sent[2].find("ConnectionRequestPassword<"), std::string::npos) << lab.sent[2];
    EXPECT_EQ(lab.sent[3].find("SetParameterValues"), std::string::npos) << lab.sent[3];
    auto const [username, password] = lab.store.wake_credentials(*lab.key());
    EXPECT_EQ(lab.device.management("ConnectionRequestUsername", lab.clock.now()), username);
    EXPECT_EQ(lab.device.management("ConnectionRequestPassword", lab.clock.now()), password);

    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab); }));
    ASSERT_TRUE(lab.settle());
    EXPECT_EQ(lab.store.logins_of(*lab.key()).size(), 1U);
}

TEST_P(EveryPersonaLogsIn, SignsItsStunRequestsWithItsLoginOfConnectionRequests)
{
    Lab lab{GetParam()};
    lab.ask_for_logins();
    lab.services.login_settings.for_stun = true;
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    auto const [username, password] = lab.store.wake_credentials(*lab.key());
    EXPECT_EQ(lab.device.management("ConnectionRequestPassword", lab.clock.now()), password);
    EXPECT_EQ(lab.device.management("STUNUsername", lab.clock.now()), username);
    EXPECT_EQ(lab.device.management("STUNPassword", lab.clock.now()), password);
}

/// How many exchanges a whole life without cuts takes: `act` begins after the device has its own login.
template <class Act>
std::size_t exchanges_of(std::string const& persona, Act const& act, std::size_t* first, sim::Quirks quirks)
{
    Lab lab{persona, quirks};
    lab.ask_for_logins({.after_reset = AfterReset::same_address, .networks = {}});
    if (first != nullptr) {
        EXPECT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
        *first = lab.exchanges;
    }
    EXPECT_TRUE(act(lab));
    return lab.exchanges;
}

/// Cuts each exchange once before the ACS hears it and once before the device hears the answer.
template <class Act>
void cut_everywhere(std::string const& persona, bool begins_proven, Act const& act, sim::Quirks quirks = {})
{
    std::size_t first = 0;
    auto const last = exchanges_of(persona, act, begins_proven ? &first : nullptr, quirks);
    ASSERT_GT(last, first + 3);
    for (auto cut = first + 1; cut <= last; ++cut)
        for (bool const before : {true, false}) {
            Lab lab{persona, quirks};
            lab.ask_for_logins({.after_reset = AfterReset::same_address, .networks = {}});
            lab.cut_at = cut;
            lab.cut_before = before;
            if (begins_proven)
                ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
            ASSERT_TRUE(act(lab)) << "cut at " << cut << (before ? " before" : " after") << ": "
                                  << lab.last_report.failure;
            ASSERT_TRUE(lab.would_be_let_in()) << "cut at " << cut << (before ? " before" : " after");
            for (auto const& kept : lab.store.logins_of(*lab.key()))
                ASSERT_TRUE(kept.next_ha1_md5.empty()) << "cut at " << cut << ": the second phase did not end";
        }
}

TEST(CutLogins, AFirstContactThatIsCutAnywhereEndsWithALoginOfItsOwn)
{
    cut_everywhere("set-top-box", false, [](Lab& lab) {
        return lab.live_until([&] {
            EXPECT_TRUE(!lab.key() || lab.would_be_let_in());
            return has_its_own(lab) && lab.open_tasks() == 0;
        });
    });
}

TEST(CutLogins, ARotationThatIsCutAnywhereEndsWithTheNewLogin)
{
    cut_everywhere("set-top-box", true, [](Lab& lab) {
        auto const before = lab.shown();
        auto const task = order_rotation(lab);
        bool const is_done = lab.live_until([&] {
            EXPECT_TRUE(lab.would_be_let_in());
            return lab.store.task(task)->task.state == TaskState::done;
        });
        EXPECT_EQ(lab.shown().username, before.username);
        EXPECT_NE(lab.shown().password, before.password);
        return is_done;
    });
}

TEST(CutLogins, AFactoryResetThatIsCutAnywhereEndsWithANewLogin)
{
    cut_everywhere("set-top-box", true, [](Lab& lab) {
        auto const before = lab.shown();
        press_the_button(lab);
        return lab.live_until(
            [&] { return has_its_own(lab) && lab.shown().password != before.password && lab.open_tasks() == 0; });
    });
}

TEST(CutLogins, AFirstContactThatIsCutAnywhereEndsWithALoginForStunToo)
{
    cut_everywhere("set-top-box", false, [](Lab& lab) {
        lab.services.login_settings.for_stun = true;
        bool const is_done = lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; });
        auto const [username, password] = lab.store.wake_credentials(*lab.key());
        EXPECT_EQ(lab.device.management("ConnectionRequestPassword", lab.clock.now()), password);
        EXPECT_EQ(lab.device.management("STUNUsername", lab.clock.now()), username);
        EXPECT_EQ(lab.device.management("STUNPassword", lab.clock.now()), password);
        return is_done;
    });
}

TEST(CutLogins, ADeviceThatDiesOfItsLoginForStunKeepsItsOthers)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins();
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    lab.services.login_settings.for_stun = true;
    auto const before = lab.shown();
    auto const task = order_rotation(lab);
    lab.sent.clear();
    auto const told_for_stun = [&] {
        return std::ranges::count_if(lab.sent, [](auto const& bytes) { return bytes.contains("STUNPassword<"); });
    };
    // Inform, nothing, the answers about its login and that of connection requests, and what is cut: that for STUN.
    lab.cut_before = true;
    lab.cut_at = lab.exchanges + 5;
    ASSERT_TRUE(lab.live_until([&] { return lab.exchanges >= lab.cut_at; }));
    ASSERT_EQ(told_for_stun(), 1);
    // It has the new login: only that of connection requests comes before.
    lab.cut_at = lab.exchanges + 4;
    ASSERT_TRUE(lab.live_until([&] { return lab.exchanges >= lab.cut_at; }));
    ASSERT_EQ(told_for_stun(), 2);

    ASSERT_TRUE(lab.live_until([&] { return domain::is_final(lab.store.task(task)->task.state); }));
    EXPECT_EQ(lab.store.task(task)->task.state, TaskState::done) << lab.store.task(task)->fault_text;
    EXPECT_EQ(told_for_stun(), 2) << "it is not told that again";
    EXPECT_NE(lab.shown().password, before.password);
    EXPECT_EQ(lab.device.management("ConnectionRequestPassword", lab.clock.now()),
              lab.store.wake_credentials(*lab.key()).second);
    EXPECT_TRUE(lab.would_be_let_in());
}

TEST(CutLogins, ManySessionsThatDieInARowLockNobodyOut)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins();
    for (int i = 0; i < 12; ++i) {
        lab.cut_at = lab.exchanges + 3;  // the answer to the login, or what stands in its place
        lab.cut_before = i % 2 == 0;
        lab.step();
        EXPECT_TRUE(lab.would_be_let_in());
    }
    lab.cut_at = 0;
    EXPECT_TRUE(lab.live_until([&] { return has_its_own(lab); }, 2'000));
}

TEST(Logins, AreGivenWithTheSamePasswordUntilItWasUsed)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins();
    lab.cut_at = 3;  // the device has the login, the ACS does not know
    lab.step();
    auto const given = lab.shown();
    ASSERT_NE(given.username, "first");
    // The device forgets what it was told: it comes with the shared login again, and is told the same.
    ASSERT_TRUE(lab.device.change(lab.device.persona().root_path() + "ManagementServer.Username", "first"));
    ASSERT_TRUE(lab.device.change(lab.device.persona().root_path() + "ManagementServer.Password", "contact"));
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab); }));
    EXPECT_EQ(lab.shown().password, given.password);
}

TEST(Logins, AreNoLongerSharedWhenTheOwnOneWasUsed)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins();
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    auto const root = lab.device.persona().root_path() + "ManagementServer.";
    ASSERT_TRUE(lab.device.change(root + "Username", "first"));
    ASSERT_TRUE(lab.device.change(root + "Password", "contact"));
    EXPECT_FALSE(lab.would_be_let_in());
}

TEST(Logins, OfAPersonAreKeptBesideTheOldOneUntilTheyAreUsed)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins();
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    auto const root = lab.device.persona().root_path() + "ManagementServer.";
    auto const username = lab.shown().username;
    EXPECT_EQ(lab.carry_out(domain::SetTask{{{root + "Username", "alone", std::nullopt}}}), TaskState::failed);
    EXPECT_NE(lab.fault().find("together"), std::string::npos) << lab.fault();
    EXPECT_EQ(lab.carry_out(domain::SetTask{
                  {{root + "Username", "first", std::nullopt}, {root + "Password", "x", std::nullopt}}}),
              TaskState::failed);
    ASSERT_EQ(lab.carry_out(domain::SetTask{{{root + "Password", "by hand", std::nullopt}}}), TaskState::done);
    EXPECT_EQ(lab.shown().password, "by hand");
    EXPECT_TRUE(lab.would_be_let_in());
    ASSERT_TRUE(lab.live_until([&] { return lab.store.logins_of(*lab.key())[0].next_ha1_md5.empty(); }));
    ASSERT_EQ(lab.carry_out(domain::SetTask{
                  {{root + "Username", "another", std::nullopt}, {root + "Password", "of both", std::nullopt}}}),
              TaskState::done);
    EXPECT_EQ(lab.store.logins_of(*lab.key()).size(), 2U) << username << " is good until the new one was used";
    ASSERT_TRUE(lab.live_until([&] { return lab.store.logins_of(*lab.key()).size() == 1; }));
    EXPECT_EQ(lab.store.logins_of(*lab.key())[0].username, "another");
}

// ---- devices that do not keep what they say they take ----

bool was_noted(Lab const& lab, std::string_view kind, std::string_view text)
{
    auto const noted = lab.incidents.noted();
    return std::ranges::any_of(noted, [&](auto const& incident) {
        return incident.kind == kind && incident.detail.find(text) != std::string::npos;
    });
}

std::string odd{domain::incident_kind::odd_login};
sim::Quirks const short_passwords{sim::Quirk::short_passwords};

TEST(OddLogins, ADeviceThatKeepsTheBeginningOfItsPasswordIsKnownByThat)
{
    Lab lab{"set-top-box", short_passwords};
    lab.ask_for_logins();
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    EXPECT_EQ(lab.shown().password.size(), 16U);
    EXPECT_TRUE(was_noted(lab, odd, "first 16 characters"));
    EXPECT_EQ(lab.store.logins_of(*lab.key()).size(), 1U);
    EXPECT_TRUE(lab.would_be_let_in()) << "without being found out about again";
    auto const before = lab.shown().password;
    auto const task = order_rotation(lab);
    ASSERT_TRUE(lab.live_until([&] { return lab.store.task(task)->task.state == TaskState::done; }));
    EXPECT_NE(lab.shown().password, before);
    EXPECT_TRUE(lab.would_be_let_in());
}

TEST(OddLogins, ADeviceThatKeepsTheBeginningOfItsPasswordIsNeverLockedOutByACut)
{
    cut_everywhere(
        "set-top-box", true,
        [](Lab& lab) {
            auto const before = lab.shown();
            auto const task = order_rotation(lab);
            return lab.live_until([&] {
                EXPECT_TRUE(lab.would_be_let_in());
                return lab.store.task(task)->task.state == TaskState::done;
            }) && lab.shown().password != before.password;
        },
        short_passwords);
}

TEST(OddLogins, NobodyComesInWithAFewLettersOfAPassword)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins();
    lab.cut_at = 3;  // the device has the login, and has not used it
    lab.step();
    auto const password = lab.device.persona().root_path() + "ManagementServer.Password";
    auto const whole = lab.shown().password;
    ASSERT_TRUE(lab.device.change(password, whole.substr(0, 7)));
    EXPECT_FALSE(lab.would_be_let_in());
    ASSERT_TRUE(lab.device.change(password, whole.substr(1)));
    EXPECT_FALSE(lab.would_be_let_in()) << "its end is not its beginning";
    ASSERT_TRUE(lab.device.change(password, whole));
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab); }));
    ASSERT_TRUE(lab.device.change(password, whole.substr(0, 16)));
    EXPECT_FALSE(lab.would_be_let_in()) << "it has used all of it";
}

TEST(OddLogins, ADeviceThatGoesOnWithTheOldLoginIsNotToldForEver)
{
    Lab lab{"set-top-box", {sim::Quirk::ignores_login}};
    lab.ask_for_logins();
    ASSERT_TRUE(lab.live_until([&] { return lab.key() && state_of(lab) == LoginState::ignored; }));
    EXPECT_EQ(lab.shown().username, "first");
    EXPECT_TRUE(lab.would_be_let_in());
    EXPECT_TRUE(was_noted(lab, odd, "told a new login 5 times"));
    ASSERT_TRUE(lab.settle());
    lab.sent.clear();
    ASSERT_EQ(lab.carry_out(domain::RebootTask{}), TaskState::done) << lab.fault();
    ASSERT_TRUE(lab.settle());
    for (auto const& bytes : lab.sent)
        EXPECT_EQ(bytes.find("ManagementServer.Password<"), std::string::npos) << "not at a boot either";
    EXPECT_EQ(state_of(lab), LoginState::ignored);

    auto const file = support::run(
        lab.files.add({.name = "image.bin", .file_type = "1 Firmware Upgrade Image", .version = "9.9.9", .size = 4}));
    ASSERT_EQ(lab.carry_out(domain::DownloadTask{
                  .file_type = "1 Firmware Upgrade Image", .file = file.id, .expected_version = "9.9.9"}),
              TaskState::done);
    EXPECT_TRUE(lab.live_until([&] { return state_of(lab) == LoginState::given; })) << "new software may know better";
}

TEST(OddLogins, ARotationThatADeviceIgnoresFailsAndItsLoginStays)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins();
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    auto const before = lab.shown();
    lab.misbehave({sim::Quirk::ignores_login});
    auto const task = order_rotation(lab);
    ASSERT_TRUE(lab.live_until([&] { return domain::is_final(lab.store.task(task)->task.state); }));
    EXPECT_EQ(lab.store.task(task)->task.state, TaskState::failed);
    EXPECT_EQ(state_of(lab), LoginState::proven) << "no shared login is good again";
    EXPECT_EQ(lab.shown().password, before.password);
    EXPECT_TRUE(lab.would_be_let_in());
    EXPECT_TRUE(was_noted(lab, odd, "stays good"));
}

// ---- devices that come back from their factory defaults, and those who only say so ----

std::string reset{domain::incident_kind::re_enrolment};

/// A device with a login of its own that is reset by somebody who presses its button.
class AfterAReset : public testing::Test {
protected:
    void begin(session::ReEnrolment policy)
    {
        lab.ask_for_logins(std::move(policy));
        ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
        before = lab.shown();
        epoch = lab.store.device(*lab.key())->session_epoch;
        lab.sent.clear();
        lab.standings.clear();
    }
    [[nodiscard]] bool was_told_a_secret() const
    {
        return std::ranges::any_of(lab.sent, [](auto const& bytes) { return bytes.find("Password") != bytes.npos; });
    }

    Lab lab{"set-top-box"};
    net::Authorization before;
    std::int64_t epoch = 0;
};

TEST_F(AfterAReset, ADeviceIsHeardAndToldNothingUntilAPersonAgrees)
{
    begin({});
    press_the_button(lab);
    ASSERT_TRUE(lab.live_until([&] { return lab.standings.size() == 2; }));
    EXPECT_EQ(lab.standings, (std::vector{Standing::held, Standing::held}));
    EXPECT_EQ(state_of(lab), LoginState::re_enrolling);
    EXPECT_FALSE(was_told_a_secret());
    EXPECT_EQ(lab.store.device(*lab.key())->session_epoch, epoch) << "what is known stays as it is";
    ASSERT_EQ(lab.sent.size(), 4U);
    for (std::size_t i = 0; i < lab.sent.size(); ++i)
        EXPECT_NE(lab.sent[i].find(i % 2 == 0 ? "InformResponse" : "GetParameterValues"), std::string::npos)
            << lab.sent[i];
    EXPECT_NE(lab.sent[1].find(">Device.DeviceInfo.<"), std::string::npos) << "it is read: " << lab.sent[1];
    EXPECT_TRUE(was_noted(lab, reset, "SoftwareVersion")) << "for the person who decides";

    support::run(lab.store.mark(*lab.key(), LoginState::allowed, lab.clock.now() + std::chrono::hours{24}));
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    EXPECT_NE(lab.shown().password, before.password);
    EXPECT_GT(lab.store.device(*lab.key())->bootstrap_epoch, epoch) << "what it told when it was held counts now";
}

TEST_F(AfterAReset, ADeviceIsGivenANewLoginWhenItComesFromWhereItWas)
{
    begin({.after_reset = AfterReset::same_address, .networks = {}});
    press_the_button(lab);
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.shown().password != before.password; }));
    EXPECT_EQ(lab.standings.front(), Standing::re_enrolled);
}

TEST_F(AfterAReset, APolicyAgreesSoOftenADayAndThenAPersonMust)
{
    begin({.after_reset = AfterReset::same_address, .networks = {}});
    for (int i = 0; i < 2; ++i) {
        auto const password = lab.shown().password;
        press_the_button(lab);
        ASSERT_TRUE(lab.live_until(
            [&] { return has_its_own(lab) && lab.shown().password != password && lab.open_tasks() == 0; }));
    }
    ASSERT_EQ(lab.store.agreements().size(), 2U);
    EXPECT_EQ(lab.store.agreements()[0].action, "device.re_enrolled");
    EXPECT_EQ(lab.store.agreements()[0].by, "policy same_address");
    EXPECT_EQ(lab.store.agreements()[0].device, lab.key());
    press_the_button(lab);
    lab.sent.clear();
    ASSERT_TRUE(lab.live_until([&] { return state_of(lab) == LoginState::re_enrolling; }));
    EXPECT_FALSE(was_told_a_secret());
    EXPECT_TRUE(was_noted(lab, reset, "2 times within a day"));
    EXPECT_EQ(lab.store.agreements().size(), 2U);
    lab.clock.advance(std::chrono::hours{25});
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab); })) << "a day later the policy counts anew";
    EXPECT_EQ(lab.store.agreements().size(), 3U);
}

TEST_F(AfterAReset, WhoShowsACertificateTooOftenIsServedWithoutANewLogin)
{
    begin({});
    auto const standing_with_certificate = [&] {
        session::Caller caller{.address = lab.address, .identity = *cwmp::normalized(lab.device.device_id())};
        caller.known = support::run(lab.store.look_up(caller.identity, ""));
        caller.showing = {session::Shown::certificate, ""};
        caller.standing = Standing::re_enrolled;
        caller.agreed_by = "certificate";
        session::Session session{lab.services, lab.counters, std::move(caller)};
        static_cast<void>(support::run(session.answer({.id = "1", .message = lab.device.inform(lab.clock.now())})));
        EXPECT_TRUE(session.is_admitted());
        return state_of(lab);
    };
    for (auto const expected : {LoginState::allowed, LoginState::allowed, LoginState::proven}) {
        support::run(lab.store.mark(*lab.key(), LoginState::proven, {}));
        EXPECT_EQ(standing_with_certificate(), expected);
    }
}

TEST_F(AfterAReset, AnImpostorIsToldNothingAndTheDeviceKeepsItsLogin)
{
    begin({.after_reset = AfterReset::same_address, .networks = {}});
    auto const wake = lab.store.wake_credentials(*lab.key());
    Lab impostor{"set-top-box"};  // says that it is the same device, and knows the shared login
    impostor.ask_for_logins({.after_reset = AfterReset::same_address, .networks = {}});
    session::Caller caller{.address = "203.0.113.66", .identity = *cwmp::normalized(lab.device.device_id())};
    caller.known = support::run(lab.store.look_up(caller.identity, ""));
    caller.showing = {session::Shown::shared, "first"};
    caller.standing = session::standing_of(caller.showing, &*caller.known->device, true, caller.address,
                                           lab.gate->policy().re_enrolment, lab.clock.now());
    EXPECT_EQ(caller.standing, Standing::held);
    session::Session session{lab.services, lab.counters, std::move(caller)};
    auto const inform = impostor.device.inform(lab.clock.now());
    auto const greeted = support::run(session.answer({.id = "1", .message = inform}));
    EXPECT_EQ(greeted.kind, session::Answer::Kind::message);
    cwmp::TransferComplete report;
    auto const refused = support::run(session.answer({.id = "2", .message = report}));
    EXPECT_TRUE(std::holds_alternative<cwmp::Fault>(refused.envelope.message));
    auto const look = support::run(session.answer({.id = std::nullopt, .message = cwmp::Empty{}}));
    ASSERT_TRUE(std::holds_alternative<cwmp::GetParameterValues>(look.envelope.message));
    auto const tree = lab.store.tree(*lab.key()).size();
    auto const ended =
        support::run(session.answer({.id = "1",
                                     .message = cwmp::GetParameterValuesResponse{
                                         {{"Device.DeviceInfo.SoftwareVersion", "evil", cwmp::ValueType::string},
                                          {"Device.ManagementServer.Password", "guess", cwmp::ValueType::string}}}}));
    EXPECT_EQ(ended.kind, session::Answer::Kind::nothing);
    EXPECT_TRUE(was_noted(lab, reset, "SoftwareVersion evil (known: "));
    EXPECT_FALSE(was_noted(lab, reset, "guess"));
    EXPECT_EQ(lab.store.tree(*lab.key()).size(), tree) << "what it says of itself is not what is known of the device";
    EXPECT_NE(lab.known("Device.DeviceInfo.SoftwareVersion"), "evil");

    EXPECT_EQ(lab.store.device(*lab.key())->session_epoch, epoch) << "a session of the device itself goes on";
    EXPECT_EQ(lab.store.device(*lab.key())->address, lab.address);
    EXPECT_EQ(lab.store.wake_credentials(*lab.key()), wake);
    EXPECT_TRUE(lab.would_be_let_in());
    ASSERT_EQ(lab.carry_out(domain::GetTask{{"Device.DeviceInfo.SoftwareVersion"}}), TaskState::done);
    EXPECT_EQ(state_of(lab), LoginState::proven) << "it came with its own login: nobody waits any more";
    EXPECT_EQ(lab.shown().password, before.password);
}

TEST_F(AfterAReset, AnImpostorSomebodyAgreedToIsShutOutWhenTheDeviceComes)
{
    begin({.after_reset = AfterReset::open, .networks = {}});
    support::run(lab.store.mark(*lab.key(), LoginState::allowed, lab.clock.now() + std::chrono::hours{24}));
    auto const offered = support::run(lab.store.offer({.device = *lab.key(),
                                                       .login = {before.username, "told to somebody else"},
                                                       .ha1_md5 = "m",
                                                       .ha1_sha256 = "s"}));
    ASSERT_TRUE(offered);
    ASSERT_EQ(lab.carry_out(domain::GetTask{{"Device.DeviceInfo.SoftwareVersion"}}), TaskState::done);
    EXPECT_EQ(state_of(lab), LoginState::proven);
    EXPECT_TRUE(lab.store.logins_of(*lab.key())[0].next_ha1_md5.empty()) << "what the other was told is void";
}

// ---- devices that leave ----

TEST(Retirement, ResetsTheDeviceRevokesItsLoginsAndLetsItInNoMore)
{
    Lab lab{"set-top-box"};
    lab.ask_for_logins({.after_reset = AfterReset::open, .networks = {}});
    ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
    lab.store.set_state(*lab.key(), domain::DeviceState::retiring);
    auto const login = lab.shown();
    ASSERT_EQ(lab.carry_out(domain::RetireTask{}), TaskState::done) << lab.fault();
    EXPECT_EQ(lab.store.device(*lab.key())->state, domain::DeviceState::retired);
    EXPECT_TRUE(lab.store.logins_of(*lab.key())[0].is_revoked);
    for (int i = 0; i < 20 && lab.shown().username != "first"; ++i)
        lab.step();
    EXPECT_EQ(lab.shown().username, "first") << "it was reset";
    lab.step();
    EXPECT_FALSE(lab.last_report.succeeded);
    auto const known = support::run(lab.store.look_up(*cwmp::normalized(lab.device.device_id()), login.username));
    EXPECT_EQ(lab.gate->judge(login, known, lab.clock.now()).verdict, session::LoginVerdict::revoked);
}

TEST(Retirement, OfADeviceWhoseAnswerIsLostEndsWhenItComesBackReset)
{
    for (bool const before : {true, false}) {
        Lab lab{"set-top-box"};
        lab.ask_for_logins({});
        ASSERT_TRUE(lab.live_until([&] { return has_its_own(lab) && lab.open_tasks() == 0; }));
        lab.store.set_state(*lab.key(), domain::DeviceState::retiring);
        lab.cut_at = lab.exchanges + 3;  // the device's answer to FactoryReset
        lab.cut_before = before;
        static_cast<void>(lab.order(domain::RetireTask{}));
        EXPECT_TRUE(
            lab.live_until([&] { return lab.store.device(*lab.key())->state == domain::DeviceState::retired; }));
    }
}

}  // namespace
