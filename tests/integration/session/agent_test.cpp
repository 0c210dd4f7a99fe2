#include "lab.hpp"

#include <gmock/gmock.h>

namespace {

using domain::TaskState;
using lab::Lab;
using testing::IsEmpty;

struct Names {
    std::string persona, wifi, table, interval, version;
};

/// Where the personas keep what the tests change.
Names names_of(std::string const& persona)
{
    if (persona == "dsl-gateway")
        return {persona, "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID",
                "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.PortMapping.",
                "InternetGatewayDevice.ManagementServer.PeriodicInformInterval",
                "InternetGatewayDevice.DeviceInfo.SoftwareVersion"};
    if (persona == "fibre-gateway")
        return {persona, "Device.WiFi.SSID.1.SSID", "Device.NAT.PortMapping.",
                "Device.ManagementServer.PeriodicInformInterval", "Device.DeviceInfo.SoftwareVersion"};
    return {persona, "Device.ManagementServer.PeriodicInformInterval", "",
            "Device.ManagementServer.PeriodicInformInterval", "Device.DeviceInfo.SoftwareVersion"};
}

class EveryPersona : public testing::TestWithParam<std::string> {
protected:
    Names const names = names_of(GetParam());
    Lab lab{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Personas, EveryPersona, testing::Values("dsl-gateway", "fibre-gateway", "set-top-box"),
                         [](auto const& info) {
                             auto name = info.param;
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(EveryPersona, IsKnownCompletelyAfterItsFirstContact)
{
    ASSERT_TRUE(lab.settle()) << lab.last_report.failure;
    EXPECT_THAT(lab.not_known_rightly(), IsEmpty());
    EXPECT_GT(lab.parameters_on_device(), 50U);
    EXPECT_EQ(lab.store.tasks_of(*lab.key()).at(0).task.state, TaskState::done);
}

TEST_P(EveryPersona, TakesAValueAndTellsItWhenItIsReadBack)
{
    ASSERT_TRUE(lab.settle());
    ASSERT_EQ(lab.carry_out(domain::SetTask{{{names.interval, "720", std::nullopt}}}), TaskState::done) << lab.fault();
    EXPECT_EQ(lab.on_device(names.interval), "720");
    ASSERT_EQ(lab.carry_out(domain::GetTask{{names.interval}}), TaskState::done) << lab.fault();
    EXPECT_NE(lab.result().find("720"), std::string::npos) << lab.result();
    EXPECT_EQ(lab.known(names.interval), "720");
}

TEST_P(EveryPersona, RebootsWhenItIsTold)
{
    ASSERT_TRUE(lab.settle());
    EXPECT_EQ(lab.carry_out(domain::RebootTask{}), TaskState::done) << lab.fault();
}

TEST_P(EveryPersona, GetsNewFirmware)
{
    ASSERT_TRUE(lab.settle());
    auto const file = support::run(
        lab.files.add({.name = "image.bin", .file_type = "1 Firmware Upgrade Image", .version = "9.9.9", .size = 4}));
    ASSERT_EQ(lab.carry_out(domain::DownloadTask{.file_type = "1 Firmware Upgrade Image", .file = file.id}),
              TaskState::done)
        << lab.fault();
    EXPECT_THAT(lab.moved_files, testing::ElementsAre("image.bin"));
    EXPECT_EQ(lab.on_device(names.version), "9.9.9");
    // New software may have other parameters: everything is read again.
    ASSERT_TRUE(lab.settle());
    EXPECT_THAT(lab.not_known_rightly(), IsEmpty());
}

TEST_P(EveryPersona, FallsBackToFactoryDefaultsAndIsReadAgain)
{
    ASSERT_TRUE(lab.settle());
    auto const before = lab.on_device(names.interval);
    ASSERT_EQ(lab.carry_out(domain::SetTask{{{names.interval, "720", std::nullopt}}}), TaskState::done) << lab.fault();
    ASSERT_EQ(lab.carry_out(domain::FactoryResetTask{}), TaskState::done) << lab.fault();
    ASSERT_TRUE(lab.settle());
    EXPECT_EQ(lab.on_device(names.interval), before);
    EXPECT_EQ(lab.known(names.interval), before);
    EXPECT_THAT(lab.not_known_rightly(), IsEmpty());
}

class EveryGateway : public EveryPersona {};

INSTANTIATE_TEST_SUITE_P(Gateways, EveryGateway, testing::Values("dsl-gateway", "fibre-gateway"), [](auto const& info) {
    auto name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(EveryGateway, MakesAnInstanceWithItsValuesAndTakesItAwayAgain)
{
    ASSERT_TRUE(lab.settle());
    auto const before = lab.device.parameters().tree().instances(names.table);
    ASSERT_EQ(lab.carry_out(domain::AddTask{names.table, {{"ExternalPort", "8080", std::nullopt}}}), TaskState::done)
        << lab.fault();
    auto const after = lab.device.parameters().tree().instances(names.table);
    ASSERT_EQ(after.size(), before.size() + 1);
    auto const made = names.table + std::to_string(after.back()) + '.';
    EXPECT_EQ(lab.on_device(made + "ExternalPort"), "8080");
    EXPECT_EQ(lab.known(made + "ExternalPort"), "8080");
    EXPECT_NE(lab.result().find(std::to_string(after.back())), std::string::npos) << lab.result();

    ASSERT_EQ(lab.carry_out(domain::DeleteTask{made}), TaskState::done) << lab.fault();
    EXPECT_EQ(lab.device.parameters().tree().instances(names.table), before);
    EXPECT_EQ(lab.known(made + "ExternalPort"), "(not known)");
}

TEST_P(EveryGateway, TellsWhatPeopleAtHomeHaveChanged)
{
    ASSERT_TRUE(lab.settle());
    ASSERT_TRUE(lab.device.change(names.wifi, "a new name"));
    lab.device.connection_requested();
    ASSERT_EQ(lab.carry_out(domain::RefreshTask{{names.wifi}}), TaskState::done) << lab.fault();
    EXPECT_EQ(lab.known(names.wifi), "a new name");
}

}  // namespace
