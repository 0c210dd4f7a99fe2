#include "base/crypto.hpp"
#include "storage/node_number.hpp"
#include "storage/rekey.hpp"
#include "storage/sealed_columns.hpp"
#include "support/test_database.hpp"

#include <gmock/gmock.h>

#include <set>

namespace contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string key_line(char digit)
{
    return std::string(8, digit) + " " + std::string(64, digit) + "\n";
}

base::Sealer sealer_of(std::string const& digits)
{
    std::string text;
    for (auto const digit : digits)
        text += key_line(digit);
    return *base::Sealer::from_text(text);
}

/// A database in which every sealed column holds secrets of two devices, sealed with the key "1".
class Rekey : public testing::TestWithParam<support::Shape> {
protected:
    Rekey() { fill(); }

    void fill()
    {
        database.exec("INSERT INTO path (path, is_secret) VALUES ('Device.X.Password', true), ('Device.X.Name', false),"
                      " ('Device.Y.Password', true)");
        for (int const device : {17, 18}) {
            auto const id = std::to_string(device);
            auto const value = [&](std::string const& path) { return quoted(old.seal("of " + path, id + " " + path)); };
            // The name of a network may look sealed, too.
            database.exec("INSERT INTO device_tree SELECT " + id +
                          ", now(), '', '{}', array_agg(path_id ORDER BY path_id),"
                          " ARRAY[" +
                          value("Device.X.Password") + ", 'sealed:1:MTEx" + std::string(60, 'A') + "', " +
                          value("Device.Y.Password") + "], '{1,2,3}', '\\x800002000280' FROM path");
            auto const place = "task of " + id;
            auto const json = quoted(R"({"a":{"sealed":")" + old.seal("in a task", place) + R"("},"b":[{"sealed":")" +
                                     old.seal("in its list", place) + R"("}]})");
            database.exec("INSERT INTO task (device_id, task_id, kind, arguments, progress, result) VALUES (" + id +
                          ", 1, 'set', " + json + ", " + json + ", " + json + ")");
            database.exec("INSERT INTO rule_outcome (device_id, epoch, outcomes, attempts) VALUES (" + id + ", 1, " +
                          json + ", " + json + ")");
            auto const wake = quoted(old.seal("wake up", "connection request of " + id));
            database.exec("INSERT INTO connection_request_credential (device_id, username, password, previous_password)"
                          " VALUES (" +
                          id + ", 'acs', " + wake + ", " + wake + ")");
            database.exec("INSERT INTO credential (username, ha1_md5, ha1_sha256, password) VALUES ('user" + id +
                          "', '', '', " + quoted(old.seal("log in", "credential user" + id)) + ")");
            database.exec("INSERT INTO transfer (token_hash, device_id, task_id, is_upload, file_name, file_type,"
                          " password, expires_at) VALUES ('\\xabcd" +
                          id + "', 1, 1, false, '', '', " + quoted(old.seal("fetch", "transfer abcd" + id)) +
                          ", now())");
            database.exec("INSERT INTO cwmp_session (cookie, device_id, epoch, state) VALUES ('c" + id + "', 1, 1, " +
                          quoted(old.seal("state", "session c" + id)) + ")");
        }
    }
    static std::string quoted(std::string const& text) { return "'" + text + "'"; }

    /// What opens in a column with a sealer; texts that do not count as "".
    std::multiset<std::string> opened(base::Sealer const& sealer, std::string const& column, std::string const& table,
                                      std::string const& place)
    {
        std::multiset<std::string> all;
        for (auto const& row : database.exec("SELECT m[1], " + place + " FROM " + table + " t, regexp_matches(t." +
                                             column + "::text, 'sealed:1:[A-Za-z0-9+/]+=*', 'g') m"))
            all.insert(sealer.open(row[0].c_str(), row[1].c_str()).value_or(""));
        return all;
    }

    base::Result<storage::RekeyReport> rekey(base::Sealer const& sealer)
    {
        return storage::rekey(database.settings(), sealer, [](std::string_view) {}, {.rows = 1});
    }

    support::TestDatabase database{GetParam()};
    base::Sealer old = sealer_of("1");
    base::Sealer both = sealer_of("21");
    base::Sealer fresh = sealer_of("2");
};

TEST_P(Rekey, EverySecretIsSealedAnewAndTheOldKeyIsNoLongerNeeded)
{
    ASSERT_TRUE(storage::register_sealing_key(database.settings(), old));
    auto const done = rekey(both);
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->values, 2 * (2 + 3 * 2 + 2 * 2 + 2 + 1 + 1 + 1));
    EXPECT_EQ(done->not_secrets, 2U);
    EXPECT_THAT(done->keys, ElementsAre("11111111"));
    for (auto const& column : storage::sealed_columns())
        if (std::string_view{column.table} != "device_tree")
            EXPECT_THAT(opened(fresh, column.column, column.table, column.place), Not(testing::Contains("")))
                << column.table << '.' << column.column;
    EXPECT_EQ(database.value("SELECT count(*) FROM device_tree WHERE values[2] LIKE 'sealed:1:MTExA%'"), "2");
    for (auto const* const path : {"Device.X.Password", "Device.Y.Password"})
        for (auto const& row :
             database.exec(std::string{"SELECT t.device_id, t.values[array_position(t.path_ids, p.path_id)]"
                                       " FROM device_tree t, path p WHERE p.path = '"} +
                           path + "'"))
            EXPECT_EQ(fresh.open(row[1].c_str(), std::string{row[0].c_str()} + " " + path).value_or(""),
                      std::string{"of "} + path);
    EXPECT_TRUE(storage::check_sealing_keys(database.settings(), fresh));
    EXPECT_EQ(rekey(fresh)->values, 0U);
}

TEST_P(Rekey, WhatWasInterruptedIsBegunAnew)
{
    std::uint64_t tables = 0;
    auto const break_off = [&](std::string_view) {
        if (++tables == 4)
            throw std::runtime_error{"the power went out"};
    };
    EXPECT_THROW(static_cast<void>(storage::rekey(database.settings(), both, break_off)), std::runtime_error);
    auto const done = rekey(both);
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_GT(done->values, 0U);
    EXPECT_LT(done->values, 34U) << "what was done is not done again";
    EXPECT_EQ(database.value("SELECT count(*) FROM task WHERE arguments::text ~ '" + old.sealed_prefix() + "'"), "0");
}

TEST_P(Rekey, AKeyThatTheDatabaseNeedsIsMissed)
{
    ASSERT_TRUE(storage::register_sealing_key(database.settings(), old));
    auto const refused = storage::register_sealing_key(database.settings(), fresh);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("lacks the key 11111111"));
    EXPECT_FALSE(storage::check_sealing_keys(database.settings(), fresh));
    EXPECT_FALSE(rekey(fresh)) << "nothing is done without it";
    EXPECT_TRUE(storage::check_sealing_keys(database.settings(), both));
    EXPECT_TRUE(storage::forget_sealing_key(database.settings(), "11111111"));
    EXPECT_FALSE(storage::forget_sealing_key(database.settings(), "11111111"));
    EXPECT_TRUE(storage::register_sealing_key(database.settings(), fresh));
}

TEST_P(Rekey, ANodeThatSealsWithAnotherKeyIsNamed)
{
    ASSERT_TRUE(storage::register_sealing_key(database.settings(), old));
    auto const node = storage::NodeNumber::take(database.settings(), "acs-7", "11111111");
    auto const refused = rekey(both);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("acs-7"));
    EXPECT_FALSE(storage::check_sealing_keys(database.settings(), fresh)) << "the old key is still needed";
    database.exec("UPDATE node SET sealing_key = '22222222'");
    EXPECT_TRUE(rekey(both));
}

TEST_P(Rekey, EveryColumnOfWhichTheSchemaSaysSealedIsKnown)
{
    std::set<std::string> known;
    for (auto const& column : storage::sealed_columns())
        known.insert(std::string{column.table} + "." + column.column);
    // The last two are about others: what a path says of its values, and a flag beside the tree's values.
    for (auto const& row : database.exec(
             "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND "
             "a.attnum > 0"
             " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
             " AND col_description(c.oid, a.attnum) ~* '\\msealed\\M'"
             " AND (c.relname, a.attname) NOT IN (('path', 'is_secret'), ('device_tree', 'flags'))"))
        EXPECT_TRUE(known.erase(row[0].c_str()) == 1) << row[0].c_str() << " is missing in sealed_columns()";
    known.erase("task.progress");
    EXPECT_THAT(known, IsEmpty()) << "the comments of these do not say it";
}

INSTANTIATE_TEST_SUITE_P(Shapes, Rekey, testing::Values(support::Shape::plain, support::Shape::hashed),
                         [](auto const& shape) { return shape.param == support::Shape::plain ? "Plain" : "Hashed"; });

}  // namespace
}  // namespace contract
