#include "session/certificate_name.hpp"
#include "session/endpoint_state.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using Values = std::vector<std::string>;

cwmp::DeviceId const box{"Acme", "00D09E", "HG 1", "S-1"};

bool names(std::string subject, std::string_view pattern, cwmp::DeviceId const& device = box)
{
    net::ClientCertificate certificate;
    certificate.subject = std::move(subject);
    return names_device(certificate, device, pattern);
}

TEST(CertificateName, AttributesAreReadWithTheirEscapes)
{
    EXPECT_EQ(subject_values("CN=00D09E-1,O=Example", "CN"), (Values{"00D09E-1"}));
    EXPECT_EQ(subject_values("O=Ex\\, ample\\+x,CN=a+CN=b", "CN"), (Values{"a", "b"}));
    EXPECT_EQ(subject_values("O=Ex\\, ample\\+x", "O"), (Values{"Ex, ample+x"}));
    EXPECT_EQ(subject_values("CN=\\C3\\BC\\", "CN"), (Values{"\xc3\xbc"}));
    EXPECT_EQ(subject_values("O=x\\,CN=evil", "CN"), (Values{})) << "what is escaped is no attribute";
    EXPECT_EQ(subject_values("nonsense", "CN"), (Values{}));
    EXPECT_EQ(subject_values("", "CN"), (Values{}));
}

TEST(CertificateName, APatternSaysHowACertificateNamesItsDevice)
{
    EXPECT_TRUE(names("CN=00D09E-S-1,O=Example", "CN={oui}-{serial}"));
    EXPECT_TRUE(names("CN=00d09e-S-1", "CN={oui}-{serial}"));
    EXPECT_TRUE(names("CN=00D09E-S%2D1", "CN={oui}-{serial}"));
    EXPECT_TRUE(names("serialNumber=S-1", "serialNumber={serial}"));
    EXPECT_TRUE(names("CN=HG 1/S-1.cpe.example.net", "CN={class}/{serial}.cpe.example.net"));
    EXPECT_FALSE(names("CN=00D09E-S-2", "CN={oui}-{serial}"));
    EXPECT_FALSE(names("CN=00D09E-S-1x", "CN={oui}-{serial}"));
    EXPECT_FALSE(names("O=00D09E-S-1", "CN={oui}-{serial}"));
    EXPECT_FALSE(names("CN=00D09E-S-1", "serialNumber={serial}"));
}

TEST(CertificateName, WhatADeviceCallsItselfIsNoPattern)
{
    EXPECT_FALSE(names("CN=00D09E-S-1", "CN={oui}-{class}", {"", "00D09E", "{serial}", "S-1"}));
}

TEST(CertificateName, AlternativeNamesMayBeMeant)
{
    net::ClientCertificate certificate;
    certificate.dns_names = {"s-1.example.net", "S-1.example.net"};
    EXPECT_TRUE(names_device(certificate, box, "DNS={serial}.example.net"));
    EXPECT_FALSE(names_device(certificate, box, "URI={serial}.example.net"));
}

TEST(CertificateName, APatternMustNameAnAttributeAndTheSerialNumber)
{
    EXPECT_TRUE(check_subject_pattern("CN={oui}-{serial}"));
    EXPECT_FALSE(check_subject_pattern("{serial}"));
    EXPECT_FALSE(check_subject_pattern("CN={oui}"));
    EXPECT_FALSE(check_subject_pattern("={serial}"));
}

}  // namespace
}  // namespace session
