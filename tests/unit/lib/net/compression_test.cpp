#include "net/compression.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace {

using net::ContentCoding;
using net::InflateError;
using net::InflateLimits;

std::string deflated(std::string_view text, int window_bits)
{
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string const message = [] {
    std::string text;
    for (int i = 0; i < 5'000; ++i)
        text += "<Name>Device.WiFi.SSID." + std::to_string(i) + ".Enable</Name>";
    return text;
}();

TEST(Inflate, ReadsGzipAndBothFormsOfDeflate)
{
    EXPECT_EQ(net::inflate(ContentCoding::gzip, net::gzip(message)), message);
    EXPECT_EQ(net::inflate(ContentCoding::deflate, deflated(message, 15)), message);
    EXPECT_EQ(net::inflate(ContentCoding::deflate, deflated(message, -15)), message);
    EXPECT_EQ(net::inflate(ContentCoding::identity, message), message);
}

TEST(Inflate, TakesABodyByteByByte)
{
    for (auto const bits : {15, -15, 31}) {
        net::Inflater inflater{bits == 31 ? ContentCoding::gzip : ContentCoding::deflate, {}};
        std::string out;
        auto const packed = deflated(message, bits);
        for (auto const byte : packed)
            ASSERT_TRUE(inflater.inflate({&byte, 1}, [&](std::string_view part) {
                out += part;
                return true;
            }));
        EXPECT_TRUE(inflater.is_complete());
        EXPECT_EQ(out, message);
    }
}

TEST(Inflate, RefusesWhatIsCutOffOrNotCompressed)
{
    auto const packed = net::gzip(message);
    EXPECT_EQ(net::inflate(ContentCoding::gzip, packed.substr(0, packed.size() / 2)).error(), InflateError::malformed);
    EXPECT_EQ(net::inflate(ContentCoding::gzip, message).error(), InflateError::malformed);
}

TEST(Inflate, StopsABombAtTheLimit)
{
    auto const bomb = net::gzip(std::string(64 << 20, 'a'), 9);
    ASSERT_LT(bomb.size(), 100'000u);
    EXPECT_EQ(net::inflate(ContentCoding::gzip, bomb, InflateLimits{8 << 20, 5'000}).error(), InflateError::too_large);
    EXPECT_EQ(net::inflate(ContentCoding::gzip, bomb, InflateLimits{1ull << 40, 200}).error(), InflateError::too_large);
}

TEST(Inflate, OverlooksWhatFollowsTheCompressedData)
{
    EXPECT_EQ(net::inflate(ContentCoding::gzip, net::gzip("text") + "\r\n"), "text");
}

TEST(Inflate, TellsWhenItsReceiverRefuses)
{
    net::Inflater inflater{ContentCoding::gzip, {}};
    EXPECT_EQ(inflater.inflate(net::gzip(message), [](std::string_view) { return false; }).error(),
              InflateError::refused);
}

TEST(ContentCoding, IsKnownByItsNames)
{
    EXPECT_EQ(net::parse_content_coding(" GZIP "), ContentCoding::gzip);
    EXPECT_EQ(net::parse_content_coding("x-gzip"), ContentCoding::gzip);
    EXPECT_EQ(net::parse_content_coding("deflate"), ContentCoding::deflate);
    EXPECT_EQ(net::parse_content_coding(""), ContentCoding::identity);
    EXPECT_FALSE(net::parse_content_coding("br"));
    EXPECT_FALSE(net::parse_content_coding("gzip, gzip"));
}

}  // namespace
