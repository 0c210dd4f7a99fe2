#include "storage/pg_rules.hpp"

#include "cwmp/path.hpp"
#include "storage/array_text.hpp"
#include "storage/rule_run.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace storage {

namespace {

#define VERSION_COLUMNS "v.version_id, v.rule, v.epoch, v.file, v.text, v.made_at, v.made_by, v.reason"

constexpr Statement fingerprint_of{"rules_fingerprint",
                                   "SELECT epoch || ' ' || coalesce(paused_at::text, '') || ' ' ||"
                                   " (SELECT coalesce(md5(string_agg(pattern, ' ' ORDER BY pattern)), '') FROM promoted"
                                   " WHERE fill_after IS NULL AND removed_at IS NULL) || ' '"
                                   " || (SELECT coalesce(string_agg(rule, ' ' ORDER BY rule), '') FROM rule"
                                   " WHERE paused_at IS NOT NULL) FROM rule_set"};
constexpr Statement read_set{"read_rule_set", "SELECT epoch, paused_at, paused_by, pause_reason FROM rule_set"};
constexpr Statement lock_set{"lock_rule_set", "SELECT epoch FROM rule_set FOR UPDATE"};
constexpr Statement read_rules{"read_rules", "SELECT " VERSION_COLUMNS
                                             ", r.paused_at, r.paused_by, r.pause_reason FROM rule r JOIN rule_version "
                                             "v ON v.version_id = r.version_id ORDER BY v.rule"};
constexpr Statement next_epoch{"next_rule_epoch", "UPDATE rule_set SET epoch = epoch + 1"};
constexpr Statement add_version{"add_rule_version",
                                "INSERT INTO rule_version (rule, epoch, file, text, made_by, reason)"
                                " SELECT $1, s.epoch, $2, $3, $4, $5 FROM rule_set s RETURNING version_id"};
constexpr Statement put_rule{"put_rule", "INSERT INTO rule (rule, version_id) VALUES ($1, $2)"
                                         " ON CONFLICT (rule) DO UPDATE SET version_id = EXCLUDED.version_id"};
constexpr Statement drop_rule{"drop_rule", "DELETE FROM rule WHERE rule = $1"};
constexpr Statement read_history{"read_rule_history",
                                 "SELECT " VERSION_COLUMNS
                                 " FROM rule_version v WHERE v.rule = $1 ORDER BY v.version_id DESC LIMIT 100"};
constexpr Statement read_set_at{"read_rules_at",
                                "SELECT * FROM (SELECT DISTINCT ON (v.rule) " VERSION_COLUMNS
                                " FROM rule_version v WHERE v.epoch <= $1 ORDER BY v.rule, v.version_id DESC) v"
                                " WHERE v.text IS NOT NULL ORDER BY v.rule"};
constexpr Statement read_changes{
    "read_rule_changes",
    "SELECT v.epoch, v.made_at, v.made_by, v.reason, v.rule, CASE WHEN v.text IS NULL THEN 'removed'"
    " WHEN b.text IS NULL THEN 'added' ELSE 'changed' END FROM rule_version v LEFT JOIN LATERAL (SELECT p.text"
    " FROM rule_version p WHERE p.rule = v.rule AND p.version_id < v.version_id ORDER BY p.version_id DESC LIMIT 1) b"
    " ON true WHERE v.epoch IN (SELECT DISTINCT epoch FROM rule_version WHERE epoch < $1 ORDER BY epoch DESC LIMIT $2)"
    " ORDER BY v.epoch DESC, v.rule"};
constexpr Statement pause_rules{
    "pause_rules", "UPDATE rule_set SET paused_at = coalesce(paused_at, now()), paused_by = $1, pause_reason = $2"};
constexpr Statement pause_rule{
    "pause_rule",
    "UPDATE rule SET paused_at = coalesce(paused_at, now()), paused_by = $1, pause_reason = $2 WHERE rule = $3"};
constexpr Statement resume_rules{
    "resume_rules", "UPDATE rule_set SET epoch = epoch + (paused_at IS NOT NULL)::integer, paused_at = NULL,"
                    " paused_by = '', pause_reason = ''"};
constexpr Statement resume_rule{
    "resume_rule", "WITH resumed AS (UPDATE rule SET paused_at = NULL, paused_by = '', pause_reason = ''"
                   " WHERE rule = $1 AND paused_at IS NOT NULL RETURNING rule), next AS (UPDATE rule_set"
                   " SET epoch = epoch + 1 WHERE EXISTS (SELECT FROM resumed)) SELECT rule FROM rule WHERE rule = $1"};
constexpr Statement read_tables{
    "readable_tables",
    "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    " AND has_schema_privilege('acs_rules', n.oid, 'USAGE') AND has_any_column_privilege('acs_rules', c.oid, "
    "'SELECT')"};
constexpr Statement find_ids{"find_rule_paths", "SELECT p.path, p.path_id FROM path p WHERE p.path = ANY ($1::text[])"};
// A pattern that is being filled, or given up, does not count.
constexpr Statement complete_patterns{"complete_promotions",
                                      "SELECT pattern FROM promoted WHERE fill_after IS NULL AND removed_at IS NULL"};
constexpr Statement promote{"promote_for_rules",
                            "INSERT INTO promoted AS p (pattern, reason, fill_after)"
                            " SELECT path, 'rules', 0 FROM unnest($1::text[]) u (path)"
                            " ON CONFLICT (pattern) DO UPDATE SET removed_at = NULL, fill_after = 0, made_at = now()"
                            " WHERE p.removed_at IS NOT NULL"};
constexpr Statement open_paths{"open_rule_paths",
                               "SELECT path, path_id FROM path WHERE path = ANY ($1::text[]) AND NOT is_secret"};
constexpr Statement ask_copies{"ask_copies",
                               "SELECT u.n, d.value FROM unnest($1::bigint[], $2::integer[], $3::integer[])"
                               " u (device_id, path_id, n) JOIN device_parameter d"
                               " ON d.device_id = u.device_id AND d.path_id = u.path_id"};
// || unpacks an array once for all of its parameters. Bits of flags: 9 has a value, 11 too long to keep.
constexpr Statement ask_trees{
    "ask_trees",
    "SELECT p.n, coalesce(s.recent_values[w.recent], CASE WHEN (get_byte(s.flags, 2 * w.tree - 2) * 256"
    " + get_byte(s.flags, 2 * w.tree - 1)) & 2560 = 512 THEN s.values[w.tree] END)"
    " FROM (SELECT device_id, array_agg(path_id) AS path_ids, array_agg(n) AS numbers"
    " FROM unnest($1::bigint[], $2::integer[], $3::integer[]) u (device_id, path_id, n) GROUP BY device_id) d"
    " CROSS JOIN LATERAL (SELECT r.path_ids AS recent_ids, r.values AS recent_values,"
    " t.path_ids || '{}'::integer[] AS path_ids, t.values || '{}'::text[] AS values, t.flags || ''::bytea AS flags"
    " FROM (SELECT) one LEFT JOIN device_tree t ON t.device_id = d.device_id"
    " LEFT JOIN device_recent r ON r.device_id = d.device_id OFFSET 0) s"
    " CROSS JOIN LATERAL unnest(d.path_ids, d.numbers) p (path_id, n)"
    " CROSS JOIN LATERAL (SELECT array_position(s.recent_ids, p.path_id) AS recent,"
    " array_position(s.path_ids, p.path_id) AS tree) w"};
constexpr Statement count_active{"count_rule_devices", "SELECT count(*) FROM device WHERE state = 'active'"};
constexpr Statement next_devices{"next_rule_devices",
                                 "SELECT device_id FROM device WHERE device_id > $1 AND state = 'active'"
                                 " ORDER BY device_id LIMIT $2"};

domain::RuleVersion read_version(pqxx::row const& row)
{
    domain::RuleVersion version;
    version.id = row[0].as<std::int64_t>();
    version.rule = row[1].c_str();
    version.epoch = row[2].as<std::int64_t>();
    version.file = row[3].c_str();
    if (!row[4].is_null())
        version.text = row[4].c_str();
    version.made_at = parse_time({row[5].c_str(), row[5].size()});
    version.made_by = row[6].c_str();
    version.reason = row[7].c_str();
    if (row.size() > 8 && !row[8].is_null())
        version.paused =
            domain::RulePause{parse_time({row[8].c_str(), row[8].size()}), row[9].c_str(), row[10].c_str()};
    return version;
}

domain::RuleSet load_here(Transaction& transaction)
{
    auto const row = transaction.exec(read_set).front();
    domain::RuleSet set{row[0].as<std::int64_t>(), std::nullopt, row[2].c_str(), row[3].c_str(), {}};
    if (!row[1].is_null())
        set.paused_at = parse_time({row[1].c_str(), row[1].size()});
    for (auto const& rule : transaction.exec(read_rules))
        set.rules.push_back(read_version(rule));
    return set;
}

void put(Transaction& transaction, domain::RuleChange const& change, std::string const& by, std::string const& reason)
{
    auto const text = change.text ? std::optional{storable(*change.text)} : std::nullopt;
    auto const version =
        transaction.exec(add_version, change.rule, storable(change.file), text, storable(by), storable(reason))
            .front()[0];
    if (change.text)
        transaction.exec(put_rule, change.rule, version.as<std::int64_t>());
    else
        transaction.exec(drop_rule, change.rule);
}

std::vector<std::string> complete(Transaction& transaction)
{
    std::vector<std::string> patterns;
    for (auto const& row : transaction.exec(complete_patterns))
        patterns.emplace_back(row[0].c_str());
    return patterns;
}

bool is_meant(std::vector<std::string> const& patterns, std::string const& path)
{
    return std::ranges::any_of(patterns, [&](std::string const& pattern) { return cwmp::matches(pattern, path); });
}

/// Parameters of devices whose values are asked for, as the arrays of a statement.
class Wanted {
public:
    void add(domain::DeviceKey device, std::int32_t path, std::size_t number)
    {
        devices_.add(device.value());
        paths_.add(std::int64_t{path});
        numbers_.add(static_cast<std::int64_t>(number));
        is_empty_ = false;
    }
    /// Rows (number, value) of a statement.
    pqxx::result ask(Transaction& transaction, Statement const& statement)
    {
        return is_empty_ ? pqxx::result{}
                         : transaction.exec(statement, devices_.finish(), paths_.finish(), numbers_.finish());
    }

private:
    ArrayText devices_, paths_, numbers_;
    bool is_empty_ = true;
};

struct OpenPath {
    std::int32_t id = 0;
    bool is_promoted = false;  ///< and all copies are made
};

std::unordered_map<std::string, OpenPath> find_open(Transaction& transaction,
                                                    std::vector<domain::KnownValue> const& wanted)
{
    std::unordered_set<std::string_view> paths;
    for (auto const& each : wanted)
        paths.insert(each.path);
    auto const patterns = complete(transaction);
    std::unordered_map<std::string, OpenPath> open;
    for (auto const& row : transaction.exec(open_paths, array_text(paths))) {
        std::string path = row[0].c_str();
        bool const is_promoted = is_meant(patterns, path);
        open.emplace(std::move(path), OpenPath{row[1].as<std::int32_t>(), is_promoted});
    }
    return open;
}

/// From the promoted copies; what has none from the trees, unless its copies are complete.
void fill_in(Transaction& transaction, std::vector<domain::KnownValue>& values)
{
    auto const open = find_open(transaction, values);
    std::vector<OpenPath> paths(values.size());
    Wanted copies;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (auto const found = open.find(values[i].path); found != open.end()) {
            paths[i] = found->second;
            copies.add(values[i].device, paths[i].id, i);
        }
    std::vector<bool> is_settled(values.size());
    for (auto const& row : copies.ask(transaction, ask_copies))
        if (auto const i = row[0].as<std::size_t>(); !row[1].is_null()) {
            values[i].value = row[1].c_str();
            is_settled[i] = true;
        } else {
            paths[i].is_promoted = false;  // too long for a copy
        }
    Wanted others;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (paths[i].id != 0 && !is_settled[i] && !paths[i].is_promoted)
            others.add(values[i].device, paths[i].id, i);
    for (auto const& row : others.ask(transaction, ask_trees))
        if (!row[1].is_null())
            values[row[0].as<std::size_t>()].value = row[1].c_str();
}

/// What no pattern means yet is promoted: the copies are made in the background.
void promote_paths(Transaction& transaction, std::vector<std::string> const& paths)
{
    auto const patterns = complete(transaction);
    ArrayText wanted;
    for (auto const& path : paths)
        if (!is_meant(patterns, path))
            wanted.add(std::string_view{path});
    transaction.exec(promote, wanted.finish());
}

}  // namespace

DatabaseSettings rule_connections(ConnectionSettings const& connection, unsigned connections,
                                  std::chrono::milliseconds statement_timeout)
{
    DatabaseSettings settings;
    settings.connection = connection;
    settings.connection.application_name = "acs rules";
    settings.connection.statement_timeout = statement_timeout;
    settings.connection.read_only = true;
    settings.connection.options +=
        " -c role=acs_rules -c plan_cache_mode=force_generic_plan -c lock_timeout=1000 -c search_path=acs";
    settings.connections = connections;
    return settings;
}

base::Awaitable<std::string> PgRules::fingerprint()
{
    auto work = [](Transaction& transaction) {
        return std::string{transaction.exec(fingerprint_of).front()[0].c_str()};
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<domain::RuleSet> PgRules::load()
{
    auto work = [](Transaction& transaction) { return load_here(transaction); };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<base::Result<domain::RuleSet, std::int64_t>> PgRules::apply(std::vector<domain::RuleChange> changes,
                                                                            std::vector<std::string> paths,
                                                                            std::string by, std::string reason,
                                                                            std::int64_t epoch)
{
    using Outcome = base::Result<domain::RuleSet, std::int64_t>;
    auto work = [changes = std::move(changes), paths = std::move(paths), by = std::move(by), reason = std::move(reason),
                 epoch](Transaction& transaction) -> Outcome {
        auto const now = transaction.exec(lock_set).front()[0].as<std::int64_t>();
        if (now != epoch)
            return std::unexpected{now};
        if (!changes.empty())
            transaction.exec(next_epoch);
        for (auto const& change : changes)
            put(transaction, change, by, reason);
        promote_paths(transaction, paths);
        return load_here(transaction);
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::vector<domain::RuleVersion>> PgRules::history(std::string rule)
{
    auto work = [rule = storable(rule)](Transaction& transaction) {
        std::vector<domain::RuleVersion> versions;
        for (auto const& row : transaction.exec(read_history, rule))
            versions.push_back(read_version(row));
        return versions;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::RuleSetChange>> PgRules::changes(std::int64_t before, unsigned limit)
{
    auto work = [before, limit](Transaction& transaction) {
        std::vector<domain::RuleSetChange> changes;
        for (auto const& row : transaction.exec(read_changes, before, static_cast<int>(limit))) {
            auto const epoch = row[0].as<std::int64_t>();
            if (changes.empty() || changes.back().epoch != epoch)
                changes.push_back(
                    {epoch, parse_time({row[1].c_str(), row[1].size()}), row[2].c_str(), row[3].c_str(), {}, {}, {}});
            std::string_view const what = row[5].c_str();
            auto& names = what == "added"     ? changes.back().added
                          : what == "changed" ? changes.back().changed
                                              : changes.back().removed;
            names.emplace_back(row[4].c_str());
        }
        return changes;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::RuleVersion>> PgRules::load_at(std::int64_t epoch)
{
    auto work = [epoch](Transaction& transaction) {
        std::vector<domain::RuleVersion> versions;
        for (auto const& row : transaction.exec(read_set_at, epoch))
            versions.push_back(read_version(row));
        return versions;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgRules::pause(std::string rule, std::string by, std::string reason)
{
    auto work = [rule = storable(rule), by = storable(by), reason = storable(reason)](Transaction& transaction) {
        auto const done =
            rule.empty() ? transaction.exec(pause_rules, by, reason) : transaction.exec(pause_rule, by, reason, rule);
        return done.affected_rows() > 0;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgRules::resume(std::string rule)
{
    auto work = [rule = storable(rule)](Transaction& transaction) {
        auto const done = rule.empty() ? transaction.exec(resume_rules) : transaction.exec(resume_rule, rule);
        return done.affected_rows() > 0;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::set<std::string, std::less<>>> PgRules::readable_tables()
{
    auto work = [](Transaction& transaction) {
        std::set<std::string, std::less<>> tables;
        for (auto const& row : transaction.exec(read_tables))
            tables.emplace(row[0].c_str());
        return tables;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::map<std::string, std::int32_t>> PgRules::promoted(std::vector<std::string> paths)
{
    auto work = [paths = std::move(paths)](Transaction& transaction) {
        auto const patterns = complete(transaction);
        std::map<std::string, std::int32_t> ids;
        for (auto const& row :
             transaction.exec(find_ids, array_text(std::vector<std::string_view>{paths.begin(), paths.end()}))) {
            std::string path = row[0].c_str();
            if (is_meant(patterns, path))
                ids.emplace(std::move(path), row[1].as<std::int32_t>());
        }
        return ids;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

ReadLimits PgRules::limits() const
{
    ReadLimits limits;
    limits.deadline = rules_.settings().connection.statement_timeout + std::chrono::seconds{2};
    return limits;
}

base::Awaitable<base::Result<void>> PgRules::probe(std::string sql)
{
    auto work = [sql = std::move(sql), limits = limits()](Transaction& transaction) -> base::Result<void> {
        transaction.exec("SAVEPOINT probe");
        try {
            read_rows(transaction.raw().conn(), "", sql, {}, limits, [](RowView) {});
            return {};
        } catch (pqxx::sql_error const& problem) {
            if (!is_refusal(problem))
                throw;
            transaction.exec("ROLLBACK TO SAVEPOINT probe");
            return base::fail(sentence_of(problem));
        }
    };
    co_return co_await rules_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::RuleFinding>>
PgRules::evaluate(std::shared_ptr<domain::RuleStatements const> statements, std::vector<domain::RuleMember> members)
{
    auto work = [statements = std::move(statements), members = std::move(members), limits = limits()](
                    Transaction& transaction) { return run_rules(transaction.raw(), *statements, members, limits); };
    co_return co_await rules_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::KnownValue>> PgRules::known(std::vector<domain::KnownValue> wanted)
{
    auto work = [wanted = std::move(wanted)](Transaction& transaction) {
        auto values = wanted;
        fill_in(transaction, values);
        return values;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::size_t> PgRules::count_devices()
{
    auto work = [](Transaction& transaction) { return transaction.exec(count_active).front()[0].as<std::size_t>(); };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::DeviceKey>> PgRules::devices(domain::DeviceKey after, unsigned limit)
{
    auto work = [after, limit](Transaction& transaction) {
        std::vector<domain::DeviceKey> found;
        for (auto const& row : transaction.exec(next_devices, after.value(), static_cast<int>(limit)))
            found.emplace_back(row[0].as<std::int64_t>());
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
