#include "app/application.hpp"
#include "net/make_certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

/// A configuration whose certificates and keys lie in a folder of its own.
class PrepareTest : public testing::Test {
protected:
    PrepareTest()
    {
        std::string name = (std::filesystem::temp_directory_path() / "acs-prepare-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        auto const made = net::make_certificates(folder, {"localhost"}).value();
        ca_file = made.ca_file;
        config.tls.certificates = {made.ecdsa};
        config.secrets.key_file = folder + "/secrets.key";
    }
    ~PrepareTest() override { std::filesystem::remove_all(folder); }

    app::CwmpListenerConfig& add_listener(std::string name)
    {
        auto& listener = config.cwmp.listeners.emplace_back();
        listener.name = std::move(name);
        return listener;
    }

    std::string folder;
    std::string ca_file;
    app::Config config;
};

TEST_F(PrepareTest, AListenerGetsTheTlsThatItsRulesAskFor)
{
    add_listener("open");
    auto& strict = add_listener("strict");
    strict.tls_rules.client_certificates = net::ClientCertificates::required;
    strict.tls_rules.client_ca_file = ca_file;
    add_listener("plain").tls = false;
    auto const prepared = app::prepare(config);
    ASSERT_TRUE(prepared) << prepared.error().what;
    ASSERT_EQ(prepared->tls.size(), 2u);
    EXPECT_TRUE(prepared->tls.at(config.cwmp.listeners[1].tls_rules)->asks_clients());
    EXPECT_FALSE(prepared->tls.at(config.cwmp.listeners[0].tls_rules)->asks_clients());
}

TEST_F(PrepareTest, AListenerWithoutItsAuthoritiesIsNamed)
{
    auto& strict = add_listener("strict");
    strict.tls_rules.client_certificates = net::ClientCertificates::required;
    strict.tls_rules.client_ca_file = folder + "/missing.pem";
    auto const prepared = app::prepare(config);
    ASSERT_FALSE(prepared);
    EXPECT_THAT(prepared.error().what, testing::HasSubstr("the listener strict cannot speak TLS"));
    EXPECT_THAT(prepared.error().what, testing::HasSubstr("missing.pem"));
}

}  // namespace
