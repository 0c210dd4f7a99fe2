#include "storage/pg_fleet.hpp"

#include "storage/array_text.hpp"
#include "storage/fleet_search.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr unsigned salts = 8;  ///< as many as a look-up of a session tries after collisions

constexpr Statement resolve_identities{
    "resolve_identities",
    "SELECT u.n, i.device_id FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])"
    " u (n, hash, oui, product_class, serial_number) JOIN device_identity i ON i.identity_hash = u.hash"
    " AND i.oui = u.oui AND i.product_class = u.product_class AND i.serial_number = u.serial_number"};

/// FROM and WHERE over the devices that meet a condition, under the name `device`.
struct Scope {
    ComposedSearch search;
    std::string sql;
};

Scope scope_of(Transaction& transaction, std::optional<domain::Condition> const& where,
               domain::SearchComposer const& composer)
{
    if (!where)
        return {{}, "acs.device device WHERE true"};
    Scope scope{compose(transaction, *where, composer), {}};
    scope.sql = fmt::format("{} WHERE {}", scope.search.pieces.from, scope.search.pieces.where);
    return scope;
}

std::uint64_t run_count(Transaction& transaction, Scope const& scope)
{
    return scope.search.run(transaction, fmt::format("SELECT count(*) FROM {}", scope.sql))
        .front()[0]
        .as<std::uint64_t>();
}

std::vector<domain::TagCount> run_tags(Transaction& transaction, Scope scope, std::string after, unsigned limit)
{
    auto const from = scope.search.add(std::move(after));
    auto const most = scope.search.add(std::to_string(limit));
    auto const sql =
        fmt::format("SELECT t.tag, count(*) FROM (SELECT unnest(device.tags) COLLATE \"C\" AS tag FROM {}) t"
                    " WHERE t.tag > {}::text GROUP BY t.tag ORDER BY t.tag LIMIT {}",
                    scope.sql, from, most);
    std::vector<domain::TagCount> found;
    for (auto const& row : scope.search.run(transaction, sql))
        found.push_back({row[0].c_str(), row[1].as<std::uint64_t>()});
    return found;
}

std::vector<domain::FleetDevice> run_walk(Transaction& transaction, Scope scope, domain::DeviceKey after,
                                          unsigned limit)
{
    auto const from = scope.search.add(std::to_string(after.value()));
    auto const most = scope.search.add(std::to_string(limit));
    auto const sql =
        fmt::format("SELECT device.id, device.state FROM {} AND device.id > {}::bigint ORDER BY device.id LIMIT {}",
                    scope.sql, from, most);
    std::vector<domain::FleetDevice> found;
    for (auto const& row : scope.search.run(transaction, sql))
        found.push_back({domain::DeviceKey{row[0].as<std::int64_t>()},
                         domain::device_state(row[1].c_str()).value_or(domain::DeviceState::pending)});
    return found;
}

/// Arrays for resolve_identities: each identity with each salt.
struct IdentityArrays {
    ArrayText numbers, hashes, ouis, classes, serials;

    void add(std::int64_t number, std::int64_t hash, cwmp::DeviceId const& id)
    {
        numbers.add(number);
        hashes.add(hash);
        ouis.add(std::string_view{id.oui});
        classes.add(std::string_view{id.product_class});
        serials.add(std::string_view{id.serial_number});
    }
};

}  // namespace

base::Awaitable<base::Result<std::uint64_t>> PgFleet::count(std::optional<domain::Condition> where)
{
    auto work = [this, where = std::move(where)](Transaction& transaction) {
        return run_count(transaction, scope_of(transaction, where, compose_));
    };
    co_return co_await search_with(searches_, std::move(work));
}

base::Awaitable<base::Result<std::vector<domain::TagCount>>> PgFleet::tags(std::optional<domain::Condition> where,
                                                                           std::string after, unsigned limit)
{
    auto work = [this, where = std::move(where), after = storable(after), limit](Transaction& transaction) {
        return run_tags(transaction, scope_of(transaction, where, compose_), after, limit);
    };
    co_return co_await search_with(searches_, std::move(work));
}

base::Awaitable<base::Result<std::vector<domain::FleetDevice>>> PgFleet::walk(std::optional<domain::Condition> where,
                                                                              domain::DeviceKey after, unsigned limit)
{
    auto work = [this, where = std::move(where), after, limit](Transaction& transaction) {
        return run_walk(transaction, scope_of(transaction, where, compose_), after, limit);
    };
    co_return co_await search_with(searches_, std::move(work));
}

base::Awaitable<std::vector<std::optional<domain::DeviceKey>>> PgFleet::resolve(std::vector<cwmp::DeviceId> identities)
{
    IdentityArrays arrays;
    for (std::size_t n = 0; n < identities.size(); ++n)
        if (auto id = cwmp::normalized(identities[n]))
            for (unsigned salt = 0; salt < salts; ++salt)
                arrays.add(static_cast<std::int64_t>(n), hash_(*id, salt), *id);
    auto work = [count = identities.size(), numbers = arrays.numbers.finish(), hashes = arrays.hashes.finish(),
                 ouis = arrays.ouis.finish(), classes = arrays.classes.finish(),
                 serials = arrays.serials.finish()](Transaction& transaction) {
        std::vector<std::optional<domain::DeviceKey>> found(count);
        for (auto const& row : transaction.exec(resolve_identities, numbers, hashes, ouis, classes, serials))
            found.at(row[0].as<std::size_t>()) = domain::DeviceKey{row[1].as<std::int64_t>()};
        return found;
    };
    co_return co_await searches_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
