#include "session/masked_message.hpp"

#include "cwmp/codec/codec.hpp"
#include "cwmp/path.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

namespace session {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto passphrase = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";

std::string bytes_of(cwmp::Message message)
{
    return cwmp::encode({.id = "7", .message = std::move(message)}, {});
}

cwmp::Message values(std::vector<cwmp::ParameterValue> list)
{
    return cwmp::GetParameterValuesResponse{std::move(list)};
}

TEST(MaskedMessageTest, ValuesOfSecretParametersAreMaskedAndNothingElseIsTouched)
{
    auto const body = bytes_of(values({{passphrase, "the secret"}, {"Device.DeviceInfo.UpTime", "17"}}));
    auto const masked = masked_message(body);
    EXPECT_TRUE(masked.is_whole);
    EXPECT_EQ(masked.method, "GetParameterValuesResponse");
    auto expected = body;
    expected.replace(expected.find("the secret"), 10, cwmp::masked_secret);
    EXPECT_EQ(masked.text, expected);
}

TEST(MaskedMessageTest, AnEmptySecretStaysEmpty)
{
    auto const body = bytes_of(values({{passphrase, ""}}));
    EXPECT_EQ(masked_message(body).text, body);
}

TEST(MaskedMessageTest, AMessageWithoutABodyHasNothingToHide)
{
    auto const masked = masked_message("");
    EXPECT_TRUE(masked.is_whole);
    EXPECT_EQ(masked.method, "Empty");
    EXPECT_EQ(masked.text, "");
}

TEST(MaskedMessageTest, LoginsOfTransfersAndTokensInUrlsAreMasked)
{
    cwmp::Download download{.command_key = "1", .file_type = "1 Firmware Upgrade Image"};
    download.url = "https://anna:geheim@files.example/f/abcdefghijklmnopqrstuvwxyz0123456789/a.bin";
    download.username = "anna";
    download.password = "wort";
    auto const masked = masked_message(bytes_of(download));
    ASSERT_TRUE(masked.is_whole) << masked.why;
    EXPECT_THAT(masked.text, Not(HasSubstr("anna")));
    EXPECT_THAT(masked.text, Not(HasSubstr("geheim")));
    EXPECT_THAT(masked.text, Not(HasSubstr("wort")));
    EXPECT_THAT(masked.text, HasSubstr("@files.example/f/********/a.bin"));
}

TEST(MaskedMessageTest, ASecretThatIsRepeatedElsewhereIsMaskedThereToo)
{
    auto const masked =
        masked_message(bytes_of(values({{passphrase, "geheimes wort"}, {"Device.X.Note", "it is geheimes wort!"}})));
    ASSERT_TRUE(masked.is_whole);
    EXPECT_THAT(masked.text, HasSubstr("it is ********!"));
}

TEST(MaskedMessageTest, WhatCannotBeReadIsLeftAsItsSkeleton)
{
    auto const body = bytes_of(values({{passphrase, "geheimes wort"}}));
    auto const masked = masked_message(body.substr(0, body.size() - 30));
    EXPECT_FALSE(masked.is_whole);
    EXPECT_EQ(masked.method, "");
    EXPECT_THAT(masked.text, Not(HasSubstr("geheim")));
    EXPECT_THAT(masked.text, HasSubstr(passphrase));
    EXPECT_THAT(masked.text, HasSubstr("xxxxxxxx xxxx"));
    EXPECT_THAT(masked.text, HasSubstr("<cwmp:GetParameterValuesResponse>"));
    EXPECT_FALSE(masked.why.empty());
    EXPECT_EQ(masked_message(body.substr(0, body.size() - 30), 100).text.size(), 100U);
}

TEST(MaskedMessageTest, ASkeletonTellsBytesThatAreNotPrintable)
{
    EXPECT_EQ(skeleton(std::string{"<\x01\xff\0>", 5}, 100), "<\\x01\\xff\\x00>");
    EXPECT_EQ(skeleton("<Name>Device.X.Y</Name><Value>Device.Secret</Value>", 100),
              "<Name>Device.X.Y</Name><Value>xxxxxxxxxxxxx</Value>");
}

/// A text of printable characters, some of them marks of XML.
std::string random_secret(std::mt19937& random)
{
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<>&\"' ./:@-_%#";
    std::uniform_int_distribution<std::size_t> length{8, 40};
    std::uniform_int_distribution<std::size_t> which{0, letters.size() - 1};
    std::string text = "Zq7";  // so that no name of TR-069 is one by chance
    for (auto left = length(random); left > 0; --left)
        text += letters[which(random)];
    return text;
}

TEST(MaskedMessageTest, NoSecretOfAnyMessageSurvivesWhateverBecomesOfItsBytes)
{
    std::mt19937 random{4711};
    for (int round = 0; round < 300; ++round) {
        std::vector<std::string> secrets;
        for (int i = 0; i < 5; ++i)
            secrets.push_back(random_secret(random));
        cwmp::SetParameterValues set{{{passphrase, secrets[0]},
                                      {"Device.ManagementServer.Password", secrets[1]},
                                      {"Device.X.Note", "again: " + secrets[0]}},
                                     "key"};
        cwmp::Upload upload{.command_key = "1", .file_type = "1 Vendor Configuration File"};
        upload.username = secrets[2];
        upload.password = secrets[3];
        cwmp::Inform inform{.device_id = {"Acme", "00D09E", "HG", "S1"}};
        inform.parameter_list = {{"Device.X.PreSharedKey", secrets[4]}};
        for (cwmp::Message const& message : {cwmp::Message{set}, cwmp::Message{upload}, cwmp::Message{inform}}) {
            auto body = bytes_of(message);
            // Every other time the message is cut; so may a secret be, and its beginning is looked for.
            bool const is_broken = round % 2 == 1;
            if (is_broken)
                body.resize(std::uniform_int_distribution<std::size_t>{0, body.size() - 1}(random));
            auto const masked = masked_message(body);
            EXPECT_TRUE(is_broken || masked.is_whole) << masked.why;
            EXPECT_THAT(masked.text, Not(HasSubstr("Zq7"))) << body;
        }
    }
}

}  // namespace
}  // namespace session
