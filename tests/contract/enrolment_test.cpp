// Devices that are expected, and those that were sent away.
#include "rare_stores.hpp"
#include "storage/enrolment_watch.hpp"
#include "storage/pg_announcements.hpp"
#include "storage/pg_strangers.hpp"

#include "base/crypto.hpp"

namespace contract {
namespace {

using domain::Announcement;
using Outcome = domain::AnnouncementResult::Outcome;

class AnnouncementsTest : public testing::Test {
protected:
    static Announcement announcement(std::string serial, std::string username = "")
    {
        Announcement one;
        one.serial_number = std::move(serial);
        one.password = username.empty() ? "" : "pw";
        one.username = std::move(username);
        one.announced_by = "anna";
        return one;
    }
    static cwmp::DeviceId box(std::string serial, std::string product_class = "HG-1000")
    {
        return {"Acme", "00D09E", std::move(product_class), std::move(serial)};
    }
    std::vector<Outcome> add(std::vector<Announcement> all, bool dry_run = false)
    {
        std::vector<Outcome> outcomes;
        for (auto const& result : stores.run(announcements.add(std::move(all), dry_run)))
            outcomes.push_back(result.outcome);
        return outcomes;
    }
    std::vector<Announcement> list(domain::AnnouncementQuery query = {})
    {
        return stores.run(announcements.list(std::move(query)));
    }
    domain::LookupAnswer look_up(cwmp::DeviceId identity, std::string username = "")
    {
        return stores.run(stores.path.sessions().look_up(std::move(identity), std::move(username)));
    }
    /// The first contact of a device, as a session makes it of what the look-up brought.
    domain::Admission come(cwmp::DeviceId identity, std::string username = "")
    {
        auto const found = look_up(identity, std::move(username));
        domain::Contact contact;
        contact.identity = std::move(identity);
        contact.at = stores.clock.now();
        contact.events = {{"0 BOOTSTRAP", ""}};
        contact.announcement = found.expected ? found.expected->announcement : 0;
        contact.state_if_new = found.expected ? domain::DeviceState::active : domain::DeviceState::pending;
        return stores.run(stores.path.sessions().commit_contact(std::move(contact)));
    }

    RareStores stores;
    storage::PgAnnouncements announcements{stores.writes, stores.sealer, "acs"};
};

TEST_F(AnnouncementsTest, ADeviceThatIsExpectedIsActiveWithWhatWasSaidOfIt)
{
    auto one = announcement("A");
    one.subscriber = "s-17";
    one.tags = {"gold", "two words, and \"quotes\""};
    EXPECT_EQ(add({one, announcement("B")}), (std::vector{Outcome::added, Outcome::added}));
    EXPECT_TRUE(look_up(box("A")).expected);
    EXPECT_FALSE(look_up(box("C")).expected);
    auto const device = come(box("A"));
    EXPECT_EQ(stores.database.value("SELECT state || ' ' || subscriber || ' ' || cardinality(tags) FROM device"),
              "active s-17 2");
    EXPECT_EQ(stores.database.value("SELECT tags[2] FROM device"), "two words, and \"quotes\"");
    EXPECT_FALSE(look_up(box("A")).expected) << "it came";
    auto const all = list();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].device, device.key);
    EXPECT_TRUE(all[0].met_at);
    EXPECT_EQ(all[0].announced_by, "anna");
    EXPECT_FALSE(all[1].device);
    EXPECT_EQ(list({.met = false}).size(), 1U);
    EXPECT_EQ(list({.met = true}).size(), 1U);
    EXPECT_EQ(list({.serial_number = "B"}).size(), 1U);
    EXPECT_EQ(list({.after = all[0].id}).size(), 1U);
    EXPECT_EQ(list({.limit = 1}).size(), 1U);
}

TEST_F(AnnouncementsTest, TheOneThatSaysMostOfTheDeviceCounts)
{
    auto any = announcement("A");
    auto exact = announcement("A");
    exact.oui = "00D09E";
    exact.product_class = "STB";
    auto other = announcement("A");
    other.oui = "FFFFFF";
    EXPECT_EQ(add({any, exact, other}), (std::vector{Outcome::added, Outcome::added, Outcome::added}));
    auto const all = list();
    EXPECT_EQ(look_up(box("A", "STB")).expected->announcement, all[1].id);
    EXPECT_EQ(look_up(box("A")).expected->announcement, all[0].id);
}

TEST_F(AnnouncementsTest, NobodyIsAnnouncedWithALoginThatManyHave)
{
    storage::PgAnnouncements careful{stores.writes, stores.sealer, "acs", {"factory"}};
    auto const results = stores.run(careful.add({announcement("A", "factory"), announcement("B")}, false));
    EXPECT_EQ(results[0].outcome, Outcome::refused);
    EXPECT_EQ(results[0].field, "username");
    EXPECT_EQ(results[1].outcome, Outcome::added);
}

TEST_F(AnnouncementsTest, OfTwoDevicesThatFitOneAnnouncementOneIsLetIn)
{
    add({announcement("A")});
    auto const expected = look_up(box("A")).expected->announcement;
    come(box("A", "STB"));
    domain::Contact late;
    late.identity = box("A");
    late.at = stores.clock.now();
    late.announcement = expected;
    late.state_if_new = domain::DeviceState::active;
    stores.run(stores.path.sessions().commit_contact(late));
    EXPECT_EQ(stores.database.value("SELECT state FROM device WHERE product_class = 'STB'"), "active");
    EXPECT_EQ(stores.database.value("SELECT state FROM device WHERE product_class = 'HG-1000'"), "pending");
}

TEST_F(AnnouncementsTest, ALoginOfItsOwnComesWithTheAnnouncement)
{
    EXPECT_EQ(add({announcement("A", "00D09E-A")}), (std::vector{Outcome::added}));
    auto const found = look_up(box("A"), "00D09E-A");
    ASSERT_TRUE(found.login);
    EXPECT_EQ(found.login->announcement, found.expected->announcement);
    EXPECT_EQ(found.expected->username, "00D09E-A");
    EXPECT_FALSE(found.login->device);
    EXPECT_EQ(base::to_hex(found.login->ha1_md5), base::to_hex(base::md5("00D09E-A:acs:pw")));
    EXPECT_NE(stores.database.value("SELECT password FROM credential"), "pw") << "sealed";
    auto const device = come(box("A"), "00D09E-A");
    auto const after = look_up(box("A"), "00D09E-A");
    EXPECT_EQ(after.login->device, device.key);
    EXPECT_FALSE(after.login->announcement);
}

TEST_F(AnnouncementsTest, WhatIsSaidAgainReplacesWhatWasSaid)
{
    add({announcement("A", "first")});
    EXPECT_EQ(add({announcement("A", "second")}), (std::vector{Outcome::updated}));
    EXPECT_EQ(stores.database.value("SELECT string_agg(username, ' ') FROM credential"), "second");
    auto changed = announcement("A", "second");
    changed.password = "another";
    EXPECT_EQ(add({changed}), (std::vector{Outcome::updated}));
    EXPECT_EQ(base::to_hex(look_up(box("A"), "second").login->ha1_md5), base::to_hex(base::md5("second:acs:another")));
    EXPECT_EQ(add({announcement("A")}), (std::vector{Outcome::updated}));
    EXPECT_EQ(stores.number("SELECT count(*) FROM credential"), 0);
    EXPECT_EQ(stores.number("SELECT count(*) FROM announcement"), 1);
}

TEST_F(AnnouncementsTest, WhatCannotBeIsRefusedWithTheReason)
{
    stores.database.exec("INSERT INTO credential (username, ha1_md5, ha1_sha256) VALUES ('taken', '', '')");
    auto const results = stores.run(announcements.add({announcement("A", "taken"), announcement("B"), announcement("B"),
                                                       announcement("C", "c"), announcement("D", "c")},
                                                      false));
    EXPECT_EQ(results[0].outcome, Outcome::refused);
    EXPECT_EQ(results[0].field, "username");
    EXPECT_EQ(results[1].outcome, Outcome::added);
    EXPECT_EQ(results[2].outcome, Outcome::refused);
    EXPECT_EQ(results[2].field, "serial_number");
    EXPECT_EQ(results[3].outcome, Outcome::added);
    EXPECT_EQ(results[4].outcome, Outcome::refused);
    EXPECT_EQ(results[4].field, "username");
    EXPECT_EQ(list().size(), 2U);
}

TEST_F(AnnouncementsTest, APendingDeviceThatIsAnnouncedIsActiveAtOnce)
{
    come(box("A"));
    EXPECT_EQ(stores.database.value("SELECT state FROM device"), "pending");
    auto one = announcement("A");
    one.tags = {"gold"};
    EXPECT_EQ(add({one}), (std::vector{Outcome::enrolled}));
    EXPECT_EQ(stores.database.value("SELECT state || tags[1] FROM device"), "activegold");
    EXPECT_EQ(stores.number("SELECT count(*) FROM event WHERE kind = 'device.enrolled'"), 1);
    EXPECT_TRUE(list().at(0).device);
    EXPECT_EQ(add({one}), (std::vector{Outcome::known}));
}

TEST_F(AnnouncementsTest, APendingDeviceIsNotLetInByALoginItDidNotShow)
{
    come(box("A"));
    EXPECT_EQ(add({announcement("A", "its-own")}), (std::vector{Outcome::refused}));
    EXPECT_EQ(announcements.enrol_pending(), 0U);
    EXPECT_EQ(stores.database.value("SELECT state FROM device"), "pending");
}

TEST_F(AnnouncementsTest, OneThatCameWhileItWasAnnouncedIsFoundLater)
{
    add({announcement("A")});
    stores.admit(box("A"));
    stores.database.exec("UPDATE device SET state = 'pending'");
    EXPECT_EQ(announcements.enrol_pending(), 1U);
    EXPECT_EQ(stores.database.value("SELECT state FROM device"), "active");
    EXPECT_EQ(announcements.enrol_pending(), 0U);
}

TEST_F(AnnouncementsTest, DevicesInServiceAreNotChanged)
{
    stores.admit(box("A"));
    auto one = announcement("A");
    one.subscriber = "another";
    EXPECT_EQ(add({one}), (std::vector{Outcome::known}));
    EXPECT_EQ(stores.database.value("SELECT subscriber FROM device"), "");
    EXPECT_TRUE(list().empty());
}

TEST_F(AnnouncementsTest, ADryRunSaysTheSameAndChangesNothing)
{
    come(box("P"));
    EXPECT_EQ(add({announcement("A", "a"), announcement("P")}, true), (std::vector{Outcome::added, Outcome::enrolled}));
    EXPECT_TRUE(list().empty());
    EXPECT_EQ(stores.number("SELECT count(*) FROM credential"), 0);
    EXPECT_EQ(stores.database.value("SELECT state FROM device"), "pending");
}

TEST_F(AnnouncementsTest, WhatIsTakenBackLetsNobodyIn)
{
    add({announcement("A", "a")});
    auto const found = look_up(box("A"), "a");
    EXPECT_EQ(stores.run(announcements.remove(found.expected->announcement))->serial_number, "A");
    EXPECT_FALSE(stores.run(announcements.remove(found.expected->announcement)));
    EXPECT_FALSE(look_up(box("A"), "a").login);
    domain::Contact late;
    late.identity = box("A");
    late.at = stores.clock.now();
    late.announcement = found.expected->announcement;
    late.state_if_new = domain::DeviceState::active;
    stores.run(stores.path.sessions().commit_contact(late));
    EXPECT_EQ(stores.database.value("SELECT state FROM device"), "pending") << "it was on its way meanwhile";
}

class StrangersTest : public testing::Test {
protected:
    void note(std::string serial, std::string address = "192.0.2.1")
    {
        strangers.note({.identity = {"Acme", "00D09E", "HG", std::move(serial)},
                        .address = std::move(address),
                        .username = "guess",
                        .reason = "why"});
    }
    std::vector<domain::Stranger> list(domain::StrangerQuery query = {})
    {
        return stores.run(strangers.list(std::move(query)));
    }

    RareStores stores;
    storage::PgStrangers strangers{stores.writes, stores.clock, stores.metrics, {.in_all = 5, .per_network = 3}};
};

TEST_F(StrangersTest, WhoWasSentAwayIsKeptOnce)
{
    note("A");
    note("A", "192.0.2.2");
    note("B", "2001:db8::1");
    strangers.flush();
    note("A", "192.0.2.3");
    strangers.flush();
    auto const all = list();
    ASSERT_EQ(all.size(), 2U);
    auto const seen = list({.serial_number = "A"}).at(0);
    EXPECT_EQ(seen.times, 3U);
    EXPECT_EQ(seen.address, "192.0.2.3");
    EXPECT_EQ(seen.identity, (cwmp::DeviceId{"Acme", "00D09E", "HG", "A"}));
    EXPECT_EQ(seen.username, "guess");
    EXPECT_EQ(seen.reason, "why");
    EXPECT_EQ(list({.address = "2001:db8::1"}).size(), 1U);
    EXPECT_EQ(list({.before = all[0].id}).at(0).id, all[1].id);
    EXPECT_EQ(stores.run(strangers.find(seen.id))->id, seen.id);
    EXPECT_TRUE(stores.run(strangers.remove(seen.id)));
    EXPECT_FALSE(stores.run(strangers.remove(seen.id)));
    EXPECT_FALSE(stores.run(strangers.find(seen.id)));
}

TEST_F(StrangersTest, ANetworkFullOfThemPushesNobodyElseOut)
{
    note("honest", "198.51.100.1");
    strangers.flush();
    for (int i = 0; i < 50; ++i) {
        stores.clock.set(stores.clock.now() + 1s);
        note("S" + std::to_string(i), "192.0.2." + std::to_string(i));
        strangers.flush();
    }
    auto const all = list();
    EXPECT_EQ(all.size(), 4U) << "three of the network, and the other one";
    EXPECT_EQ(list({.serial_number = "honest"}).size(), 1U);
    EXPECT_EQ(list({.serial_number = "S49"}).size(), 1U) << "the newest are kept";
}

TEST_F(StrangersTest, ThereAreOnlySoManyInAll)
{
    for (int i = 0; i < 20; ++i) {
        stores.clock.set(stores.clock.now() + 1s);
        note("S" + std::to_string(i), "10.0." + std::to_string(i) + ".1");
        strangers.flush();
    }
    EXPECT_EQ(list().size(), 5U);
}

TEST_F(StrangersTest, ForeignBytesAreKeptAsText)
{
    strangers.note({.identity = {"\xff", "'; --", std::string(1'000, 'x'), "A\"{}"}, .address = "fe80::1%eth0"});
    strangers.flush();
    auto const all = list();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].identity.oui, "'; --");
    EXPECT_EQ(all[0].address, "");
    EXPECT_EQ(all[0].identity.product_class.size(), 256U);
}

TEST(ContactOfDevices, TellsWhoIsSilent)
{
    RareStores stores;
    storage::EnrolmentWatch watch{stores.writes, stores.clock, stores.metrics, [](std::uint64_t) {}};
    stores.admit({"Acme", "00D09E", "HG", "quick"});
    stores.admit({"Acme", "00D09E", "HG", "weekly"});
    stores.admit({"Acme", "00D09E", "HG", "never"});
    stores.database.exec(
        "UPDATE device SET inform_interval = CASE serial_number WHEN 'quick' THEN 300 ELSE 604800 END");
    auto const contact = [&](std::string const& serial) {
        return stores.database.value("SELECT contact FROM acs.device WHERE serial_number = '" + serial + "'");
    };
    stores.database.exec("UPDATE device_contact SET last_inform = now() - interval '20 hours'");
    EXPECT_EQ(contact("quick"), "managed") << "not before a day has passed";
    stores.database.exec("UPDATE device_contact SET last_inform = now() - interval '15 days'");
    EXPECT_EQ(contact("quick"), "dormant");
    EXPECT_EQ(contact("weekly"), "managed");
    watch.keep_dormant_after(2);
    EXPECT_EQ(contact("weekly"), "dormant");
    stores.database.exec("UPDATE device SET inform_interval = 2147483647");
    watch.keep_dormant_after(1000);
    EXPECT_EQ(contact("weekly"), "managed") << "whatever interval a device tells";
    stores.database.exec("UPDATE device_contact SET last_inform = NULL");
    EXPECT_EQ(contact("never"), "unmanaged");
}

TEST(ContactOfDevices, AndOfThoseThatWereOnlyAnnouncedIsInOnePlace)
{
    RareStores stores;
    storage::PgAnnouncements announcements{stores.writes, stores.sealer, "acs"};
    domain::Announcement expected;
    expected.serial_number = "expected";
    expected.subscriber = "17";
    stores.run(announcements.add({expected}, false));
    EXPECT_EQ(stores.run(announcements.list({})).at(0).contact, "unmanaged");
    stores.admit({"Acme", "00D09E", "HG", "here"});
    auto const standing = [&](std::string const& serial) {
        return stores.database.value("SELECT contact || ' ' || coalesce(subscriber, '-') || ' ' || (device_id IS NULL)"
                                     " FROM acs.contact WHERE serial_number = '" +
                                     serial + "'");
    };
    EXPECT_EQ(standing("expected"), "unmanaged 17 true");
    EXPECT_EQ(standing("here"), "managed - false");
    stores.database.exec("UPDATE announcement SET device_id = (SELECT device_id FROM device), met_at = now()");
    EXPECT_EQ(stores.database.value("SELECT count(*) FROM acs.contact"), "1") << "a box that came is one row";
    EXPECT_EQ(stores.run(announcements.list({})).at(0).contact, "managed");
}

TEST(ContactOfDevices, IsCountedForMetrics)
{
    RareStores stores;
    std::uint64_t pending = 0;
    storage::EnrolmentWatch watch{stores.writes, stores.clock, stores.metrics,
                                  [&pending](std::uint64_t count) { pending = count; }};
    for (auto const* serial : {"A", "B", "C"})
        stores.admit({"Acme", "00D09E", "HG", serial});
    stores.database.exec("UPDATE device SET state = 'pending' WHERE serial_number <> 'A'");
    stores.database.exec("UPDATE device_contact SET last_inform = now() - interval '15 days' WHERE device_id ="
                         " (SELECT device_id FROM device WHERE serial_number = 'A')");
    stores.database.exec("INSERT INTO announcement (serial_number, subscriber) VALUES ('N', '17'), ('M', '')");
    watch.look();
    EXPECT_EQ(pending, 2U);
    EXPECT_EQ(stores.metrics.gauge("acs_devices", "", "contact=\"unmanaged\"").value(), 2);
    EXPECT_EQ(stores.metrics.gauge("acs_devices", "", "contact=\"managed\"").value(), 2);
    EXPECT_EQ(stores.metrics.gauge("acs_devices", "", "contact=\"dormant\"").value(), 1);
}

}  // namespace
}  // namespace contract
