#include "storage/path_table.hpp"

#include "cwmp/path.hpp"
#include "storage/array_text.hpp"
#include "storage/path_cache.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace storage {

namespace {

constexpr Statement known_paths{"known_paths",
                                "SELECT path_id, path, is_secret FROM path WHERE path = ANY ($1::text[])"};
constexpr Statement paths_by_id{"paths_by_id",
                                "SELECT path_id, path, is_secret FROM path WHERE path_id = ANY ($1::integer[])"};
constexpr Statement lock_count{"lock_path_count", "SELECT paths FROM path_count FOR UPDATE"};
constexpr Statement read_budget{
    "read_path_budget",
    "SELECT made FROM path_budget WHERE device_id = $1 AND day = ($2::timestamptz AT TIME ZONE 'UTC')::date"};
constexpr Statement make_paths{"make_paths",
                               "INSERT INTO path (path, is_secret) SELECT * FROM unnest($1::text[], $2::boolean[])"
                               " ON CONFLICT (path) DO NOTHING RETURNING path_id, path, is_secret"};
constexpr Statement add_to_count{"add_to_path_count", "UPDATE path_count SET paths = paths + $1"};
constexpr Statement add_to_budget{
    "add_to_path_budget",
    "INSERT INTO path_budget (device_id, day, made) VALUES ($1, ($2::timestamptz AT TIME ZONE 'UTC')::date, $3)"
    " ON CONFLICT (device_id, day) DO UPDATE SET made = path_budget.made + EXCLUDED.made"};
constexpr Statement read_promoted{"read_promoted",
                                  "SELECT pattern FROM promoted WHERE removed_at IS NULL ORDER BY pattern"};

bool can_be_kept(std::string_view path)
{
    return path.empty() || (cwmp::form_of(path) != cwmp::PathForm::unusable && is_storable(path));
}

std::vector<PathEntry> entries_of(pqxx::result const& rows)
{
    std::vector<PathEntry> entries;
    for (auto const& row : rows)
        entries.push_back(
            {row[0].as<std::int32_t>(), std::string{row[1].c_str(), row[1].size()}, row[2].as<bool>(), false});
    return entries;
}

/// What of `paths` is not among `entries`.
std::vector<std::string> without(std::vector<std::string> const& paths, std::vector<PathEntry> const& entries)
{
    std::unordered_set<std::string_view> known;
    for (auto const& entry : entries)
        known.insert(entry.path);
    std::vector<std::string> rest;
    for (auto const& path : paths)
        if (!known.contains(path))
            rest.push_back(path);
    return rest;
}

void append(std::vector<PathEntry>& to, std::vector<PathEntry> more)
{
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

PathTable::PathTable(Database& database, base::Clock const& clock, base::Metrics& metrics, PathLimits limits)
    : database_{database},
      clock_{clock},
      limits_{limits},
      made_{metrics.counter("acs_paths_made_total", "Parameter names that were new to the fleet")},
      kept_out_{metrics.counter("acs_paths_kept_out_total",
                                "Values kept out because of their name: too many new ones, or no name at all")},
      cache_{std::make_unique<Cache>(limits.cached)}
{
}

PathTable::~PathTable() = default;

base::Awaitable<std::vector<PathRef>> PathTable::intern(domain::DeviceKey device, std::vector<std::string> paths)
{
    std::vector<PathRef> found(paths.size());
    std::unordered_map<std::string_view, std::vector<std::size_t>> missing;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        found[i] = cache_->find(paths[i]);
        if (!found[i] && can_be_kept(paths[i]))
            missing[paths[i]].push_back(i);
    }
    if (!missing.empty()) {
        std::vector<std::string> names;
        for (auto const& [name, places] : missing)
            names.emplace_back(name);
        std::ranges::sort(names);
        auto work = [this, device, names = std::move(names)](Transaction& transaction) {
            return make(transaction, device, names);
        };
        auto const entries = co_await database_.run(std::move(work), InDoubt::repeat);
        for (auto const& entry : entries) {
            auto const shared = std::make_shared<PathEntry const>(entry);
            cache_->add(shared);
            if (auto const places = missing.find(entry.path); places != missing.end())
                for (auto const place : places->second)
                    found[place] = shared;
        }
    }
    kept_out_.add(static_cast<std::uint64_t>(std::ranges::count(found, nullptr)));
    co_return found;
}

std::vector<PathEntry> PathTable::read_known(Transaction& transaction, std::vector<std::string> const& paths)
{
    return entries_of(transaction.exec(known_paths, array_text(paths)));
}

std::vector<PathEntry> PathTable::make(Transaction& transaction, domain::DeviceKey device,
                                       std::vector<std::string> missing)
{
    need_patterns(transaction);
    auto entries = read_known(transaction, missing);
    missing = without(missing, entries);
    if (!missing.empty()) {
        auto const in_all = transaction.exec(lock_count)[0][0].as<std::int64_t>();
        append(entries, read_known(transaction, missing));  // others may have made them before the lock was ours
        missing = without(missing, entries);
        auto const now = time_text(clock_.now());
        auto const budget = transaction.exec(read_budget, device.value(), now);
        auto const spent = budget.empty() ? 0 : budget[0][0].as<std::int64_t>();
        auto const most =
            std::max<std::int64_t>(std::min(limits_.in_all - in_all, limits_.new_per_device_and_day - spent), 0);
        missing.resize(std::min(missing.size(), static_cast<std::size_t>(most)));
    }
    if (!missing.empty()) {
        ArrayText secrets;
        for (auto const& path : missing)
            secrets.add_flag(cwmp::is_secret_path(path));
        auto made = entries_of(transaction.exec(make_paths, array_text(missing), secrets.finish()));
        transaction.exec(add_to_count, made.size());
        transaction.exec(add_to_budget, device.value(), time_text(clock_.now()), made.size());
        made_.add(made.size());
        append(entries, std::move(made));
    }
    judge(entries);
    return entries;
}

base::Awaitable<std::vector<PathRef>> PathTable::find(std::vector<std::int32_t> ids)
{
    std::vector<PathRef> found(ids.size());
    std::unordered_map<std::int32_t, std::vector<std::size_t>> missing;
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (found[i] = cache_->find(ids[i]); !found[i])
            missing[ids[i]].push_back(i);
    if (missing.empty())
        co_return found;
    ArrayText wanted;
    for (auto const& [id, places] : missing)
        wanted.add(std::int64_t{id});
    auto work = [this, wanted = wanted.finish()](Transaction& transaction) {
        need_patterns(transaction);
        auto entries = entries_of(transaction.exec(paths_by_id, wanted));
        judge(entries);
        return entries;
    };
    auto const entries = co_await database_.run(std::move(work));
    for (auto const& entry : entries) {
        auto const shared = std::make_shared<PathEntry const>(entry);
        cache_->add(shared);
        for (auto const place : missing[entry.id])
            found[place] = shared;
    }
    co_return found;
}

void PathTable::reload_promoted()
{
    {
        std::lock_guard const lock{patterns_mutex_};
        has_patterns_ = false;
    }
    database_.run_here([this](Transaction& transaction) {
        need_patterns(transaction);
        return true;
    });
    cache_->clear();
}

void PathTable::need_patterns(Transaction& transaction)
{
    std::lock_guard const lock{patterns_mutex_};
    if (has_patterns_)
        return;
    patterns_.clear();
    for (auto const& row : transaction.exec(read_promoted))
        patterns_.emplace_back(row[0].c_str());
    has_patterns_ = true;
}

void PathTable::judge(std::vector<PathEntry>& entries) const
{
    std::lock_guard const lock{patterns_mutex_};
    for (auto& entry : entries)
        entry.is_promoted =
            !entry.is_secret && !cwmp::is_partial(entry.path) &&
            std::ranges::any_of(patterns_, [&](auto const& pattern) { return cwmp::matches(pattern, entry.path); });
}

}  // namespace storage
