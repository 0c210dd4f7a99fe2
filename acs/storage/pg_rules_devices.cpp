// What PgRules tells of devices: their parameters, what came of the rules, what is given up.
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/outcome_kinds.hpp"
#include "storage/pg_rules.hpp"
#include "storage/pg_tree_store.hpp"
#include "storage/rule_gate.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace storage {

namespace {

constexpr Statement find_path_ids{"find_asked_paths", "SELECT path, path_id FROM path WHERE path = ANY ($1::text[])"};
// || unpacks an array once for all of its parameters.
constexpr Statement ask_entries{
    "ask_tree_entries",
    "SELECT p.n, s.recent_values[w.recent], s.recent_changed[w.recent], s.values[w.tree], s.changed[w.tree],"
    " CASE WHEN w.tree IS NOT NULL THEN get_byte(s.flags, 2 * w.tree - 2) * 256 + get_byte(s.flags, 2 * w.tree - 1) END"
    " FROM (SELECT device_id, array_agg(path_id) AS path_ids, array_agg(n) AS numbers"
    " FROM unnest($1::bigint[], $2::integer[], $3::integer[]) u (device_id, path_id, n) GROUP BY device_id) d"
    " CROSS JOIN LATERAL (SELECT r.path_ids AS recent_ids, r.values AS recent_values, r.changed AS recent_changed,"
    " t.path_ids || '{}'::integer[] AS path_ids, t.values || '{}'::text[] AS values,"
    " t.changed || '{}'::integer[] AS changed, t.flags || ''::bytea AS flags"
    " FROM (SELECT) one LEFT JOIN device_tree t ON t.device_id = d.device_id"
    " LEFT JOIN device_recent r ON r.device_id = d.device_id OFFSET 0) s"
    " CROSS JOIN LATERAL unnest(d.path_ids, d.numbers) p (path_id, n)"
    " CROSS JOIN LATERAL (SELECT array_position(s.recent_ids, p.path_id) AS recent,"
    " array_position(s.path_ids, p.path_id) AS tree) w WHERE w.recent IS NOT NULL OR w.tree IS NOT NULL"};

constexpr Statement list_quarantines{
    "list_rule_quarantine",
    "SELECT q.device_id, d.oui, d.product_class, d.serial_number, q.rule, q.what, q.version_id, q.since, q.reason,"
    " q.evidence FROM rule_quarantine q JOIN rule r ON r.rule = q.rule AND r.version_id = q.version_id"
    " JOIN device d ON d.device_id = q.device_id WHERE (q.device_id, q.rule, q.what) > ($1::bigint, $2::text, $3::text)"
    " AND ($4::bigint IS NULL OR q.device_id = $4::bigint) AND ($5::text IS NULL OR q.rule = $5::text)"
    " AND ($6::text IS NULL OR q.what = $6::text) ORDER BY q.device_id, q.rule, q.what LIMIT $7::integer"};

#define IS_MEANT                                                                                                       \
    "($1::bigint IS NULL OR q.device_id = $1::bigint) AND ($2::text IS NULL OR q.rule = $2::text)"                     \
    " AND ($3::text IS NULL OR q.what = $3::text)"
// Contacts are locked first and in order, as sessions do.
constexpr Statement release_quarantines{
    "release_rule_quarantine",
    "WITH locked AS MATERIALIZED (SELECT c.device_id FROM device_contact c WHERE c.device_id IN"
    " (SELECT q.device_id FROM rule_quarantine q WHERE " IS_MEANT ") ORDER BY c.device_id FOR NO KEY UPDATE),"
    " gone AS (DELETE FROM rule_quarantine q USING locked l WHERE q.device_id = l.device_id AND " IS_MEANT
    " RETURNING q.device_id, q.rule, q.what),"
    " devices AS MATERIALIZED (SELECT DISTINCT device_id FROM gone),"
    " forgotten AS (UPDATE rule_outcome o SET attempts = coalesce((SELECT jsonb_agg(a)"
    " FROM jsonb_array_elements(o.attempts) a WHERE NOT EXISTS (SELECT FROM gone g WHERE g.device_id = o.device_id"
    " AND g.rule = a->>'rule' AND g.what = a->>'what')), '[]'), changed = now() FROM devices e"
    " WHERE o.device_id = e.device_id AND o.attempts <> '[]'),"
    " due AS (UPDATE device_contact c SET " ACS_GATE_MARKED " FROM devices e WHERE c.device_id = e.device_id"
    " AND " ACS_GATE_UNMARKED "),"
    " told AS (" ACS_DEVICE_EVENTS("rule.released", "jsonb_build_object('rule', e.rule, 'what', e.what)",
                                   "gone") ")"
                                           " SELECT count(*) FROM gone"};
#undef IS_MEANT

bool is_whole(domain::TreeQuestion const& question)
{
    return std::ranges::any_of(question.paths, [](std::string const& path) { return path.ends_with('.'); });
}

std::vector<std::int64_t> values_of(std::vector<domain::DeviceKey> const& devices)
{
    std::vector<std::int64_t> values;
    for (auto const device : devices)
        values.push_back(device.value());
    return values;
}

TreeEntry entry_of(std::string path, pqxx::row const& row)
{
    TreeEntry entry{.path = std::move(path),
                    .bits = std::nullopt,
                    .text = row[3].c_str(),
                    .changed = row[4].as<std::int32_t>(0),
                    .recent = std::nullopt,
                    .recent_changed = row[2].as<std::int32_t>(0)};
    if (!row[5].is_null())
        entry.bits = row[5].as<unsigned>();
    if (!row[1].is_null())
        entry.recent = row[1].c_str();
    return entry;
}

using Entries = std::vector<std::vector<TreeEntry>>;

/// The single parameters that are asked for, by the number of the question.
Entries ask_singles(Transaction& transaction, std::vector<domain::TreeQuestion> const& questions)
{
    Entries entries(questions.size());
    std::vector<std::string_view> paths;
    for (auto const& question : questions)
        if (!is_whole(question))
            paths.insert(paths.end(), question.paths.begin(), question.paths.end());
    std::ranges::sort(paths);
    paths.erase(std::ranges::unique(paths).begin(), paths.end());
    if (paths.empty())
        return entries;
    std::unordered_map<std::string, std::int64_t> ids;
    for (auto const& row : transaction.exec(find_path_ids, array_text(paths)))
        ids.emplace(row[0].c_str(), row[1].as<std::int64_t>());
    ArrayText devices, wanted, numbers;
    std::vector<std::pair<std::size_t, std::string_view>> asked;
    for (std::size_t i = 0; i < questions.size(); ++i)
        for (auto const& path : questions[i].paths)
            if (auto const id = ids.find(path); id != ids.end() && !is_whole(questions[i])) {
                devices.add(questions[i].device.value());
                wanted.add(id->second);
                numbers.add(static_cast<std::int64_t>(asked.size()));
                asked.emplace_back(i, path);
            }
    for (auto const& row : transaction.exec(ask_entries, devices.finish(), wanted.finish(), numbers.finish())) {
        auto const& [question, path] = asked[row[0].as<std::size_t>()];
        entries[question].push_back(entry_of(std::string{path}, row));
    }
    return entries;
}

struct Answers {
    Entries singles;
    std::vector<std::size_t> whole;  ///< numbers of the questions
    std::vector<TreeLoadAnswer> rows;
};

std::optional<std::string> storable_text(std::optional<std::string> const& text)
{
    return text ? std::optional{storable(*text)} : std::nullopt;
}

std::optional<std::int64_t> number_of(std::optional<domain::DeviceKey> device)
{
    return device ? std::optional{device->value()} : std::nullopt;
}

}  // namespace

base::Awaitable<std::vector<datamodel::ParameterTree>> PgRules::trees(std::vector<domain::TreeQuestion> questions)
{
    auto const asked = std::make_shared<std::vector<domain::TreeQuestion> const>(std::move(questions));
    auto work = [asked](Transaction& transaction) {
        Answers answers{ask_singles(transaction, *asked), {}, {}};
        std::vector<std::int64_t> devices;
        for (std::size_t i = 0; i < asked->size(); ++i)
            if (is_whole((*asked)[i])) {
                answers.whole.push_back(i);
                devices.push_back((*asked)[i].device.value());
            }
        if (!devices.empty())
            answers.rows = load_trees_of(transaction.raw(), devices);
        return answers;
    };
    auto answers = co_await writes_.run(std::move(work), InDoubt::repeat);
    std::vector<datamodel::ParameterTree> trees;
    for (std::size_t i = 0; i < asked->size(); ++i)
        trees.push_back(decode_entries(answers.singles[i], sealer_, (*asked)[i].device));
    for (std::size_t i = 0; i < answers.whole.size(); ++i) {
        auto const number = answers.whole[i];
        trees[number] = co_await tree_of(std::move(answers.rows[i]), paths_, sealer_, (*asked)[number].device);
    }
    co_return trees;
}

base::Awaitable<std::vector<domain::KeptOutcome>> PgRules::kept(std::vector<domain::DeviceKey> devices)
{
    auto work = [this, keys = values_of(devices)](Transaction& transaction) {
        return load_kept(transaction.raw(), sealer_, keys);
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::Quarantine>> PgRules::quarantined(domain::QuarantineFilter filter,
                                                                      domain::QuarantinePlace after, unsigned limit)
{
    auto work = [filter = std::move(filter), after = std::move(after), limit](Transaction& transaction) {
        std::vector<domain::Quarantine> found;
        for (auto const& row :
             transaction.exec(list_quarantines, after.device.value(), storable(after.rule), storable(after.what),
                              number_of(filter.device), storable_text(filter.rule), storable_text(filter.what),
                              static_cast<int>(limit)))
            found.push_back({.device = domain::DeviceKey{row[0].as<std::int64_t>()},
                             .identity = {"", row[1].c_str(), row[2].c_str(), row[3].c_str()},
                             .rule = row[4].c_str(),
                             .what = row[5].c_str(),
                             .version = row[6].as<std::int64_t>(),
                             .since = parse_time({row[7].c_str(), row[7].size()}),
                             .reason = row[8].c_str(),
                             .evidence = row[9].c_str()});
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::size_t> PgRules::release(domain::QuarantineFilter filter)
{
    auto work = [filter = std::move(filter)](Transaction& transaction) {
        return transaction
            .exec(release_quarantines, number_of(filter.device), storable_text(filter.rule), storable_text(filter.what))
            .front()[0]
            .as<std::size_t>();
    };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
