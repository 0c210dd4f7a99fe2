#include "cwmp/path.hpp"
#include "device/persona.hpp"
#include "device/tree.hpp"
#include "device/value_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

struct Sample {
    explicit Sample(sim::Persona const& persona)
        : identity{persona.manufacturer, persona.oui, persona.product_class, persona.serial_prefix + "0001", 7},
          facts{.model_name = persona.model_name,
                .hardware_version = persona.hardware_version,
                .software_version = persona.software_version,
                .acs_url = "https://acs.example/",
                .connection_request_url = "http://192.0.2.1:7547/x",
                .booted = noon - 1h},
          tree{persona, identity, facts}
    {
    }
    sim::Identity identity;
    sim::DeviceFacts facts;
    sim::Tree tree;
};

std::size_t parameters(sim::Persona const& persona)
{
    std::size_t count = 0;
    Sample{persona}.tree.walk("", false, [&](sim::Node const& node) { count += node.parameter != nullptr; });
    return count;
}

TEST(Personas, HaveTheSizeOfRealDevices)
{
    EXPECT_NEAR(static_cast<double>(parameters(*sim::find_persona("dsl-gateway"))), 1000, 150);
    EXPECT_GE(parameters(*sim::find_persona("fibre-gateway")), 2000u);
    EXPECT_NEAR(static_cast<double>(parameters(*sim::find_persona("set-top-box"))), 400, 100);
}

TEST(Personas, HaveNamesOfTheirOwn)
{
    std::set<std::string> names, classes;
    for (auto const& persona : sim::personas()) {
        EXPECT_TRUE(names.insert(persona.name).second) << persona.name;
        EXPECT_TRUE(classes.insert(persona.oui + persona.product_class).second) << persona.name;
        EXPECT_EQ(persona.oui.size(), 6u);
        EXPECT_FALSE(persona.title.empty());
        EXPECT_FALSE(persona.software_version.empty());
    }
    EXPECT_EQ(sim::find_persona("toaster"), nullptr);
}

TEST(Personas, HaveSoundPathsWithoutDuplicates)
{
    for (auto const& persona : sim::personas()) {
        std::set<std::string, std::less<>> seen;
        Sample{persona}.tree.walk("", false, [&](sim::Node const& node) {
            EXPECT_EQ(cwmp::form_of(node.path), cwmp::PathForm::sound) << node.path;
            EXPECT_EQ(node.path.ends_with('.'), node.parameter == nullptr);
            EXPECT_TRUE(seen.emplace(node.path).second) << node.path;
        });
    }
}

TEST(Personas, EveryPathThatIsListedIsFound)
{
    for (auto const& persona : sim::personas()) {
        Sample const sample{persona};
        sample.tree.walk("", false, [&](sim::Node const& node) {
            if (node.parameter != nullptr)
                EXPECT_TRUE(sample.tree.find_parameter(node.path).has_value()) << node.path;
            else
                EXPECT_TRUE(sample.tree.find_object(node.path).has_value()) << node.path;
        });
    }
}

TEST(Personas, FactoryValuesKeepToTheirOwnRules)
{
    for (auto const& persona : sim::personas()) {
        Sample const sample{persona};
        sample.tree.walk("", false, [&](sim::Node const& node) {
            if (node.parameter == nullptr)
                return;
            auto const value = sample.tree.value(*node.parameter, node.path, noon);
            auto const verdict = sim::check_value(*node.parameter->spec, value, node.parameter->spec->type);
            EXPECT_EQ(verdict.fault_code, 0u) << node.path << " = \"" << value << "\": " << verdict.what;
        });
    }
}

TEST(Personas, ValuesOfNewInstancesKeepToTheirRulesToo)
{
    for (auto const& persona : sim::personas()) {
        Sample sample{persona};
        std::vector<std::string> tables;
        sample.tree.walk("", false, [&](sim::Node const& node) {
            if (node.parameter == nullptr && node.is_writable && !cwmp::is_instance(node.path))
                tables.emplace_back(node.path);
        });
        for (auto const& table : tables) {
            auto const row = table + std::to_string(sample.tree.add_instance(table)) + ".";
            ASSERT_TRUE(sample.tree.walk(row, false, [&](sim::Node const& node) {
                if (node.parameter == nullptr)
                    return;
                auto const value = sample.tree.value(*node.parameter, node.path, noon);
                auto const verdict = sim::check_value(*node.parameter->spec, value, node.parameter->spec->type);
                EXPECT_EQ(verdict.fault_code, 0u) << node.path << " = \"" << value << "\": " << verdict.what;
            })) << row;
        }
    }
}

TEST(Personas, SecretsAreMarkedAsSecret)
{
    for (auto const& persona : sim::personas())
        Sample{persona}.tree.walk("", false, [&](sim::Node const& node) {
            if (node.parameter != nullptr && cwmp::is_secret_path(node.path))
                EXPECT_TRUE(node.parameter->spec->is_secret) << node.path;
        });
}

TEST(Personas, InformWhatTheirDataModelDemands)
{
    auto const has = [](std::string_view persona, std::string_view path) {
        return std::ranges::count(sim::find_persona(persona)->inform_paths(), path) == 1;
    };
    EXPECT_TRUE(has("dsl-gateway", "InternetGatewayDevice.DeviceSummary"));
    EXPECT_TRUE(has("dsl-gateway", "InternetGatewayDevice.DeviceInfo.SpecVersion"));
    EXPECT_TRUE(has("dsl-gateway",
                    "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.ExternalIPAddress"));
    for (auto const* persona : {"fibre-gateway", "set-top-box"})
        for (auto const* path :
             {"Device.RootDataModelVersion", "Device.DeviceInfo.HardwareVersion", "Device.DeviceInfo.SoftwareVersion",
              "Device.DeviceInfo.ProvisioningCode", "Device.ManagementServer.ConnectionRequestURL",
              "Device.ManagementServer.ParameterKey", "Device.ManagementServer.AliasBasedAddressing"})
            EXPECT_TRUE(has(persona, path)) << persona << " " << path;
}

TEST(PersonaText, FaultsNameTheLine)
{
    auto const failure = [](std::string_view text) {
        auto const read = sim::Persona::parse(text);
        return read ? std::string{"was read"} : read.error().what;
    };
    EXPECT_THAT(failure(": name x\nDevice.\n  A string q\n").c_str(), testing::StartsWith("line 3"));
    EXPECT_NE(failure(": name x\nDevice.\n  A number r\n").find("no such type"), std::string::npos);
    EXPECT_NE(failure(": name x\nDevice.\n  A string r = {nothing}\n").find("{nothing}"), std::string::npos);
    EXPECT_NE(failure(": name x\nDevice.\n  A string r\n  A string r\n").find("twice"), std::string::npos);
    EXPECT_NE(failure(": name x\nDevice.\n  T.[many] w\n").find("count"), std::string::npos);
    EXPECT_NE(failure(": name x\nDevice.\n  use nothing\n").find("block"), std::string::npos);
    EXPECT_NE(failure("Device.\n").find("name"), std::string::npos);
    EXPECT_NE(failure(": name x\nDevice.\n   A string r\n").find("odd"), std::string::npos);
    EXPECT_NE(failure(": name x\nDevice.\n  A int r range=9..1\n").find("range"), std::string::npos);
}

}  // namespace
