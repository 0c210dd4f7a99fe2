// Data models that an operator imported come back as they were.
#include "rare_stores.hpp"
#include "storage/pg_definitions.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace contract {
namespace {

using datamodel::Definition;
using testing::ElementsAre;

Definition parameter(std::string path, std::string model = "Device:2.15")
{
    Definition definition;
    definition.path = std::move(path);
    definition.type = cwmp::ValueType::string;
    definition.model = std::move(model);
    return definition;
}

/// One that differs from the defaults in everything.
Definition elaborate()
{
    auto definition = parameter("Device.IP.Interface.{i}.Everything");
    definition.type_name = "IPAddress";
    definition.writable = definition.is_list = definition.hidden = definition.command = definition.forced_inform =
        definition.is_reference = true;
    definition.item_type = cwmp::ValueType::unsigned_int;
    definition.items = datamodel::Range{0, 4, 1};
    definition.list_sizes = {{0, 64, 1}};
    definition.ranges = {{-5, 5, 5}, {10, std::numeric_limits<std::int64_t>::max(), 1}};
    definition.sizes = {{2, 2, 1}, {16, 16, 1}};
    definition.enumeration = {"a \"quoted\" one", "{b,c}", "\\", "NULL", ""};
    definition.patterns = {R"([\p{L}\d]{1,3})"};
    definition.units = "dBm/1000";
    definition.description = "Two lines\nand an \xC3\xA4.";
    definition.default_value = "";
    definition.active_notify = datamodel::ActiveNotify::can_deny;
    definition.status = datamodel::Status::obsoleted;
    return definition;
}

class DefinitionsTest : public testing::Test {
protected:
    void import(std::vector<Definition> definitions)
    {
        datamodel::DefinitionSet set;
        set.definitions = std::move(definitions);
        storage::import_definitions(stores.writes, set, "test.xml");
    }
    RareStores stores;
};

TEST_F(DefinitionsTest, EverythingOfADefinitionComesBack)
{
    auto object = parameter("Device.IP.Interface.{i}.");
    object.type = cwmp::ValueType::unknown;
    object.writable = true;
    std::vector const all{object, elaborate(), parameter("Device.Plain")};
    import(all);
    EXPECT_EQ(storage::load_definitions(stores.writes), all);
}

TEST_F(DefinitionsTest, AModelOfTheSameNameIsReplacedAndOthersStay)
{
    import({parameter("Device.Old"), parameter("Device.Services.STBService.{i}.Name", "STBService:1.4")});
    import({parameter("Device.New")});
    std::vector<std::string> paths;
    for (auto const& definition : storage::load_definitions(stores.writes))
        paths.push_back(definition.path);
    EXPECT_THAT(paths, ElementsAre("Device.Services.STBService.{i}.Name", "Device.New"));
}

TEST_F(DefinitionsTest, ThousandsAreImportedAtOnce)
{
    std::vector<Definition> many;
    for (int i = 0; i < 2'500; ++i)
        many.push_back(parameter("Device.P" + std::to_string(i)));
    import(many);
    EXPECT_EQ(storage::load_definitions(stores.writes).size(), many.size());
}

TEST_F(DefinitionsTest, AnImportThatFailsChangesNothing)
{
    import({parameter("Device.Kept")});
    stores.database.exec("ALTER TABLE datamodel_definition ADD CHECK (path <> 'Device.Refused')");
    EXPECT_THROW(import({parameter("Device.Fine"), parameter("Device.Refused")}), pqxx::sql_error);
    auto const kept = storage::load_definitions(stores.writes);
    ASSERT_EQ(kept.size(), 1u);
    EXPECT_EQ(kept[0].path, "Device.Kept");
}

}  // namespace
}  // namespace contract
