#include "base/clock.hpp"
#include "storage/migrate.hpp"
#include "support/test_database.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace {

using support::Shape;
using support::TestDatabase;

std::string file_text(std::string const& path)
{
    std::ifstream const file{path};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

storage::ConnectionSettings settings_of(std::string const& url)
{
    storage::ConnectionSettings settings;
    settings.url = url;
    return settings;
}

/// An empty database that is dropped at the end.
class EmptyDatabase {
public:
    EmptyDatabase() : url_{TestDatabase::make_empty(name_)} {}
    ~EmptyDatabase() { TestDatabase::drop(name_); }
    EmptyDatabase(EmptyDatabase const&) = delete;
    EmptyDatabase& operator=(EmptyDatabase const&) = delete;

    [[nodiscard]] storage::ConnectionSettings settings() const { return settings_of(url_); }
    void exec(std::string const& sql) const
    {
        auto const connection = storage::connect(settings());
        pqxx::work work{*connection};
        work.exec(sql);
        work.commit();
    }
    [[nodiscard]] std::string schema() const
    {
        auto const command = "pg_dump -s --no-owner '" + url_ + "'";
        std::string text;
        char piece[4096];
        auto* const pipe = ::popen(command.c_str(), "r");
        while (auto const size = std::fread(piece, 1, sizeof piece, pipe))
            text.append(piece, size);
        EXPECT_EQ(::pclose(pipe), 0);
        return without_random_lines(text);
    }

private:
    /// pg_dump writes a key that is another one each time.
    static std::string without_random_lines(std::string const& text)
    {
        std::istringstream lines{text};
        std::string all;
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
                all += line + "\n";
        return all;
    }

    std::string name_ = "acs_schema_" + std::to_string(::getpid()) + "_" + std::to_string(++count_);
    std::string url_;
    static inline int count_ = 0;
};

TEST(Schema, TheWholeFileAndTheMigrationsGiveTheSameDatabase)
{
    EmptyDatabase const whole;
    whole.exec(file_text(ACS_SOURCE_DIR "/sql/schema.sql"));
    EmptyDatabase const stepwise;
    for (auto const& step : storage::migrations())
        stepwise.exec(step.sql);
    EXPECT_EQ(whole.schema(), stepwise.schema());
    EXPECT_EQ(storage::version_of(whole.settings()), storage::schema_version());
}

TEST(Schema, EveryTableAndColumnIsExplained)
{
    TestDatabase database;
    auto const rows = database.exec(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND "
        "a.attnum > 0"
        " AND NOT a.attisdropped AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)");
    for (auto const& row : rows)
        ADD_FAILURE() << row[0].c_str() << "." << row[1].c_str() << " has no comment";
}

TEST(Schema, EveryTableOfADeviceHasItsKeyFirst)
{
    TestDatabase database;
    auto const rows = database.exec(
        "SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE c.relname IN ('device', 'device_contact', 'device_recent', 'device_tree', 'device_parameter', 'task')"
        " AND a.attname = 'device_id'");
    EXPECT_EQ(rows.size(), 6u);
    EXPECT_EQ(database.value("SELECT count(*) FROM pg_index WHERE indrelid = 'device_contact'::regclass"), "1")
        << "a second index would cost every Inform";
}

TEST(Migrate, AnEmptyDatabaseIsMigratedAndASecondTimeNothingIsDone)
{
    EmptyDatabase const database;
    EXPECT_EQ(storage::version_of(database.settings()), 0);
    auto const unready = storage::check_version(database.settings());
    ASSERT_FALSE(unready);
    EXPECT_NE(unready.error().what.find("version 0"), std::string::npos);
    EXPECT_NE(unready.error().what.find("acs migrate"), std::string::npos);

    auto const now = base::SystemClock{}.now();
    auto const first = storage::migrate(database.settings(), now);
    ASSERT_TRUE(first) << first.error().what;
    EXPECT_EQ(first->before, 0);
    EXPECT_EQ(first->after, storage::schema_version());
    EXPECT_EQ(first->applied.size(), storage::migrations().size());
    EXPECT_EQ(first->partitions, 3 * 10) << "yesterday to eight days ahead, of three tables";
    EXPECT_TRUE(storage::check_version(database.settings()));

    auto const second = storage::migrate(database.settings(), now);
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->applied.empty());
    EXPECT_EQ(second->partitions, 0);
    EXPECT_EQ(storage::migrate(database.settings(), now + std::chrono::days{2})->partitions, 3 * 2);
}

TEST(Migrate, ANewerDatabaseIsLeftAloneAndBothVersionsAreNamed)
{
    TestDatabase database;
    database.exec("INSERT INTO schema_version (version) VALUES (9999)");
    auto const report = storage::migrate(database.settings(), base::SystemClock{}.now());
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().what.find("9999"), std::string::npos);
    EXPECT_NE(report.error().what.find(std::to_string(storage::schema_version())), std::string::npos);
    EXPECT_FALSE(storage::check_version(database.settings()));
}

TEST(Schema, FunctionsForForeignTextGiveNullForNonsense)
{
    TestDatabase database;
    auto const is_null = [&](std::string const& expression) {
        return database.value("SELECT " + expression + " IS NULL") == "t";
    };
    EXPECT_EQ(database.value("SELECT acs.number(' -1.5e3 ')"), "-1500");
    EXPECT_EQ(database.value("SELECT acs.number('.5')"), "0.5");
    for (auto const* const text : {"", "abc", "1x", "1e9999", "0x10", "NaN", "--1"})
        EXPECT_TRUE(is_null(std::string{"acs.number('"} + text + "')")) << text;
    EXPECT_EQ(database.value("SELECT acs.time('2024-02-03T04:05:06Z') = timestamptz '2024-02-03 04:05:06+00'"), "t");
    EXPECT_EQ(database.value("SELECT acs.time('2024-02-03T04:05:06+01:00') = timestamptz '2024-02-03 03:05:06+00'"),
              "t");
    for (auto const* const text :
         {"", "now", "infinity", "2024-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "2024-13-01T00:00:00Z"})
        EXPECT_TRUE(is_null(std::string{"acs.time('"} + text + "')")) << text;
    EXPECT_EQ(database.value("SELECT acs.inet('192.0.2.1')"), "192.0.2.1");
    EXPECT_EQ(database.value("SELECT acs.inet('2001:db8::1')"), "2001:db8::1");
    for (auto const* const text : {"", "1.2.3", "1.2.3.4.5", "::g", "host", "1:2"})
        EXPECT_TRUE(is_null(std::string{"acs.inet('"} + text + "')")) << text;
}

}  // namespace
