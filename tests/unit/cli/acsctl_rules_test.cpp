// acsctl. Rules: applied, previewed, undone, explained, and where they find settings.
#include "acsctl_fixture.hpp"

#include <chrono>
#include <fstream>
#include <string>

namespace {

using namespace cli_test;
using testing::Not;
using testing::StartsWith;

TEST_F(AcsctlTest, RulesAreCheckedAppliedAndShown)
{
    auto const folder = folder_ / "rules";
    fs::create_directories(folder);
    std::ofstream{folder / "wifi.sql"} << "-- rule: wifi\n";
    std::ofstream{folder / "notes.txt"} << "wrong";
    EXPECT_EQ(run({"rules", "check", folder}).code, 0);
    auto const dry = run({"rules", "apply", folder, "--dry-run"});
    EXPECT_EQ(dry.out, "added wifi\n0 unchanged; nothing was applied\n") << dry.error;
    EXPECT_EQ(run({"rules", "apply", folder, "--reason", "tariff"}).out, "added wifi\n0 unchanged; in force\n");
    EXPECT_THAT(run({"rules"}).out, HasSubstr("wifi"));
    EXPECT_THAT(run({"rules", "show", "wifi"}).out, HasSubstr("by test: tariff\n\n-- rule: wifi\n"));
    EXPECT_EQ(run({"rules", "show", "other"}).code, 1);
    std::ofstream{folder / "bad.sql"} << "wrong";
    auto const checked = run({"rules", "check", folder});
    EXPECT_EQ(checked.code, 1);
    EXPECT_EQ(checked.error, "bad.sql:3:12: this is wrong. Write it right.\n");
    EXPECT_EQ(run({"rules", "apply", folder}).code, 1);
    EXPECT_EQ(run({"rules", "apply"}).code, 2);
    EXPECT_EQ(run({"rules", "check", folder / "none.sql"}).code, 2);
}

TEST_F(AcsctlTest, AFileOrAnEmptyFolderIsNotAppliedByMistake)
{
    auto const folder = folder_ / "rules";
    fs::create_directories(folder);
    std::ofstream{folder / "wifi.sql"} << "-- rule: wifi\n";
    ASSERT_EQ(run({"rules", "apply", folder}).code, 0);
    auto const file = run({"rules", "apply", folder / "wifi.sql"});
    EXPECT_EQ(file.code, 2);
    EXPECT_THAT(file.error, HasSubstr("is a file"));
    fs::remove(folder / "wifi.sql");
    auto const empty = run({"rules", "apply", folder});
    EXPECT_EQ(empty.code, 2);
    EXPECT_THAT(empty.error, HasSubstr("would remove all"));
    EXPECT_EQ(run({"rules", "apply", folder, "--remove-all"}).out, "0 unchanged; in force\n");
}

TEST_F(AcsctlTest, ThePagesOfAPreviewAreAddedUp)
{
    std::ofstream{folder_ / "wifi.sql"} << "-- rule: wifi\n";
    rules_.page.devices = 2;
    rules_.page.devices_changed = 1;
    rules_.page.changes.push_back({"wifi", "set", "Device.X", 1, 1, {{domain::DeviceKey{7}, "a", "b"}}});
    rules_.page.next = domain::DeviceKey{7};
    auto const preview = run({"rules", "preview", folder_ / "wifi.sql"});
    EXPECT_EQ(preview.code, 0) << preview.error;
    EXPECT_THAT(preview.out, StartsWith("4 devices looked at, 2 would change, 0 would be told to reboot or download\n"
                                        "wifi: set Device.X: 2 to change, 2 in place\n    device 7: \"a\" -> \"b\"\n"));
}

TEST_F(AcsctlTest, WhoWatchesAPreviewSeesHowFarItIs)
{
    std::ofstream{folder_ / "wifi.sql"} << "-- rule: wifi\n";
    rules_.page.devices = 2;
    rules_.page.fleet = 4;
    rules_.page.next = domain::DeviceKey{7};
    EXPECT_EQ(run({"rules", "preview", folder_ / "wifi.sql", "--where", "true"}).error, "");
    watched_ = true;
    EXPECT_THAT(run({"rules", "preview", folder_ / "wifi.sql"}).error, StartsWith("\r2 of 4 devices, 0 would change"));
    EXPECT_EQ(run({"rules", "preview", folder_ / "wifi.sql", "--where", "wrong"}).code, 1);
}

TEST_F(AcsctlTest, RulesAreUndonePausedAndExported)
{
    auto const folder = folder_ / "rules";
    fs::create_directories(folder);
    std::ofstream{folder / "wifi.sql"} << "-- rule: wifi\n";
    ASSERT_EQ(run({"rules", "apply", folder}).code, 0);
    EXPECT_THAT(run({"rules", "history"}).out, HasSubstr("by anna: because\n    added wifi\n"));
    EXPECT_THAT(run({"rules", "history", "wifi"}).out, HasSubstr("version 1 of"));
    EXPECT_THAT(run({"rules", "rollback", "1", "--dry-run"}).out, HasSubstr("nothing was applied"));
    EXPECT_EQ(run({"rules", "rollback", "9"}).code, 1);
    EXPECT_EQ(run({"rules", "pause"}).code, 2) << "why?";
    EXPECT_EQ(run({"rules", "pause", "--reason", "outage"}).out, "all rules paused\n");
    EXPECT_EQ(rules_.paused->reason, "outage");
    EXPECT_EQ(run({"rules", "resume"}).code, 0);
    EXPECT_FALSE(rules_.paused);
    EXPECT_EQ(run({"rules", "pause", "wifi", "--reason", "x"}).out, "wifi paused\n");
    EXPECT_TRUE(rules_.versions["wifi"].front().paused);
    EXPECT_EQ(run({"rules", "pause", "other", "--reason", "x"}).code, 1);
}

TEST_F(AcsctlTest, AnExportWritesTheFilesInForceAndNothingOutsideTheFolder)
{
    rules_.epoch = 1;
    auto const version = [&](std::string const& rule, std::string const& file) {
        rules_.versions[rule] = {{1, rule, 1, file, "-- rule: " + rule + "\n", {}, "", "", {}}};
    };
    version("wifi", "wifi.sql");
    version("evil", "../../evil.sql");
    version("hidden", ".bashrc");
    version("twin", "wifi.sql");
    auto const out = folder_ / "out";
    fs::create_directories(out);
    std::ofstream{out / "old.sql"} << "-- rule: old\n";
    auto const written = run({"rules", "export", out});
    EXPECT_EQ(written.out, "4 rules of epoch 1 written\n") << written.error;
    EXPECT_THAT(written.error, HasSubstr("old.sql is not in force"));
    for (auto const* const name : {"wifi.sql", "wifi-2.sql", "evil.sql", "hidden.sql"})
        EXPECT_TRUE(fs::exists(out / name)) << name;
    EXPECT_FALSE(fs::exists(folder_.parent_path() / "evil.sql"));
    EXPECT_FALSE(fs::exists(folder_ / "evil.sql"));
}

TEST_F(AcsctlTest, ADeviceIsExplained)
{
    using enum domain::WishState;
    auto& wishes = rules_.explanation.wishes;
    wishes = {{"wifi", 3, 200, "set", "Device.X", "b", "a", "", waits},
              {"old", 2, 100, "set", "Device.X", "c", "a", "wifi"},
              {"wifi", 3, 200, "set", "Device.Y", "1", "1", "", in_place}};
    wishes[0].attempts = 3;
    wishes[0].told = "9007 invalid value";
    wishes[0].next_try = base::TimePoint{std::chrono::seconds{1'700'000'000}};
    rules_.explanation.matched = {"old", "wifi"};
    rules_.explanation.quarantined = {AcsctlTest::given_up("Device.Z")};
    rules_.explanation.next_session = {{"SetParameterValues", {"Device.X = b"}}};
    auto const told = run({"explain", device_});
    EXPECT_EQ(told.code, 0) << told.error;
    EXPECT_EQ(told.out, "Device.X\n"
                        "    reported  \"a\"\n"
                        "    wanted    \"b\" by rule wifi (version 3, priority 200)\n"
                        "    standing  tried again 2023-11-14 22:13:20 UTC; tried 3 times; the device answered 9007 "
                        "invalid value\n"
                        "    overruled \"c\" by rule old (version 2, priority 100)\n"
                        "Device.Y\n"
                        "    reported  \"1\"\n"
                        "    wanted    \"1\" by rule wifi (version 3, priority 200)\n"
                        "    standing  is so\n"
                        "Given up (a new version of the rule tries it again, and so does acsctl rules release):\n"
                        "    Device.Z of rule wifi, since 2023-11-14 22:13:20 UTC: it did not stay {\"attempts\":5}\n"
                        "The next session sends:\n"
                        "    1. SetParameterValues\n"
                        "           Device.X = b\n"
                        "Rules that match: old, wifi\n");
    EXPECT_THAT(run({"explain", device_, "Device.Y"}).out, Not(HasSubstr("Device.X\n")));
    wishes = {{"ports", 4, 100, "ensure", "Device.NAT.PortMapping.", R"({"keys":{"Port":"80"},"set":{"To":"8"}})"}};
    EXPECT_THAT(run({"explain", device_}).out, HasSubstr("an instance of Device.NAT.PortMapping.\n"
                                                         "    wanted    Port = 80; then To = 8 by rule ports"));
    EXPECT_THAT(run({"explain", device_, "Device.None"}).out, HasSubstr("No rule wants anything of Device.None."));
}

TEST_F(AcsctlTest, WhatRulesGaveUpIsListedAndReleased)
{
    rules_.given_up = {given_up("Device.X"), given_up("Device.Y")};
    EXPECT_THAT(run({"rules", "quarantine"}).out, HasSubstr("Device.X"));
    EXPECT_THAT(run({"rules", "quarantine", "--rule", "wifi"}).out, HasSubstr("it did not stay"));
    EXPECT_THAT(run({"rules", "quarantine", "--rule", "other", "--device", device_}).out, Not(HasSubstr("Device.X")));
    EXPECT_EQ(run({"rules", "release"}).code, 2);
    EXPECT_EQ(run({"rules", "release", device_, "wifi", "Device.None"}).code, 1);
    EXPECT_EQ(run({"rules", "release", "--rule", "wifi"}).out, "2 released; tried again when the device informs\n");
    EXPECT_TRUE(rules_.given_up.empty());
}

TEST_F(AcsctlTest, WhereRulesFindSettingsIsSetAndForgotten)
{
    auto const set = run({"rule-settings", "set", "wifi.ssid.1:Device.::HG-7", "Device.X.Name"});
    EXPECT_EQ(set.code, 0) << set.error;
    EXPECT_THAT(run({"rule-settings"}).out, HasSubstr("wifi.ssid.1:Device.::HG-7"));
    EXPECT_EQ(run({"rule-settings", "remove", "wifi.ssid.1:Device.::HG-7"}).code, 0);
    EXPECT_EQ(run({"rule-settings", "remove", "wifi.ssid.1:Device.::HG-7"}).code, 1);
    EXPECT_EQ(run({"rule-settings", "set"}).code, 2);
}

}  // namespace
