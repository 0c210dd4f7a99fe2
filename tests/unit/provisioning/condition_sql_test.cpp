#include "provisioning/condition_sql.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace {

using provisioning::PathSource;
using provisioning::probe_statements;
using provisioning::search_sql;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(SearchSql, NeedsNoJoinForColumnsAlone)
{
    auto const search = search_sql({"(oui = 'A')", {}}, {});
    EXPECT_EQ(search.from, "acs.device AS device");
    EXPECT_EQ(search.where, "(oui = 'A')");
}

TEST(SearchSql, JoinsPromotedParametersByTheirId)
{
    auto const search = search_sql({"(value_1 = 'A')", {"Device.A"}}, std::vector{PathSource::promoted}, 3, "acs_data");
    EXPECT_THAT(search.from, HasSubstr("LEFT JOIN (SELECT device_id AS device_of_1, value AS value_1 FROM "
                                       "acs_data.device_parameter WHERE path_id = $3::int) AS parameter_1"));
}

TEST(SearchSql, AsksTheTreeForTheOthers)
{
    auto const sources = std::vector{PathSource::promoted, PathSource::tree};
    auto const search = search_sql({"(value_1 = value_2)", {"Device.A", "Device.B"}}, sources);
    EXPECT_THAT(search.from, HasSubstr("path_id = $1::int"));
    EXPECT_THAT(search.from, HasSubstr("(SELECT acs.value(device.id, $2::text) AS value_2) AS parameter_2"));
}

TEST(SearchSql, NeedsASourceForEachParameter)
{
    EXPECT_THROW(static_cast<void>(search_sql({"(value_1 = '')", {"Device.A"}}, {})), std::invalid_argument);
}

TEST(ProbeStatements, PutTheConditionIntoACheckThatIsNotValidated)
{
    auto const probe = probe_statements({"(value_1 = value_2)", {"Device.A", "Device.B"}});
    ASSERT_EQ(probe.prepare.size(), 3U);
    EXPECT_EQ(probe.prepare.back(), "ALTER TABLE pg_temp.device ADD COLUMN value_1 text, ADD COLUMN value_2 text, "
                                    "ADD CONSTRAINT condition CHECK ((value_1 = value_2)) NOT VALID");
}

}  // namespace
