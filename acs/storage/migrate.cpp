#include "storage/migrate.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace storage {

namespace {

constexpr char const* migration_lock = "4702111234474983745";  // an arbitrary number that nobody else locks

int read_version(pqxx::transaction_base& transaction)
{
    auto const table = transaction.exec("SELECT to_regclass('public.schema_version') IS NOT NULL");
    if (!table[0][0].as<bool>())
        return 0;
    return transaction.exec("SELECT coalesce(max(version), 0) FROM public.schema_version")[0][0].as<int>();
}

base::Result<void> apply(pqxx::connection& connection, Migration const& step)
{
    try {
        pqxx::work transaction{connection};
        transaction.exec(step.sql);
        transaction.exec(fmt::format("INSERT INTO public.schema_version (version) VALUES ({})", step.version));
        transaction.commit();
        return {};
    } catch (pqxx::sql_error const& problem) {
        if (failure_of(problem) == Failure::outage)
            throw;
        return base::fail(fmt::format("the migration {} was refused and undone: {}", step.name, problem.what()));
    }
}

int make_partitions(pqxx::connection& connection, base::TimePoint now, int days_ahead)
{
    auto const first = std::chrono::floor<std::chrono::days>(now) - std::chrono::days{1};
    pqxx::work transaction{connection};
    auto const rows =
        transaction.exec(fmt::format("SELECT make_partitions('{:%Y-%m-%d}', {})",
                                     fmt::gmtime(std::chrono::system_clock::to_time_t(first)), days_ahead + 2));
    transaction.commit();
    return rows[0][0].as<int>();
}

std::string versions_differ(int database)
{
    return fmt::format(
        "the database has schema version {}, this program works with version {}: {}", database, schema_version(),
        database < schema_version() ? "run acs migrate" : "use the program of that version or a newer one");
}

}  // namespace

int schema_version()
{
    return migrations().back().version;
}

int version_of(ConnectionSettings const& database)
{
    auto const connection = connect(database);
    pqxx::nontransaction transaction{*connection};
    return read_version(transaction);
}

base::Result<MigrationReport> migrate(ConnectionSettings database, base::TimePoint now, int days_ahead)
{
    database.statement_timeout = std::chrono::milliseconds{0};  // a step may rewrite a large table
    auto const connection = connect(database);
    MigrationReport report;
    {
        pqxx::nontransaction transaction{*connection};
        transaction.exec(fmt::format("SELECT pg_advisory_lock({})", migration_lock));  // ends with the connection
        report.before = report.after = read_version(transaction);
    }
    if (report.before > schema_version())
        return base::fail(versions_differ(report.before));
    for (auto const& step : migrations()) {
        if (step.version <= report.before)
            continue;
        if (auto const done = apply(*connection, step); !done)
            return std::unexpected{done.error()};
        report.applied.emplace_back(step.name);
        report.after = step.version;
    }
    report.partitions = make_partitions(*connection, now, days_ahead);
    return report;
}

base::Result<void> check_version(ConnectionSettings const& database)
{
    auto const version = version_of(database);
    if (version != schema_version())
        return base::fail(versions_differ(version));
    return {};
}

}  // namespace storage
