#pragma once

#include "storage/connection.hpp"

#include <pqxx/pqxx>

#include <memory>
#include <string>

namespace support {

/// Which way the tables marked /*partition KEY*/ are made.
enum class Shape { plain, hashed };

/// The schema's SQL with the marked tables partitioned by hash, four partitions each.
[[nodiscard]] std::string partitioned(std::string sql);

/// A database of one's own in the cluster that ACS_TEST_DATABASE names, with the schema in place; dropped at the end.
/// The schema is made once per program and copied.
class TestDatabase {
public:
    explicit TestDatabase(Shape shape = Shape::plain);
    ~TestDatabase();
    TestDatabase(TestDatabase const&) = delete;
    TestDatabase& operator=(TestDatabase const&) = delete;

    [[nodiscard]] std::string const& url() const noexcept { return url_; }
    [[nodiscard]] storage::ConnectionSettings settings() const;

    /// Runs SQL and commits it.
    pqxx::result exec(std::string const& sql);
    /// The first value of the first row, "" for NULL.
    std::string value(std::string const& sql);
    /// What pg_dump writes, with `options` ("-s", "-a").
    [[nodiscard]] std::string dump(std::string const& options) const;
    /// Ends all other connections to this database, as a restart of the server does.
    void disconnect_all();

    /// An empty database, without the schema.
    [[nodiscard]] static std::string make_empty(std::string const& name);
    static void drop(std::string const& name);

private:
    std::string name_;
    std::string url_;
    std::unique_ptr<pqxx::connection> connection_;
};

}  // namespace support
