#include "storage/promotion_chores.hpp"

#include "base/log.hpp"
#include "cwmp/path.hpp"
#include "storage/array_text.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace storage {

namespace {

constexpr Statement fingerprint{
    "promotions_fingerprint",
    "SELECT coalesce(md5(string_agg(pattern, E'\\n' ORDER BY pattern)), '') FROM promoted WHERE removed_at IS NULL"};
// A node knows of a change when it gave a sign of life after it: it looks at the list then. One that is silent for five
// minutes counts as dead (node_number.cpp).
#define ALL_NODES_KNOW_SINCE(moment)                                                                                   \
    moment " <= now() - make_interval(secs => $1) AND NOT EXISTS (SELECT FROM node n WHERE n.last_seen <= " moment     \
           " AND n.last_seen > now() - interval '5 minutes')"
constexpr Statement unfilled{
    "unfilled_promotions",
    "SELECT pattern, fill_after FROM promoted p WHERE removed_at IS NULL AND fill_after IS NOT NULL"
    " AND " ALL_NODES_KNOW_SINCE("p.made_at") " ORDER BY pattern"};
constexpr Statement removed{"removed_promotions", "SELECT pattern, " ALL_NODES_KNOW_SINCE(
                                                      "p.removed_at") " FROM promoted p"
                                                                      " WHERE removed_at IS NOT NULL ORDER BY pattern"};
constexpr Statement kept{"kept_promotions", "SELECT pattern FROM promoted WHERE removed_at IS NULL"};
constexpr Statement candidates{"promotion_candidates",
                               "SELECT path_id, path FROM path WHERE NOT is_secret AND starts_with(path, $1)"};

// Bits of flags: 9 has a value, 11 too long to keep (device_tree.flags). What a session wrote meanwhile is newer.
constexpr Statement fill{
    "fill_promotion",
    "WITH batch AS MATERIALIZED (SELECT device_id FROM device_contact WHERE device_id > $1 ORDER BY device_id LIMIT "
    "$2),"
    " told AS (SELECT b.device_id, p.path_id, r.values[w.recent] AS recent, r.changed[w.recent] AS recent_changed,"
    " CASE WHEN (get_byte(t.flags, 2 * w.tree - 2) * 256 + get_byte(t.flags, 2 * w.tree - 1)) & 512 = 512"
    " THEN t.values[w.tree] END AS tree, t.changed[w.tree] AS tree_changed, t.stored_at"
    " FROM batch b CROSS JOIN unnest($3::integer[]) p (path_id)"
    " LEFT JOIN device_tree t ON t.device_id = b.device_id LEFT JOIN device_recent r ON r.device_id = b.device_id"
    " CROSS JOIN LATERAL (SELECT array_position(r.path_ids, p.path_id) AS recent,"
    " array_position(t.path_ids, p.path_id) AS tree) w),"
    " copies AS (INSERT INTO device_parameter (device_id, path_id, value, since)"
    " SELECT device_id, path_id, CASE WHEN octet_length(coalesce(recent, tree)) <= 1024 THEN coalesce(recent, tree) "
    "END,"
    " coalesce(to_timestamp(nullif(CASE WHEN recent IS NULL THEN tree_changed ELSE recent_changed END, 0)), stored_at, "
    "now())"
    " FROM told WHERE coalesce(recent, tree) IS NOT NULL ON CONFLICT DO NOTHING RETURNING 1)"
    " SELECT count(*), coalesce(max(device_id), 0), (SELECT count(*) FROM copies) FROM batch"};
constexpr Statement note_progress{"note_promotion", "UPDATE promoted SET fill_after = $2 WHERE pattern = $1"};
constexpr Statement note_filled{"note_filled", "UPDATE promoted SET fill_after = NULL WHERE pattern = $1"};
constexpr Statement clear{"clear_promotion",
                          "DELETE FROM device_parameter WHERE (device_id, path_id) IN (SELECT device_id, path_id"
                          " FROM device_parameter WHERE path_id = ANY ($1::integer[]) LIMIT $2)"};
constexpr Statement forget{"forget_promotion", "DELETE FROM promoted WHERE pattern = $1 AND removed_at IS NOT NULL"};

bool is_meant(std::string_view pattern, std::string_view path)
{
    return !cwmp::is_partial(path) && cwmp::matches(pattern, path);
}

struct Candidate {
    std::int64_t id = 0;
    std::string path;
};

/// The paths that a pattern means, whoever else means them too.
std::vector<Candidate> paths_of(pqxx::transaction_base& work, std::string const& pattern)
{
    std::vector<Candidate> found;
    for (auto const& row : exec(work, candidates, pattern.substr(0, pattern.find_first_of("{*"))))
        if (is_meant(pattern, {row[1].c_str(), row[1].size()}))
            found.push_back({row[0].as<std::int64_t>(), row[1].c_str()});
    return found;
}

std::string ids_text(std::vector<Candidate> const& paths)
{
    ArrayText ids;
    for (auto const& path : paths)
        ids.add(path.id);
    return ids.finish();
}

/// False when the budget of batches is spent before the pattern is done.
bool fill_pattern(pqxx::connection& connection, PromotionSettings const& settings, std::string const& pattern,
                  std::int64_t after, unsigned& batches)
{
    std::string ids;
    {
        pqxx::nontransaction work{connection};
        ids = ids_text(paths_of(work, pattern));
    }
    for (; batches > 0; --batches) {
        pqxx::work work{connection};
        auto const row = exec(work, fill, after, static_cast<int>(settings.devices_at_once), ids).front();
        bool const is_done = row[0].as<unsigned>() < settings.devices_at_once;
        after = row[1].as<std::int64_t>();
        if (is_done) {
            work.exec("ANALYZE device_parameter");  // plans from before would look through all devices' copies
            exec(work, note_filled, pattern);
        } else
            exec(work, note_progress, pattern, after);
        work.commit();
        if (is_done) {
            base::log::info("chores.promoted", {{"pattern", pattern}, {"outcome", "filled"}});
            return true;
        }
    }
    return false;
}

void fill_promotions(pqxx::connection& connection, PromotionSettings const& settings)
{
    std::vector<std::pair<std::string, std::int64_t>> patterns;
    {
        pqxx::nontransaction work{connection};
        for (auto const& row : exec(work, unfilled, static_cast<int>(settings.settle.count())))
            patterns.emplace_back(row[0].c_str(), row[1].as<std::int64_t>());
    }
    auto batches = settings.batches;
    for (auto const& [pattern, after] : patterns)
        if (!fill_pattern(connection, settings, pattern, after, batches))
            return;
}

/// Paths of a pattern that was given up and that no other one means.
std::vector<Candidate> abandoned(pqxx::transaction_base& work, std::string const& pattern)
{
    auto paths = paths_of(work, pattern);
    for (auto const& row : exec(work, kept))
        std::erase_if(paths,
                      [other = std::string{row[0].c_str()}](auto const& path) { return is_meant(other, path.path); });
    return paths;
}

void clear_pattern(pqxx::connection& connection, PromotionSettings const& settings, std::string const& pattern,
                   bool is_settled)
{
    pqxx::nontransaction work{connection};
    auto const paths = abandoned(work, pattern);
    auto const ids = ids_text(paths);
    for (unsigned batch = 0; batch < settings.batches; ++batch) {
        auto const rows =
            paths.empty() ? 0 : exec(work, clear, ids, static_cast<int>(settings.rows_at_once)).affected_rows();
        if (rows >= settings.rows_at_once)
            continue;
        if (is_settled) {
            exec(work, forget, pattern);
            base::log::info("chores.promoted", {{"pattern", pattern}, {"outcome", "removed"}});
        }
        return;
    }
}

void clear_promotions(pqxx::connection& connection, PromotionSettings const& settings)
{
    std::vector<std::pair<std::string, bool>> patterns;
    {
        pqxx::nontransaction work{connection};
        for (auto const& row : exec(work, removed, static_cast<int>(settings.settle.count())))
            patterns.emplace_back(row[0].c_str(), row[1].as<bool>());
    }
    for (auto const& [pattern, is_settled] : patterns)
        clear_pattern(connection, settings, pattern, is_settled);
}

}  // namespace

void tend_promotions(pqxx::connection& connection, PromotionSettings const& settings)
{
    clear_promotions(connection, settings);
    fill_promotions(connection, settings);
}

std::string promotions_fingerprint(pqxx::connection& connection)
{
    pqxx::nontransaction work{connection};
    return exec(work, fingerprint).front()[0].c_str();
}

}  // namespace storage
