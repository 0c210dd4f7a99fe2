#include "cwmp/path.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace {

using namespace cwmp;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string_view> segments(std::string_view path)
{
    std::vector<std::string_view> all;
    for (auto const segment : Segments{path})
        all.push_back(segment);
    return all;
}

std::string refusal(std::string_view path, PathRules rules = {})
{
    auto const checked = check_path(path, rules);
    return checked ? std::string{} : checked.error().what;
}

TEST(Path, SegmentsStandBetweenDots)
{
    EXPECT_THAT(segments("Device.WiFi.SSID.1.Enable"), ElementsAre("Device", "WiFi", "SSID", "1", "Enable"));
    EXPECT_THAT(segments("Device.WiFi."), ElementsAre("Device", "WiFi"));
    EXPECT_THAT(segments(""), ElementsAre());
}

TEST(Path, DotsInsideBracketsBelongToTheAlias)
{
    EXPECT_THAT(segments("Device.WiFi.SSID.[guest.2].Enable"),
                ElementsAre("Device", "WiFi", "SSID", "[guest.2]", "Enable"));
    EXPECT_THAT(segments("Device.[a].[b.c]."), ElementsAre("Device", "[a]", "[b.c]"));
    EXPECT_EQ(parent("Device.WiFi.SSID.[guest.2]."), "Device.WiFi.SSID.");
    EXPECT_EQ(parent("Device.WiFi.SSID.[guest.2].Enable"), "Device.WiFi.SSID.[guest.2].");
    EXPECT_EQ(last_segment("Device.WiFi.SSID.[guest.2]."), "[guest.2]");
}

TEST(Path, ABracketThatNeverClosesIsAnOrdinaryCharacter)
{
    EXPECT_THAT(segments("Device.[x.Enable"), ElementsAre("Device", "[x", "Enable"));
}

TEST(Path, StrayDotsMakeEmptySegments)
{
    EXPECT_THAT(segments("Device..Enable"), ElementsAre("Device", "", "Enable"));
    EXPECT_THAT(segments("."), ElementsAre(""));
    EXPECT_EQ(parent("Device..Enable"), "Device..");
}

TEST(Path, AnObjectStandsForAllBelowIt)
{
    EXPECT_TRUE(is_partial(""));
    EXPECT_TRUE(is_partial("Device."));
    EXPECT_FALSE(is_partial("Device.WiFi"));
    EXPECT_TRUE(covers("", "Device.WiFi.SSID.1.Enable"));
    EXPECT_TRUE(covers("Device.WiFi.", "Device.WiFi.SSID.1.Enable"));
    EXPECT_TRUE(covers("Device.WiFi.", "Device.WiFi."));
    EXPECT_FALSE(covers("Device.WiFi.SSID.1.", "Device.WiFi.SSID.10.Enable"));
    EXPECT_FALSE(covers("Device.WiFi", "Device.WiFi.SSID"));
    EXPECT_FALSE(covers("device.", "Device.WiFi."));
}

TEST(Path, EveryPathHasAParentUpToTheWholeTree)
{
    EXPECT_EQ(parent("Device.WiFi.SSID.1.Enable"), "Device.WiFi.SSID.1.");
    EXPECT_EQ(parent("Device.WiFi.SSID.1."), "Device.WiFi.SSID.");
    EXPECT_EQ(parent("Device."), "");
    EXPECT_EQ(parent(""), "");
    EXPECT_EQ(last_segment("Device.WiFi.SSID.1."), "1");
    EXPECT_EQ(last_segment(""), "");
    EXPECT_EQ(depth("Device.WiFi.SSID.1."), 4U);
}

TEST(Path, InstanceNumbersStartAtOneAndFitInThirtyTwoBits)
{
    EXPECT_EQ(instance_number("1"), 1U);
    EXPECT_EQ(instance_number("4294967295"), 4294967295U);
    for (auto const* const other : {"", "0", "01", "4294967296", "-1", "+1", "1a", "[1]", "*"})
        EXPECT_EQ(instance_number(other), std::nullopt) << other;
}

TEST(Path, InstancesAreToldFromNames)
{
    EXPECT_TRUE(is_instance("Device.WiFi.SSID.1."));
    EXPECT_TRUE(is_instance("Device.WiFi.SSID.[cpe-1]."));
    EXPECT_TRUE(is_instance("InternetGatewayDevice.WANDevice.(null)."));
    EXPECT_FALSE(is_instance("Device.WiFi.SSID."));
    EXPECT_FALSE(is_instance("Device.WiFi.SSID.1"));
    EXPECT_FALSE(is_instance(""));
    EXPECT_EQ(alias("[guest]"), "guest");
    EXPECT_EQ(alias("guest"), std::nullopt);
    EXPECT_TRUE(has_wildcard("Device.X.*.B"));
    EXPECT_FALSE(has_wildcard("Device.X*.B"));
}

TEST(Path, WildcardsMeanAnyInstanceButNoName)
{
    EXPECT_TRUE(matches("Device.WiFi.SSID.*.SSID", "Device.WiFi.SSID.3.SSID"));
    EXPECT_TRUE(matches("Device.WiFi.SSID.{i}.SSID", "Device.WiFi.SSID.[guest].SSID"));
    EXPECT_TRUE(matches("Device.WiFi.SSID.*.", "Device.WiFi.SSID.3.Stats.BytesSent"));
    EXPECT_TRUE(matches("Device.WiFi.SSID.3.SSID", "Device.WiFi.SSID.3.SSID"));
    EXPECT_FALSE(matches("Device.WiFi.*.SSID", "Device.WiFi.Radio.SSID"));
    EXPECT_FALSE(matches("Device.WiFi.SSID.*.SSID", "Device.WiFi.SSID.3.SSIDReference"));
    EXPECT_FALSE(matches("Device.WiFi.SSID.*.SSID", "Device.WiFi.SSID.3.SSID.1"));
    EXPECT_FALSE(matches("Device.WiFi.SSID.*.SSID.", "Device.WiFi.SSID.3.SSID"));
    EXPECT_FALSE(matches("Device.WiFi.SSID.*", "Device.WiFi.SSID.3."));
    EXPECT_FALSE(matches("Device.WiFi.SSID.*.SSID", "Device.WiFi.SSID.3."));
    EXPECT_TRUE(matches("", "Device.WiFi.SSID.3.SSID"));
}

TEST(Path, TheTemplateFormHasNoInstances)
{
    EXPECT_EQ(template_form("Device.WiFi.SSID.12.SSID"), "Device.WiFi.SSID.{i}.SSID");
    EXPECT_EQ(template_form("Device.WiFi.SSID.[a.b]."), "Device.WiFi.SSID.{i}.");
    EXPECT_EQ(template_form("Device.WiFi.SSID.*.SSID"), "Device.WiFi.SSID.{i}.SSID");
    EXPECT_EQ(template_form("Device.WiFi.SSID."), "Device.WiFi.SSID.");
    EXPECT_EQ(template_form(""), "");
}

TEST(Path, TheRootIsTheFirstSegment)
{
    EXPECT_EQ(root_of("Device.DeviceInfo.UpTime"), Root::device);
    EXPECT_EQ(root_of("InternetGatewayDevice."), Root::internet_gateway_device);
    EXPECT_EQ(root_of("Devices.X"), Root::none);
    EXPECT_EQ(root_of(""), Root::none);
    EXPECT_EQ(root_name(Root::internet_gateway_device), "InternetGatewayDevice.");
}

TEST(Path, SecretsAreKnownByTheirNames)
{
    for (auto const* const name :
         {"Device.ManagementServer.Password", "Device.ManagementServer.ConnectionRequestPassword",
          "Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "Device.WiFi.AccessPoint.1.Security.SAEPassphrase",
          "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.PreSharedKey.1.PreSharedKey",
          "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.WEPKey.1.WEPKey", "Device.X.RadiusSecret",
          "Device.X.WEPKey1", "Device.X.X_ACME_Userpassword", "Device.X.PIN", "Device.X.DevicePin",
          "Device.X.EncryptionKey", "Device.X.CertPrivateKey", "Device.X.AccessToken", "Device.X.X_ACME_PasswordHash",
          "Device.X.psk_2"})
        EXPECT_TRUE(is_secret_path(name)) << name;
}

TEST(Path, WhatIsOnlyAboutASecretIsNoSecret)
{
    for (auto const* const name :
         {"Device.ManagementServer.ParameterKey", "Device.X.CommandKey", "Device.X.PublicKey", "Device.X.WEPKeyIndex",
          "Device.X.MACKeyNumberOfEntries", "Device.X.KeyCount", "Device.X.PasswordRequired",
          "Device.X.EncryptionKeyLength", "Device.X.RekeyingInterval", "Device.X.AvailableInterfaceKey",
          "Device.X.FaxPassThrough", "Device.X.PingInterval", "Device.X.Spin", "Device.ManagementServer.Password.",
          "Device.X.Username", ""})
        EXPECT_FALSE(is_secret_path(name)) << name;
}

TEST(Path, WhatCpesSendIsJudgedButNotRefusedLightly)
{
    EXPECT_EQ(form_of("Device.WiFi.SSID.1.SSID"), PathForm::sound);
    EXPECT_EQ(form_of("Device.X_00D09E_Thing.[a.b c].Y-1"), PathForm::sound);
    EXPECT_EQ(form_of("InternetGatewayDevice.LANDevice.(null).Name"), PathForm::odd);
    EXPECT_EQ(form_of("Device..Name"), PathForm::odd);
    EXPECT_EQ(form_of("Device.My Name"), PathForm::odd);
    EXPECT_EQ(form_of(""), PathForm::unusable);
    EXPECT_EQ(form_of("Device.\x01"), PathForm::unusable);
    EXPECT_EQ(form_of(std::string(257, 'x')), PathForm::unusable);
    EXPECT_EQ(trim_path("\n\t Device.A \r\n"), "Device.A");
    EXPECT_EQ(trim_path(" \n"), "");
}

TEST(Path, GoodPathsOfPersonsPass)
{
    EXPECT_EQ(refusal("Device.WiFi.SSID.1.SSID"), "");
    EXPECT_EQ(refusal("InternetGatewayDevice."), "");
    EXPECT_EQ(refusal(""), "");
    EXPECT_EQ(refusal("Device.WiFi.SSID.[guest.2].SSID"), "");
    EXPECT_EQ(refusal("Device.WiFi.SSID.*.SSID", {.wildcards = true}), "");
    EXPECT_EQ(refusal("Device." + std::string(249, 'x')), "");
}

TEST(Path, ARefusalSaysWhatIsWrongWithThePath)
{
    EXPECT_THAT(refusal("Device." + std::string(250, 'x')), HasSubstr("257 bytes, the longest allowed is 256"));
    EXPECT_THAT(refusal("device.WiFi."), HasSubstr("must begin with \"Device.\""));
    EXPECT_THAT(refusal("Device"), HasSubstr("needs a dot at its end"));
    EXPECT_THAT(refusal("Device..WiFi"), HasSubstr("two dots in a row"));
    EXPECT_THAT(refusal("Device.WiFi.SSID.*.SSID"), HasSubstr("wildcard"));
    EXPECT_THAT(refusal("Device.WiFi.SSID.[].SSID"), HasSubstr("1 to 64 characters"));
    EXPECT_THAT(refusal("Device.WiFi.SSID.[a].SSID", {.aliases = false}), HasSubstr("an instance number is needed"));
    EXPECT_THAT(refusal("Device.WiFi.SSID.{i}.SSID"), HasSubstr("put an instance number there"));
    EXPECT_THAT(refusal("Device.WiFi.SSID.01.SSID"), HasSubstr("without leading zeros"));
    EXPECT_THAT(refusal("Device.WiFi.My SSID"), HasSubstr("\"My SSID\""));
    EXPECT_THAT(refusal("Device.WiFi.", {.partial = false}), HasSubstr("name of one parameter"));
    EXPECT_THAT(refusal("", {.partial = false}), HasSubstr("the whole tree"));
    EXPECT_THAT(refusal("Device.A\nB"), HasSubstr("control characters"));
}

}  // namespace
