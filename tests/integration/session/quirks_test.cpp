#include "lab.hpp"

#include <gmock/gmock.h>

namespace {

using domain::TaskState;
using lab::Lab;
using sim::Quirk;
using testing::IsEmpty;

constexpr char interval[] = "Device.ManagementServer.PeriodicInformInterval";

/// Quirks of what is said and of how it is written; those of HTTP need a network.
std::vector<Quirk> spoken_quirks()
{
    std::vector<Quirk> quirks;
    for (auto const& info : sim::all_quirks()) {
        bool const is_spoken = info.where == "session" || info.where == "methods" || info.where == "xml";
        // These have tests of their own; waiting two seconds a request shows nothing here.
        bool const is_apart = info.quirk == Quirk::drop_mid_session || info.quirk == Quirk::lost_rpc ||
                              info.quirk == Quirk::no_transfer_complete;
        if (is_spoken && !is_apart && info.quirk != Quirk::slow_answers)
            quirks.push_back(info.quirk);
    }
    return quirks;
}

class EveryQuirk : public testing::TestWithParam<Quirk> {};

INSTANTIATE_TEST_SUITE_P(Quirks, EveryQuirk, testing::ValuesIn(spoken_quirks()), [](auto const& info) {
    std::string name{sim::all_quirks()[static_cast<std::size_t>(info.param)].name};
    for (auto& letter : name)
        letter = letter == '-' || letter == '.' ? '_' : letter;
    return name;
});

TEST_P(EveryQuirk, IsReadCompletelyWrittenAndUpgradedAllTheSame)
{
    Lab lab{"fibre-gateway", {GetParam()}};
    ASSERT_TRUE(lab.settle()) << lab.last_report.failure;
    EXPECT_THAT(lab.not_known_rightly(), IsEmpty());
    EXPECT_EQ(lab.carry_out(domain::SetTask{{{interval, "720", std::nullopt},
                                             {"Device.ManagementServer.PeriodicInformEnable", "true", std::nullopt}}}),
              TaskState::done)
        << lab.fault();
    EXPECT_EQ(lab.on_device(interval), "720");
    EXPECT_EQ(lab.known(interval), "720");
    EXPECT_EQ(lab.carry_out(domain::RebootTask{}), TaskState::done) << lab.fault();
    auto const file = support::run(
        lab.files.add({.name = "image.bin", .file_type = "1 Firmware Upgrade Image", .version = "9.9.9", .size = 4}));
    EXPECT_EQ(lab.carry_out(domain::DownloadTask{
                  .file_type = "1 Firmware Upgrade Image", .file = file.id, .expected_version = "9.9.9"}),
              TaskState::done)
        << lab.fault();
    EXPECT_EQ(lab.on_device("Device.DeviceInfo.SoftwareVersion"), "9.9.9");
}

TEST(Quirks, AnUpgradeWithoutTransferCompleteIsProvenByTheNewVersion)
{
    Lab lab{"fibre-gateway", {Quirk::no_transfer_complete}};
    ASSERT_TRUE(lab.settle());
    auto const file = support::run(
        lab.files.add({.name = "image.bin", .file_type = "1 Firmware Upgrade Image", .version = "9.9.9", .size = 4}));
    EXPECT_EQ(lab.carry_out(domain::DownloadTask{
                  .file_type = "1 Firmware Upgrade Image", .file = file.id, .expected_version = "9.9.9"}),
              TaskState::done)
        << lab.fault();
}

TEST(Quirks, ADeviceThatFallsSilentInEverySessionStillComesToRest)
{
    Lab lab{"fibre-gateway", {Quirk::drop_mid_session}};
    EXPECT_TRUE(lab.settle()) << "its work is neither done nor given up";
}

TEST(Quirks, ADeviceThatLosesTheSecondRequestOfEverySessionTakesOneTaskASession)
{
    Lab lab{"fibre-gateway", {Quirk::lost_rpc}};
    ASSERT_TRUE(lab.settle()) << "its work is neither done nor given up";
    EXPECT_EQ(lab.carry_out(domain::SetTask{{{interval, "720", std::nullopt}}}), TaskState::done) << lab.fault();
    EXPECT_EQ(lab.on_device(interval), "720");
    EXPECT_EQ(lab.carry_out(domain::RebootTask{}), TaskState::done) << lab.fault();
}

TEST(Quirks, EveryVersionOfTheProtocolIsSpoken)
{
    for (unsigned minor = 0; minor <= 4; ++minor) {
        Lab lab{"dsl-gateway", {}, minor};
        ASSERT_TRUE(lab.settle()) << "CWMP 1." << minor << ": " << lab.last_report.failure;
        EXPECT_THAT(lab.not_known_rightly(), IsEmpty()) << "CWMP 1." << minor;
    }
}

}  // namespace
