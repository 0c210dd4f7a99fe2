// What the codec costs: CPU microseconds per message, one JSON object per line; beside it what pugixml and libxml2 need
// to parse the same bytes into a tree that means nothing yet.
#include "cwmp/codec/codec.hpp"

#include <fmt/format.h>
#include <libxml/parser.h>
#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace cwmp;

double cpu_microseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// The median of 15 rounds of `repetitions` runs each.
double microseconds_per_run(int repetitions, std::function<void()> const& run)
{
    std::array<double, 15> rounds{};
    for (auto& round : rounds) {
        auto const begin = cpu_microseconds();
        for (int i = 0; i < repetitions; ++i)
            run();
        round = (cpu_microseconds() - begin) / repetitions;
    }
    std::ranges::sort(rounds);
    return rounds[rounds.size() / 2];
}

/// What general parsers need for the same bytes: they know nothing of SOAP and leave a tree of text, if anything.
struct Reference {
    double pugixml = 0;      ///< CPU microseconds
    double libxml2 = 0;      ///< the same
    double libxml2_sax = 0;  ///< the same; it builds nothing and tells nobody
};

void parse_with_pugixml(std::string const& body)
{
    pugi::xml_document document;
    if (!document.load_buffer(body.data(), body.size()))
        std::abort();
}

void parse_with_libxml2(std::string const& body)
{
    auto* const document = xmlReadMemory(body.data(), static_cast<int>(body.size()), nullptr, nullptr,
                                         XML_PARSE_NONET | XML_PARSE_COMPACT);
    if (document == nullptr)
        std::abort();
    xmlFreeDoc(document);
}

void scan_with_libxml2(std::string const& body)
{
    xmlSAXHandler nobody{};
    nobody.initialized = XML_SAX2_MAGIC;
    if (xmlSAXUserParseMemory(&nobody, nullptr, body.data(), static_cast<int>(body.size())) != 0)
        std::abort();
}

Reference measure_reference(std::string const& body, int repetitions)
{
    return {.pugixml = microseconds_per_run(repetitions, [&] { parse_with_pugixml(body); }),
            .libxml2 = microseconds_per_run(repetitions, [&] { parse_with_libxml2(body); }),
            .libxml2_sax = microseconds_per_run(repetitions, [&] { scan_with_libxml2(body); })};
}

void report(std::string const& name, std::size_t bytes, double microseconds, Reference const& reference, double budget)
{
    auto const limit = budget > 0 ? fmt::format(R"(,"budget_us":{})", budget) : std::string{};
    fmt::print(R"({{"bench":"codec","case":"{}","bytes":{},"cpu_us":{:.2f},"mb_per_s":{:.0f},"pugixml_us":{:.2f},)"
               R"("libxml2_us":{:.2f},"libxml2_sax_us":{:.2f},"to_pugixml":{:.2f},"to_libxml2":{:.2f},)"
               R"("to_libxml2_sax":{:.2f}{}}})"
               "\n",
               name, bytes, microseconds, static_cast<double>(bytes) / microseconds, reference.pugixml,
               reference.libxml2, reference.libxml2_sax, microseconds / reference.pugixml,
               microseconds / reference.libxml2, microseconds / reference.libxml2_sax, limit);
    std::fflush(stdout);
}

std::string parameter(std::string const& name, std::string const& type, std::string const& value)
{
    return fmt::format("        <ParameterValueStruct>\n          <Name>{}</Name>\n"
                       "          <Value xsi:type=\"xsd:{}\">{}</Value>\n        </ParameterValueStruct>\n",
                       name, type, value);
}

std::string in_envelope(std::string const& body)
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\""
           " xmlns:soap-enc=\"http://schemas.xmlsoap.org/soap/encoding/\""
           " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
           " xmlns:cwmp=\"urn:dslforum-org:cwmp-1-2\">\n  <soap:Header>\n"
           "    <cwmp:ID soap:mustUnderstand=\"1\">1804289383</cwmp:ID>\n  </soap:Header>\n  <soap:Body>\n" +
           body + "  </soap:Body>\n</soap:Envelope>\n";
}

/// As a gateway sends it: indented, 12 parameters, two events.
std::string inform()
{
    constexpr auto names = std::to_array<char const*>(
        {"DeviceSummary", "DeviceInfo.SpecVersion", "DeviceInfo.HardwareVersion", "DeviceInfo.SoftwareVersion",
         "DeviceInfo.ProvisioningCode", "ManagementServer.ConnectionRequestURL", "ManagementServer.ParameterKey",
         "WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.ExternalIPAddress", "DeviceInfo.UpTime",
         "LANDevice.1.WLANConfiguration.1.Enable", "DeviceInfo.FirstUseDate", "DeviceInfo.Description"});
    std::string list;
    for (auto const* name : names)
        list += parameter(fmt::format("InternetGatewayDevice.{}", name), "string",
                          list.size() > 2000 ? "fiber &amp; copper" : "http://10.20.30.40:7547/cr/8f2c1a");
    return in_envelope(
        "    <cwmp:Inform>\n      <DeviceId>\n        <Manufacturer>Example Networks</Manufacturer>\n"
        "        <OUI>00D09E</OUI>\n        <ProductClass>HomeGW5000</ProductClass>\n"
        "        <SerialNumber>000123456789</SerialNumber>\n      </DeviceId>\n"
        "      <Event soap-enc:arrayType=\"cwmp:EventStruct[2]\">\n"
        "        <EventStruct>\n          <EventCode>2 PERIODIC</EventCode>\n          <CommandKey></CommandKey>\n"
        "        </EventStruct>\n        <EventStruct>\n          <EventCode>4 VALUE CHANGE</EventCode>\n"
        "          <CommandKey></CommandKey>\n        </EventStruct>\n      </Event>\n"
        "      <MaxEnvelopes>1</MaxEnvelopes>\n      <CurrentTime>2024-05-01T12:00:00+02:00</CurrentTime>\n"
        "      <RetryCount>0</RetryCount>\n"
        "      <ParameterList soap-enc:arrayType=\"cwmp:ParameterValueStruct[12]\">\n" +
        list + "      </ParameterList>\n    </cwmp:Inform>\n");
}

std::vector<ParameterValue> parameters(int count)
{
    std::vector<ParameterValue> list;
    for (int i = 0; i < count; ++i)
        list.push_back({fmt::format("InternetGatewayDevice.LANDevice.1.WLANConfiguration.{}.PreSharedKey.1.Key", i),
                        fmt::format("value {}", i), ValueType::string});
    return list;
}

std::string values_response(int count)
{
    std::string list;
    for (auto const& value : parameters(count))
        list += parameter(value.name, "string", value.value);
    return in_envelope("<cwmp:GetParameterValuesResponse><ParameterList>" + list +
                       "</ParameterList></cwmp:GetParameterValuesResponse>");
}

void measure_decode(std::string const& name, std::string const& body, int repetitions, double budget)
{
    if (!decode(body))
        std::abort();
    auto const microseconds = microseconds_per_run(repetitions, [&] { static_cast<void>(decode(body)); });
    report(name, body.size(), microseconds, measure_reference(body, repetitions), budget);
}

void measure_encode(std::string const& name, Message message, int repetitions)
{
    Envelope const envelope{.id = "1804289383", .message = std::move(message)};
    auto const body = encode(envelope, {});
    auto const microseconds = microseconds_per_run(repetitions, [&] { static_cast<void>(encode(envelope, {})); });
    report(name, body.size(), microseconds, measure_reference(body, repetitions), 0);
}

/// The message that a body holds.
Message message_of(std::string const& body)
{
    auto envelope = decode(body);
    if (!envelope)
        std::abort();
    return std::move(envelope->message);
}

}  // namespace

int main()
{
    auto const contact = inform();
    auto const answer = values_response(1000);
    measure_decode("decode Inform of 12 parameters", contact, 2000, 15);
    measure_decode("decode GetParameterValuesResponse of 1,000 values", answer, 50, 400);
    measure_encode("encode Inform of 12 parameters", message_of(contact), 2000);
    measure_encode("encode GetParameterValuesResponse of 1,000 values", message_of(answer), 50);
    measure_encode("encode InformResponse", InformResponse{}, 5000);
    measure_encode("encode SetParameterValues of 1,000 values", SetParameterValues{parameters(1000), "key"}, 50);
}
