#include "device_fixture.hpp"

namespace {

using namespace test;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

struct Ping : DeviceTest {
    std::string const base = "Device.IP.Diagnostics.IPPing.";
    void request(std::string const& host)
    {
        // The state first: its place in the list must not matter.
        ask(cwmp::SetParameterValues{{{base + "DiagnosticsState", "Requested"},
                                      {base + "Host", host},
                                      {base + "NumberOfRepetitions", "4", cwmp::ValueType::unsigned_int}},
                                     ""});
    }
};

TEST_F(Ping, RunsAfterTheSessionAndReportsItsResults)
{
    request("gateway.example");
    EXPECT_EQ(get(base + "DiagnosticsState"), "Requested");
    device.advance(noon + 10s);
    EXPECT_FALSE(device.wants_session(noon + 10s)) << "the session has not ended";
    device.session_ended(true, noon + 10s);
    device.advance(noon + 20s);
    EXPECT_THAT(codes(device.inform(noon + 20s)), ElementsAre("8 DIAGNOSTICS COMPLETE"));
    EXPECT_EQ(get(base + "DiagnosticsState"), "Complete");
    EXPECT_EQ(get(base + "SuccessCount"), "4");
    EXPECT_LE(std::stoi(get(base + "MinimumResponseTime")), std::stoi(get(base + "MaximumResponseTime")));
}

TEST_F(Ping, FailsAsItsTargetsDo)
{
    auto const state_of = [&](std::string const& host) {
        request(host);
        device.session_ended(true, noon);
        device.advance(noon + 5s);
        return get(base + "DiagnosticsState") + " " + get(base + "SuccessCount") + "/" + get(base + "FailureCount");
    };
    EXPECT_EQ(state_of("192.0.2.9"), "Complete 0/4");
    EXPECT_EQ(state_of("203.0.113.5"), "Complete 2/2");
    EXPECT_TRUE(state_of("nowhere.invalid").starts_with("Error_CannotResolveHostName"));
}

TEST_F(Ping, AWrittenArgumentStopsIt)
{
    request("gateway.example");
    device.session_ended(true, noon);
    set(base + "Host", "other.example");
    EXPECT_EQ(get(base + "DiagnosticsState"), "None");
    device.session_ended(true, noon);
    device.advance(noon + 60s);
    EXPECT_FALSE(device.wants_session(noon + 60s));
}

struct Software : DeviceTest {
    std::string const units = "Device.SoftwareModules.DeploymentUnit.";
    cwmp::DUStateChangeComplete change(std::vector<cwmp::OperationStruct> operations)
    {
        EXPECT_EQ(code(ask(cwmp::ChangeDUState{std::move(operations), "du"})), 0u);
        device.session_ended(true, noon);
        EXPECT_THAT(codes(device.inform(noon)),
                    UnorderedElementsAre("11 DU STATE CHANGE COMPLETE", "M ChangeDUState (du)"));
        auto const report = std::get<cwmp::DUStateChangeComplete>(*device.next_request());
        device.request_answered();
        EXPECT_FALSE(device.wants_session(noon));
        return report;
    }
};

TEST_F(Software, IsInstalledUpdatedAndRemoved)
{
    auto const installed = change({cwmp::InstallOpStruct{.url = "http://apps.example/alarm-2.5.ipk"}}).results.at(0);
    EXPECT_EQ(installed.current_state, "Installed");
    EXPECT_EQ(installed.version, "2.5");
    EXPECT_EQ(installed.deployment_unit_ref, units + "2");
    EXPECT_EQ(get(units + "2.Name"), "alarm");
    EXPECT_EQ(get("Device.SoftwareModules.ExecutionUnit.2.Status"), "Active");
    auto const updated =
        change({cwmp::UpdateOpStruct{.uuid = installed.uuid, .url = "http://apps.example/alarm-2.6.ipk"}})
            .results.at(0);
    EXPECT_EQ(updated.version, "2.6");
    EXPECT_EQ(get(units + "2.Version"), "2.6");
    auto const removed = change({cwmp::UninstallOpStruct{.uuid = installed.uuid}}).results.at(0);
    EXPECT_EQ(removed.current_state, "Uninstalled");
    EXPECT_EQ(get("Device.SoftwareModules.DeploymentUnitNumberOfEntries"), "1");
    EXPECT_EQ(get("Device.SoftwareModules.ExecutionUnitNumberOfEntries"), "1");
}

TEST_F(Software, FaultsAreToldForEachOperation)
{
    auto const results = change({cwmp::InstallOpStruct{.url = "http://a.example/x-1.0.ipk", .uuid = "no"},
                                 cwmp::InstallOpStruct{.url = "http://a.example/x-1.0.ipk",
                                                       .execution_env_ref = "Device.SoftwareModules.ExecEnv.9"},
                                 cwmp::InstallOpStruct{.url = "http://a.example/x-1.0.ipk",
                                                       .execution_env_ref = "Device.SoftwareModules.ExecEnv.2"},
                                 cwmp::InstallOpStruct{.url = "http://a.example/x-1.0.ipk"},
                                 cwmp::InstallOpStruct{.url = "http://a.example/x-1.0.ipk"},
                                 cwmp::UninstallOpStruct{.uuid = "6b1f3d4e-91c2-5a77-8e40-000000000000"}})
                             .results;
    std::vector<unsigned> found;
    for (auto const& result : results)
        found.push_back(result.fault.fault_code);
    EXPECT_THAT(found, ElementsAre(9022u, 9023u, 9024u, 0u, 9032u, 9028u));
}

}  // namespace
