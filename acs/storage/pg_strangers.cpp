#include "storage/pg_strangers.hpp"

#include "storage/array_text.hpp"
#include "storage/session_parts.hpp"

#include <arpa/inet.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <utility>
#include <vector>

namespace storage {

namespace {

constexpr std::size_t longest_text = 256;  ///< bytes

constexpr Statement write_strangers{
    "write_strangers",
    "INSERT INTO stranger AS s (oui, product_class, serial_number, manufacturer, address, network, username, reason,"
    " first_at, last_at, times)"
    " SELECT oui, product_class, serial_number, manufacturer, address, CASE WHEN address = '' THEN ''"
    " ELSE network(set_masklen(address::inet, CASE family(address::inet) WHEN 4 THEN 24 ELSE 48 END))::text END,"
    " username, reason, first_at, last_at, times"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
    " $8::timestamptz[], $9::timestamptz[], $10::bigint[])"
    " u (oui, product_class, serial_number, manufacturer, address, username, reason, first_at, last_at, times)"
    " ON CONFLICT (serial_number, oui, product_class) DO UPDATE SET manufacturer = EXCLUDED.manufacturer,"
    " address = EXCLUDED.address, network = EXCLUDED.network, username = EXCLUDED.username,"
    " reason = EXCLUDED.reason, last_at = greatest(s.last_at, EXCLUDED.last_at), times = s.times + EXCLUDED.times"};

constexpr Statement forget_strangers{
    "forget_strangers",
    "DELETE FROM stranger WHERE stranger_id IN (SELECT stranger_id FROM (SELECT stranger_id,"
    " row_number() OVER (PARTITION BY network ORDER BY last_at DESC, stranger_id DESC) AS of_network,"
    " row_number() OVER (ORDER BY last_at DESC, stranger_id DESC) AS of_all FROM stranger) r"
    " WHERE of_network > $1 OR of_all > $2)"};

#define ACS_STRANGER_COLUMNS                                                                                           \
    "stranger_id, manufacturer, oui, product_class, serial_number, address, username, reason, first_at, last_at, "     \
    "times"

constexpr Statement list_strangers{
    "list_strangers", "SELECT " ACS_STRANGER_COLUMNS " FROM stranger WHERE ($1::bigint = 0 OR stranger_id < $1)"
                      " AND ($2 = '' OR serial_number = $2) AND ($3 = '' OR address = $3)"
                      " ORDER BY stranger_id DESC LIMIT $4"};
constexpr Statement find_stranger{"find_stranger",
                                  "SELECT " ACS_STRANGER_COLUMNS " FROM stranger WHERE stranger_id = $1"};
constexpr Statement remove_stranger{"remove_stranger", "DELETE FROM stranger WHERE stranger_id = $1 RETURNING 1"};

bool is_address(std::string const& text)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

/// As the table takes them.
void prepare(domain::Stranger& stranger)
{
    auto& identity = stranger.identity;
    for (auto* text : {&identity.manufacturer, &identity.oui, &identity.product_class, &identity.serial_number,
                       &stranger.username, &stranger.reason})
        *text = storable(shortened(*text, longest_text));
    if (!is_address(stranger.address))
        stranger.address.clear();
}

domain::Stranger stranger_of(pqxx::row const& row)
{
    domain::Stranger stranger;
    stranger.id = row[0].as<std::int64_t>();
    stranger.identity = {row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str()};
    stranger.address = row[5].c_str();
    stranger.username = row[6].c_str();
    stranger.reason = row[7].c_str();
    stranger.first_at = parse_time({row[8].c_str(), row[8].size()});
    stranger.last_at = parse_time({row[9].c_str(), row[9].size()});
    stranger.times = row[10].as<std::uint64_t>();
    return stranger;
}

void write(Transaction& transaction, std::vector<domain::Stranger> const& all)
{
    ArrayText ouis, classes, serials, manufacturers, addresses, usernames, reasons, first, last, times;
    for (auto const& one : all) {
        ouis.add(std::string_view{one.identity.oui});
        classes.add(std::string_view{one.identity.product_class});
        serials.add(std::string_view{one.identity.serial_number});
        manufacturers.add(std::string_view{one.identity.manufacturer});
        addresses.add(std::string_view{one.address});
        usernames.add(std::string_view{one.username});
        reasons.add(std::string_view{one.reason});
        first.add(one.first_at);
        last.add(one.last_at);
        times.add(static_cast<std::int64_t>(one.times));
    }
    transaction.exec(write_strangers, ouis.finish(), classes.finish(), serials.finish(), manufacturers.finish(),
                     addresses.finish(), usernames.finish(), reasons.finish(), first.finish(), last.finish(),
                     times.finish());
}

}  // namespace

PgStrangers::PgStrangers(Database& writes, base::Clock const& clock, base::Metrics& metrics, StrangerLimits limits)
    : writes_{writes},
      clock_{clock},
      noted_{metrics.counter("acs_strangers_total", "Unknown devices that were sent away: see acsctl strangers")},
      limits_{limits}
{
}

void PgStrangers::note(domain::Stranger stranger) noexcept
{
    noted_.add();
    try {
        prepare(stranger);
        stranger.first_at = stranger.last_at = clock_.now();
        Key key{stranger.identity.serial_number, stranger.identity.oui, stranger.identity.product_class};
        std::scoped_lock const lock{mutex_};
        if (waiting_.size() >= most_at_once && !waiting_.contains(key))
            return;
        auto const [place, is_new] = waiting_.try_emplace(std::move(key), stranger);
        if (is_new)
            return;
        stranger.times = place->second.times + 1;
        stranger.first_at = place->second.first_at;
        place->second = std::move(stranger);
    } catch (std::exception const&) {  // out of memory: it was counted, and sessions go on
    }
}

void PgStrangers::flush()
{
    std::vector<domain::Stranger> all;
    {
        std::scoped_lock const lock{mutex_};
        for (auto& [key, stranger] : waiting_)
            all.push_back(std::move(stranger));
        waiting_.clear();
    }
    if (all.empty())
        return;
    writes_.run_here([this, &all](Transaction& transaction) {
        write(transaction, all);
        transaction.exec(forget_strangers, static_cast<std::int64_t>(limits_.per_network),
                         static_cast<std::int64_t>(limits_.in_all));
    });
}

base::Awaitable<std::vector<domain::Stranger>> PgStrangers::list(domain::StrangerQuery query)
{
    auto work = [query = std::move(query)](Transaction& transaction) {
        std::vector<domain::Stranger> all;
        for (auto const& row : transaction.exec(list_strangers, query.before, storable(query.serial_number),
                                                storable(query.address), static_cast<int>(query.limit)))
            all.push_back(stranger_of(row));
        return all;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::Stranger>> PgStrangers::find(std::int64_t id)
{
    auto work = [id](Transaction& transaction) -> std::optional<domain::Stranger> {
        auto const rows = transaction.exec(find_stranger, id);
        if (rows.empty())
            return std::nullopt;
        return stranger_of(rows.front());
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgStrangers::remove(std::int64_t id)
{
    auto work = [id](Transaction& transaction) { return !transaction.exec(remove_stranger, id).empty(); };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
