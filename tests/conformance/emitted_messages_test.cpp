#include "conformance/shared_files.hpp"
#include "cwmp/codec/codec.hpp"
#include "unit/lib/cwmp/sample_messages.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace {

using namespace cwmp;

/// Versions 1.2 to 1.4 share one namespace.
unsigned digit_of(unsigned minor_version)
{
    return std::min(minor_version, 2U);
}

/// "GetParameterValuesResponse_empty.xml" holds a GetParameterValuesResponse.
std::string method_of(std::filesystem::path const& file)
{
    auto const name = file.stem().string();
    if (name == "lwnotif")
        return "Notification";
    if (name == "xmpp_connreq")
        return "connectionRequest";
    return name.substr(0, name.find('_'));
}

class EveryVersion : public testing::TestWithParam<unsigned> {
protected:
    [[nodiscard]] static std::string schema() { return fmt::format("wrap-1-{}.xsd", GetParam()); }
    [[nodiscard]] static std::string version() { return fmt::format("1.{}", GetParam()); }
};

TEST_P(EveryVersion, IsReadAndWrittenAgainValid)
{
    auto const folder = "messages/" + version();
    SKIP_WITHOUT(folder);
    if (!conformance::has_xmllint())
        GTEST_SKIP() << "xmllint is missing";
    conformance::TemporaryFolder const written;
    for (auto const& file : conformance::files(conformance::shared(folder), ".xml")) {
        auto const envelope = decode(conformance::contents(file));
        ASSERT_TRUE(envelope) << file << ": " << envelope.error().what;
        EXPECT_EQ(method_name(envelope->message), method_of(file)) << file;
        EXPECT_EQ(envelope->facts.namespace_digit, digit_of(GetParam())) << file;
        EXPECT_EQ(envelope->facts.read_by, ReadBy::gsoap) << file;
        auto const text = encode(*envelope, mirrored(envelope->facts));
        written.write(file.filename().string(), text);
        auto const again = decode(text);
        ASSERT_TRUE(again) << file << '\n' << text;
        EXPECT_EQ(cwmp_test::with_digits(again->message), cwmp_test::with_digits(envelope->message)) << text;
        EXPECT_EQ(again->id, envelope->id);
        EXPECT_EQ(again->session_timeout, envelope->session_timeout);
        EXPECT_EQ(again->supported_cwmp_versions, envelope->supported_cwmp_versions);
        EXPECT_EQ(again->use_cwmp_version, envelope->use_cwmp_version);
    }
    EXPECT_EQ(conformance::invalid_files(written, schema()), "");
}

TEST_P(EveryVersion, HasAValidFormOfEverythingThatWeSay)
{
    SKIP_WITHOUT("xsd");
    if (!conformance::has_xmllint())
        GTEST_SKIP() << "xmllint is missing";
    auto const digit = digit_of(GetParam());
    Dialect other{.namespace_digit = digit, .soap_prefix = "soapenv", .encoding_prefix = "soapenc", .cwmp_prefix = "c"};
    other.xml_declaration = false;
    other.boolean_spelling = BooleanSpelling::words;
    other.base64_spelling = Base64Spelling::soap_encoding_base64;
    conformance::TemporaryFolder const written;
    int number = 0;
    for (auto const& dialect : {Dialect{.namespace_digit = digit}, other})
        for (auto const& message : cwmp_test::sample_messages(digit)) {
            Envelope envelope{.id = "id <1> & \"2\"", .message = message};
            envelope.hold_requests = true;
            if (GetParam() >= 3)
                envelope.session_timeout = 60;
            if (GetParam() >= 4) {
                envelope.supported_cwmp_versions = {"1.0", "1.1", "1.2", "1.3", "1.4"};
                envelope.use_cwmp_version = "1.4";
            }
            written.write(fmt::format("{:03}_{}.xml", ++number, method_name(message)), encode(envelope, dialect));
        }
    EXPECT_EQ(conformance::invalid_files(written, schema()), "");
}

INSTANTIATE_TEST_SUITE_P(Cwmp, EveryVersion, testing::Values(0U, 1U, 2U, 3U, 4U));

TEST(MessagesWithoutEnvelope, AreReadAndWrittenAgainValid)
{
    SKIP_WITHOUT("messages/other");
    if (!conformance::has_xmllint())
        GTEST_SKIP() << "xmllint is missing";
    conformance::TemporaryFolder const written;
    for (auto const& file : conformance::files(conformance::shared("messages/other"), ".xml")) {
        auto const envelope = decode(conformance::contents(file));
        ASSERT_TRUE(envelope) << file << ": " << envelope.error().what;
        EXPECT_EQ(method_name(envelope->message), method_of(file)) << file;
        written.write(file.filename().string(), encode(*envelope, {}));
    }
    EXPECT_EQ(conformance::invalid_files(written, "cwmp-UDPLightweightNotification-1-0.xsd", "lwnotif.xml"), "");
    EXPECT_EQ(conformance::invalid_files(written, "cwmp-xmppConnReq-1-0.xsd", "xmpp_connreq.xml"), "");
}

}  // namespace
