#include "datamodel/well_known.hpp"

#include <gmock/gmock.h>

namespace {

using namespace datamodel::well_known;
using cwmp::Root;

TEST(WellKnown, NamesStandUnderTheirRoot)
{
    EXPECT_EQ(software_version(Root::device), "Device.DeviceInfo.SoftwareVersion");
    EXPECT_EQ(software_version(Root::internet_gateway_device), "InternetGatewayDevice.DeviceInfo.SoftwareVersion");
    EXPECT_EQ(connection_request_url(Root::device), "Device.ManagementServer.ConnectionRequestURL");
    EXPECT_EQ(ip_ping::object(Root::device), "Device.IP.Diagnostics.IPPing.");
    EXPECT_EQ(ip_ping::object(Root::internet_gateway_device), "InternetGatewayDevice.IPPingDiagnostics.");
    EXPECT_EQ(software_version(Root::none), "");
}

TEST(WellKnown, DiagnosticsEndInEitherSpelling)
{
    EXPECT_EQ(diagnostics_progress("Complete"), DiagnosticsProgress::complete);
    EXPECT_EQ(diagnostics_progress("Completed"), DiagnosticsProgress::complete);
    EXPECT_EQ(diagnostics_progress("Requested"), DiagnosticsProgress::running);
    EXPECT_EQ(diagnostics_progress("None"), DiagnosticsProgress::none);
    EXPECT_EQ(diagnostics_progress(""), DiagnosticsProgress::none);
    EXPECT_EQ(diagnostics_progress("Error_CannotResolveHostName"), DiagnosticsProgress::failed);
}

}  // namespace
