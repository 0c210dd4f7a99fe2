#include "app/decode_command.hpp"
#include "domain/trace_text.hpp"
#include "net/compression.hpp"

#include <fmt/format.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

std::string const reboot = "<E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\""
                           " xmlns:cwmp=\"urn:dslforum-org:cwmp-1-0\"><E:Body><cwmp:Reboot><CommandKey>k</CommandKey>"
                           "</cwmp:Reboot></E:Body></E:Envelope>";

std::string const reboot_line =
    "{\"method\":\"Reboot\",\"id\":null,\"namespace\":\"urn:dslforum-org:cwmp-1-0\",\"command_key\":\"k\"}\n";

class DecodeCommand : public testing::Test {
protected:
    DecodeCommand()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "decode-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~DecodeCommand() override { std::filesystem::remove_all(folder_); }

    std::string file(std::string const& name, std::string const& text)
    {
        auto const path = folder_ / name;
        std::ofstream{path, std::ios::binary} << text;
        return path.string();
    }

    int run(std::vector<std::string> const& files) { return app::decode_command(files, out_, err_); }

    std::filesystem::path folder_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(DecodeCommand, PrintsOneLineForEachMessage)
{
    EXPECT_EQ(run({file("a.xml", reboot), file("b.xml", "")}), 0);
    EXPECT_EQ(out_.str(), reboot_line + "{\"method\":\"Empty\",\"id\":null,\"namespace\":null}\n");
    EXPECT_EQ(err_.str(), "");
}

TEST_F(DecodeCommand, SaysWhyAMessageWasRefusedAndGoesOn)
{
    auto const refused = file("a.xml", "<!DOCTYPE a><a/>");
    EXPECT_EQ(run({refused, file("b.xml", reboot)}), 1);
    EXPECT_EQ(out_.str(), reboot_line);
    EXPECT_TRUE(err_.str().starts_with(refused + ": refused, forbidden: ")) << err_.str();
    EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
}

TEST_F(DecodeCommand, ReadsTheBodyOfACapturedRequest)
{
    EXPECT_EQ(run({file("a.http", "POST / HTTP/1.1\r\nHost: h\r\n\r\n" + reboot),
                   file("b.http", "HTTP/1.1 200 OK\nContent-Type: text/xml\n\n" + reboot)}),
              0);
    EXPECT_EQ(out_.str(), reboot_line + reboot_line);
}

TEST_F(DecodeCommand, ReadsARequestSentInChunksOrCompressed)
{
    auto const half = reboot.size() / 2;
    auto const packed = net::gzip(reboot);
    EXPECT_EQ(run({file("a.http", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                      fmt::format("{:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", half, reboot.substr(0, half),
                                                  reboot.size() - half, reboot.substr(half))),
                   file("b.http", fmt::format("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\n"
                                              "Content-Length: {}\r\n\r\n",
                                              packed.size()) +
                                      packed)}),
              0)
        << err_.str();
    EXPECT_EQ(out_.str(), reboot_line + reboot_line);
}

TEST_F(DecodeCommand, SaysWhatKeepsItFromReadingAFile)
{
    EXPECT_EQ(run({(folder_ / "none").string()}), 1);
    EXPECT_NE(err_.str().find("cannot be opened"), std::string::npos) << err_.str();
    EXPECT_EQ(
        run({file("a.http", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nContent-Encoding: gzip\r\n\r\nx")}), 1);
    EXPECT_NE(err_.str().find("cut short"), std::string::npos) << err_.str();
}

TEST_F(DecodeCommand, ATraceIsALineForEachOfItsMessages)
{
    domain::Trace trace{.session = 7};
    trace.messages = {{.is_from_cpe = true, .method = "Empty"},
                      {.at = std::chrono::milliseconds{1'250}, .status = 200, .method = "Reboot", .text = reboot},
                      {.is_from_cpe = true, .method = "Inform", .note = "it is too long"}};
    auto expected = reboot_line;
    expected.insert(expected.size() - 2, ",\"from\":\"acs\",\"seconds\":1.25E0,\"status\":200");
    EXPECT_EQ(run({file("a.trace", to_text(trace)), file("b.xml", reboot)}), 0);
    EXPECT_EQ(out_.str(), "{\"method\":\"Empty\",\"id\":null,\"namespace\":null,\"from\":\"cpe\",\"seconds\":0E0}\n" +
                              expected +
                              "{\"method\":\"Inform\",\"id\":null,\"namespace\":null,\"note\":\"it is too long\","
                              "\"from\":\"cpe\",\"seconds\":0E0}\n" +
                              reboot_line);
    EXPECT_EQ(err_.str(), "");
}

TEST_F(DecodeCommand, AMessageOfATraceThatIsRefusedIsNamed)
{
    domain::Trace trace;
    trace.messages = {{.is_from_cpe = true, .method = "X", .text = "no message"}};
    auto const text = to_text(trace);
    EXPECT_EQ(run({file("a.trace", text), file("b.trace", text.substr(0, text.size() - 2))}), 1);
    EXPECT_TRUE(err_.str().contains("a.trace, message 1: refused, not_xml")) << err_.str();
    EXPECT_TRUE(err_.str().contains("b.trace: has no message here, or one that is cut short")) << err_.str();
}

}  // namespace
