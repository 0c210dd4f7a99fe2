// Dumps of GenieACS's devices, in every form that its tools write.
#include "cli/bson.hpp"
#include "cli/genieacs_dump.hpp"
#include "net/compression.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string little_endian(std::uint64_t value, std::size_t bytes)
{
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

/// Elements made a document.
std::string document(std::string const& elements)
{
    return little_endian(elements.size() + 5, 4) + elements + '\0';
}
std::string element(char type, std::string const& name, std::string const& value)
{
    return std::string{type} + name + '\0' + value;
}
std::string text(std::string const& name, std::string const& value)
{
    return element('\x02', name, little_endian(value.size() + 1, 4) + value + '\0');
}

std::string const device = document(
    text("_id", "00D09E-HG%2D1000-S1") +
    element('\x03', "_deviceId",
            document(text("_OUI", "00D09E") + text("_ProductClass", "HG-1000") + text("_SerialNumber", "S1"))) +
    element('\x09', "_lastInform", little_endian(1'700'000'000'000, 8)) +
    element('\x04', "_tags", document(text("0", "gold") + text("1", "x"))) +
    element('\x03', "InternetGatewayDevice",
            document(element('\x03', "ManagementServer",
                             document(element('\x03', "Username", document(text("_value", "u"))) +
                                      element('\x03', "Password", document(text("_value", "p"))))))));

/// What was read, a line for each document.
std::string read(std::string_view bytes, std::size_t piece_bytes = 5)
{
    cli::GenieDump dump;
    std::string lines;
    auto const drain = [&] {
        while (auto const item = dump.next())
            if (auto const* const found = std::get_if<cli::DumpedDevice>(&*item)) {
                lines += fmt::format("{} {} {}", found->oui, found->product_class, found->serial_number);
                for (auto const& tag : found->tags)
                    lines += " #" + tag;
                lines += found->username.empty() ? "\n" : fmt::format(" {}:{}\n", found->username, found->password);
            } else {
                auto const& problem = std::get<cli::DumpProblem>(*item);
                lines += fmt::format("{} {}: {}\n", problem.document, problem.id, problem.reason);
            }
    };
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
        auto const taken = dump.push(bytes.substr(0, piece_bytes));
        drain();
        if (!taken)
            return lines + taken.error().what;
    }
    auto const finished = dump.finish();
    return lines + (finished ? "" : finished.error().what);
}

TEST(GenieDump, DevicesAreReadFromMongodump)
{
    EXPECT_EQ(read(device + document(text("_id", "00D09E-S2"))), "00D09E HG-1000 S1 #gold #x u:p\n00D09E  S2\n");
    EXPECT_EQ(read(net::gzip(device)), "00D09E HG-1000 S1 #gold #x u:p\n");
    EXPECT_EQ(read(""), "");
}

TEST(GenieDump, DevicesAreReadFromMongoexport)
{
    auto const lines = R"({"_id":"00D09E-HG%2D1-S1","_tags":["a\"}{"],"_registered":{"$date":"2026-01-01T00:00:00Z"}})"
                       "\n"
                       R"({"_id":"x","_deviceId":{"_OUI":"00D09E","_ProductClass":"","_SerialNumber":"S2"}})"s;
    EXPECT_EQ(read(lines), "00D09E HG-1 S1 #a\"}{\n00D09E  S2\n");
    EXPECT_EQ(read(" [" + std::string{lines}.replace(lines.find('\n'), 1, ",\n") + "]\n"), read(lines));
    EXPECT_EQ(read(net::gzip(lines), 1000), read(lines));
}

TEST(GenieDump, WhatIsNoDeviceIsToldAndTheOthersAreRead)
{
    EXPECT_EQ(read(document(text("_id", "nothing")) + device),
              "1 nothing: it is no device: it has no _deviceId, and its _id is no OUI-ProductClass-SerialNumber\n"
              "00D09E HG-1000 S1 #gold #x u:p\n");
    EXPECT_THAT(read(document(element('\x99', "a", "")) + device),
                HasSubstr("1 : it is no BSON: there is no type 0x99"));
    EXPECT_THAT(read(R"({"_id":} {"_id":"00D09E-S2"})"), HasSubstr("1 : it is no JSON"));
    EXPECT_THAT(read(R"({"_id":} {"_id":"00D09E-S2"})"), HasSubstr("00D09E  S2"));
}

TEST(GenieDump, ADocumentOfBsonWhoseLengthLooksLikeJsonIsBson)
{
    for (std::size_t const length : {0x5bU, 0x7bU, 0x5b0aU, 0x7b20U}) {
        std::string padding;
        auto const padded = [&padding] { return document(text("_id", "00D09E-S1") + text("padding", padding)); };
        padding.resize(length - padded().size(), 'x');
        EXPECT_EQ(padded().size(), length);
        for (std::size_t const piece_bytes : {1U, 5U, 100'000U})
            EXPECT_EQ(read(padded() + device, piece_bytes), "00D09E  S1\n00D09E HG-1000 S1 #gold #x u:p\n") << length;
    }
    EXPECT_EQ(read("[]"), "");
    EXPECT_EQ(read(" \n"), "");
    EXPECT_THAT(read("{}\n\n"), HasSubstr("1 : it is no device"));
}

TEST(GenieDump, AFileThatIsDamagedIsRefused)
{
    EXPECT_THAT(read(device.substr(0, device.size() - 3)), HasSubstr("ends within document 1"));
    EXPECT_THAT(read(device + "\1\0\0\0"s), HasSubstr("document 2 is no BSON"));
    EXPECT_THAT(read("PK\3\4 an archive"), HasSubstr("mongodump"));
    EXPECT_THAT(read(R"({"a":1} nonsense)"), HasSubstr("no JSON object"));
    EXPECT_THAT(read(R"({"a":"b)"), HasSubstr("ends within document 1"));
    auto const gzipped = net::gzip(device);
    EXPECT_THAT(read(gzipped.substr(0, gzipped.size() / 2)), HasSubstr("ends too early"));
}

TEST(Bson, EveryTypeIsReadOrPassedOver)
{
    auto const all = document(
        element('\x01', "double", little_endian(0x3ff8000000000000, 8)) + element('\x08', "true", "\1") +
        element('\x09', "date", little_endian(5, 8)) + element('\x0a', "null", "") +
        element('\x10', "int", little_endian(0xffffffff, 4)) + element('\x12', "long", little_endian(7, 8)) +
        element('\x05', "binary", little_endian(2, 4) + "\0ab"s) + element('\x07', "id", std::string(12, 'x')) +
        element('\x0b', "regex", "a\0i\0"s) + element('\x0f', "code", little_endian(9, 4) + "12345") +
        element('\x13', "decimal", std::string(16, '\0')) + element('\x04', "array", document(text("0", "a"))));
    auto const everything = [](std::string_view) { return true; };
    auto const object = cli::read_bson(all, everything);
    ASSERT_TRUE(object) << object.error().what;
    EXPECT_EQ(boost::json::value(*object),
              boost::json::parse(R"({"double":1.5,"true":true,"date":{"$date":5},"null":null,"int":-1,"long":7,
                                     "binary":null,"id":null,"regex":null,"code":null,"decimal":null,"array":["a"]})"));
    auto const nothing = cli::read_bson(all, [](std::string_view) { return false; });
    ASSERT_TRUE(nothing) << nothing.error().what;
    EXPECT_TRUE(nothing->empty());
}

TEST(Bson, WhatBreaksItsOwnLengthsIsRefused)
{
    auto const reason = [](std::string const& bytes, cli::BsonLimits const& limits = {}) {
        auto const object = cli::read_bson(bytes, [](std::string_view) { return true; }, limits);
        return object ? "read" : object.error().what;
    };
    EXPECT_THAT(reason(""), HasSubstr("longer than what there is"));
    EXPECT_THAT(reason(document("") + "x"), HasSubstr("follows its end"));
    EXPECT_THAT(reason(document(element('\x02', "a", little_endian(99, 4) + "x"))), HasSubstr("too early"));
    EXPECT_THAT(reason(document(element('\x02', "a", little_endian(0, 4)))), HasSubstr("no length"));
    EXPECT_THAT(reason(document(element('\x02', "a", little_endian(1, 4) + "x"))), HasSubstr("longer than it says"));
    EXPECT_THAT(reason(document(text("a", "\xff"))), HasSubstr("UTF-8"));
    EXPECT_THAT(reason(document(element('\x03', "a", little_endian(500, 4)))), HasSubstr("longer than what there is"));
    auto deep = document("");
    for (int i = 0; i < 200; ++i)
        deep = document(element('\x03', "a", deep));
    EXPECT_THAT(reason(deep), HasSubstr("deeper than 120"));
    EXPECT_THAT(reason(document(""), {.bytes = 4}), HasSubstr("at most 4"));
}

}  // namespace
