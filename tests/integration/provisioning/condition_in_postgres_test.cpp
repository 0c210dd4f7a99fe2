// What the guard accepts, PostgreSQL must be able to run, on the schema that the server really has.
#include "provisioning/condition_sql.hpp"
#include "provisioning/guard.hpp"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace {

using provisioning::guard_condition;
using provisioning::PathSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string contents(std::string const& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The test cluster's connection string, for another database of it.
std::string connection_string(std::string const& database)
{
    std::string url = std::getenv("ACS_TEST_DATABASE");
    return url.replace(url.find("///postgres") + 3, 8, database);
}

/// A database with the server's schema and four devices; each test works in a transaction that is rolled back.
class ConditionInPostgres : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        if (!std::getenv("ACS_TEST_DATABASE"))
            return;
        auto const name = "conditions_" + std::to_string(::getpid());
        pqxx::connection cluster{std::getenv("ACS_TEST_DATABASE")};
        pqxx::nontransaction{cluster}.exec("CREATE DATABASE " + name);
        connection = std::make_unique<pqxx::connection>(connection_string(name));
        pqxx::work work{*connection};
        work.exec(contents(ACS_SOURCE_DIR "/sql/schema.sql"));
        work.exec("SET LOCAL search_path = public; " + devices());
        work.commit();
    }

    static void TearDownTestSuite() { connection.reset(); }

    void SetUp() override
    {
        if (!connection)
            GTEST_SKIP() << "ACS_TEST_DATABASE names no cluster; run this through tests/tools/with-postgres";
        transaction = std::make_unique<pqxx::work>(*connection);
    }

    static std::string devices()
    {
        return R"(
            INSERT INTO device (device_id, state, oui, product_class, serial_number, tags) VALUES
                (1, 'active', '00D09E', 'HG-1000', 'A1', '{lab}'), (2, 'active', '00D09E', 'HG-1000', 'A2', '{north,lab}'),
                (3, 'pending', '00D09E', 'HG-2000', 'B1', '{}'), (4, 'active', '202BC1', 'STB', 'C1', '{}');
            INSERT INTO device_contact (device_id, last_inform, address, last_events) VALUES
                (1, now(), '10.0.0.1', '{2 PERIODIC}'), (2, now() - interval '2 days', '10.0.0.2', '{1 BOOT}'),
                (3, now(), '192.168.1.1', '{0 BOOTSTRAP,1 BOOT}'), (4, NULL, NULL, NULL);
            INSERT INTO path (path, is_secret) VALUES ('Device.Level', false), ('Device.Name', false);
            INSERT INTO device_parameter (device_id, path_id, value, since)
                SELECT v.id, p.path_id, v.value, now() FROM path p JOIN (VALUES
                    (1, 'Device.Level', '5'), (2, 'Device.Level', '12'), (3, 'Device.Level', 'plenty'),
                    (1, 'Device.Name', 'one'), (4, 'Device.Name', 'four')) v (id, path, value) ON v.path = p.path;
        )";
    }

    provisioning::GuardedCondition guarded(std::string const& text)
    {
        auto condition = guard_condition(text, [](std::string_view) { return false; });
        if (!condition)
            throw std::invalid_argument{condition.error().text()};
        return *condition;
    }

    /// The ids of the devices that meet the condition, all its parameters found in `source`.
    std::vector<int> found(std::string const& text, PathSource source = PathSource::promoted)
    {
        auto const condition = guarded(text);
        std::vector<PathSource> const sources(condition.paths.size(), source);
        auto const search = provisioning::search_sql({condition.sql, condition.paths}, sources);
        auto const name = "search_" + std::to_string(++statements);
        connection->prepare(name,
                            "SELECT device.id FROM " + search.from + " WHERE " + search.where + " ORDER BY device.id");
        std::vector<std::string> parameters;
        for (auto const& path : condition.paths)
            parameters.push_back(source == PathSource::tree ? path : path_id(path));
        std::vector<int> ids;
        for (auto const& row : transaction->exec_prepared(name, pqxx::prepare::make_dynamic_params(parameters)))
            ids.push_back(row[0].as<int>());
        return ids;
    }

    std::string path_id(std::string const& path)
    {
        auto const rows = transaction->exec_params("SELECT path_id FROM path WHERE path = $1", path);
        return rows.empty() ? "0" : rows[0][0].as<std::string>();
    }

    /// Runs the probe of a condition; the inputs that PostgreSQL found.
    std::vector<std::string> probed(std::string const& text)
    {
        auto const condition = guarded(text);
        auto const probe = provisioning::probe_statements({condition.sql, condition.paths});
        for (auto const& statement : probe.prepare)
            transaction->exec(statement);
        std::vector<std::string> names;
        for (auto const& row : transaction->exec(probe.inputs))
            names.push_back(row["name"].as<std::string>());
        for (auto const& row : transaction->exec(probe.functions))
            volatilities += row["volatility"].as<std::string>();
        return names;
    }

    static std::unique_ptr<pqxx::connection> connection;
    static int statements;
    std::unique_ptr<pqxx::work> transaction;
    std::string volatilities;
};

std::unique_ptr<pqxx::connection> ConditionInPostgres::connection;
int ConditionInPostgres::statements = 0;

TEST_F(ConditionInPostgres, FindsDevicesByColumns)
{
    EXPECT_THAT(found("device.product_class = 'HG-1000' and 'north' = any(device.tags)"), ElementsAre(2));
    EXPECT_THAT(found("ip_address << '10.0.0.0/8'"), ElementsAre(1, 2));
    EXPECT_THAT(found("'1 BOOT' = any(last_events)"), ElementsAre(2, 3));
    EXPECT_THAT(found("last_inform < now() - interval '1 day' or last_inform is null"), ElementsAre(2, 4));
    EXPECT_THAT(found("false"), IsEmpty());
}

TEST_F(ConditionInPostgres, FindsDevicesByPromotedParameters)
{
    EXPECT_THAT(found("value('Device.Level') = '5'"), ElementsAre(1));
    EXPECT_THAT(found("value('Device.Level') is null"), ElementsAre(4));
    EXPECT_THAT(found("value('Device.Name') is not null and value('Device.Level') is null"), ElementsAre(4));
    EXPECT_THAT(found("value('Device.Nobody.Knows') is null"), ElementsAre(1, 2, 3, 4));
}

TEST_F(ConditionInPostgres, FindsTheSameByTheTree)
{
    EXPECT_THAT(found("value('Device.Level') = '5'", PathSource::tree), ElementsAre(1));
    EXPECT_THAT(found("value('Device.Name') is not null and value('Device.Level') is null", PathSource::tree),
                ElementsAre(4));
    EXPECT_THAT(found("value('Device.Nobody.Knows') is null", PathSource::tree), ElementsAre(1, 2, 3, 4));
}

TEST_F(ConditionInPostgres, IsNotBrokenByOneDevicesNonsense)
{
    EXPECT_THAT(found("acs.number(value('Device.Level')) > 4"), ElementsAre(1, 2));
    EXPECT_THAT(found("acs.number(value('Device.Level'))::int > 10"), ElementsAre(2));
    EXPECT_THAT(found("acs.time(value('Device.Level')) is null"), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(found("acs.inet(value('Device.Level')) is null"), ElementsAre(1, 2, 3, 4));
}

TEST_F(ConditionInPostgres, RunsWhateverTheGuardTeaches)
{
    for (auto const* text :
         {"lower(btrim(model_name)) || initcap(reverse(oui)) <> upper(ltrim(rtrim('a')))",
          "substr(oui, 1) = left(right(oui, 3), 2) or split_part(oui, '.', 1) = translate(concat(oui, id), 'a', 'b')",
          "md5(oui) = replace(oui, 'a', 'b') and length(oui) + char_length(oui) + octet_length(oui) > strpos(oui, 'a')",
          "position('a' in oui) > 0 and starts_with(oui, 'a') or oui ^@ 'a'",
          "oui like 'a!%' escape '!' or oui similar to 'a' or oui ~* 'b' or substring(oui from '[0-9]') = ''",
          "regexp_like(oui, 'a') and regexp_match(oui, 'a') is null and regexp_substr(oui, 'a') is null",
          "regexp_replace(oui, 'a', 'b', 'g') = ''",
          "cardinality(tags) + array_length(tags, 1) + array_position(tags, 'a') > 1 and tags[1:2] <@ tags",
          "abs(sign(round(trunc(floor(ceil(ceiling(1.5))))))) = mod(id, 2)",
          "host(ip_address) = '' and family(ip_address) = masklen(ip_address)",
          "network(ip_address) = '10.0.0.0/8'::cidr and broadcast(ip_address) >>= ip_address",
          "date_trunc('day', last_inform) = now() and date_part('hour', last_boot) = extract(hour from first_seen)",
          "to_char(last_inform at time zone 'UTC', 'YYYY') = '2026' and last_inform::date = current_date",
          "last_boot > current_timestamp(3) - interval '1' hour and localtimestamp > timestamp '2026-01-01'",
          "inform_interval * 2 + 1 - 1 / 1 % 7 >= 600.5 and cast('5' as numeric(5,2)) < id and '1'::float8 = 1e2",
          "greatest(id, 1) = least(2, 3) and coalesce(subscriber, '') = '' and nullif(oui, '') is distinct from 'x'",
          "case when state = 'active' then true else connection_request_url = '' end",
          "(subscriber is null) is not unknown and state in ('active') and id not between symmetric 5 and 4",
          "provisioning_code = '' and hardware_version = '' and software_version = '' and manufacturer = ''",
          "null",
          "serial_number = E'a\\'b' or oui = $$x$$ or oui = 'a' -- comment"})
        EXPECT_NO_THROW(found(text)) << text;
}

TEST_F(ConditionInPostgres, MayNameEveryColumnOfTheView)
{
    auto const columns = transaction->exec("SELECT column_name FROM information_schema.columns"
                                           " WHERE table_schema = 'acs' AND table_name = 'device'");
    EXPECT_EQ(columns.size(), 20U);
    for (auto const& row : columns)
        EXPECT_NO_THROW(found(row[0].as<std::string>() + " is null")) << row[0].c_str();
}

TEST_F(ConditionInPostgres, StaysInItsParentheses)
{
    auto const condition = guarded("false or true");
    auto const search = provisioning::search_sql({condition.sql, {}}, {});
    auto const rows =
        transaction->exec("SELECT 1 FROM " + search.from + " WHERE device.id > 3 AND " + search.where + " AND id < 9");
    EXPECT_EQ(rows.size(), 1U);
}

TEST_F(ConditionInPostgres, TellsByTheProbeWhatItReads)
{
    EXPECT_THAT(probed("value('Device.B') = oui and acs.number(value('Device.A')) > length(serial_number)"),
                testing::UnorderedElementsAre("oui", "serial_number", "value_1", "value_2"));
    EXPECT_THAT(volatilities, testing::Not(HasSubstr("s")));
}

TEST_F(ConditionInPostgres, ShowsTheClockInTheProbe)
{
    EXPECT_THAT(probed("last_inform < now()"), ElementsAre("last_inform"));
    EXPECT_THAT(volatilities, HasSubstr("s"));
}

TEST_F(ConditionInPostgres, IsRefusedByTheProbeWhenItIsNotBoolean)
{
    EXPECT_THROW(probed("1 + 1"), pqxx::sql_error);
}

TEST_F(ConditionInPostgres, IsRefusedByTheProbeWhenItsTypesDoNotFit)
{
    EXPECT_THROW(probed("value('Device.A') > 5"), pqxx::sql_error);
}

TEST_F(ConditionInPostgres, IsNotExecutedByTheProbe)
{
    EXPECT_THAT(probed("1 / 0 = id"), ElementsAre("id"));
}

}  // namespace
