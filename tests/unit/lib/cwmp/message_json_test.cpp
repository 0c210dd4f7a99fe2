#include "cwmp/message_json.hpp"
#include "unit/lib/cwmp/sample_messages.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace {

using namespace cwmp;

std::string json(Envelope const& envelope)
{
    return boost::json::serialize(to_json(envelope));
}

TEST(MessageJson, SaysAllThatAnInformSays)
{
    Envelope envelope{.id = "7",
                      .message = Inform{{"M", "00D09E", "P", "S"},
                                        {{"2 PERIODIC", ""}},
                                        1,
                                        "2026-03-01T12:00:00Z",
                                        3,
                                        {{"Device.A", "x", ValueType::unsigned_int}}}};
    envelope.facts.namespace_digit = 2;
    envelope.session_timeout = 40;
    envelope.supported_cwmp_versions = {"1.0", "1.4"};
    EXPECT_EQ(json(envelope),
              R"({"method":"Inform","id":"7","namespace":"urn:dslforum-org:cwmp-1-2","session_timeout":40,)"
              R"("supported_cwmp_versions":["1.0","1.4"],"device_id":{"manufacturer":"M","oui":"00D09E",)"
              R"("product_class":"P","serial_number":"S"},"event":[{"event_code":"2 PERIODIC","command_key":""}],)"
              R"("max_envelopes":1,"current_time":"2026-03-01T12:00:00Z","retry_count":3,)"
              R"("parameter_list":[{"name":"Device.A","type":"xsd:unsignedInt","value":"x"}]})");
}

TEST(MessageJson, NamesAFaultAndItsParts)
{
    EXPECT_EQ(
        json({.id = {}, .message = Fault{9003, "no", "Client", {{"Device.A", 9007, "range"}}}}),
        R"({"method":"Fault","id":null,"namespace":null,"fault_code":9003,"fault_string":"no",)"
        R"("set_parameter_values_fault":[{"parameter_name":"Device.A","fault_code":9007,"fault_string":"range"}],)"
        R"("faultcode":"Client"})");
}

TEST(MessageJson, KnowsTheWordsOfATightlyWrittenName)
{
    auto const text = json({.id = {}, .message = Download{.command_key = "k", .success_url = "u"}});
    EXPECT_NE(text.find(R"("command_key":"k")"), std::string::npos) << text;
    EXPECT_NE(text.find(R"("success_url":"u")"), std::string::npos) << text;
    EXPECT_NE(text.find(R"("url":"")"), std::string::npos) << text;
}

TEST(MessageJson, TellsWhichOperationItIs)
{
    EXPECT_EQ(json({.id = {}, .message = ChangeDUState{{UninstallOpStruct{"u", "1", {}}}, "k"}}),
              R"({"method":"ChangeDUState","id":null,"namespace":null,"operations":[{"operation":"UninstallOpStruct",)"
              R"("uuid":"u","version":"1","execution_env_ref":null}],"command_key":"k"})");
}

TEST(MessageJson, PassesAVendorsArgumentsThrough)
{
    EXPECT_EQ(json({.id = "1", .message = Unknown{"X_Blink", "<Led>1</Led>"}}),
              R"({"method":"X_Blink","id":"1","namespace":null,"raw":"<Led>1</Led>"})");
}

TEST(MessageJson, NamesTheMethodOfEveryMessage)
{
    for (auto const& message : cwmp_test::sample_messages(4))
        EXPECT_TRUE(json({.id = {}, .message = message})
                        .starts_with("{\"method\":\"" + std::string{method_name(message)} + "\""));
}

}  // namespace
