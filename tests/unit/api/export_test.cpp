// Lists as CSV and NDJSON.
#include "api_fixture.hpp"

#include "api/csv_text.hpp"
#include "api/export_wish.hpp"
#include "net/compression.hpp"

namespace api_test {
namespace {

using testing::EndsWith;
using testing::Not;
using testing::StartsWith;

class ExportTest : public ApiTest {
protected:
    void add_value(std::int64_t device, std::string path, std::string value)
    {
        domain::ParameterRow row{};
        row.path = std::move(path);
        row.value = std::move(value);
        inventory_.add(domain::DeviceKey{device}, std::move(row));
    }
    static std::ptrdiff_t lines(std::string const& text) { return std::ranges::count(text, '\n'); }
};

TEST_F(ExportTest, AWholeListComesAsCsvWhateverItsLength)
{
    for (int i = 3; i <= 1234; ++i)
        add_device(i, "STB", "S" + std::to_string(i));
    auto const reply = get("/api/v1/devices?format=csv&columns=id,state");
    ASSERT_EQ(reply.status, 200u);
    EXPECT_EQ(reply.headers.get("Content-Type"), "text/csv");
    EXPECT_THAT(reply.text, StartsWith("id,state\r\n00D09E-HG%2D1000-S1,active\r\n00D09E-STB-S2,active\r\n"));
    EXPECT_EQ(lines(reply.text), 1 + 1234);
    EXPECT_EQ(lines(get("/api/v1/devices?format=csv&where=HG-1000").text), 2);
}

TEST_F(ExportTest, NdjsonTellsThatItIsOver)
{
    auto const reply = call("GET", "/api/v1/devices", {}, {{"Accept", "application/x-ndjson"}});
    ASSERT_EQ(reply.status, 200u);
    EXPECT_EQ(lines(reply.text), 3);
    EXPECT_THAT(reply.text, EndsWith("{\"end\":true,\"items\":2}\n"));
    auto const first = json::parse(reply.text.substr(0, reply.text.find('\n')));
    EXPECT_EQ(first.at("product_class").as_string(), "HG-1000");
    EXPECT_EQ(get("/api/v1/devices?format=ndjson&where=nothing").text, "{\"end\":true,\"items\":0}\n");
}

TEST_F(ExportTest, ParametersStandBesideTheirDevices)
{
    add_value(1, "Device.X.UpTime", "17");
    auto const reply = call("GET", "/api/v1/devices?format=csv&columns=serial_number,value('Device.X.UpTime'),tags");
    EXPECT_EQ(reply.text, "serial_number,Device.X.UpTime,tags\r\nS1,17,\r\nS2,,\r\n");
    EXPECT_THAT(get("/api/v1/devices?values=Device.X.UpTime").text, HasSubstr(R"("values":{"Device.X.UpTime":"17"})"));
    EXPECT_EQ(get("/api/v1/devices?format=csv&columns=value('Device.X.KeyPassphrase')").status, 400u);
    auto const anna = add_person("anna", "administrator");
    auto const weak = add_token(anna, domain::Permissions{domain::Permission::devices_read});
    EXPECT_EQ(as(weak, "GET", "/api/v1/devices?format=csv&columns=value('Device.X.UpTime')").status, 403u);
}

TEST_F(ExportTest, OthersSeeTheirPartOnly)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    auto const reply = as(token, "GET", "/api/v1/devices?format=csv&columns=id");
    EXPECT_EQ(reply.text, "id\r\n00D09E-STB-S2\r\n");
    EXPECT_EQ(as(token, "GET", "/api/v1/incidents?format=csv").status, 403u);
}

TEST_F(ExportTest, TheLineOfNamesComesOnceEvenWhenAFirstPageHasNothingForTheCaller)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    for (int id = 1; id <= 10'100; ++id) {  // more than are looked at for one page
        domain::SessionFacts facts{.id = domain::SessionId{id}, .device = domain::DeviceKey{id == 1 ? 2 : 1}};
        sessions_.note({facts, clock_.time, {}});
    }
    EXPECT_EQ(as(token, "GET", "/api/v1/sessions?state=ended&format=csv&columns=id").text, "id\r\n1\r\n");
}

TEST_F(ExportTest, ItIsGzippedForWhoTakesThat)
{
    auto const reply = call("GET", "/api/v1/devices?format=csv&columns=id", {}, {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(reply.headers.get("Content-Encoding"), "gzip");
    EXPECT_TRUE(reply.headers.lists("Vary", "Accept-Encoding"));
    EXPECT_EQ(net::inflate(net::ContentCoding::gzip, reply.text).value(),
              "id\r\n00D09E-HG%2D1000-S1\r\n00D09E-STB-S2\r\n");
}

TEST_F(ExportTest, AFailureOnTheWayIsNoEnd)
{
    for (int i = 3; i <= 600; ++i)
        add_device(i, "STB", "S" + std::to_string(i));
    auto stream = open_stream("/api/v1/devices?format=ndjson");
    EXPECT_TRUE(support::run(context_, stream->next()));
    inventory_.search_refusal = "it takes too long";
    EXPECT_ANY_THROW(support::run(context_, stream->next()));
    inventory_.search_refusal.clear();
    auto other = open_stream("/api/v1/devices?format=csv");
    other->cancel();
    EXPECT_ANY_THROW(support::run(context_, other->next())) << "what was cancelled is not whole";
}

TEST_F(ExportTest, ABadConditionIsToldBeforeAnythingIsSent)
{
    EXPECT_EQ(get("/api/v1/devices?format=csv&where=a;b").status, 400u);
    EXPECT_EQ(get("/api/v1/devices?format=csv&columns=id,nonsense").fields(), "columns");
    EXPECT_EQ(get("/api/v1/devices?format=xml&columns=id,").fields(), "format columns");
    EXPECT_EQ(get("/api/v1/devices?format=csv&limit=5&after=x").fields(), "limit after");
    EXPECT_EQ(get("/api/v1/devices?columns=id").fields(), "columns");
    EXPECT_EQ(get("/api/v1/version?format=csv").status, 400u);
    EXPECT_EQ(get("/api/v1/devices?format=json").status, 400u);
}

TEST_F(ExportTest, WhatIsNoListIsJsonForWhoOnlyPrefersCsv)
{
    EXPECT_EQ(call("GET", device_url, {}, {{"Accept", "text/csv"}}).status, 200u);
    EXPECT_THAT(call("GET", "/api/v1/devices", {}, {{"Accept", "text/html, */*;q=0.8"}}).text,
                StartsWith("{\"items\":"));
}

TEST_F(ExportTest, OnlySoManyRunAtOnce)
{
    std::vector<std::unique_ptr<net::PushStream>> streams;
    for (int i = 0; i < 4; ++i)
        streams.push_back(open_stream("/api/v1/devices?format=csv"));
    auto const refused = get("/api/v1/devices?format=csv");
    EXPECT_EQ(refused.status, 503u);
    EXPECT_TRUE(refused.headers.has("Retry-After"));
    streams.pop_back();
    EXPECT_EQ(get("/api/v1/devices?format=csv").status, 200u);
}

TEST_F(ExportTest, EveryListHasTheseForms)
{
    post(std::string{device_url} + "/tasks", R"({"kind":"reboot"})");
    for (auto const* const list : {"/api/v1/tasks", "/api/v1/incidents", "/api/v1/audit", "/api/v1/roles"}) {
        auto const reply = get(std::string{list} + "?format=csv");
        EXPECT_EQ(reply.status, 200u) << list << reply.text;
    }
    EXPECT_THAT(get("/api/v1/tasks?format=csv&columns=id,arguments,fault").text, Not(HasSubstr("null")));
}

TEST(CsvTextTest, CellsAreSafeInSpreadsheets)
{
    EXPECT_EQ(api::csv_line({"a", "b c", "d,e", "f\"g", "h\r\ni", ""}), "a,b c,\"d,e\",\"f\"\"g\",\"h\r\ni\",\r\n");
    EXPECT_EQ(api::csv_line({"=1+1", "@x", "+a", "-b", "\tc", "\rd"}), "'=1+1,'@x,'+a,'-b,\"'\tc\",\"'\rd\"\r\n");
    EXPECT_EQ(api::csv_line({"-67", "+49", "-1.5", "-", "1=1"}), "-67,+49,-1.5,'-,1=1\r\n");
    EXPECT_EQ(api::csv_cell(json::parse(R"(["a","b",3,null])")), "a;b;3;");
    EXPECT_EQ(api::csv_cell(json::parse(R"({"a":[1]})")), R"({"a":[1]})");
    EXPECT_EQ(api::csv_cell(json::parse("true")), "true");
    EXPECT_EQ(api::csv_cell(nullptr), "");
}

TEST(ColumnsTest, NamesAndParametersAreToldApart)
{
    using Columns = std::vector<api::ExportColumn>;
    EXPECT_EQ(api::parse_columns("id, value('Device.A,B.C') ,tags"),
              (Columns{{"id", ""}, {"values", "Device.A,B.C"}, {"tags", ""}}));
    for (auto const* const bad : {"", ",", "id,", "ID", "value('x'", "value('')", "value('x')y", "a b"})
        EXPECT_FALSE(api::parse_columns(bad)) << bad;
}

}  // namespace
}  // namespace api_test
