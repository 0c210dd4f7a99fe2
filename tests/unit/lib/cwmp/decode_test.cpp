#include "cwmp/codec/codec.hpp"
#include "unit/lib/cwmp/soap_text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace cwmp;
using namespace std::string_literals;
using cwmp_test::in_envelope;
using cwmp_test::inform_body;
using cwmp_test::parameter;
using cwmp_test::replaced;
using cwmp_test::values;

template <class T>
T read(std::string const& body)
{
    auto const envelope = decode(body);
    EXPECT_TRUE(envelope) << envelope.error().what << '\n' << body.substr(0, 2000);
    if (!envelope || !std::holds_alternative<T>(envelope->message)) {
        ADD_FAILURE() << "another message: " << (envelope ? method_name(envelope->message) : "none");
        return T{};
    }
    return std::get<T>(envelope->message);
}

Envelope envelope_of(std::string const& body)
{
    auto const envelope = decode(body);
    EXPECT_TRUE(envelope) << envelope.error().what;
    return envelope ? *envelope : Envelope{};
}

errc refusal(std::string const& body, DecodeLimits const& limits = {})
{
    auto const envelope = decode(body, limits);
    EXPECT_FALSE(envelope) << method_name(envelope->message);
    return envelope ? errc{} : envelope.error().code;
}

/// How one value is read.
std::string value_of(std::string const& text, std::string const& attributes = " xsi:type=\"xsd:string\"")
{
    auto const list =
        read<GetParameterValuesResponse>(values(parameter("A", text, attributes) + parameter("B", "b"))).parameter_list;
    EXPECT_EQ(list.size(), 2U);
    return list.empty() ? "" : list.front().value;
}

std::string repeated(std::string const& text, std::size_t count)
{
    std::string result;
    for (std::size_t i = 0; i < count; ++i)
        result += text;
    return result;
}

std::string const three = parameter("A", "a") + parameter("B", "b") + parameter("C", "c");

void expect_three(std::string const& body)
{
    auto const list = read<GetParameterValuesResponse>(body).parameter_list;
    ASSERT_EQ(list.size(), 3U) << body;
    EXPECT_EQ(list[0].name + list[1].name + list[2].name, "ABC") << body;
    EXPECT_EQ(list[0].value + list[1].value + list[2].value, "abc") << body;
}

// ---- the whole ------------------------------------------------------------------------------------------------------

TEST(Decode, ReadsAnInform)
{
    auto const envelope = envelope_of(in_envelope(inform_body()));
    EXPECT_EQ(envelope.id, "7");
    EXPECT_EQ(envelope.facts, (EnvelopeFacts{0, true, false, ReadBy::gsoap}));
    EXPECT_EQ(envelope.message, Message{(Inform{{"M", "00AABB", "P", "S1"},
                                                {{"2 PERIODIC", ""}},
                                                1,
                                                "2024-05-01T12:00:00",
                                                3,
                                                {{"A", "a", ValueType::string}}})});
}

TEST(Decode, TakesNothingBlanksAndNulsForAnEmptyPost)
{
    for (auto const& body : {""s, " \r\n\t "s, "\0\0\0"s, "\xEF\xBB\xBF"s, "\xEF\xBB\xBF\r\n"s})
        EXPECT_EQ(envelope_of(body).message, Message{Empty{}});
    EXPECT_EQ(envelope_of(in_envelope("")).message, Message{Empty{}});
    EXPECT_EQ(envelope_of(replaced(in_envelope(""), "<SOAP-ENV:Body></SOAP-ENV:Body>", "<SOAP-ENV:Body/>")).message,
              Message{Empty{}});
}

TEST(Decode, RefusesWhatIsNoXml)
{
    for (auto const& body :
         {"{\"a\":1}"s, "--mime\r\n\r\n<a/>"s, "POST / HTTP/1.1\r\n\r\n<a/>"s, "\x1f\x8b\x08\0"s, "x"s})
        EXPECT_EQ(refusal(body), errc::not_xml) << body;
}

TEST(Decode, RefusesXmlThatIsNoSoap)
{
    EXPECT_EQ(refusal("<a/>"), errc::not_soap);
    EXPECT_EQ(refusal("<html><body>Inform</body></html>"), errc::not_soap);
    EXPECT_EQ(refusal("<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"/>"), errc::not_soap);
}

TEST(Decode, RefusesAnInformWithoutSerialNumber)
{
    EXPECT_EQ(refusal(in_envelope(replaced(inform_body(), "<SerialNumber>S1</SerialNumber>", ""))), errc::no_serial);
    EXPECT_EQ(refusal(in_envelope(replaced(inform_body(), ">S1<", "> <"))), errc::no_serial);
}

TEST(Decode, RefusesTwoMessagesInOneBody)
{
    EXPECT_EQ(refusal(in_envelope("<cwmp:Reboot/><cwmp:Reboot/>")), errc::two_methods);
    EXPECT_EQ(refusal(replaced(in_envelope("<cwmp:Reboot/>"), "</SOAP-ENV:Body>",
                               "</SOAP-ENV:Body><SOAP-ENV:Body><cwmp:Reboot/></SOAP-ENV:Body>")),
              errc::two_methods);
}

TEST(Decode, NeverReadsADocumentType)
{
    auto const body = replaced(values(parameter("A", "&x;")), "<?xml version=\"1.0\"?>",
                               "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>");
    EXPECT_EQ(refusal(body), errc::forbidden);
}

TEST(Decode, KnowsItsLimits)
{
    auto const long_text = std::string(2000, 'x');
    EXPECT_EQ(refusal(values(three), {.body_bytes = 100}), errc::too_large);
    EXPECT_EQ(refusal(values(parameter("A", long_text)), {.text_bytes = 1000}), errc::too_large);
    EXPECT_EQ(refusal(values(parameter(std::string(5000, 'x'), "a"))), errc::too_large);
    EXPECT_EQ(refusal(values(repeated(parameter("A", "a"), 11)), {.list_items = 10}), errc::too_large);
    EXPECT_EQ(refusal(in_envelope(inform_body(), "<cwmp:ID>" + long_text + "</cwmp:ID>")), errc::too_large);
    EXPECT_EQ(refusal(in_envelope(replaced(inform_body(), "S1", long_text))), errc::too_large);
    EXPECT_EQ(refusal(in_envelope(
                  replaced(inform_body(), "</Event>", repeated("<E><EventCode>1</EventCode></E>", 1001) + "</Event>"))),
              errc::too_large);
}

TEST(Decode, GoesOnAfterARefusal)
{
    EXPECT_EQ(refusal(replaced(values(three), "</Name>", "</Nam>")), errc::malformed);
    expect_three(values(three));
    EXPECT_EQ(refusal(values(repeated("<a>", 30) + repeated("</a>", 30))), errc::too_large);
    expect_three(values(three));
}

// ---- envelopes
// -------------------------------------------------------------------------------------------------------

TEST(Decode, LooksAtLocalNamesOnly)
{
    auto const body = values(three);
    expect_three(replaced(replaced(body, "SOAP-ENV", "soapenv"), "cwmp:", "x:"));
    expect_three(replaced(body, " xmlns:cwmp=\"urn:dslforum-org:cwmp-1-0\"", ""));
    expect_three(replaced(body, " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"", ""));
    expect_three(replaced(body, "urn:dslforum-org:cwmp-1-0", "http://example.com/"));
    expect_three(
        replaced(body, "http://schemas.xmlsoap.org/soap/envelope/", "http://schemas.xmlsoap.org/soap/envelope"));
    expect_three(
        replaced(body, "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"));
    expect_three(replaced(body, "2001/XMLSchema", "1999/XMLSchema"));
    expect_three(replaced(replaced(body, "<cwmp:Get", "<Get"), "</cwmp:Get", "</Get"));
    expect_three(replaced(replaced(body, "<cwmp:GetParameterValuesResponse",
                                   "<GetParameterValuesResponse xmlns=\"urn:dslforum-org:cwmp-1-0\""),
                          "</cwmp:Get", "</Get"));
}

TEST(Decode, ReadsChildrenThatArePrefixed)
{
    auto body = values(three);
    for (auto const* name : {"ParameterList", "ParameterValueStruct", "Name", "Value"})
        body = replaced(replaced(body, "<"s + name, "<cwmp:"s + name), "</"s + name, "</cwmp:"s + name);
    body = replaced(body, "cwmp:GetParametercwmp:", "cwmp:GetParameter");
    expect_three(body);
}

TEST(Decode, ReadsMethodsInAnyCase)
{
    expect_three(replaced(values(three), "GetParameterValuesResponse", "getparametervaluesresponse"));
}

TEST(Decode, LearnsTheNamespaceAndTheDeclaration)
{
    auto const body = in_envelope("<cwmp:Reboot/>");
    EXPECT_EQ(envelope_of(replaced(body, "cwmp-1-0", "cwmp-1-4")).facts.namespace_digit, 4U);
    EXPECT_EQ(envelope_of(replaced(body, " xmlns:cwmp=\"urn:dslforum-org:cwmp-1-0\"", "")).facts.namespace_digit,
              std::nullopt);
    EXPECT_TRUE(envelope_of(body).facts.had_declaration);
    EXPECT_FALSE(envelope_of(replaced(body, "<?xml version=\"1.0\"?>", "")).facts.had_declaration);
}

TEST(Decode, ReadsTheHeaders)
{
    auto const envelope = envelope_of(
        in_envelope(inform_body(),
                    "<cwmp:HoldRequests SOAP-ENV:mustUnderstand=\"1\"> 1 </cwmp:HoldRequests><cwmp:ID> 12\n</cwmp:ID>"
                    "<cwmp:NoMoreRequests>1</cwmp:NoMoreRequests><cwmp:sessionTimeout>40</cwmp:sessionTimeout>"
                    "<cwmp:SupportedCWMPVersions>1.0, 1.1,1.4,</cwmp:SupportedCWMPVersions>"));
    EXPECT_EQ(envelope.id, "12");
    EXPECT_TRUE(envelope.hold_requests);
    EXPECT_EQ(envelope.session_timeout, 40U);
    EXPECT_EQ(envelope.supported_cwmp_versions, (std::vector<std::string>{"1.0", "1.1", "1.4"}));
    EXPECT_EQ(envelope.use_cwmp_version, std::nullopt);
}

TEST(Decode, KeepsAnEmptyIdApartFromNone)
{
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", "<cwmp:ID></cwmp:ID>")).id, "");
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", "<cwmp:ID/>")).id, "");
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", "")).id, std::nullopt);
}

TEST(Decode, DoesNotTakeAStrangersIdForOurs)
{
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", "<v:ID xmlns:v=\"urn:v\">9</v:ID><cwmp:ID>7</cwmp:ID>")).id,
              "7");
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", "<cwmp:ID>7</cwmp:ID><v:ID xmlns:v=\"urn:v\">9</v:ID>")).id,
              "7");
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", "<ID SOAP-ENC:mustUnderstand='1'>8</ID>")).id, "8");
}

TEST(Decode, IgnoresHeadersThatItShouldUnderstand)
{
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", "<v:X xmlns:v='urn:v' SOAP-ENV:mustUnderstand='1'>1</v:X>"
                                                        "<cwmp:ID>7</cwmp:ID>"))
                  .id,
              "7");
}

TEST(Decode, CapsASessionTimeoutAtWhatFits)
{
    auto const header = [](std::string const& value) {
        return "<cwmp:SessionTimeout>" + value + "</cwmp:SessionTimeout>";
    };
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", header("99999999999"))).session_timeout, 4294967295U);
    EXPECT_EQ(envelope_of(in_envelope("<cwmp:Reboot/>", header("soon"))).session_timeout, 0U);
}

TEST(Decode, IgnoresWhatFollowsTheEnvelope)
{
    for (auto const& rest : {"garbage"s, "\0\0"s, "\r\n0\r\n\r\n"s, "\n<!-- end -->\n"s})
        expect_three(values(three) + rest);
}

TEST(Decode, IgnoresWhatPrecedesTheEnvelope)
{
    for (auto const& front : {"\xEF\xBB\xBF"s, "\r\n\r\n  "s, "\0"s, "\xEF\xBB\xBF\n"s})
        expect_three(front + values(three));
    expect_three(replaced(values(three), "<SOAP-ENV:Envelope", "<!-- a --><?pi b?><SOAP-ENV:Envelope"));
}

// ---- lists
// -----------------------------------------------------------------------------------------------------------

TEST(Decode, CountsTheItemsThatAreThere)
{
    for (auto const* type :
         {"", "SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct[1]\"",
          "SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct[10]\"",
          "SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct[0003]\"",
          "SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct[]\"",
          "SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct[99999999]\"", "SOAP-ENC:arrayType=\"xsd:string[3]\"",
          "SOAP-ENC:arrayType=\"ParameterValueStruct[3]\"", "SOAP-ENC:arrayType=\"x:ParameterValueStruct[-1]\"",
          "SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct\"", "arrayType='[3]'",
          "xsi:type=\"SOAP-ENC:Array\" SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct[3]\"", "xsi:type='x:Array'"})
        expect_three(values(three, " "s + type));
}

TEST(Decode, TakesEveryChildOfAListForAnItem)
{
    expect_three(values(replaced(three, "ParameterValueStruct", "item")));
    expect_three(values("<!-- list --> stray <Vendor>1</Vendor>" + three + "<Vendor/><X><Y>1</Y></X>"));
}

TEST(Decode, ReadsAnEmptyList)
{
    EXPECT_EQ(read<GetParameterValuesResponse>(values("")).parameter_list.size(), 0U);
    EXPECT_EQ(
        read<GetParameterValuesResponse>(replaced(values(""), "<ParameterList></ParameterList>", "<ParameterList/>"))
            .parameter_list.size(),
        0U);
    EXPECT_EQ(read<GetParameterValuesResponse>(in_envelope("<cwmp:GetParameterValuesResponse/>")).parameter_list.size(),
              0U);
    EXPECT_EQ(read<Inform>(in_envelope(replaced(inform_body(),
                                                "<EventStruct><EventCode>2 PERIODIC</EventCode>"
                                                "<CommandKey/></EventStruct>",
                                                "")))
                  .event.size(),
              0U);
}

TEST(Decode, ReadsElementsInAnyOrder)
{
    expect_three(values(replaced(three, "<Name>A</Name><Value xsi:type=\"xsd:string\">a</Value>",
                                 "<Value xsi:type=\"xsd:string\">a</Value><X><Name>no</Name></X><Name>A</Name>")));
    auto const complete = read<TransferComplete>(in_envelope(
        "<cwmp:TransferComplete><CompleteTime>2026-03-01T12:00:01Z</CompleteTime><FaultStruct><FaultString>s"
        "</FaultString><FaultCode> 9010 </FaultCode></FaultStruct><CommandKey>k</CommandKey>"
        "</cwmp:TransferComplete>"));
    EXPECT_EQ(complete, (TransferComplete{"k", {9010, "s"}, std::string{unknown_time}, "2026-03-01T12:00:01Z"}));
}

TEST(Decode, ReadsAThousandValuesAcrossTheBuffersOfTheParser)
{
    std::string list;
    for (int i = 0; i < 5000; ++i)
        list += parameter("Device.A." + std::to_string(i), "v &lt;" + std::to_string(i) + ">") + "\n  ";
    auto const read_list = read<GetParameterValuesResponse>(values(list)).parameter_list;
    ASSERT_EQ(read_list.size(), 5000U);
    for (int i = 0; i < 5000; ++i)
        ASSERT_EQ(
            read_list[static_cast<std::size_t>(i)],
            (ParameterValue{"Device.A." + std::to_string(i), "v <" + std::to_string(i) + ">", ValueType::string}));
}

TEST(Decode, ReadsALongValueAcrossTheBuffersOfTheParser)
{
    auto const text = repeated("0123456789abcde\n", 10'000);
    EXPECT_EQ(value_of(text), text);
    EXPECT_EQ(value_of(replaced(text, "e", "&#101;")), text);
}

// ---- values
// ----------------------------------------------------------------------------------------------------------

TEST(Decode, KeepsBlanksInStringsAndNowhereElse)
{
    EXPECT_EQ(value_of("  a b\t"), "  a b\t");
    EXPECT_EQ(value_of("   "), "   ");
    EXPECT_EQ(value_of(" 5 ", " xsi:type='xsd:unsignedInt'"), "5");
    EXPECT_EQ(value_of("\n true ", " xsi:type='xsd:boolean'"), "true");
    auto const list = read<GetParameterValuesResponse>(values(parameter("\n  A\n ", "a"))).parameter_list;
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list.front().name, "A");
}

TEST(Decode, TrimsEverythingButValuesOfAPrettyPrintedMessage)
{
    auto const body = replaced(replaced(inform_body(), ">", ">\n  "), "</", "\n  </");
    auto const inform = read<Inform>(in_envelope(replaced(body, " xsi:type=\"xsd:string\"", " xsi:type=\"xsd:int\"")));
    EXPECT_EQ(inform.device_id, (DeviceId{"M", "00AABB", "P", "S1"}));
    EXPECT_EQ(inform.event, (std::vector<Event>{{"2 PERIODIC", ""}}));
    EXPECT_EQ(inform.retry_count, 3U);
    EXPECT_EQ(inform.parameter_list, (std::vector<ParameterValue>{{"A", "a", ValueType::int_}}));
}

TEST(Decode, ReadsReferencesAndSections)
{
    EXPECT_EQ(value_of("&lt;&amp;&gt;&quot;&apos;&#233;&#x20AC;"), "<&>\"'\xC3\xA9\xE2\x82\xAC");
    EXPECT_EQ(value_of("x<![CDATA[<b>&amp;&]]>y"), "x<b>&amp;&y");
    EXPECT_EQ(value_of("<![CDATA[a]]b]]]>"), "a]]b]");
    EXPECT_EQ(value_of("<![CDATA[]]>"), "");
    EXPECT_EQ(value_of("a<!-- c -->b"), "ab");
}

TEST(Decode, PutsRightWhatPrintfDoes)
{
    EXPECT_EQ(value_of("AT&T"), "AT&T");
    EXPECT_EQ(value_of("a & b; c"), "a & b; c");
    EXPECT_EQ(value_of("x&nbsp;&eacute;y&foo;"), "x&nbsp;&eacute;y&foo;");
    EXPECT_EQ(value_of("a\x01\x02"s + "b"), "ab");
    EXPECT_EQ(value_of("a\0b"s), "ab");
    EXPECT_EQ(value_of("a&#0;b&#xD800;c"), "abc");
    EXPECT_EQ(value_of("a\r\nb"), "a\nb");
}

TEST(Decode, ReadsBytesThatAreNoUtf8AsLatin1)
{
    EXPECT_EQ(value_of("caf\xE9"), "caf\xC3\xA9");
    EXPECT_EQ(value_of("caf\xE9 x"), "caf\xC3\xA9 x");
    EXPECT_EQ(value_of("ssid\xF0\x9F\x98"), "ssid\xC3\xB0\xC2\x9F\xC2\x98");
    EXPECT_EQ(value_of("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    EXPECT_TRUE(envelope_of(values(parameter("A", "\xE9"))).facts.was_repaired);
    EXPECT_FALSE(envelope_of(values(parameter("A", "\xC3\xA9"))).facts.was_repaired);
}

TEST(Decode, ReadsOtherEncodings)
{
    auto const declared = replaced(values(parameter("A", "\xC3\xA9")), "<?xml version=\"1.0\"?>",
                                   "<?xml version='1.0' encoding='ISO-8859-1'?>");
    EXPECT_EQ(read<GetParameterValuesResponse>(declared).parameter_list.front().value, "\xC3\x83\xC2\xA9");
    auto const ascii = values(three);
    auto little = "\xFF\xFE"s;
    auto big = ""s;  // without a byte order mark
    for (char const c : ascii) {
        little += {c, '\0'};
        big += {'\0', c};
    }
    expect_three(little);
    expect_three(big);
    expect_three(replaced(ascii, "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"x-unheard-of\"?>"));
}

TEST(Decode, ReadsTheTypesOfValues)
{
    auto const type = [](std::string const& attributes) {
        return read<GetParameterValuesResponse>(values(parameter("A", "1", attributes))).parameter_list.front().type;
    };
    EXPECT_EQ(type(" xsi:type=\"xsd:unsignedInt\""), ValueType::unsigned_int);
    EXPECT_EQ(type(" xsi:type='xs:long'"), ValueType::long_);
    EXPECT_EQ(type(" xsi:type=\" dateTime \""), ValueType::date_time);
    EXPECT_EQ(type(" xsi:type=\"SOAP-ENC:base64\""), ValueType::base64);
    EXPECT_EQ(type(" type=\"xsd:boolean\""), ValueType::boolean);
    EXPECT_EQ(type(" x=\"1\" xsi:type = \"xsd:int\" y='2'"), ValueType::int_);
    EXPECT_EQ(type(" xsi:type=\"xsd:json\""), ValueType::unknown);
    EXPECT_EQ(type(" xsi:type=\"xsd:\""), ValueType::unknown);
    EXPECT_EQ(type(" xsi:type=\"\""), ValueType::unknown);
    EXPECT_EQ(type(""), ValueType::unknown);
}

TEST(Decode, ReadsValuesThatAreNotThere)
{
    auto const list = read<GetParameterValuesResponse>(
                          values("<P><Name>A</Name></P><P><Name>B</Name><Value xsi:type=\"xsd:string\"/></P>"
                                 "<P><Name>C</Name><Value xsi:nil=\"true\"/></P>"
                                 "<P><Name>D</Name><Value xsi:nil=\"1\"></Value></P><P><Name>E</Name><Value/></P>"))
                          .parameter_list;
    ASSERT_EQ(list.size(), 5U);
    for (auto const& value : list)
        EXPECT_EQ(value.value, "");
    EXPECT_EQ(list[1].type, ValueType::string);
    EXPECT_EQ(list[0].type, ValueType::unknown);
}

TEST(Decode, KeepsDoubledNamesInTheirOrder)
{
    auto const list =
        read<GetParameterValuesResponse>(values(parameter("A", "1") + parameter("A", "2"))).parameter_list;
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[1].value, "2");
}

TEST(Decode, PrefersCwmpsElementsToAVendors)
{
    auto const list = read<GetParameterValuesResponse>(
                          values("<P><Name>A</Name><v:Value xmlns:v='urn:v'>no</v:Value><Value>yes</Value>"
                                 "<v:Value xmlns:v='urn:v'>no</v:Value></P>"))
                          .parameter_list;
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list.front().value, "yes");
    EXPECT_EQ(read<Reboot>(in_envelope("<cwmp:Reboot><CommandKey>k</CommandKey><v:CommandKey xmlns:v='urn:v'>no"
                                       "</v:CommandKey></cwmp:Reboot>"))
                  .command_key,
              "k");
}

TEST(Decode, ReadsADoubledAttributeByItsLastResort)
{
    auto const envelope = envelope_of(values(three, " a='1' a='2'"));
    EXPECT_EQ(std::get<GetParameterValuesResponse>(envelope.message).parameter_list.size(), 3U);
}

TEST(Decode, ReadsNumbersAndBooleansAsTheyCome)
{
    auto const response = [](std::string const& status) {
        return read<SetParameterValuesResponse>(
                   in_envelope("<cwmp:SetParameterValuesResponse>" + status + "</cwmp:SetParameterValuesResponse>"))
            .status;
    };
    EXPECT_EQ(response("<Status> 1\n</Status>"), 1);
    EXPECT_EQ(response("<Status>+1</Status>"), 1);
    EXPECT_EQ(response("<Status/>"), 0);
    EXPECT_EQ(response(""), 0);
    auto const writable = [](std::string const& text) {
        return read<GetParameterNamesResponse>(
                   in_envelope("<cwmp:GetParameterNamesResponse><ParameterList><P><Name>A.</Name><Writable>" + text +
                               "</Writable></P></ParameterList></cwmp:GetParameterNamesResponse>"))
            .parameter_list.front()
            .writable;
    };
    for (auto const* yes : {"1", "true", "TRUE", "True", " 1 "})
        EXPECT_TRUE(writable(yes)) << yes;
    for (auto const* no : {"0", "false", "False", "", "2"})
        EXPECT_FALSE(writable(no)) << no;
}

TEST(Decode, ReadsEventCodesInAnySpelling)
{
    auto const code = [](std::string const& text) {
        return read<Inform>(in_envelope(replaced(inform_body(), "2 PERIODIC", text))).event.front().code;
    };
    EXPECT_EQ(code("2"), "2 PERIODIC");
    EXPECT_EQ(code("4 Value Change"), "4 VALUE CHANGE");
    EXPECT_EQ(code("X 00D09E Door"), "X 00D09E Door");
}

TEST(Decode, GivesDefaultsForWhatAnInformLacks)
{
    auto const inform = read<Inform>(in_envelope("<cwmp:Inform><DeviceId><SerialNumber>1</SerialNumber></DeviceId>"
                                                 "</cwmp:Inform>"));
    EXPECT_EQ(inform, (Inform{{"", "", "", "1"}, {}, 1, "", 0, {}}));
}

TEST(Decode, ReadsOperationsThatAreNamedAfterTheirType)
{
    auto const change = read<ChangeDUState>(
        in_envelope("<cwmp:ChangeDUState><Operations xsi:type=\"x:UpdateOpStruct\"><Version>2</Version></Operations>"
                    "<Operations xsi:type=\"cwmp:Nonsense\"/><CommandKey>k</CommandKey></cwmp:ChangeDUState>"));
    ASSERT_EQ(change.operations.size(), 1U);
    EXPECT_EQ(std::get<UpdateOpStruct>(change.operations.front()).version, "2");
    EXPECT_EQ(change.command_key, "k");
}

// ---- methods that TR-069 does not know
// -------------------------------------------------------------------------------

TEST(Decode, PassesAVendorsMethodThrough)
{
    EXPECT_EQ(
        read<Unknown>(in_envelope("<cwmp:X_00D09E_Blink><Led a=\"1\">1 &amp; 2</Led><Led/></cwmp:X_00D09E_Blink>")),
        (Unknown{"X_00D09E_Blink", "<Led a=\"1\">1 &amp; 2</Led><Led/>"}));
    EXPECT_EQ(read<Unknown>(in_envelope("<v:BlinkResponse xmlns:v='urn:v'>x</v:BlinkResponse>")),
              (Unknown{"BlinkResponse", "x"}));
    EXPECT_EQ(read<Unknown>(in_envelope("<cwmp:X_Blink/>")), (Unknown{"X_Blink", ""}));
    EXPECT_EQ(read<Unknown>(in_envelope("<cwmp:Empty/>")), (Unknown{"Empty", ""}));
}

// ---- faults
// ----------------------------------------------------------------------------------------------------------

Fault fault(std::string const& content)
{
    return read<Fault>(in_envelope("<SOAP-ENV:Fault>" + content + "</SOAP-ENV:Fault>"));
}

std::string const detail = "<cwmp:Fault><FaultCode>9003</FaultCode><FaultString>Invalid arguments</FaultString>"
                           "<SetParameterValuesFault><ParameterName>A.B</ParameterName><FaultCode>9007</FaultCode>"
                           "<FaultString>range</FaultString></SetParameterValuesFault><SetParameterValuesFault>"
                           "<ParameterName>A.C</ParameterName><FaultCode>9008</FaultCode></SetParameterValuesFault>"
                           "</cwmp:Fault>";

Fault const expected_fault{9003, "Invalid arguments", "Client", {{"A.B", 9007, "range"}, {"A.C", 9008, ""}}};

TEST(DecodeFault, ReadsAFaultWithEachParametersFault)
{
    EXPECT_EQ(
        fault("<faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail>" + detail + "</detail>"),
        expected_fault);
}

TEST(DecodeFault, FindsTheFaultWhereverItHangs)
{
    EXPECT_EQ(fault("<faultcode>Client</faultcode><faultstring><detail>" + detail + "</detail></faultstring>"),
              expected_fault);
    EXPECT_EQ(fault("<faultcode>SOAP-ENV:Client</faultcode><faultstring>CWMP fault<detail>" + detail +
                    "</detail></faultstring>"),
              expected_fault);
    EXPECT_EQ(fault("<detail>" + replaced(detail, "cwmp:", "") + "</detail><faultcode>x:Client</faultcode>"),
              expected_fault);
    EXPECT_EQ(fault("<detail>" + replaced(detail, "cwmp:", "undeclared:") + "</detail><faultcode>Client</faultcode>"),
              expected_fault);
    EXPECT_EQ(fault(detail), expected_fault);
    EXPECT_EQ(read<Fault>(
                  in_envelope("<soap:Fault><faultcode>Client</faultcode><detail>" + detail + "</detail></soap:Fault>")),
              expected_fault);
    EXPECT_EQ(fault("<SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value></SOAP-ENV:Code><SOAP-ENV:Reason>"
                    "<SOAP-ENV:Text>CWMP fault</SOAP-ENV:Text></SOAP-ENV:Reason><SOAP-ENV:Detail>" +
                    detail + "</SOAP-ENV:Detail>"),
              expected_fault);
}

TEST(DecodeFault, WithoutDetailIsAnInternalErrorUnlessTheTextTellsTheCode)
{
    EXPECT_EQ(fault("<faultcode>Server</faultcode><faultstring>Out of memory</faultstring>"),
              (Fault{9002, "Out of memory", "Server", {}}));
    EXPECT_EQ(fault("<faultcode>Client</faultcode><faultstring>9005 Invalid name</faultstring>"),
              (Fault{9005, "9005 Invalid name", "Client", {}}));
    EXPECT_EQ(fault("<faultcode>9001</faultcode><faultstring>Denied</faultstring>"),
              (Fault{9001, "Denied", "Server", {}}));
    EXPECT_EQ(fault(""), (Fault{9002, "", "Server", {}}));
}

TEST(DecodeFault, KeepsAnEmptyTextOfItsOwn)
{
    EXPECT_EQ(fault("<faultstring>CWMP fault</faultstring><detail><cwmp:Fault><FaultCode>9004</FaultCode><FaultString/>"
                    "</cwmp:Fault></detail>"),
              (Fault{9004, "", "Server", {}}));
    EXPECT_EQ(
        fault("<faultstring>busy</faultstring><detail><cwmp:Fault><FaultCode>9004</FaultCode></cwmp:Fault></detail>"),
        (Fault{9004, "busy", "Server", {}}));
}

TEST(DecodeFault, NeedsNoHeader)
{
    auto const envelope = envelope_of(in_envelope("<SOAP-ENV:Fault>" + detail + "</SOAP-ENV:Fault>", ""));
    EXPECT_EQ(envelope.id, std::nullopt);
    EXPECT_EQ(std::get<Fault>(envelope.message).code, 9003U);
}

}  // namespace
