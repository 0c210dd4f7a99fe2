#include "cwmp/codec/codec.hpp"
#include "unit/lib/cwmp/sample_messages.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace {

using namespace cwmp;
using cwmp_test::sample_messages;
using cwmp_test::sample_messages_beside;
using cwmp_test::with_digits;

Envelope envelope_of(Message message)
{
    return {.id = "id <1> & \"2\"", .message = std::move(message)};
}

std::vector<Dialect> dialects(unsigned digit)
{
    Dialect plain{.namespace_digit = digit};
    auto without_declaration = plain;
    without_declaration.xml_declaration = false;
    without_declaration.must_understand = false;
    auto words = plain;
    words.boolean_spelling = BooleanSpelling::words;
    words.array_style = ArrayStyle::array_type_and_xsi_type;
    words.base64_spelling = Base64Spelling::soap_encoding_base64;
    auto prefixes = plain;
    prefixes.soap_prefix = "soapenv";
    prefixes.encoding_prefix = "soap_enc";
    prefixes.cwmp_prefix = "c";
    prefixes.array_style = ArrayStyle::none;
    prefixes.base64_spelling = Base64Spelling::xsd_base64;
    return {plain, without_declaration, words, prefixes};
}

std::string written(Message message, Dialect const& dialect = {})
{
    return encode(envelope_of(std::move(message)), dialect);
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

TEST(Encode, WritesEveryMessageOfEveryVersionSoThatItIsReadBack)
{
    for (unsigned digit = 0; digit <= 4; ++digit)
        for (auto const& dialect : dialects(digit))
            for (auto const& message : sample_messages(digit)) {
                auto const text = written(message, dialect);
                auto const read = decode(text);
                ASSERT_TRUE(read) << read.error().what << '\n' << text;
                EXPECT_EQ(with_digits(read->message), message) << text;
                EXPECT_EQ(read->id, "id <1> & \"2\"") << text;
                EXPECT_EQ(read->facts.namespace_digit, digit);
                EXPECT_EQ(read->facts.had_declaration, dialect.xml_declaration);
                EXPECT_EQ(read->facts.read_by, ReadBy::gsoap) << text;
            }
}

TEST(Encode, WritesWhatIsNoMethodSoThatItIsReadBack)
{
    for (auto const& message : sample_messages_beside()) {
        auto const text = written(message);
        auto const read = decode(text);
        ASSERT_TRUE(read) << read.error().what << '\n' << text;
        EXPECT_EQ(read->message, message) << text;
    }
}

TEST(Encode, HasASampleOfEveryMessage)
{
    std::set<std::size_t> seen{Message{Empty{}}.index()};
    for (auto const& message : sample_messages(4))
        seen.insert(message.index());
    for (auto const& message : sample_messages_beside())
        seen.insert(message.index());
    EXPECT_EQ(seen.size(), std::variant_size_v<Message>);
}

TEST(Encode, WritesNothingForEmpty)
{
    EXPECT_EQ(written(Empty{}), "");
}

TEST(Encode, WritesTheHeadersInTheirOrder)
{
    Envelope envelope{.id = "7", .message = InformResponse{}};
    envelope.hold_requests = true;
    envelope.session_timeout = 40;
    envelope.supported_cwmp_versions = {"1.0", "1.4"};
    envelope.use_cwmp_version = "1.4";
    auto const text = encode(envelope, {});
    EXPECT_TRUE(contains(text, "<SOAP-ENV:Header><cwmp:ID SOAP-ENV:mustUnderstand=\"1\">7</cwmp:ID>"
                               "<cwmp:HoldRequests SOAP-ENV:mustUnderstand=\"1\">1</cwmp:HoldRequests>"
                               "<cwmp:SessionTimeout>40</cwmp:SessionTimeout>"
                               "<cwmp:SupportedCWMPVersions>1.0,1.4</cwmp:SupportedCWMPVersions>"
                               "<cwmp:UseCWMPVersion SOAP-ENV:mustUnderstand=\"1\">1.4</cwmp:UseCWMPVersion>"
                               "</SOAP-ENV:Header>"))
        << text;
    auto const read = decode(text);
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->hold_requests);
    EXPECT_EQ(read->session_timeout, 40U);
    EXPECT_EQ(read->supported_cwmp_versions, envelope.supported_cwmp_versions);
    EXPECT_EQ(read->use_cwmp_version, "1.4");
}

TEST(Encode, WritesNoHeaderWhenThereIsNothingInIt)
{
    EXPECT_FALSE(contains(encode({.id = {}, .message = InformResponse{}}, {}), "Header"));
}

TEST(Encode, MirrorsTheInform)
{
    EnvelopeFacts facts;
    facts.namespace_digit = 4;
    auto const text = written(InformResponse{}, mirrored(facts));
    EXPECT_TRUE(text.starts_with("<SOAP-ENV:Envelope")) << text;
    EXPECT_TRUE(contains(text, "xmlns:cwmp=\"urn:dslforum-org:cwmp-1-4\""));
    facts.had_declaration = true;
    EXPECT_TRUE(written(InformResponse{}, mirrored(facts)).starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
}

TEST(Encode, DoesNotLetOneSessionsNamespaceIntoTheNext)
{
    static_cast<void>(decode(written(Reboot{"a"}, {.namespace_digit = 1})));
    EXPECT_TRUE(contains(written(Reboot{"b"}, {.namespace_digit = 0}), "cwmp-1-0"));
    static_cast<void>(decode(written(Reboot{"a"}, {.namespace_digit = 3})));
    EXPECT_TRUE(contains(written(Reboot{"b"}, {.namespace_digit = 2}), "cwmp-1-2"));
}

TEST(Encode, RenamesPrefixesInNamesOnly)
{
    Dialect dialect;
    dialect.soap_prefix = "soap";
    dialect.cwmp_prefix = "c";
    auto const text = written(GetParameterValues{{"cwmp:A SOAP-ENV:B =\"cwmp:C"}}, dialect);
    EXPECT_TRUE(contains(text, "<soap:Body><c:GetParameterValues>")) << text;
    EXPECT_TRUE(contains(text, "xmlns:c=\"urn:dslforum-org:cwmp-1-0\"")) << text;
    EXPECT_TRUE(contains(text, "cwmp:A SOAP-ENV:B =\"cwmp:C")) << text;
    EXPECT_FALSE(contains(text, "<cwmp:")) << text;
}

TEST(Encode, SpellsBooleansAsTheDialectSays)
{
    SetParameterValues const set{{{"A", "true", ValueType::boolean}, {"B", "0", ValueType::boolean}}, ""};
    EXPECT_TRUE(contains(written(set), ">1</Value>"));
    auto const words = written(set, {.boolean_spelling = BooleanSpelling::words});
    EXPECT_TRUE(contains(words, ">true</Value>") && contains(words, ">false</Value>")) << words;
    EXPECT_TRUE(contains(written(GetParameterNames{"", true}), "<NextLevel>1</NextLevel>"));
    EXPECT_TRUE(contains(written(GetParameterNames{"", true}, {.boolean_spelling = BooleanSpelling::words}),
                         "<NextLevel>true</NextLevel>"));
}

TEST(Encode, TellsTheTypeOfEveryValue)
{
    GetParameterValuesResponse const values{{{"A", "x", ValueType::unknown}, {"B", "AAAA", ValueType::base64}}};
    auto const text = written(values);
    EXPECT_TRUE(contains(text, "<Value xsi:type=\"xsd:string\">x</Value>"));
    EXPECT_TRUE(contains(text, "<Value xsi:type=\"xsd:base64Binary\">AAAA</Value>"));
    EXPECT_TRUE(contains(written(values, {.base64_spelling = Base64Spelling::soap_encoding_base64}),
                         "xsi:type=\"SOAP-ENC:base64\""));
}

TEST(Encode, WritesATimeThatIsNotKnownAsTheUnknownTime)
{
    EXPECT_TRUE(contains(written(DownloadResponse{1, "", ""}), "<StartTime>0001-01-01T00:00:00Z</StartTime>"));
}

TEST(Encode, DropsCharactersThatXmlForbids)
{
    using namespace std::string_literals;
    auto const text = written(Reboot{"a\0\x01\x1F"s + "b\xFF"});
    EXPECT_TRUE(contains(text, "<CommandKey>ab\xC3\xBF</CommandKey>")) << text;
}

TEST(Encode, WritesAVendorsArgumentsAsTextWhenTheyAreNoXml)
{
    EXPECT_TRUE(contains(written(Unknown{"X_Blink", "</cwmp:X_Blink><evil>"}),
                         "<cwmp:X_Blink>&lt;/cwmp:X_Blink&gt;&lt;evil&gt;</cwmp:X_Blink>"));
    EXPECT_TRUE(contains(written(Unknown{"X_<Blink a='b'", ""}), "<cwmp:X_Blinkab></cwmp:X_Blinkab>"));
}

TEST(Encode, WritesTheSameOnEveryThread)
{
    auto const expected = written(SetParameterValues{cwmp_test::sample_values(), "k"});
    std::vector<std::string> results(4);
    {
        std::vector<std::jthread> threads;
        for (auto& result : results)
            threads.emplace_back([&result] {
                for (int i = 0; i < 50; ++i)
                    result = written(SetParameterValues{cwmp_test::sample_values(), "k"});
            });
    }
    for (auto const& result : results)
        EXPECT_EQ(result, expected);
}

}  // namespace
