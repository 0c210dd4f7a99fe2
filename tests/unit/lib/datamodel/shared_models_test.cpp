#include "datamodel/data_model.hpp"
#include "datamodel/definition_reader.hpp"
#include "datamodel/tree.hpp"
#include "datamodel/well_known.hpp"
#include "support/tree_diff.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace datamodel;
using cwmp::ValueType;
using testing::HasSubstr;
using testing::IsEmpty;

std::string content_of(std::filesystem::path const& file)
{
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

/// The published models, read once for all tests.
DataModel const& published()
{
    static DataModel const model = [] {
        std::vector<DefinitionFile> files;
        for (auto const& file : std::filesystem::directory_iterator{ACS_SHARED_DIR "/cwmp/datamodels"})
            if (file.path().extension() == ".xml")
                files.push_back({file.path().filename().string(), content_of(file.path())});
        auto set = read_definitions(files);
        EXPECT_TRUE(set);
        EXPECT_THAT(set->warnings, IsEmpty());
        return DataModel{std::move(set->definitions)};
    }();
    return model;
}

class PublishedModels : public testing::Test {
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(ACS_SHARED_DIR "/cwmp/datamodels"))
            GTEST_SKIP() << "there is no " ACS_SHARED_DIR "/cwmp/datamodels";
    }
};

std::ptrdiff_t parameters_below(std::string_view object)
{
    return std::ranges::count_if(published().definitions(), [object](Definition const& definition) {
        return !definition.is_object() && definition.path.starts_with(object);
    });
}

std::string refusal(std::string_view path, std::string_view value)
{
    auto const checked = published().validate(path, value);
    return checked ? std::string{} : checked.error().what;
}

TEST_F(PublishedModels, HaveAllTheirParameters)
{
    EXPECT_EQ(parameters_below("InternetGatewayDevice."), 1800);
    EXPECT_EQ(parameters_below("Device.Services.STBService"), 519);
    EXPECT_EQ(parameters_below("Device.Services.VoiceService"), 849);
    EXPECT_EQ(parameters_below("Device."), 5442 + 519 + 849);
}

TEST_F(PublishedModels, EveryParameterHasAType)
{
    for (auto const& definition : published().definitions())
        if (!definition.is_object()) {
            EXPECT_NE(definition.type, ValueType::unknown) << definition.path;
            EXPECT_TRUE(!definition.is_list || definition.item_type != ValueType::unknown) << definition.path;
        }
}

TEST_F(PublishedModels, SayWhichValuesAreAllowed)
{
    EXPECT_EQ(refusal("Device.WiFi.SSID.1.SSID", "home"), "");
    EXPECT_THAT(refusal("Device.WiFi.SSID.1.SSID", std::string(33, 'x')), HasSubstr("at most 32 characters"));
    EXPECT_THAT(refusal("Device.ManagementServer.PeriodicInformInterval", "0"), HasSubstr("at least 1 (seconds)"));
    EXPECT_EQ(refusal("Device.NAT.PortMapping.1.Protocol", "UDP"), "");
    EXPECT_THAT(refusal("Device.NAT.PortMapping.1.Protocol", "SCTPX"), HasSubstr("\"TCP\", \"UDP\""));
    EXPECT_THAT(refusal("Device.NAT.PortMapping.1.ExternalPort", "65536"), HasSubstr("0 to 65535"));
    EXPECT_THAT(refusal("Device.DeviceInfo.SoftwareVersion", "2"), HasSubstr("read-only"));
    EXPECT_THAT(refusal("Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "short"), HasSubstr("8 to 63 characters"));
    EXPECT_EQ(refusal("Device.IP.Interface.1.IPv4Address.1.IPAddress", "192.0.2.1"), "");
    EXPECT_THAT(refusal("Device.IP.Interface.1.IPv4Address.1.IPAddress", "192.0.2"), HasSubstr("IPv4 address"));
    EXPECT_THAT(refusal("InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.BeaconType", "WPA9"),
                HasSubstr("\"WPA\""));
}

TEST_F(PublishedModels, DescribeParameters)
{
    auto const* const up_time = published().describe("Device.DeviceInfo.UpTime");
    ASSERT_TRUE(up_time);
    EXPECT_EQ(up_time->units, "seconds");
    EXPECT_EQ(up_time->type, ValueType::unsigned_int);
    EXPECT_FALSE(up_time->description.empty());
    auto const* const table = published().describe("Device.WiFi.SSID.");
    ASSERT_TRUE(table);
    EXPECT_TRUE(table->is_table() && table->writable);
    for (auto const& definition : published().definitions())
        EXPECT_EQ(definition.description.find("{{"), std::string::npos) << definition.path;
}

TEST_F(PublishedModels, HaveTheWellKnownNames)
{
    for (auto const root : {cwmp::Root::device, cwmp::Root::internet_gateway_device})
        for (auto const path : {well_known::connection_request_url(root), well_known::nat_detected(root),
                                well_known::udp_connection_request_address(root), well_known::model_name(root),
                                well_known::ip_ping::object(root)})
            EXPECT_TRUE(published().describe(path)) << path;
}

TEST_F(PublishedModels, SecretsAreKnownByNameAlmostAlways)
{
    std::vector<std::string> unknown_by_name;
    std::size_t hidden = 0;
    for (auto const& definition : published().definitions()) {
        bool const holds_text = definition.type == ValueType::string || definition.type == ValueType::hex_binary ||
                                definition.type == ValueType::base64;
        if (!definition.hidden || !holds_text)
            continue;  // others are hidden because they are buttons
        ++hidden;
        if (!cwmp::is_secret_path(definition.path))
            unknown_by_name.push_back(definition.path);
    }
    EXPECT_GT(hidden, 40U);
    EXPECT_THAT(unknown_by_name, testing::ElementsAre("Device.USPAgent.ControllerTrust.Challenge.{i}.Value"));
}

/// One line of a list of parameters: path,type,access,value,flags. Values in quotes may contain commas.
struct Row {
    std::string path, type, access, value;
};

std::vector<Row> rows_of(std::filesystem::path const& file)
{
    std::vector<Row> rows;
    std::ifstream stream{file};
    std::string line;
    std::getline(stream, line);
    while (std::getline(stream, line)) {
        std::istringstream fields{line};
        Row row;
        std::getline(fields, row.path, ',');
        row.path = cwmp::trim_path(row.path);  // published names have blanks behind them now and then
        std::getline(fields, row.type, ',');
        std::getline(fields, row.access, ',');
        std::getline(fields, row.value, ',');
        rows.push_back(std::move(row));
    }
    return rows;
}

ParameterTree tree_of(std::vector<Row> const& rows)
{
    ParameterTree tree;
    std::vector<NameUpdate> names;
    std::vector<ValueUpdate> values;
    for (auto const& row : rows) {
        names.push_back({row.path, row.access == "readWrite"});
        if (row.type != "object")
            values.push_back({row.path, row.value, cwmp::value_type(row.type)});
    }
    tree.set_names(names);
    tree.set_values(values, 1);
    return tree;
}

class ParameterLists : public testing::TestWithParam<char const*> {
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(ACS_SHARED_DIR "/cwmp/models"))
            GTEST_SKIP() << "there is no " ACS_SHARED_DIR "/cwmp/models";
        rows = rows_of(std::string{ACS_SHARED_DIR "/cwmp/models/"} + GetParam());
    }
    std::vector<Row> rows;
};

TEST_P(ParameterLists, HaveSoundPaths)
{
    ASSERT_FALSE(rows.empty());
    for (auto const& row : rows) {
        EXPECT_EQ(cwmp::form_of(row.path), cwmp::PathForm::sound) << row.path;
        EXPECT_TRUE(cwmp::check_path(row.path)) << row.path;
        EXPECT_EQ(cwmp::is_partial(row.path), row.type == "object") << row.path;
    }
}

TEST_P(ParameterLists, MakeATreeInWhichEverythingIsFound)
{
    auto const tree = tree_of(rows);
    EXPECT_EQ(tree.size(), rows.size());
    for (auto const& row : rows) {
        auto const node = tree.find(row.path);
        ASSERT_TRUE(node) << row.path;
        EXPECT_EQ(node->value.has_value(), row.type != "object");
        EXPECT_EQ(node->writable == Writable::yes, row.access == "readWrite") << row.path;
    }
}

TEST_P(ParameterLists, ShowExactlyWhatChangedBetweenTwoReadings)
{
    auto const before = tree_of(rows);
    auto changed_rows = rows;
    std::erase_if(changed_rows, [n = 0](Row const& row) mutable { return row.type != "object" && n++ % 10 == 0; });
    std::size_t changed = 0;
    for (auto& row : changed_rows)
        if (row.type == "unsignedInt") {
            row.value += "1";
            ++changed;
        }
    auto after = before;
    std::vector<ValueUpdate> values;
    for (auto const& row : changed_rows)
        if (row.type != "object")
            values.push_back({row.path, row.value, cwmp::value_type(row.type)});
    auto const change = after.replace_values("", values, 2);
    EXPECT_EQ(change.changed.size(), changed);
    EXPECT_EQ(change, support::diff(before, after));
    EXPECT_EQ(after.size(), before.size() - change.removed.size());
    EXPECT_TRUE(after.replace_values("", values, 3).empty());
}

INSTANTIATE_TEST_SUITE_P(All, ParameterLists,
                         testing::Values("fibre_gateway_tr181.csv", "dsl_gateway_tr098.csv", "stb_tr135.csv",
                                         "real_huawei_bm632w.csv"),
                         [](auto const& info) {
                             std::string name = info.param;
                             return name.substr(0, name.find('.'));
                         });

}  // namespace
