// Lists of devices as GenieACS gives them.
#include "api_fixture.hpp"

#include "api/genieacs/condition.hpp"
#include "api/genieacs/document.hpp"
#include "api/genieacs/identity.hpp"
#include "api/genieacs/moments.hpp"
#include "api/router.hpp"
#include "net/authorization.hpp"
#include "net/url.hpp"

namespace api_test {
namespace {

using testing::Not;

/// The condition that a query becomes, or "refused: " and why.
std::string condition(std::string_view query)
{
    auto const filter = api::genieacs::read_filter(query);
    if (!filter)
        return "refused: " + filter.error().detail;
    auto const text = api::genieacs::condition_of(*filter);
    return text ? *text : "refused: " + text.error().detail;
}

TEST(GenieQueries, ComparisonsOfParametersBecomeConditions)
{
    EXPECT_EQ(condition("{}"), "true");
    EXPECT_EQ(condition(R"({"Device.DeviceInfo.SoftwareVersion":"1.2"})"),
              "(value('Device.DeviceInfo.SoftwareVersion') = '1.2')");
    EXPECT_EQ(condition(R"({"Device.X.Y._value":true})"), "(value('Device.X.Y') IN ('true', '1'))");
    EXPECT_EQ(condition(R"({"Device.X.Y":{"$gte":-5,"$lt":7.5}})"),
              "((acs.number(value('Device.X.Y')) >= -5) AND (acs.number(value('Device.X.Y')) < 7.5E0))");
    EXPECT_EQ(condition(R"({"Device.X.Y":{"$lt":"2026-03-01 13:00:00 +0100"}})"),
              "((acs.time(value('Device.X.Y')) < '2026-03-01T12:00:00Z'))");
    EXPECT_EQ(condition(R"({"Device.X.Y":{"$gt":"1e3"}})"), "((acs.number(value('Device.X.Y')) > '1e3'))");
    EXPECT_EQ(condition(R"({"Device.X.Y":{"$gt":"inf"}})"), "((value('Device.X.Y') > 'inf'))") << "no number";
    EXPECT_EQ(condition(R"x({"Device.X.Y":{"$gt":"nan(1)"}})x"), "((value('Device.X.Y') > 'nan(1)'))");
    EXPECT_EQ(condition(R"({"InternetGatewayDevice.X":{"$exists":false}})"),
              "((value('InternetGatewayDevice.X') IS NULL))");
    EXPECT_EQ(condition(R"({"Device.X":null})"), "(value('Device.X') IS NULL)");
}

TEST(GenieQueries, TextIsQuotedAndWildcardsAndExpressionsAreTaken)
{
    EXPECT_EQ(condition(R"({"Device.X":"it's"})"), "(value('Device.X') = 'it''s')");
    EXPECT_EQ(condition(R"({"_deviceId._ProductClass":"50%_*"})"), R"((product_class LIKE '50\%\_%'))");
    EXPECT_EQ(condition(R"({"_deviceId._SerialNumber":"/^A[0-9]+/i"})"), "(serial_number ~* '^A[0-9]+')");
    EXPECT_EQ(condition(R"({"_deviceId._SerialNumber":{"$regex":"^A","$options":"i"}})"), "((serial_number ~* '^A'))");
    EXPECT_EQ(condition(R"({"_deviceId._OUI":"00d09e"})"), "(oui = '00D09E')");
}

TEST(GenieQueries, TagsTimesAndIdsAreColumns)
{
    EXPECT_EQ(condition(R"({"_tags":"gold"})"), "('gold' = ANY(tags))");
    EXPECT_EQ(condition(R"({"_tags":{"$in":["a","b"]}})"), "((('a' = ANY(tags)) OR ('b' = ANY(tags))))");
    EXPECT_EQ(condition(R"({"_lastInform":{"$gt":1772366400000}})"), "((last_inform > '2026-03-01T12:00:00Z'))");
    EXPECT_EQ(condition(R"({"_id":"00d09e-HG%2D1-S%2F1"})"),
              "(oui = '00D09E' AND product_class = 'HG-1' AND serial_number = 'S/1')");
    EXPECT_EQ(condition(R"({"_id":"00D09E-S1"})"), "(oui = '00D09E' AND product_class = '' AND serial_number = 'S1')");
    EXPECT_EQ(condition(R"({"_id":"nonsense"})"), "(false)");
    for (auto const* const no_text : {"00D09E-%FF-S1", "00D09E-%00-S1", "00D09E-%FF*", "/%FF/"})
        EXPECT_EQ(condition(fmt::format(R"({{"_id":"{}"}})", no_text)), "(false)") << no_text;
    EXPECT_THAT(condition(R"({"_id":{"$regex":"^00D09E-HG%2D1%2E-%C3%A9"}})"), HasSubstr(R"(~ '^00D09E-HG\-1\.-é')"));
}

TEST(GenieQueries, WhatADeviceDoesNotHaveIsNotEqual)
{
    EXPECT_EQ(condition(R"({"Device.X":{"$ne":"a"}})"), "((NOT coalesce((value('Device.X') = 'a'), false)))");
    EXPECT_EQ(condition(R"({"$nor":[{"Device.X":"a"},{"Device.Y":"b"}]})"),
              "(NOT coalesce(((value('Device.X') = 'a')) OR ((value('Device.Y') = 'b')), false))");
    EXPECT_EQ(condition(R"({"_tags":{"$nin":[]}})"), "((NOT coalesce((false), false)))");
    EXPECT_EQ(condition(R"({"Device.X":{"$not":{"$exists":true}}})"),
              "((NOT coalesce(((NOT (value('Device.X') IS NULL))), false)))");
}

TEST(GenieQueries, WhatHasNoCounterpartIsRefusedWithASentence)
{
    EXPECT_THAT(condition("{"), HasSubstr("not JSON"));
    EXPECT_THAT(condition("[]"), HasSubstr("must be an object"));
    EXPECT_THAT(condition(R"({"$where":"sleep"})"), HasSubstr("$where is not an operator"));
    EXPECT_THAT(condition(R"({"_tags":{"$size":1}})"), HasSubstr("_tags $size is not an operator"));
    EXPECT_THAT(condition(R"({"_lastInform":"yesterday"})"), HasSubstr("_lastInform is compared with moments"));
    EXPECT_THAT(condition(R"({"_lastInform":{"$gt":-100000000000000}})"), HasSubstr("is compared with moments"))
        << "before the year 1";
    EXPECT_THAT(condition(R"({"VirtualParameters.Rx":1})"), HasSubstr("no virtual parameters"));
    EXPECT_THAT(condition(R"({"Device.X._writable":true})"), HasSubstr("Device.X._writable is not known here"));
    EXPECT_THAT(condition(R"({"_id":{"$gt":"a"}})"), HasSubstr("_id has no order"));
    EXPECT_THAT(condition(R"({"Device.X":{"$regex":"a","$options":"x"}})"), HasSubstr("$options"));
    EXPECT_THAT(condition(R"({"Device.X":"a\u0000b"})"), HasSubstr("NUL"));
    EXPECT_THAT(condition(R"({"Device.X'":"a"})"), HasSubstr("refused"));
    EXPECT_THAT(condition(R"({"$or":[]})"), HasSubstr("not empty"));
}

TEST(GenieQueries, AQueryIsBounded)
{
    std::string deep = R"({"Device.X":1})";
    for (int i = 0; i < 12; ++i)
        deep = R"({"$or":[{"$and":[)" + deep + "]}]}";
    EXPECT_THAT(condition(deep), HasSubstr("refused"));
    std::string many = "1";
    for (int i = 0; i < 1001; ++i)
        many += ",1";
    EXPECT_THAT(condition(R"({"Device.X":{"$in":[)" + many + "]}}"), HasSubstr("one comparison too many"));
    EXPECT_THAT(condition(std::string(17'000, ' ') + "{}"), HasSubstr("at most 16384"));
}

TEST(GenieDocuments, AnIdIsWrittenAsGenieAcsWritesItAndReadInBothForms)
{
    EXPECT_EQ(api::genieacs::document_id({"", "00D09E", "HG 1.0", "S-1"}), "00D09E-HG%201%2E0-S%2D1");
    EXPECT_EQ(api::genieacs::document_id({"", "00D09E", "", "S1"}), "00D09E-S1");
    EXPECT_EQ(api::genieacs::identity_of("00D09E-HG%201%2E0-S%2D1")->product_class, "HG 1.0");
    EXPECT_EQ(api::genieacs::identity_of("00D09E-HG%201.0-S%2D1")->product_class, "HG 1.0");
    EXPECT_EQ(api::genieacs::identity_of("00D09E-S1")->serial_number, "S1");
    EXPECT_FALSE(api::genieacs::identity_of("S1"));
}

class GenieDevicesTest : public ApiTest {
protected:
    static constexpr std::string_view url = "/compat/genieacs/devices";

    GenieDevicesTest()
    {
        add_parameter("Device.", {}, "");
        add_parameter("Device.DeviceInfo.UpTime", "77", "xsd:unsignedInt");
        add_parameter("Device.WiFi.SSID.1.", {}, "");
        add_parameter("Device.WiFi.SSID.1.Enable", "1", "xsd:boolean");
        add_parameter("Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "hidden", "xsd:string");
    }
    void add_parameter(std::string path, std::optional<std::string> value, std::string type)
    {
        domain::ParameterRow row;
        row.is_secret = path.ends_with("KeyPassphrase");
        row.path = std::move(path);
        row.value = std::move(value);
        row.type = std::move(type);
        row.writable = true;
        row.changed_at = clock_.time;
        inventory_.add(domain::DeviceKey{1}, std::move(row));
    }
    Reply list(std::string_view fields) { return get(std::string{url} + "?" + std::string{fields}); }
    static std::string query(std::string_view text) { return "query=" + net::percent_encoded(text); }
};

TEST_F(GenieDevicesTest, ADeviceIsADocumentWithItsParametersAsATree)
{
    fleet_lists_.bootstraps[1] = clock_.time;
    auto const reply = list("limit=1");
    ASSERT_EQ(reply.status, 200u);
    EXPECT_EQ(reply.headers.get("total"), "2");
    ASSERT_EQ(reply.body.as_array().size(), 1u);
    auto const& device = reply.body.at(0);
    EXPECT_EQ(device.at("_id").as_string(), "00D09E-HG%2D1000-S1");
    EXPECT_EQ(
        device.at("_deviceId"),
        json::parse(R"({"_Manufacturer":"Acme","_OUI":"00D09E","_ProductClass":"HG-1000","_SerialNumber":"S1"})"));
    EXPECT_EQ(device.at("_registered").as_string(), "2026-03-01T12:00:00.000Z");
    EXPECT_EQ(device.at("_lastBootstrap").as_string(), "2026-03-01T12:00:00.000Z");
    EXPECT_FALSE(device.as_object().contains("_lastInform"));
    EXPECT_EQ(device.at("Device").at("DeviceInfo").at("UpTime"),
              json::parse(R"({"_object":false,"_writable":true,"_timestamp":"2026-03-01T12:00:00.000Z",
                              "_value":77,"_type":"xsd:unsignedInt"})"));
    auto const& ssid = device.at("Device").at("WiFi").at("SSID").at("1");
    EXPECT_TRUE(ssid.at("_object").as_bool());
    EXPECT_TRUE(ssid.at("_instance").as_bool());
    EXPECT_TRUE(ssid.at("Enable").at("_value").as_bool());
    EXPECT_THAT(reply.text, HasSubstr("********"));
    EXPECT_THAT(reply.text, Not(HasSubstr("hidden")));
}

TEST_F(GenieDevicesTest, AProjectionLeavesOutWhatItDoesNotName)
{
    EXPECT_EQ(
        list("limit=1&projection=_tags,Device.DeviceInfo.UpTime._value").body,
        json::parse(R"([{"_id":"00D09E-HG%2D1000-S1","_tags":[],"Device":{"DeviceInfo":{"UpTime":{"_value":77}}}}])"));
    EXPECT_EQ(list("limit=1&projection=_deviceId._SerialNumber").body,
              json::parse(R"([{"_id":"00D09E-HG%2D1000-S1","_deviceId":{"_SerialNumber":"S1"}}])"));
    auto const wifi = list("limit=1&projection=Device.WiFi");
    EXPECT_TRUE(wifi.body.at(0).at("Device").at("WiFi").at("SSID").at("1").at("Enable").at("_value").as_bool());
    EXPECT_FALSE(wifi.body.at(0).at("Device").as_object().contains("DeviceInfo"));
    EXPECT_EQ(list("projection=VirtualParameters.x&limit=1").body, json::parse(R"([{"_id":"00D09E-HG%2D1000-S1"}])"));
}

TEST_F(GenieDevicesTest, ListsAreSkippedSortedAndEmpty)
{
    EXPECT_EQ(list("skip=1&projection=_id").body, json::parse(R"([{"_id":"00D09E-STB-S2"}])"));
    auto const sorted = list(R"(projection=_id&sort=%7B%22_deviceId._SerialNumber%22:-1%7D)");
    EXPECT_EQ(sorted.body, json::parse(R"([{"_id":"00D09E-STB-S2"},{"_id":"00D09E-HG%2D1000-S1"}])"));
    EXPECT_EQ(list("skip=5").body, json::array{});
    EXPECT_EQ(list("skip=5").headers.get("total"), "2");
    EXPECT_EQ(list(R"(skip=5&sort=%7B%22_id%22:1%7D)").body, json::array{});
    EXPECT_THAT(list(R"(sort=%7B%22Device.X%22:1%7D)").detail(), HasSubstr("cannot order by Device.X"));
    EXPECT_THAT(list(R"(sort=%7B%22_id%22:2%7D)").detail(), HasSubstr("-1 for descending"));
    EXPECT_EQ(list("skip=-1&limit=x&color=red").fields(), "skip limit color");
}

TEST_F(GenieDevicesTest, AFleetIsSentPageByPage)
{
    for (int i = 100; i < 650; ++i)
        add_device(i, "HG-1000", fmt::format("F{}", i));
    EXPECT_EQ(list("projection=_id").body.as_array().size(), 552u);
    EXPECT_EQ(list("projection=_id&limit=201&skip=50").body.as_array().size(), 201u);
    auto const sorted = list(R"(projection=_id&limit=201&sort=%7B%22_id%22:1%7D)");
    EXPECT_EQ(sorted.body.as_array().size(), 201u);
    auto const whole = list("");  // more than one piece
    EXPECT_EQ(whole.body.as_array().size(), 552u);
    EXPECT_GT(whole.text.size(), 64u * 1024u) << "it would not come in pieces";
}

TEST_F(GenieDevicesTest, AQueryIsCheckedByTheGuardAndMayBeRefusedByTheDatabase)
{
    EXPECT_EQ(list(query("{}")).body.as_array().size(), 2u);
    EXPECT_EQ(list(query("nonsense")).status, 400u);
    EXPECT_THAT(list(query(R"({"_tags":"a;b"})")).detail(), HasSubstr("one expression only")) << "of this guard";
    inventory_.search_refusal = "invalid regular expression";
    EXPECT_THAT(list(query(R"({"_tags":"x"})")).detail(), HasSubstr("invalid regular expression"));
}

TEST_F(GenieDevicesTest, ATokenIsTakenAsThePasswordOfBasic)
{
    auto const as_basic = [this](std::string const& name, std::string const& password, net::Headers headers = {},
                                 std::string_view target = url) {
        headers.set("Authorization", net::basic_authorization(name, password));
        return call("GET", target, {}, std::move(headers));
    };
    EXPECT_EQ(as_basic("anna", "secret").status, 200u);
    EXPECT_EQ(as_basic("", "secret").status, 200u);
    EXPECT_EQ(as_basic("bert", "secret").status, 401u);
    auto const wrong = as_basic("anna", "wrong");
    EXPECT_EQ(wrong.status, 401u);
    EXPECT_EQ(wrong.headers.get("WWW-Authenticate"), R"(Basic realm="acs")");
    EXPECT_EQ(as_basic("anna", "secret", {}, "/api/v1/devices").status, 401u) << "not by our own API";
    EXPECT_EQ(as_basic("anna", add_token(add_person("anna", "administrator"))).status, 200u) << "one made just now";
}

TEST_F(GenieDevicesTest, WithoutPermissionForParametersDocumentsAreWithoutThem)
{
    auto const token =
        add_token(add_person("anna", "administrator"), domain::Permissions{domain::Permission::devices_read});
    auto const reply = as(token, "GET", url);
    EXPECT_EQ(reply.status, 200u);
    EXPECT_THAT(reply.text, Not(HasSubstr("DeviceInfo")));
    EXPECT_EQ(as(token, "GET", std::string{url} + "?projection=Device.DeviceInfo").status, 403u);
}

TEST_F(GenieDevicesTest, ASlashAtTheEndMayBeThereOrNot)
{
    EXPECT_TRUE(api::match("GET", "/compat/genieacs/devices"));
    EXPECT_TRUE(api::match("HEAD", "/compat/genieacs/devices/"));
    EXPECT_FALSE(api::match("GET", "/compat/genieacs/devices//"));
    EXPECT_FALSE(api::match("GET", "/api/v1/devices/"));
}

}  // namespace
}  // namespace api_test
