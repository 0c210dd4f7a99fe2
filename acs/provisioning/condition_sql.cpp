#include "provisioning/condition_sql.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace provisioning {

namespace {

/// `n` is the number of the path, from 1. The sub-selects show nothing but what the condition may see, and the planner
/// takes them apart.
std::string join_of(std::size_t n, PathSource source, std::size_t placeholder, std::string const& schema)
{
    if (source == PathSource::tree)
        return fmt::format(
            " CROSS JOIN LATERAL (SELECT acs.value(device.id, ${1}::text) AS value_{0}) AS parameter_{0}", n,
            placeholder);
    return fmt::format(" LEFT JOIN (SELECT device_id AS device_of_{0}, value AS value_{0} FROM {2}device_parameter"
                       " WHERE path_id = ${1}::int) AS parameter_{0} ON parameter_{0}.device_of_{0} = device.id",
                       n, placeholder, schema.empty() ? "" : schema + ".");
}

}  // namespace

SearchSql search_sql(domain::Condition const& condition, std::span<PathSource const> sources,
                     unsigned first_placeholder, std::string const& schema)
{
    if (sources.size() != condition.paths.size())
        throw std::invalid_argument{fmt::format("a search over {} parameters was given {} sources for them",
                                                condition.paths.size(), sources.size())};
    SearchSql search{"acs.device AS device", condition.sql};
    for (std::size_t n = 1; n <= sources.size(); ++n)
        search.from += join_of(n, sources[n - 1], first_placeholder + n - 1, schema);
    return search;
}

ProbeStatements probe_statements(domain::Condition const& condition)
{
    std::string alter = "ALTER TABLE pg_temp.device ";
    for (std::size_t n = 1; n <= condition.paths.size(); ++n)
        alter += fmt::format("ADD COLUMN value_{} text, ", n);
    alter += fmt::format("ADD CONSTRAINT condition CHECK ({}) NOT VALID", condition.sql);
    ProbeStatements probe;
    probe.prepare = {"SET LOCAL search_path = pg_catalog, pg_temp",
                     "CREATE TEMPORARY TABLE device ON COMMIT DROP AS TABLE acs.device WITH NO DATA", std::move(alter)};
    probe.inputs = "SELECT a.attname AS name FROM pg_constraint c JOIN pg_attribute a"
                   " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
                   " WHERE c.conrelid = 'pg_temp.device'::regclass ORDER BY a.attnum";
    probe.functions = "SELECT DISTINCT p.proname AS name, p.provolatile AS volatility FROM pg_constraint c"
                      " CROSS JOIN LATERAL regexp_matches(c.conbin::text, ':(?:op)?funcid ([0-9]+)', 'g') AS m"
                      " JOIN pg_proc p ON p.oid = m[1]::oid"
                      " WHERE c.conrelid = 'pg_temp.device'::regclass ORDER BY 1";
    return probe;
}

}  // namespace provisioning
