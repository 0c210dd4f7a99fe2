#include "support/test_database.hpp"

#include "storage/migrate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>

namespace support {

namespace {

constexpr int partitions = 4;

std::string cluster_url()
{
    auto const* const url = std::getenv("ACS_TEST_DATABASE");
    if (url == nullptr)
        throw std::runtime_error{"ACS_TEST_DATABASE is not set: run the tests through tests/tools/with-postgres"};
    return url;
}

std::string url_of(std::string const& name)
{
    auto url = cluster_url();
    auto const place = url.find("/postgres?");
    if (place == std::string::npos)
        throw std::runtime_error{"ACS_TEST_DATABASE must name the database postgres: postgresql://.../postgres?..."};
    return url.replace(place, 10, "/" + name + "?");
}

void in_cluster(std::string const& sql)
{
    pqxx::connection connection{cluster_url()};
    pqxx::nontransaction transaction{connection};
    transaction.exec(sql);
}

std::string own_name(std::string const& what)
{
    static int count = 0;
    return fmt::format("acs_{}_{}_{}", what, ::getpid(), ++count);
}

void make_partitioned(std::string const& url)
{
    pqxx::connection connection{url};
    for (auto const& step : storage::migrations()) {
        pqxx::work transaction{connection};
        transaction.exec(partitioned(step.sql));
        transaction.exec(fmt::format("INSERT INTO public.schema_version (version) VALUES ({})", step.version));
        transaction.commit();
    }
}

/// The databases that others are copied from.
class Templates {
public:
    /// libpqxx makes tables of its own at the first answer; they must be older than this to be there when it ends.
    Templates() { in_cluster("SELECT 1"); }
    ~Templates()
    {
        for (auto const& [shape, name] : names_)
            TestDatabase::drop(name);
    }

    std::string const& of(Shape shape)
    {
        auto& name = names_[shape];
        if (name.empty()) {
            auto const made = own_name("template");
            auto const url = TestDatabase::make_empty(made);
            if (shape == Shape::hashed)
                make_partitioned(url);
            storage::ConnectionSettings settings;
            settings.url = url;
            if (auto const done = storage::migrate(settings, base::SystemClock{}.now()); !done)
                throw std::runtime_error{done.error().what};
            name = made;
        }
        return name;
    }

private:
    std::map<Shape, std::string> names_;
};

Templates& templates()
{
    static Templates all;
    return all;
}

}  // namespace

std::string partitioned(std::string sql)
{
    constexpr std::string_view mark = "/*partition ";
    for (auto at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at)) {
        auto const key_at = at + mark.size();
        auto const key = sql.substr(key_at, sql.find("*/", key_at) - key_at);
        if (key.size() > 30) {  // the explanation at the top, not a table
            at = key_at;
            continue;
        }
        auto const end = sql.find(';', at);
        auto const options = sql.substr(sql.find("*/", at) + 2, end - sql.find("*/", at) - 2);
        auto const table_at = sql.rfind("CREATE TABLE ", at) + 13;
        auto const table = sql.substr(table_at, sql.find(' ', table_at) - table_at);
        if (table_at < 13 || sql.substr(at - 2, 2) != ") ") {
            at = key_at;
            continue;
        }
        auto text = fmt::format("PARTITION BY HASH ({});", key);
        for (int i = 0; i < partitions; ++i)
            text += fmt::format("\nCREATE TABLE {}_{} PARTITION OF {} FOR VALUES WITH (MODULUS {}, REMAINDER {}){};",
                                table, i, table, partitions, i, options);
        sql.replace(at, end + 1 - at, text);
    }
    return sql;
}

TestDatabase::TestDatabase(Shape shape) : name_{own_name("test")}, url_{url_of(name_)}
{
    in_cluster(fmt::format("CREATE DATABASE {} TEMPLATE {}", name_, templates().of(shape)));
    connection_ = storage::connect(settings());
}

TestDatabase::~TestDatabase()
{
    connection_.reset();
    drop(name_);
}

storage::ConnectionSettings TestDatabase::settings() const
{
    storage::ConnectionSettings settings;
    settings.url = url_;
    settings.application_name = "acs-test";
    return settings;
}

pqxx::result TestDatabase::exec(std::string const& sql)
{
    pqxx::nontransaction transaction{*connection_};
    return transaction.exec(sql);
}

std::string TestDatabase::value(std::string const& sql)
{
    return exec(sql).at(0).at(0).c_str();
}

std::string TestDatabase::dump(std::string const& options) const
{
    auto const command = fmt::format("pg_dump {} --no-owner '{}'", options, url_);
    std::string text;
    std::array<char, 65536> piece{};
    auto* const pipe = ::popen(command.c_str(), "r");
    while (auto const size = std::fread(piece.data(), 1, piece.size(), pipe))
        text.append(piece.data(), size);
    if (::pclose(pipe) != 0)
        throw std::runtime_error{"pg_dump failed"};
    return text;
}

void TestDatabase::disconnect_all()
{
    exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
         "pg_backend_pid()");
}

std::string TestDatabase::make_empty(std::string const& name)
{
    in_cluster(fmt::format("CREATE DATABASE {}", name));
    return url_of(name);
}

void TestDatabase::drop(std::string const& name)
{
    try {
        in_cluster(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name));
    } catch (std::exception const& problem) {
        std::fprintf(stderr, "the test database %s was not dropped: %s\n", name.c_str(), problem.what());
    }
}

}  // namespace support
