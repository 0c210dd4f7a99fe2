#include "cwmp/codec/text_repair.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;
using cwmp::codec::repaired;

std::string escaped(std::string_view text)
{
    std::string out;
    cwmp::codec::append_escaped(out, text);
    return out;
}

TEST(Repair, LeavesSoundTextAlone)
{
    EXPECT_FALSE(repaired("<a>plain &amp; simple &#233; &#x20AC; \xC3\xA9 \xF0\x9F\x98\x80\t\n</a>"));
    EXPECT_FALSE(repaired("<a><![CDATA[AT&T &foo;]]><!-- a & b -->x</a>"));
    EXPECT_FALSE(repaired(std::string(1000, 'x') + "&lt;" + std::string(1000, 'y')));
}

TEST(Repair, EscapesAnAmpersandThatBeginsNoReference)
{
    EXPECT_EQ(repaired("<a>AT&T</a>"), "<a>AT&amp;T</a>");
    EXPECT_EQ(repaired("<a>a & b</a>"), "<a>a &amp; b</a>");
    EXPECT_EQ(repaired("<a>&</a>"), "<a>&amp;</a>");
    EXPECT_EQ(repaired("<a>&eacute;&foo;&#;&#xZ;&lt</a>"), "<a>&amp;eacute;&amp;foo;&amp;#;&amp;#xZ;&amp;lt</a>");
    EXPECT_EQ(repaired(std::string(100, 'x') + "a&b"), std::string(100, 'x') + "a&amp;b");
}

TEST(Repair, LeavesCdataAloneWhileItRepairsTheRest)
{
    EXPECT_EQ(repaired("a&b<![CDATA[c&d]]>e&f"), "a&amp;b<![CDATA[c&d]]>e&amp;f");
}

TEST(Repair, DropsWhatXmlForbids)
{
    EXPECT_EQ(repaired("a\x01\x02"s + "b"), "ab");
    EXPECT_EQ(repaired("a\0b"s), "ab");
    EXPECT_EQ(repaired("a&#0;b&#x1;c&#xD800;d&#x110000;e&#xFFFF;f"), "abcdef");
}

TEST(Repair, TakesBytesThatAreNoUtf8AsLatin1)
{
    EXPECT_EQ(repaired("caf\xE9"), "caf\xC3\xA9");
    EXPECT_EQ(repaired("ssid\xE2\x82</a>"), "ssid\xC3\xA2\xC2\x82</a>");
    EXPECT_EQ(repaired("\xC0\x80"), "\xC3\x80\xC2\x80");
    EXPECT_EQ(repaired("\xC3\xA9 and \xE9"), "\xC3\xA9 and \xC3\xA9");
}

TEST(Repair, MakesLineEndsOneCharacter)
{
    EXPECT_EQ(repaired("a\r\nb\rc"), "a\nb\nc");
    EXPECT_FALSE(repaired("a&#13;b"));
}

TEST(Repair, ReadsUtf16OfBothOrders)
{
    EXPECT_EQ(cwmp::codec::from_utf16("\xFF\xFE<\0a\0/\0>\0"s), "<a/>");
    EXPECT_EQ(cwmp::codec::from_utf16("\xFE\xFF\0<\0a\0/\0>"s), "<a/>");
    EXPECT_EQ(cwmp::codec::from_utf16("<\0a\0\x3D\xD8\x00\xDE"s), "<a\xF0\x9F\x98\x80");
    EXPECT_FALSE(cwmp::codec::from_utf16("<a/>"));
}

TEST(Repair, BelievesADeclarationOfLatin1)
{
    EXPECT_EQ(cwmp::codec::from_declared_latin1("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xC3\xA9</a>"),
              "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xC3\x83\xC2\xA9</a>");
    EXPECT_FALSE(cwmp::codec::from_declared_latin1("<?xml version='1.0' encoding='UTF-8'?><a>\xC3\xA9</a>"));
    EXPECT_FALSE(cwmp::codec::from_declared_latin1("<a>\xE9</a>"));
}

TEST(Escape, WritesTextThatAnyParserReadsBack)
{
    EXPECT_EQ(escaped("a<b>&\"'\r\n"), "a&lt;b&gt;&amp;\"'&#xD;\n");
    EXPECT_EQ(escaped("a\x01\0b\xEF\xBF\xBE"s), "ab");
    EXPECT_EQ(escaped("\xC3\xA9\xE9"), "\xC3\xA9\xC3\xA9");
}

}  // namespace
