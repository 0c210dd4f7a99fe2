#include "datamodel/data_model.hpp"
#include "datamodel/definition_reader.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace datamodel;
using cwmp::ValueType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Types that the other file imports.
constexpr std::string_view types_xml = R"(<?xml version="1.0"?>
<dm:document xmlns:dm="urn:broadband-forum-org:cwmp:datamodel-1-8">
  <dataType name="Label"><string><size maxLength="8"/></string></dataType>
  <dataType name="IPAddress"><string><size maxLength="45"/></string></dataType>
  <dataType name="Percent"><unsignedInt><range maxInclusive="100"/><units value="percent"/></unsignedInt></dataType>
  <component name="Clock">
    <object name="Clock." access="readOnly" minEntries="1" maxEntries="1">
      <parameter name="Now" access="readOnly"><syntax><dateTime/></syntax></parameter>
    </object>
  </component>
</dm:document>)";

constexpr std::string_view model_xml = R"(<?xml version="1.0"?>
<dm:document xmlns:dm="urn:broadband-forum-org:cwmp:datamodel-1-8">
  <import file="lab-1-0-types.xml" spec="urn:lab:types-1-0">
    <dataType name="Label"/><dataType name="Address" ref="IPAddress"/><dataType name="Percent"/><component name="Clock"/>
  </import>
  <dataType name="ShortLabel" base="Label"><size maxLength="4"/></dataType>
  <dataType name="Loop" base="Loop"/>
  <model name="Device:2.0">
    <object name="Device." access="readOnly" minEntries="1" maxEntries="1">
      <description>The ''root''.   It has {{param|Version}}
        and {{bibref|TR-069|3.1}}{{enum}}.</description>
      <parameter name="Version " access="readOnly" forcedInform="true">
        <description>Version.</description><syntax><string/></syntax>
      </parameter>
      <parameter name="Gone" access="readWrite" status="deleted"><syntax><string/></syntax></parameter>
      <parameter name="Old" access="readWrite" status="deprecated" activeNotify="canDeny"><syntax><string/></syntax></parameter>
    </object>
    <component path="Device." ref="Clock"/>
    <object name="Device.Port.{i}." access="readWrite" minEntries="0" maxEntries="unbounded">
      <parameter name="Enable" access="readWrite"><syntax><boolean/><default type="object" value="false"/></syntax></parameter>
      <parameter name="Number" access="readWrite">
        <syntax><int><range minInclusive="1" maxInclusive="65535"/><range minInclusive="-1" maxInclusive="-1"/></int></syntax>
      </parameter>
      <parameter name="Rate" access="readWrite">
        <syntax><unsignedInt><range minInclusive="0" maxInclusive="5000" step="500"/><units value="bit/s"/></unsignedInt></syntax>
      </parameter>
      <parameter name="Mode" access="readWrite">
        <syntax><string><enumeration value="Auto"/><enumeration value="Fixed"/><enumeration value="Never" status="deleted"/>
          <pattern value="X_.+"/></string></syntax>
      </parameter>
      <parameter name="Label" access="readWrite"><syntax><dataType ref="ShortLabel"/></syntax></parameter>
      <parameter name="LongLabel" access="readWrite"><syntax><dataType ref="Label"/></syntax></parameter>
      <parameter name="Share" access="readWrite"><syntax><dataType ref="Percent"/></syntax></parameter>
      <parameter name="Address" access="readWrite"><syntax><dataType ref="Address"/></syntax></parameter>
      <parameter name="Servers" access="readWrite">
        <syntax><list maxItems="2"><size maxLength="64"/></list><dataType base="Address"/></syntax>
      </parameter>
      <parameter name="Numbers" access="readWrite">
        <syntax><list/><unsignedInt><range maxInclusive="9"/></unsignedInt></syntax>
      </parameter>
      <parameter name="Secret" access="readWrite"><syntax hidden="true"><hexBinary><size minLength="5" maxLength="5"/>
        <size minLength="13" maxLength="13"/></hexBinary></syntax></parameter>
      <parameter name="Strange" access="readWrite"><syntax><dataType ref="Nowhere"/></syntax></parameter>
      <parameter name="Endless" access="readWrite"><syntax><dataType ref="Loop"/></syntax></parameter>
      <parameter name="Below" access="readWrite"><syntax><string><pathRef refType="strong"/></string></syntax></parameter>
    </object>
    <profile name="Baseline:1"><object ref="Device." requirement="present"/></profile>
  </model>
  <model name="Device:2.1" base="Device:2.0">
    <object base="Device.Port.{i}." access="readOnly">
      <parameter base="Mode" access="readWrite"><description action="append">More.</description></parameter>
      <parameter name="Extra" access="readWrite"><syntax><long/></syntax></parameter>
    </object>
  </model>
  <model name="LabService:1.0" isService="true">
    <parameter name="LabServiceNumberOfEntries" access="readOnly"><syntax><unsignedInt/></syntax></parameter>
    <object name="LabService.{i}." access="readOnly" minEntries="0" maxEntries="unbounded">
      <parameter name="Enable" access="readWrite"><syntax><boolean/></syntax></parameter>
    </object>
  </model>
</dm:document>)";

std::vector<DefinitionFile> files()
{
    return {{"lab-1-0-model.xml", std::string{model_xml}}, {"lab-1-0-0-types.xml", std::string{types_xml}}};
}

DefinitionSet definitions()
{
    auto set = read_definitions(files());
    EXPECT_TRUE(set);
    return set ? *set : DefinitionSet{};
}

DataModel model()
{
    return DataModel{definitions().definitions};
}

std::string refusal(std::string_view path, std::string_view value, ValueType type = ValueType::unknown)
{
    auto const checked = model().validate(path, value, type);
    return checked ? std::string{} : checked.error().what;
}

TEST(Definitions, ModelsAreReadWithTheirBasesAndImports)
{
    auto const set = definitions();
    EXPECT_THAT(set.models, ElementsAre("Device:2.0", "Device:2.1", "LabService:1.0"));
    EXPECT_THAT(set.warnings, testing::Contains(HasSubstr("the type \"Nowhere\"")));
    DataModel const model{set.definitions};
    auto const* const mode = model.describe("Device.Port.1.Mode");
    ASSERT_TRUE(mode);
    EXPECT_EQ(mode->path, "Device.Port.{i}.Mode");
    EXPECT_EQ(mode->model, "Device:2.1");
    EXPECT_EQ(mode->description, "More.");
    EXPECT_THAT(mode->enumeration, ElementsAre("Auto", "Fixed"));
    EXPECT_THAT(mode->patterns, ElementsAre("X_.+"));
    EXPECT_EQ(model.describe("Device.Port.1.Extra")->type, ValueType::long_);
    EXPECT_EQ(model.describe("Device.Clock.Now")->type, ValueType::date_time);
    EXPECT_EQ(model.describe("Device.Gone"), nullptr);
}

TEST(Definitions, ObjectsAndAttributesAreKept)
{
    auto const model = ::model();
    auto const* const root = model.describe("Device.");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->description, "The root. It has Version and TR-069 3.1.");
    auto const* const ports = model.describe("Device.Port.");
    ASSERT_TRUE(ports);
    EXPECT_TRUE(ports->is_table());
    EXPECT_FALSE(ports->writable);
    EXPECT_TRUE(model.describe("Device.Version")->forced_inform);
    EXPECT_EQ(model.describe("Device.Old")->status, Status::deprecated);
    EXPECT_EQ(model.describe("Device.Old")->active_notify, ActiveNotify::can_deny);
    EXPECT_EQ(model.describe("Device.Port.3.Enable")->default_value, "false");
    EXPECT_TRUE(model.describe("Device.Port.3.Below")->is_reference);
    EXPECT_EQ(model.describe("Device.Port.3.Share")->units, "percent");
    EXPECT_EQ(model.describe("Device.Port.3.Share")->type_name, "Percent");
}

TEST(Definitions, ServicesAreFoundUnderBothRoots)
{
    auto const model = ::model();
    EXPECT_TRUE(model.describe("Device.Services.LabService.1.Enable"));
    EXPECT_TRUE(model.describe("InternetGatewayDevice.Services.LabService.1.Enable"));
    EXPECT_TRUE(model.describe("Device.Services.LabServiceNumberOfEntries"));
    EXPECT_FALSE(model.describe("InternetGatewayDevice.Port.1.Enable"));
}

TEST(Definitions, InstancesAliasesAndWildcardsFindTheirDefinition)
{
    auto const model = ::model();
    EXPECT_TRUE(model.describe("Device.Port.[a.b].Enable"));
    EXPECT_TRUE(model.describe("Device.Port.*.Enable"));
    EXPECT_TRUE(model.describe("Device.Port.17."));
    EXPECT_FALSE(model.describe("Device.Port.1.X_ACME_Own"));
}

TEST(Definitions, NumbersMustLieInOneOfTheRanges)
{
    EXPECT_EQ(refusal("Device.Port.1.Number", "65535"), "");
    EXPECT_EQ(refusal("Device.Port.1.Number", "-1"), "");
    EXPECT_EQ(refusal("Device.Port.1.Number", "0"),
              "Device.Port.1.Number: \"0\" is not allowed here; it must be 1 to 65535 or -1");
    EXPECT_EQ(refusal("Device.Port.1.Rate", "1500"), "");
    EXPECT_THAT(refusal("Device.Port.1.Rate", "1501"), HasSubstr("0 to 5000 in steps of 500 (bit/s)"));
    EXPECT_THAT(refusal("Device.Port.1.Share", "101"), HasSubstr("at most 100 (percent)"));
    EXPECT_THAT(refusal("Device.Port.1.Share", "-1"), HasSubstr("not an unsignedInt"));
}

TEST(Definitions, StringsMustBeListedOrMatch)
{
    EXPECT_EQ(refusal("Device.Port.1.Mode", "Auto"), "");
    EXPECT_EQ(refusal("Device.Port.1.Mode", "X_Lab"), "");
    EXPECT_THAT(refusal("Device.Port.1.Mode", "auto"), HasSubstr("one of \"Auto\", \"Fixed\" or of the form \"X_.+\""));
    EXPECT_EQ(refusal("Device.Port.1.LongLabel", "12345678"), "");
    EXPECT_THAT(refusal("Device.Port.1.Label", "12345"), HasSubstr("at most 4 characters"));
    EXPECT_EQ(refusal("Device.Port.1.Label", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"), "");
    EXPECT_EQ(refusal("Device.Port.1.Endless", "whatever"), "");
}

TEST(Definitions, NamedTypesAndListsAreChecked)
{
    EXPECT_EQ(refusal("Device.Port.1.Numbers", "1, 2,9"), "");
    EXPECT_EQ(refusal("Device.Port.1.Numbers", ""), "");
    EXPECT_THAT(refusal("Device.Port.1.Numbers", "1,10"), HasSubstr("\"10\" is not allowed"));
    EXPECT_THAT(refusal("Device.Port.1.Numbers", "1,,2"), HasSubstr("not an unsignedInt"));
    EXPECT_THAT(refusal("Device.Port.1.Servers", "192.0.2.1,192.0.2.2,192.0.2.3"), HasSubstr("at most 2 items"));
    EXPECT_THAT(refusal("Device.Port.1.Servers", std::string(65, '1')), HasSubstr("at most 64"));
    EXPECT_EQ(refusal("Device.Port.1.Secret", "0011223344"), "");
    EXPECT_THAT(refusal("Device.Port.1.Secret", "00112233"), HasSubstr("5 or 13 bytes"));
}

TEST(Definitions, AddressesAreCheckedByTheNameOfTheirType)
{
    Definition const address{.path = "Device.A", .type = ValueType::string, .type_name = "IPAddress", .writable = true};
    EXPECT_TRUE(check_definition(address, "2001:db8::1"));
    EXPECT_TRUE(check_definition(address, ""));
    EXPECT_THAT(check_definition(address, "router").error().what, HasSubstr("an IPv4 or IPv6 address"));
    Definition const prefix{.path = "Device.P", .type = ValueType::string, .type_name = "IPv6Prefix", .writable = true};
    EXPECT_TRUE(check_definition(prefix, "2001:db8::/32"));
    EXPECT_TRUE(check_definition(prefix, "/64"));
    EXPECT_FALSE(check_definition(prefix, "2001:db8::/129"));
    EXPECT_FALSE(check_definition(prefix, "2001:db8::"));
}

TEST(Definitions, TheCpesOwnTypeCountsToo)
{
    EXPECT_THAT(refusal("Device.X_ACME_Unknown", "abc", ValueType::unsigned_int), HasSubstr("not an unsignedInt"));
    EXPECT_EQ(refusal("Device.X_ACME_Unknown", "abc", ValueType::string), "");
    EXPECT_EQ(refusal("Device.X_ACME_Unknown", "abc"), "");
    EXPECT_EQ(refusal("Device.Port.1.Enable", "yes", ValueType::boolean), "");
    EXPECT_THAT(refusal("Device.Port.1.Number", "70000", ValueType::unsigned_int), HasSubstr("1 to 65535"));
}

TEST(Definitions, ReadOnlyParametersAndObjectsAreNotWritten)
{
    EXPECT_EQ(refusal("Device.Version", "2"), "Device.Version: Device:2.0 says that this parameter is read-only");
    EXPECT_THAT(refusal("Device.Port.1.", "2"), HasSubstr("this is an object"));
}

TEST(Definitions, HiddenParametersAreSecretWhateverTheirName)
{
    auto const model = ::model();
    EXPECT_TRUE(model.is_secret("Device.Port.1.Secret"));
    EXPECT_TRUE(model.is_secret("Device.X_ACME_Password"));
    EXPECT_FALSE(model.is_secret("Device.Port.1.Label"));
    EXPECT_FALSE(model.is_secret("Device.Port.1."));
}

TEST(Definitions, OfOnePathTheLaterDefinitionCounts)
{
    DataModel const model{
        {{.path = "Device.A", .units = "old"}, {.path = "Device.A", .units = "new"}, {.path = "Device.B"}}};
    EXPECT_EQ(model.size(), 2U);
    EXPECT_EQ(model.describe("Device.A")->units, "new");
}

std::string unreadable(std::string content, DefinitionLimits const& limits = {})
{
    std::vector<DefinitionFile> const one{{"bad.xml", std::move(content)}};
    auto const set = read_definitions(one, limits);
    return set ? std::string{} : set.error().what;
}

TEST(Definitions, AFileThatIsNoDataModelIsRefusedByName)
{
    EXPECT_THAT(unreadable("<html/>"), HasSubstr("bad.xml: the outermost element is <html>"));
    EXPECT_THAT(unreadable("<document>\n<a>\n"), HasSubstr("bad.xml: line 2: the file is no well-formed XML"));
    EXPECT_THAT(unreadable(""), HasSubstr("bad.xml"));
    EXPECT_THAT(unreadable("<!DOCTYPE document [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><document/>"),
                HasSubstr("DOCTYPE"));
    EXPECT_EQ(unreadable("<document/>"), "");
}

TEST(Definitions, EveryLimitIsKept)
{
    EXPECT_THAT(unreadable(std::string{model_xml}, {.file_bytes = 100}), HasSubstr("at most 100 are read"));
    EXPECT_THAT(unreadable(std::string{model_xml}, {.tags_per_file = 10}), HasSubstr("at most 10 are read"));
    EXPECT_THAT(unreadable(std::string{model_xml}, {.definitions = 10}), HasSubstr("more than 10 parameters"));
    EXPECT_THAT(unreadable(std::string{model_xml}, {.total_bytes = 1000}), HasSubstr("more than 1000 bytes"));
    EXPECT_FALSE(read_definitions(files(), {.files = 1}));
}

TEST(Definitions, ComponentsAndModelsThatContainThemselvesEnd)
{
    EXPECT_EQ(unreadable("<document><component name='A'><component ref='A'/><component ref='A'/></component>"
                         "<model name='M' base='M'><component ref='A'/></model></document>"),
              "");
    EXPECT_THAT(unreadable("<document><component name='A'><component ref='A'/><component ref='A'/><component ref='A'/>"
                           "<component ref='A'/></component><model name='M'><component ref='A'/></model></document>"),
                HasSubstr("import fewer"));
}

}  // namespace
