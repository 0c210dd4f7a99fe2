// Every example rule of config/rules does on PostgreSQL what docs/rules.md says of it.
#include "rules_fixture.hpp"

#include <filesystem>
#include <set>

namespace rules_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RuleExamplesTest : public RulesTest {
protected:
    void in_force(std::vector<std::string> const& names)
    {
        std::vector<domain::RuleFile> files;
        for (auto const& name : names)
            files.push_back(example(name + ".sql"));
        apply(std::move(files));
    }
    /// What is wanted of one kind, "path = value".
    std::set<std::string> wishes(domain::DeviceKey device, std::string const& kind)
    {
        std::set<std::string> found;
        for (auto const& wish : run(rules.explain(device, "")).wishes)
            if (wish.kind == kind && wish.overruled_by.empty())
                found.insert(wish.path + " = " + wish.wanted);
        return found;
    }
};

TEST_F(RuleExamplesTest, AllOfThemTogetherAreInOrder)
{
    std::vector<domain::RuleFile> files;
    for (auto const& entry : std::filesystem::directory_iterator{ACS_SOURCE_DIR "/config/rules"})
        if (entry.path().extension() == ".sql")
            files.push_back(example(entry.path().filename()));
    EXPECT_GE(files.size(), 15U);
    apply(std::move(files));
    for (auto const device : {gateway, other, old, box})
        EXPECT_THAT(run(rules.explain(device, "")).failures, IsEmpty());
}

TEST_F(RuleExamplesTest, WifiOfTwoDataModelsComesFromOneRule)
{
    in_force({"wifi-from-crm"});
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
    EXPECT_EQ(wanted(old, "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID"), "Carls");
    EXPECT_EQ(wanted(gateway, "Device.WiFi.AccessPoint.1.Security.KeyPassphrase"), "********");
    EXPECT_THAT(wishes(other, "set"), IsEmpty()) << "a business customer";
}

TEST_F(RuleExamplesTest, ASettingOfAModelOfItsOwnWins)
{
    in_force({"wifi-from-crm"});
    database.exec("INSERT INTO acs.setting (name, root, oui, product_class, path)"
                  " VALUES ('wifi.ssid.1', 'Device.', '', 'HG-1000', 'Device.X_HG.Ssid')");
    EXPECT_EQ(wanted(gateway, "Device.X_HG.Ssid"), "Annas");
}

TEST_F(RuleExamplesTest, PeriodicInformsAreSpread)
{
    make_trees();
    in_force({"spread-periodic-informs"});
    EXPECT_EQ(wanted(gateway, "Device.ManagementServer.PeriodicInformTime"), "2020-01-01T00:00:01+00:00");
    EXPECT_EQ(wanted(other, "Device.ManagementServer.PeriodicInformTime"), "2020-01-01T00:00:02+00:00");
    EXPECT_EQ(wanted(old, "InternetGatewayDevice.ManagementServer.PeriodicInformInterval"), "3600");
    for (auto const& wish : run(rules.explain(gateway, "")).wishes)
        EXPECT_EQ(wish.state == domain::WishState::in_place, wish.path.ends_with("PeriodicInformInterval"))
            << wish.path;
}

TEST_F(RuleExamplesTest, PppoeCredentialsAreSecret)
{
    in_force({"pppoe-credentials"});
    EXPECT_EQ(wanted(gateway, "Device.PPP.Interface.1.Username"), "anna@isp");
    EXPECT_EQ(wanted(gateway, "Device.PPP.Interface.1.Password"), "********");
    EXPECT_THAT(wishes(box, "set"), IsEmpty());
}

TEST_F(RuleExamplesTest, AVoipLineIsSwitchedOffForWhoHasNone)
{
    in_force({"voip-line"});
    EXPECT_EQ(wanted(gateway, "Device.Services.VoiceService.1.SIP.Client.1.Enable"), "true");
    EXPECT_EQ(wanted(gateway, "Device.Services.VoiceService.1.SIP.Client.1.AuthUserName"), "4930001");
    EXPECT_EQ(wanted(other, "Device.Services.VoiceService.1.SIP.Client.1.Enable"), "false");
    EXPECT_EQ(wanted(other, "Device.Services.VoiceService.1.SIP.Client.1.AuthUserName"), std::nullopt);
}

TEST_F(RuleExamplesTest, NullIsNoOpinion)
{
    in_force({"iptv-vlan"});
    EXPECT_EQ(wanted(other, "Device.Ethernet.VLANTermination.2.VLANID"), "42");
    EXPECT_THAT(wishes(gateway, "set"), IsEmpty());
}

TEST_F(RuleExamplesTest, ASetTopBoxGetsItsSettings)
{
    in_force({"set-top-box"});
    EXPECT_THAT(wishes(box, "set"), SizeIs(2));
    EXPECT_THAT(wishes(gateway, "set"), IsEmpty());
}

TEST_F(RuleExamplesTest, PortMappingsAreInstancesFoundByTheirKeys)
{
    in_force({"port-mappings"});
    EXPECT_THAT(wishes(gateway, "ensure"), SizeIs(1));
    EXPECT_THAT(*wishes(gateway, "ensure").begin(), HasSubstr(R"("keys":{"Protocol":"TCP","ExternalPort":"8080"})"));
    EXPECT_THAT(*wishes(gateway, "delete").begin(), HasSubstr(R"("ExternalPort":"2222")"));
}

TEST_F(RuleExamplesTest, FirstContactNamesTheDevice)
{
    in_force({"first-contact"});
    EXPECT_EQ(wanted(gateway, "Device.ManagementServer.ConnectionRequestUsername"), "acs-A1");
    EXPECT_EQ(wanted(box, "Device.DeviceInfo.ProvisioningCode"), "ISP.none");
}

TEST_F(RuleExamplesTest, DevicesBehindNatAreToldOfTheStunServer)
{
    database.exec(
        "UPDATE device_contact SET address = '192.0.2.1', connection_request_url = 'http://192.168.1.1:7547/x'"
        " WHERE device_id IN (1, 3); UPDATE device_contact SET address = '192.0.2.1', connection_request_url ="
        " 'http://192.0.2.1:7547/x' WHERE device_id = 2");
    in_force({"stun"});
    EXPECT_EQ(wanted(gateway, "Device.ManagementServer.STUNEnable"), "true");
    EXPECT_EQ(wanted(old, "InternetGatewayDevice.ManagementServer.STUNServerAddress"), "stun.example.net");
    EXPECT_EQ(wanted(old, "InternetGatewayDevice.ManagementServer.STUNMinimumKeepAlivePeriod"), "25");
    EXPECT_THAT(wishes(other, "set"), IsEmpty()) << "it is reached at the address that it tells";
}

TEST_F(RuleExamplesTest, NotificationsAreWanted)
{
    in_force({"notify-wan-address"});
    EXPECT_EQ(wanted(gateway, "Device.IP.Interface.1.IPv4Address.1.IPAddress"), "2");
    EXPECT_THAT(wishes(box, "notify"), IsEmpty());
}

TEST_F(RuleExamplesTest, FirmwareIsForTheModelAndTheOldVersionOnly)
{
    in_force({"firmware-by-model"});
    EXPECT_THAT(wishes(gateway, "download"), SizeIs(1));
    EXPECT_THAT(wishes(other, "download"), IsEmpty());
    EXPECT_THAT(wishes(box, "download"), IsEmpty());
}

TEST_F(RuleExamplesTest, TariffsAreLayersAndTheWalledGardenIsAboveThem)
{
    in_force({"tariff-gold", "tariff-default", "walled-garden"});
    auto const* const rate = "Device.QoS.Policer.1.CommittedRate";
    EXPECT_EQ(wanted(gateway, rate), "1000000000");
    EXPECT_EQ(wanted(old, rate), "100000000");
    EXPECT_EQ(wanted(other, rate), "1000000");
    EXPECT_EQ(wanted(other, "walled"), "true");
}

TEST_F(RuleExamplesTest, TimeZonesFollowTheCountry)
{
    in_force({"country-time-zone"});
    EXPECT_EQ(wanted(gateway, "Device.Time.LocalTimeZone"), "CET-1CEST,M3.5.0,M10.5.0/3");
    EXPECT_EQ(wanted(other, "Device.Time.LocalTimeZone"), "WET0WEST,M3.5.0/1,M10.5.0");
    EXPECT_THAT(wishes(old, "set"), IsEmpty());
}

TEST_F(RuleExamplesTest, AReplacementOfAnotherVendorTakesTheSubscribersSettings)
{
    in_force({"rma-swap"});
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
    database.exec("UPDATE device SET subscriber = NULL WHERE device_id = 1; UPDATE device SET subscriber = 'anna' "
                  "WHERE device_id = 3");
    EXPECT_THAT(wishes(gateway, "set"), IsEmpty());
    EXPECT_EQ(wanted(old, "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID"), "Annas");
}

TEST_F(RuleExamplesTest, ANightlyChangeIsWantedAtNight)
{
    in_force({"night-channel"});
    bool const is_night =
        database.value("SELECT extract(hour FROM now() AT TIME ZONE 'Europe/Berlin') BETWEEN 2 AND 3") == "t";
    EXPECT_EQ(wanted(gateway, "Device.WiFi.Radio.1.AutoChannelEnable").has_value(), is_night);
}

TEST_F(RuleExamplesTest, DriftIsRepairedWhereItIs)
{
    in_force({"drift-repair"});
    EXPECT_EQ(wanted(gateway, "Device.ManagementServer.PeriodicInformInterval"), "900");
    database.exec("UPDATE device_parameter SET value = '900' WHERE value = '3600'");
    EXPECT_THAT(wishes(gateway, "set"), IsEmpty());
}

TEST_F(RuleExamplesTest, WhatRunsForLongIsRebooted)
{
    in_force({"weekly-reboot"});
    EXPECT_THAT(wishes(gateway, "reboot"), SizeIs(1));
    EXPECT_THAT(wishes(other, "reboot"), IsEmpty());
}

TEST_F(RuleExamplesTest, ACommonTableExpressionChooses)
{
    in_force({"language"});
    EXPECT_EQ(wanted(gateway, "Device.UserInterface.CurrentLanguage"), "de");
    EXPECT_EQ(wanted(other, "Device.UserInterface.CurrentLanguage"), "pt");
    EXPECT_EQ(wanted(old, "Device.UserInterface.CurrentLanguage"), "en");
}

}  // namespace
}  // namespace rules_test
