#include "conformance/shared_files.hpp"
#include "cwmp/codec/codec.hpp"
#include "unit/lib/cwmp/sample_messages.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace cwmp;
using namespace std::string_literals;

template <class T>
T const& as(Envelope const& envelope)
{
    auto const* message = std::get_if<T>(&envelope.message);
    EXPECT_NE(message, nullptr) << method_name(envelope.message);
    static T const none{};
    return message == nullptr ? none : *message;
}

// ---- captures
// --------------------------------------------------------------------------------------------------------

/// "007-cpe-GetParameterNamesResponse.xml" holds a GetParameterNamesResponse.
std::string captured_method(std::filesystem::path const& file)
{
    auto const name = file.stem().string();
    return name.substr(name.rfind('-') + 1);
}

TEST(Captures, AreReadAsWhatTheyAre)
{
    SKIP_WITHOUT("captures");
    int count = 0;
    for (auto const& file : conformance::files(conformance::shared("captures"), ".xml")) {
        auto const envelope = decode(conformance::contents(file));
        ASSERT_TRUE(envelope) << file << ": " << envelope.error().what;
        EXPECT_EQ(method_name(envelope->message), captured_method(file)) << file;
        EXPECT_NE(envelope->id, std::nullopt) << file;
        ++count;
    }
    EXPECT_GT(count, 0);
}

TEST(Captures, LoseNothingWhenTheyAreWrittenAgain)
{
    SKIP_WITHOUT("captures");
    for (auto const& file : conformance::files(conformance::shared("captures"), ".xml")) {
        auto const envelope = decode(conformance::contents(file));
        ASSERT_TRUE(envelope) << file;
        auto const again = decode(encode(*envelope, mirrored(envelope->facts)));
        ASSERT_TRUE(again) << file;
        EXPECT_EQ(cwmp_test::with_digits(again->message), cwmp_test::with_digits(envelope->message)) << file;
    }
}

// ---- quirks
// ----------------------------------------------------------------------------------------------------------

/// What one quirky message must be understood as.
using Expectation = std::function<void(Envelope const&)>;

/// The Inform that most quirks are variations of.
void expect_usual_inform(Envelope const& envelope)
{
    auto const& inform = as<Inform>(envelope);
    EXPECT_EQ(inform.device_id, (DeviceId{"Acme Networks", "00D09E", "HomeGateway", "AC0123456789"}));
    EXPECT_EQ(inform.event, (std::vector<Event>{{"2 PERIODIC", ""}}));
    EXPECT_EQ(inform.max_envelopes, 1U);
    EXPECT_EQ(inform.current_time, "2026-03-01T12:34:56.5+01:00");
    EXPECT_EQ(inform.retry_count, 0U);
    ASSERT_EQ(inform.parameter_list.size(), 7U);
    EXPECT_EQ(inform.parameter_list[2], (ParameterValue{"InternetGatewayDevice.DeviceInfo.SoftwareVersion",
                                                        "4.2.1 <beta> & co", ValueType::string}));
}

Expectation inform_with(std::function<void(Inform&)> const& change)
{
    return [change](Envelope const& envelope) {
        auto changed = envelope;
        change(std::get<Inform>(changed.message));
        expect_usual_inform(changed);
    };
}

/// UpTime and an SSID: the values that the other quirks are variations of.
Expectation values(std::string const& ssid, ValueType first = ValueType::unsigned_int,
                   ValueType second = ValueType::string)
{
    return [=](Envelope const& envelope) {
        EXPECT_EQ(as<GetParameterValuesResponse>(envelope).parameter_list,
                  (std::vector<ParameterValue>{
                      {"InternetGatewayDevice.DeviceInfo.UpTime", "86400", first},
                      {"InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID", ssid, second}}));
    };
}

template <class T>
Expectation equal_to(T message)
{
    return [message](Envelope const& envelope) { EXPECT_EQ(as<T>(envelope), message); };
}

Expectation names(std::vector<ParameterInfoStruct> list)
{
    return equal_to(GetParameterNamesResponse{std::move(list)});
}

Expectation with_id(std::optional<std::string> id, Expectation then)
{
    return [id = std::move(id), then = std::move(then)](Envelope const& envelope) {
        EXPECT_EQ(envelope.id, id);
        then(envelope);
    };
}

Expectation in_namespace(unsigned digit, Expectation then)
{
    return [digit, then = std::move(then)](Envelope const& envelope) {
        EXPECT_EQ(envelope.facts.namespace_digit, digit);
        then(envelope);
    };
}

std::map<std::string, Expectation> const& quirks()
{
    static std::map<std::string, Expectation> const table{
        {"addobject_status_fault",
         [](Envelope const& envelope) {
             EXPECT_EQ(as<AddObjectResponse>(envelope), (AddObjectResponse{0, 9005}));
             EXPECT_EQ(hidden_fault(envelope.message).value_or(Fault{}).code, 9005U);
         }},
        {"arraytype_empty_index", expect_usual_inform},
        {"arraytype_leading_zeros", expect_usual_inform},
        {"arraytype_missing", expect_usual_inform},
        {"arraytype_xsi_array", expect_usual_inform},
        {"body_encodingstyle_id", values("home")},
        {"bom_utf8", values("home")},
        {"comments_and_pi", values("home")},
        {"control_char_02", values("home")},
        {"currenttime_year1", inform_with([](Inform& inform) {
             EXPECT_EQ(inform.current_time, "0001-01-01T00:00:00");
             EXPECT_TRUE(to_time_point(inform.current_time));
             inform.current_time = "2026-03-01T12:34:56.5+01:00";
         })},
        {"datetime_value_bad",
         equal_to(GetParameterValuesResponse{{{"Device.Time.CurrentLocalTime", "Unknown", ValueType::date_time},
                                              {"Device.X.T", "0000-00-00T00:00:00", ValueType::date_time},
                                              {"Device.Y.T", "", ValueType::date_time}}})},
        {"device_id_empty_fields", inform_with([](Inform& inform) {
             EXPECT_EQ(inform.device_id, (DeviceId{"", "00D09E", "", "AC0123456789"}));
             inform.device_id = {"Acme Networks", "00D09E", "HomeGateway", "AC0123456789"};
         })},
        {"device_id_long_oui", inform_with([](Inform& inform) {
             EXPECT_EQ(inform.device_id.oui, "123456789012345678901234");
             inform.device_id.oui = "00D09E";
         })},
        {"empty_string_selfclosed", values("")},
        {"event_code_case", expect_usual_inform},
        {"event_code_only_number", expect_usual_inform},
        {"event_list_empty", inform_with([](Inform& inform) {
             EXPECT_TRUE(inform.event.empty());
             inform.event = {{"2 PERIODIC", ""}};
         })},
        {"fault_detail_in_faultstring", equal_to(Fault{9003, "Invalid arguments", "Client", {}})},
        {"fault_detail_no_ns", [](Envelope const& envelope) { EXPECT_EQ(as<Fault>(envelope).code, 9005U); }},
        {"fault_no_detail", equal_to(Fault{9002, "9002 Internal error", "Server", {}})},
        {"fault_no_header", with_id(std::nullopt, equal_to(Fault{9002, "x", "Client", {}}))},
        {"gpn_null_instance", names({{"InternetGatewayDevice.LANDevice.1.WLANConfiguration.(null).", false}})},
        {"gpn_parent_missing_and_outside", names({{"InternetGatewayDevice.DeviceInfo.VendorConfigFile.1.Name", false},
                                                  {"InternetGatewayDevice.DeviceInfo", false},
                                                  {"Other.Tree.X", false}})},
        {"gpv_duplicate_names", equal_to(GetParameterValuesResponse{
                                    {{"Device.A", "1", ValueType::string}, {"Device.A", "2", ValueType::string}}})},
        {"header_noise",
         [](Envelope const& envelope) {
             EXPECT_EQ(envelope.id, "1001");
             EXPECT_EQ(envelope.session_timeout, 40U);
             expect_usual_inform(envelope);
         }},
        {"header_nomorerequests", with_id("1001", expect_usual_inform)},
        {"ids_empty", with_id("", expect_usual_inform)},
        {"ids_missing_header", with_id(std::nullopt, expect_usual_inform)},
        {"ids_mustunderstand_wrong_ns", with_id("1001", expect_usual_inform)},
        {"inform_both_roots",
         [](Envelope const& envelope) {
             auto const& list = as<Inform>(envelope).parameter_list;
             auto const below = [&](std::string_view root) {
                 return std::ranges::count_if(list, [&](auto const& value) { return value.name.starts_with(root); });
             };
             EXPECT_GT(below("InternetGatewayDevice."), 0);
             EXPECT_GT(below("Device."), 0);
         }},
        {"inform_parameterlist_huge",
         [](Envelope const& envelope) { EXPECT_GE(as<Inform>(envelope).parameter_list.size(), 1500U); }},
        {"latin1_bytes_declared_utf8", values("Caf\xC3\xA9")},
        {"latin1_declared", values("Caf\xC3\xA9")},
        {"lowercase_method", values("home")},
        {"no_xml_decl",
         [](Envelope const& envelope) {
             EXPECT_FALSE(envelope.facts.had_declaration);
             values("home")(envelope);
         }},
        {"ns_cwmp_1_3", in_namespace(3, expect_usual_inform)},
        {"ns_cwmp_1_4", in_namespace(4, expect_usual_inform)},
        {"ns_default_on_method", in_namespace(0, expect_usual_inform)},
        {"ns_no_prefix_declared", expect_usual_inform},
        {"ns_undeclared_soap_prefix_fault", equal_to(Fault{9005, "Invalid parameter name", "Client", {}})},
        {"retrycount_missing", expect_usual_inform},
        {"spv_status_missing", equal_to(SetParameterValuesResponse{0})},
        {"trailing_garbage", values("home")},
        {"trailing_nul", values("home")},
        {"transfercomplete_bare_fault",
         equal_to(TransferComplete{"dl-1", {0, ""}, std::string{unknown_time}, std::string{unknown_time}})},
        {"transfercomplete_order",
         equal_to(TransferComplete{"dl-1", {0, ""}, "2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"})},
        {"unescaped_amp", values("Tom & Jerry")},
        {"utf16le_bom", values("home")},
        {"value_element_missing",
         equal_to(GetParameterValuesResponse{{{"Device.DeviceInfo.DeviceLog", "", ValueType::unknown}}})},
        {"writable_bad", names({{"Device.A.", false}, {"Device.B", true}})},
        {"wrong_root_device_dot_missing", names({{"InternetGatewayDevice", false}, {".", false}})},
        {"xsi_type_empty", values("home", ValueType::unknown, ValueType::unknown)},
        {"xsi_type_missing", values("home", ValueType::unknown, ValueType::unknown)},
    };
    return table;
}

TEST(Quirks, AreUnderstoodRight)
{
    SKIP_WITHOUT("messages/quirks");
    for (auto const& file : conformance::files(conformance::shared("messages/quirks"), ".xml")) {
        SCOPED_TRACE(file);
        auto const expectation = quirks().find(file.stem().string());
        ASSERT_NE(expectation, quirks().end()) << "nobody has said what this message means";
        auto const envelope = decode(conformance::contents(file));
        ASSERT_TRUE(envelope) << envelope.error().what;
        expectation->second(*envelope);
    }
}

// ---- hostile
// ---------------------------------------------------------------------------------------------------------

/// Those that are harmless once read, with what they are; all others must be refused.
std::map<std::string, std::string> const harmless{
    {"acs_method_from_cpe", "SetParameterValues"},
    {"csv_formula", "GetParameterValuesResponse"},
    {"device_id_injection", "Inform"},
    {"duplicate_attribute", "GetParameterValuesResponse"},
    {"empty_body", "Empty"},
    {"mustunderstand_unknown", "Inform"},
    {"nul_inside", "GetParameterValuesResponse"},
    {"nul_only", "Empty"},
    {"overlong_utf8", "GetParameterValuesResponse"},
    {"sessiontimeout_huge", "Inform"},
    {"soap12", "Inform"},
    {"unknown_encoding", "GetParameterValuesResponse"},
    {"whitespace_only", "Empty"},
};

/// Decodes in a process of its own; the most memory that it had, in bytes, or nothing when it died.
std::optional<std::size_t> memory_to_decode(std::string const& body)
{
    auto const child = fork();
    if (child == 0) {
        static_cast<void>(decode(body));
        _exit(0);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return std::nullopt;
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool memory_is_inflated = true;
#else
constexpr bool memory_is_inflated = false;
#endif
#endif

TEST(Hostile, MessagesAreRefusedOrHarmless)
{
    SKIP_WITHOUT("messages/hostile");
    for (auto const& entry : std::filesystem::directory_iterator{conformance::shared("messages/hostile")}) {
        if (entry.path().extension() == ".tsv")
            continue;
        SCOPED_TRACE(entry.path());
        auto const envelope = decode(conformance::contents(entry.path()));
        auto const expected = harmless.find(entry.path().stem().string());
        EXPECT_EQ(envelope.has_value(), expected != harmless.end());
        if (envelope && expected != harmless.end())
            EXPECT_EQ(method_name(envelope->message), expected->second);
    }
}

TEST(Hostile, MessagesTakeLittleMemory)
{
    SKIP_WITHOUT("messages/hostile");
    for (auto const& entry : std::filesystem::directory_iterator{conformance::shared("messages/hostile")}) {
        auto const memory = memory_to_decode(conformance::contents(entry.path()));
        ASSERT_TRUE(memory) << entry.path();
        if (!memory_is_inflated)
            EXPECT_LT(*memory, 64U << 20) << entry.path();
    }
}

}  // namespace
