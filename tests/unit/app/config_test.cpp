#include "app/config.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace {

using testing::HasSubstr;

std::string problems_of(std::string_view text)
{
    std::string all;
    for (auto const& problem : app::parse_config(text, "test.toml").problems)
        all += problem + '\n';
    return all;
}

TEST(Config, TheAnnotatedExampleIsValid)
{
    auto const outcome = app::load_config(ACS_SOURCE_DIR "/config/acs.toml");
    EXPECT_THAT(outcome.problems, testing::IsEmpty());
    ASSERT_EQ(outcome.config.cwmp.listeners.size(), 1u);
    EXPECT_EQ(outcome.config.cwmp.listeners[0].port, 7547);
    EXPECT_EQ(outcome.config.tls.certificates.size(), 2u);
}

TEST(Config, EveryProblemIsReportedAtOnce)
{
    auto const problems = problems_of("thread = 3\n[database]\nsession_connections = 99\n[log]\nlevel = 'loud'\n"
                                      "[[cwmp.listener]]\nname='a'\nauth='basic'\ntls=false\nport=70000\n");
    EXPECT_THAT(problems, HasSubstr("thread: is not a setting (line 1)"));
    EXPECT_THAT(problems, HasSubstr("database.session_connections: must be a whole number from 1 to 16"));
    EXPECT_THAT(problems, HasSubstr("log.level: must be one of debug, info, warning, error, not 'loud'"));
    EXPECT_THAT(problems, HasSubstr("cwmp.listener[0].port: must be a whole number from 0 to 65535"));
    EXPECT_THAT(problems, HasSubstr("cwmp.listener[0].auth: basic sends passwords in clear"));
}

TEST(Config, EverySettingIsToldWithItsDefaultAndWithoutPasswords)
{
    auto const outcome = app::parse_config("threads = 3\n[log]\nlevel = 'error'\n"
                                           "[database]\nurl = 'postgresql://acs:geheim@db/acs'\n"
                                           "[wakeup]\nusername = 'u'\npassword = 'geheim'\n",
                                           "test.toml");
    std::map<std::string, domain::ShownSetting> settings;
    for (auto const& setting : outcome.config.settings) {
        EXPECT_THAT(setting.value, testing::Not(HasSubstr("geheim"))) << setting.name;
        EXPECT_TRUE(settings.try_emplace(setting.name, setting).second) << setting.name << " is told twice";
    }
    EXPECT_EQ(settings.at("threads").value, "3");
    EXPECT_EQ(settings.at("threads").default_value, "0");
    EXPECT_TRUE(settings.at("threads").is_given);
    EXPECT_EQ(settings.at("log.level").value, "\"error\"");
    EXPECT_EQ(settings.at("log.level").default_value, "\"info\"");
    EXPECT_EQ(settings.at("wakeup.password").value, "\"********\"");
    EXPECT_EQ(settings.at("wakeup.password").default_value, "\"\"");
    EXPECT_EQ(settings.at("database.search_timeout_ms").value, "5000");
    EXPECT_FALSE(settings.at("database.search_timeout_ms").is_given);
    EXPECT_EQ(settings.at("wakeup.denied_networks").value, "[]");
    EXPECT_EQ(outcome.config.file, "test.toml");
}

TEST(Config, PasswordsOfConnectionsAreNotToldHoweverTheyAreWritten)
{
    for (auto const* const url : {"host=db password=geheim", "host=db password = 'geheim' dbname=acs",
                                  "postgresql://db/acs?password=geheim", "postgresql://acs:geheim@db/acs"}) {
        auto const outcome = app::parse_config(fmt::format("[database]\nurl = \"{}\"\n", url), "test.toml");
        EXPECT_EQ(outcome.config.database.url, url);
        for (auto const& setting : outcome.config.settings)
            EXPECT_THAT(setting.value, testing::Not(HasSubstr("geheim"))) << url;
    }
    auto const named = app::parse_config("[secrets]\nkey_file = '/etc/acs/password.key'\n", "test.toml");
    auto const is_key_file = [](auto const& setting) { return setting.name == "secrets.key_file"; };
    EXPECT_EQ(std::ranges::find_if(named.config.settings, is_key_file)->value, "\"/etc/acs/password.key\"");
}

TEST(Config, PacesOfWakingAndSweepsOfRulesAreSet)
{
    auto const outcome =
        app::parse_config("[rules]\nsweep_seconds = 60\n[wakeup]\nautomation_per_second = 0\n", "test.toml");
    EXPECT_EQ(outcome.config.wakeup.automation_per_second, 0u);
    EXPECT_EQ(outcome.config.rules.sweep_interval, std::chrono::seconds{60});
    app::Config const defaults;
    EXPECT_EQ(defaults.wakeup.automation_per_second, 5u);
    EXPECT_EQ(defaults.rules.sweep_interval, std::chrono::minutes{10});
    EXPECT_THAT(problems_of("[rules]\nsweep_seconds = 1\n"), HasSubstr("rules.sweep_seconds: must be"));
}

TEST(Config, TheStunServerIsOffUntilItHasAPort)
{
    EXPECT_EQ(app::Config{}.stun.port, 0);
    auto const outcome = app::parse_config("[stun]\nport = 3478\nrequire_message_integrity = true\n", "test.toml");
    EXPECT_EQ(outcome.config.stun.port, 3478);
    EXPECT_TRUE(outcome.config.stun.require_message_integrity);
    EXPECT_THAT(problems_of("[stun]\nbinding_seconds = 1\n"), HasSubstr("stun.binding_seconds: must be"));
}

TEST(Config, ASyntaxErrorNamesLineAndColumn)
{
    EXPECT_THAT(problems_of("node = \n"), HasSubstr("test.toml line 1, column"));
}

TEST(Config, ANameThatBeginsWithAControlCharacterIsAnErrorOfTheFile)
{
    EXPECT_THAT(problems_of("[\x01"), HasSubstr("test.toml: this is no TOML"));
}

TEST(Config, AListenerWithTlsNeedsACertificate)
{
    EXPECT_THAT(problems_of("[[cwmp.listener]]\nname='a'\n"), HasSubstr("tls.certificate: a listener has tls = true"));
}

TEST(Config, AListenerSaysWhichClientCertificatesItWants)
{
    auto const outcome = app::parse_config("[[tls.certificate]]\nchain='a'\nkey='b'\n"
                                           "[[cwmp.listener]]\nname='a'\nclient_certificates='required'\n"
                                           "client_ca_file='ca.pem'\nignore_client_dates=true\n",
                                           "test.toml");
    EXPECT_THAT(outcome.problems, testing::IsEmpty());
    ASSERT_EQ(outcome.config.cwmp.listeners.size(), 1u);
    auto const& rules = outcome.config.cwmp.listeners[0].tls_rules;
    EXPECT_EQ(rules.client_certificates, net::ClientCertificates::required);
    EXPECT_EQ(rules.client_ca_file, "ca.pem");
    EXPECT_TRUE(rules.ignore_client_dates);
}

TEST(Config, ClientCertificatesNeedTlsAndAnAuthority)
{
    auto const problems =
        problems_of("[[cwmp.listener]]\nname='a'\nclient_certificates='optional'\ntls=false\nport=1\n");
    EXPECT_THAT(problems, HasSubstr("cwmp.listener[0].client_ca_file: is missing"));
    EXPECT_THAT(problems, HasSubstr("cwmp.listener[0].client_certificates: are shown over TLS only"));
}

TEST(Config, AMissingFileIsNamed)
{
    auto const outcome = app::load_config("no/such/file.toml");
    ASSERT_EQ(outcome.problems.size(), 1u);
    EXPECT_THAT(outcome.problems[0], HasSubstr("no/such/file.toml: the file cannot be read"));
}

}  // namespace
