#include "cwmp/codec/guard.hpp"

#include <gtest/gtest.h>

namespace {

using namespace cwmp;
using codec::guard;

std::string repeated(std::string const& text, std::size_t count)
{
    std::string result;
    for (std::size_t i = 0; i < count; ++i)
        result += text;
    return result;
}

errc refusal(std::string const& document, DecodeLimits const& limits = {})
{
    auto const report = guard(document, limits);
    EXPECT_FALSE(report) << document.substr(0, 200);
    return report ? errc{} : report.error().code;
}

TEST(Guard, FindsTheRootBetweenDeclarationAndGarbage)
{
    auto const report = guard("<?xml version='1.0'?><!-- < > --><a x = '>' ><b/>text<![CDATA[<x>]]></a >\r\n0\r\n", {});
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->root, "<a x = '>' ><b/>text<![CDATA[<x>]]></a >");
    EXPECT_EQ(report->elements, 2U);
    EXPECT_EQ(report->attribute_names, 1U);
}

TEST(Guard, TakesASelfClosedRoot)
{
    EXPECT_EQ(guard("<a/>", {})->root, "<a/>");
}

TEST(Guard, ForbidsDocumentTypesWhereverTheyStand)
{
    EXPECT_EQ(refusal("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), errc::forbidden);
    EXPECT_EQ(refusal("<a><!DOCTYPE b></a>"), errc::forbidden);
    EXPECT_EQ(refusal("<a></a><!DOCTYPE b>"), errc::forbidden);
    EXPECT_EQ(refusal("<!doctype a><a/>"), errc::forbidden);
    EXPECT_EQ(refusal("<![CDATA[x]]><a/>"), errc::forbidden);
}

TEST(Guard, RefusesASecondRoot)
{
    EXPECT_EQ(refusal("<a></a><b></b>"), errc::malformed);
    EXPECT_EQ(refusal("<a/> junk <b/>"), errc::malformed);
}

TEST(Guard, RefusesWhatIsCutShort)
{
    for (auto const* document : {"<", "<a", "<a ", "<a b", "<a b=", "<a b='", "<a b='c'", "<a>", "<a></", "<a></a",
                                 "<!--", "<?xml", "<a><![CDATA[x]]", "<a><b></b>", "</a>"})
        EXPECT_EQ(refusal(document), errc::malformed) << document;
}

TEST(Guard, RefusesTagsThatDoNotMatch)
{
    EXPECT_EQ(refusal("<a><b></a></b>"), errc::malformed);
    EXPECT_EQ(refusal("<a></ab>"), errc::malformed);
    EXPECT_EQ(refusal("<a></a b='c'>"), errc::malformed);
    EXPECT_EQ(refusal("<a>x < y</a>"), errc::malformed);
}

TEST(Guard, RefusesAttributesWithoutQuotesOrValue)
{
    EXPECT_EQ(refusal("<a b=c></a>"), errc::malformed);
    EXPECT_EQ(refusal("<a b></a>"), errc::malformed);
    EXPECT_EQ(refusal("<a \"b\"></a>"), errc::malformed);
}

TEST(Guard, LimitsDepth)
{
    DecodeLimits const limits{.depth = 10};
    EXPECT_TRUE(guard(repeated("<a>", 10) + repeated("</a>", 10), limits));
    EXPECT_EQ(refusal(repeated("<a>", 11) + repeated("</a>", 11), limits), errc::too_large);
    EXPECT_EQ(refusal(repeated("<a>", 1'000'000)), errc::too_large);
}

TEST(Guard, NeverGoesDeeperThanItCanRemember)
{
    EXPECT_EQ(refusal(repeated("<a>", 5000), {.depth = 1'000'000}), errc::too_large);
}

TEST(Guard, LimitsAttributesOfOneElementAndTheirNamesInAll)
{
    std::string many;
    for (int i = 0; i < 33; ++i)
        many += " a" + std::to_string(i) + "='1'";
    EXPECT_EQ(refusal("<a" + many + "/>"), errc::too_large);

    std::string spread = "<a>";
    for (int i = 0; i < 1000; ++i)
        spread += "<b x" + std::to_string(i) + "='1'/>";
    EXPECT_EQ(refusal(spread + "</a>"), errc::too_large);
}

TEST(Guard, LimitsTagsTextsAndElements)
{
    EXPECT_EQ(refusal("<a b='" + std::string(9000, 'x') + "'/>"), errc::too_large);
    EXPECT_EQ(refusal("<" + std::string(9000, 'x') + "/>"), errc::too_large);
    EXPECT_EQ(refusal("<a>" + std::string(2000, 'x') + "</a>", {.text_bytes = 1000}), errc::too_large);
    EXPECT_EQ(refusal("<a><![CDATA[" + std::string(2000, 'x') + "]]></a>", {.text_bytes = 1000}), errc::too_large);
    EXPECT_EQ(refusal("<a>" + repeated("<b/>", 10) + "</a>", {.elements = 10}), errc::too_large);
}

TEST(Guard, KnowsWellFormedContent)
{
    EXPECT_TRUE(codec::is_well_formed_content("<A>1</A> <B/>"));
    EXPECT_TRUE(codec::is_well_formed_content("text"));
    EXPECT_TRUE(codec::is_well_formed_content(""));
    EXPECT_FALSE(codec::is_well_formed_content("</A><A>"));
    EXPECT_FALSE(codec::is_well_formed_content("<A>"));
    EXPECT_FALSE(codec::is_well_formed_content("<!DOCTYPE a>"));
}

}  // namespace
