#include "agent/file_transfer.hpp"
#include "base/crypto.hpp"
#include "device_fixture.hpp"
#include "http_fixture.hpp"
#include "net/authorization.hpp"
#include "support/run.hpp"

namespace {

using namespace test;
using testing::HasSubstr;

TEST(VersionInName, IsTheFirstNumberWithDots)
{
    EXPECT_EQ(sim::version_in_name("fibre-2.1.0.bin"), "2.1.0");
    EXPECT_EQ(sim::version_in_name("NL2200_v3.4.bin"), "3.4");
    EXPECT_EQ(sim::version_in_name("firmware.bin"), "");
    EXPECT_EQ(sim::version_in_name("17.bin"), "");
    EXPECT_EQ(sim::version_in_name(""), "");
}

TEST(ReadSettings, TakesLinesAndRefusesOthers)
{
    auto const settings = sim::read_settings("# a comment\r\n\nDevice.A=1\r\nDevice.B=x=y\n");
    ASSERT_TRUE(settings);
    EXPECT_EQ(*settings, (std::vector<std::pair<std::string, std::string>>{{"Device.A", "1"}, {"Device.B", "x=y"}}));
    EXPECT_FALSE(sim::read_settings("Device.A=1\nnonsense\n"));
    EXPECT_FALSE(sim::read_settings("=1\n"));
    EXPECT_TRUE(sim::read_settings("")->empty());
}

TEST(FileSink, HashesInPiecesAsInOne)
{
    std::string const payload(100'000, 'p');
    std::string const file = "version=2.1.0\nsha256=" + base::to_hex(base::sha256(payload)) + "\n\n" + payload;
    for (std::size_t const step : {1UL, 7UL, 4096UL, file.size()}) {
        sim::FileSink sink;
        for (std::size_t at = 0; at < file.size(); at += step)
            ASSERT_TRUE(sink.write(std::string_view{file}.substr(at, step)));
        EXPECT_EQ(sink.size(), file.size());
        EXPECT_EQ(sink.header("version"), "2.1.0");
        EXPECT_EQ(sink.header("sha256"), sink.payload_sha256()) << "step " << step;
        EXPECT_EQ(sink.sha256(), base::to_hex(base::sha256(file)));
    }
}

struct MoveFile : DeviceTest {
    base::SystemClock clock;
    std::string content = "version=2.1.0\nmore";
    HttpServer server{[this](net::Request const& request, std::size_t) { return serve(request); }};

    net::Response serve(net::Request const& request)
    {
        auto const login = net::parse_authorization(request.headers.get("Authorization"));
        if (request.path().starts_with("/secret") && (login.username != "u" || login.password != "p")) {
            auto refused = net::text_response(401, "");
            refused.headers.add("WWW-Authenticate", net::basic_challenge("files"));
            return refused;
        }
        if (request.path() == "/moved") {
            auto response = net::text_response(302, "");
            response.headers.add("Location", "/fw/2.1.0.bin");
            return response;
        }
        if (request.path() == "/missing")
            return net::text_response(404, "");
        return net::text_response(request.method == "PUT" ? 201 : 200, content);
    }

    sim::MovedFile move(std::string const& path, std::string type = "1 Firmware Upgrade Image", std::uint32_t size = 0,
                        std::string user = {}, std::string password = {})
    {
        sim::TransferJob job{.command_key = "k",
                             .file_type = std::move(type),
                             .url = server.url(path),
                             .username = std::move(user),
                             .password = std::move(password),
                             .file_size = size};
        if (path.starts_with("/upload"))
            job.cause = sim::TransferCause::upload;
        return support::run(sim::move_file(std::move(job), device, clock, {}));
    }
    unsigned fault(std::string const& path, std::string type = "1 Firmware Upgrade Image", std::uint32_t size = 0)
    {
        return move(path, std::move(type), size).outcome.fault_code;
    }
};

TEST_F(MoveFile, FetchesFirmwareAndLearnsItsVersion)
{
    auto const moved = move("/fw/image.bin");
    EXPECT_EQ(moved.outcome.fault_code, 0u) << moved.outcome.fault_string;
    EXPECT_EQ(moved.outcome.new_version, "2.1.0");
    EXPECT_EQ(moved.bytes, content.size());
    EXPECT_EQ(moved.sha256, base::to_hex(base::sha256(content)));
    content = "no header here";
    EXPECT_EQ(move("/fw/nl-3.5.1.bin").outcome.new_version, "3.5.1");
    EXPECT_EQ(move("/fw/image.bin").outcome.new_version, base::to_hex(base::sha256(content)).substr(0, 8));
    EXPECT_EQ(move("/moved").outcome.fault_code, 0u);
}

TEST_F(MoveFile, LogsInWhereItMust)
{
    EXPECT_EQ(move("/secret/x", "1 Firmware Upgrade Image", 0, "u", "p").outcome.fault_code, 0u);
    EXPECT_EQ(move("/secret/x", "1 Firmware Upgrade Image", 0, "u", "wrong").outcome.fault_code, 9012u);
    EXPECT_EQ(move("/secret/x").outcome.fault_code, 9012u);
}

TEST_F(MoveFile, TellsWhatWentWrong)
{
    EXPECT_EQ(fault("/missing"), 9016u);
    EXPECT_EQ(fault("/fw", "1 Firmware Upgrade Image", 5), 9018u) << "another size than announced";
    EXPECT_EQ(fault("/fw", "1 Firmware Upgrade Image", static_cast<std::uint32_t>(content.size())), 0u);
    content = "version=1.0\nsha256=00\n\npayload";
    EXPECT_EQ(fault("/fw"), 9018u) << "wrong checksum";
    content = "version=1.0\nproduct=Toaster\n\n";
    EXPECT_EQ(fault("/fw"), 9018u) << "somebody else's firmware";
    sim::TransferJob const job{.file_type = "1 Firmware Upgrade Image", .url = "http://127.0.0.1:1/x"};
    EXPECT_EQ(support::run(sim::move_file(job, device, clock, {})).outcome.fault_code, 9015u);
}

TEST_F(MoveFile, ReadsConfigurations)
{
    content = "Device.WiFi.SSID.1.SSID=from file\n";
    auto const moved = move("/conf", "3 Vendor Configuration File");
    EXPECT_EQ(moved.outcome.fault_code, 0u);
    EXPECT_EQ(moved.outcome.settings.at(0).second, "from file");
    EXPECT_EQ(moved.outcome.new_version, "");
    content = "not a configuration";
    EXPECT_EQ(fault("/conf", "3 Vendor Configuration File"), 9018u);
}

TEST_F(MoveFile, SendsFilesByPut)
{
    EXPECT_EQ(fault("/upload/log", "4 Vendor Log File 1"), 0u);
    auto const heard = server.heard();
    EXPECT_EQ(heard.back().method, "PUT");
    EXPECT_THAT(heard.back().body, HasSubstr("start of software"));
    EXPECT_EQ(move("/upload/x", "4 Vendor Log File 1").bytes, heard.back().body.size());
}

struct OldDevice : DeviceTest {
    OldDevice() : DeviceTest{"dsl-gateway", 0} {}
};

TEST_F(OldDevice, KnowsOnlyTheFaultsOfItsVersion)
{
    base::SystemClock const clock;
    sim::TransferJob const job{.file_type = "1 Firmware Upgrade Image", .url = "http://127.0.0.1:1/x"};
    EXPECT_EQ(support::run(sim::move_file(job, device, clock, {})).outcome.fault_code, 9010u);
}

}  // namespace
