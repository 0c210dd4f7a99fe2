#include "storage/outcome_kinds.hpp"

#include "storage/array_text.hpp"
#include "storage/bounded_read.hpp"
#include "storage/event_sql.hpp"
#include "storage/outcome_json.hpp"
#include "storage/rule_gate.hpp"
#include "storage/rule_run.hpp"
#include "storage/sealed_json.hpp"
#include "storage/task_columns.hpp"

#include <algorithm>
#include <unordered_map>

namespace storage {

namespace {

#define GIVEN_UP ACS_GIVEN_UP("u.device_id")

// A join with rule_outcome that is planned while the table is empty reads all of it for every batch ever after; a
// sub-select of its own can only be looked up.
constexpr Statement load_outcomes{"load_outcomes",
                                  "SELECT u.n, o.outcomes, o.attempts, o.done, d.tags, " GIVEN_UP
                                  " FROM unnest($1::bigint[]) WITH ORDINALITY u (device_id, n)"
                                  " LEFT JOIN device d ON d.device_id = u.device_id LEFT JOIN LATERAL"
                                  " (SELECT * FROM rule_outcome o WHERE o.device_id = u.device_id OFFSET 0) o ON true"};

// The fence is as that of tasks. Only a gate that nobody has opened since the session's Inform is closed.
constexpr Statement save_outcomes{
    "save_outcomes",
    "WITH fence AS MATERIALIZED (SELECT u.* FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],"
    " $5::timestamptz[], $6::text[], $7::text[], $8::text[])"
    " WITH ORDINALITY u (device_id, session_epoch, gate, epoch, until, outcomes, attempts, done, n)"
    " JOIN device_contact c ON c.device_id = u.device_id WHERE c.session_epoch = u.session_epoch"
    " FOR NO KEY UPDATE OF c),"
    " gates AS (UPDATE device_contact c SET rules_epoch = f.gate, rules_until = f.until FROM fence f"
    " WHERE c.device_id = f.device_id AND f.gate <> 0 AND c.rules_epoch = 0),"
    " kept AS (INSERT INTO rule_outcome (device_id, epoch, outcomes, attempts, done) SELECT f.device_id, f.epoch,"
    " coalesce(f.outcomes::jsonb, o.outcomes, '{}'), coalesce(f.attempts::jsonb, o.attempts, '[]'),"
    " coalesce(f.done::jsonb, o.done, '{}') FROM fence f LEFT JOIN LATERAL"
    " (SELECT * FROM rule_outcome o WHERE o.device_id = f.device_id OFFSET 0) o ON true WHERE num_nonnulls(f.outcomes, "
    "f.attempts, f.done) > 0"
    " ON CONFLICT (device_id) DO UPDATE SET epoch = EXCLUDED.epoch, outcomes = EXCLUDED.outcomes,"
    " attempts = EXCLUDED.attempts, done = EXCLUDED.done, changed = now()) SELECT n FROM fence"};

// What most sessions write: nothing but that.
constexpr Statement close_gates{
    "close_rule_gates",
    "UPDATE device_contact c SET rules_epoch = u.gate, rules_until = u.until FROM unnest($1::bigint[], $2::bigint[],"
    " $3::bigint[], $4::timestamptz[]) WITH ORDINALITY u (device_id, session_epoch, gate, until, n)"
    " WHERE c.device_id = u.device_id AND c.session_epoch = u.session_epoch AND c.rules_epoch = 0 AND u.gate <> 0"
    " RETURNING u.n"};

constexpr Statement give_up{
    "give_up_wish",
    "WITH given AS (INSERT INTO rule_quarantine AS q (device_id, rule, what, version_id, reason, evidence)"
    " SELECT $1, r.rule, $3, r.version_id, $4, $5::jsonb FROM rule r WHERE r.rule = $2"
    " ON CONFLICT (device_id, rule, what) DO UPDATE SET version_id = EXCLUDED.version_id,"
    " reason = EXCLUDED.reason, evidence = EXCLUDED.evidence, since = now()"
    " WHERE q.version_id <> EXCLUDED.version_id RETURNING q.device_id, q.rule, q.what, q.reason) " ACS_DEVICE_EVENTS(
        "rule.quarantined", "jsonb_build_object('rule', e.rule, 'what', e.what, 'reason', e.reason)", "given")};

constexpr Statement add_rule_events{"add_rule_events",
                                    "INSERT INTO event (at, device_id, event_id, kind, detail)"
                                    " SELECT $1::timestamptz, $2, event_id, kind, detail::jsonb"
                                    " FROM unnest($3::bigint[], $4::text[], $5::text[]) u (event_id, kind, detail)"
                                    " ON CONFLICT DO NOTHING"};

constexpr Statement add_tags{"add_rule_tags",
                             "UPDATE device SET tags = tags || ARRAY(SELECT t FROM unnest($2::text[]) t"
                             " WHERE t <> ALL (tags)) WHERE device_id = $1 AND NOT tags @> $2::text[]"};
constexpr Statement remove_tags{"remove_rule_tags",
                                "UPDATE device SET tags = ARRAY(SELECT t FROM unnest(tags) t"
                                " WHERE t <> ALL ($2::text[])) WHERE device_id = $1 AND tags && $2::text[]"};

constexpr Statement mark_devices{"mark_rules_due", "UPDATE device_contact c SET " ACS_GATE_MARKED
                                                   " WHERE c.device_id = ANY ($1::bigint[]) AND " ACS_GATE_UNMARKED};

constexpr Statement spend_budgets{
    "spend_rule_budgets", "INSERT INTO rule_budget AS b (rule, hour, devices)"
                          " SELECT rule, date_trunc('hour', now()), n FROM unnest($1::text[], $2::bigint[]) u (rule, n)"
                          " ON CONFLICT (rule, hour) DO UPDATE SET devices = b.devices + EXCLUDED.devices"
                          " RETURNING rule, devices"};

/// Sessions wait for it; the server's own time-out is shorter.
constexpr ReadLimits evaluation_limits{.deadline = std::chrono::milliseconds{4'000}};

std::string texts_of(std::vector<std::string> const& texts)
{
    return array_text(std::vector<std::string_view>{texts.begin(), texts.end()});
}

void add_optional_json(ArrayText& array, std::optional<std::string> const& text)
{
    text ? array.add(std::string_view{*text}) : array.add_null();
}

bool is_simple(SaveOutcomeQuestion const& question)
{
    auto const& record = question.record;
    return question.tasks.empty() && record.given_up.empty() && record.tags_added.empty() &&
           record.tags_removed.empty() && record.events.empty();
}

/// Only the gate is to be closed.
bool is_gate(SaveOutcomeQuestion const& question)
{
    return is_simple(question) && !question.outcomes && !question.attempts && !question.record.done;
}

pqxx::result close_rows(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, sessions, gates, untils;
    for (auto const& item : items) {
        auto const& record = request<SaveOutcomeRequest>(item).question.record;
        devices.add(record.device.value());
        sessions.add(record.session_epoch);
        gates.add(record.is_satisfied ? record.epoch : std::int64_t{0});
        untils.add(record.until);
    }
    return exec(transaction, close_gates, devices.finish(), sessions.finish(), gates.finish(), untils.finish());
}

/// One array for each column of a batch of records.
pqxx::result save_rows(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, sessions, gates, epochs, untils, outcomes, attempts, done;
    for (auto const& item : items) {
        auto const& question = request<SaveOutcomeRequest>(item).question;
        auto const& record = question.record;
        devices.add(record.device.value());
        sessions.add(record.session_epoch);
        gates.add(record.is_satisfied ? record.epoch : std::int64_t{0});
        epochs.add(record.epoch);
        untils.add(record.until);
        add_optional_json(outcomes, question.outcomes);
        add_optional_json(attempts, question.attempts);
        add_optional_json(done, record.done ? std::optional{done_text(*record.done)} : std::nullopt);
    }
    return exec(transaction, save_outcomes, devices.finish(), sessions.finish(), gates.finish(), epochs.finish(),
                untils.finish(), outcomes.finish(), attempts.finish(), done.finish());
}

void save_events(pqxx::transaction_base& transaction, SaveOutcomeQuestion const& question)
{
    ArrayText kinds, details;
    for (auto const& event : question.record.events) {
        kinds.add(std::string_view{event.kind});
        details.add(std::string_view{event.detail});
    }
    exec(transaction, add_rule_events, time_text(question.at), question.record.device.value(),
         array_text(question.event_ids), kinds.finish(), details.finish());
}

/// What a record has besides its row.
std::vector<domain::TaskId> save_more(pqxx::transaction_base& transaction, SaveOutcomeQuestion const& question)
{
    auto const& record = question.record;
    for (auto const& each : record.given_up)
        exec(transaction, give_up, record.device.value(), each.rule, storable(each.what), storable(each.reason),
             storable_json(each.evidence));
    if (!record.tags_added.empty())
        exec(transaction, add_tags, record.device.value(), texts_of(record.tags_added));
    if (!record.tags_removed.empty())
        exec(transaction, remove_tags, record.device.value(), texts_of(record.tags_removed));
    if (!record.events.empty())
        save_events(transaction, question);
    std::vector<AddTaskQuestion const*> tasks;
    for (auto const& task : question.tasks)
        tasks.push_back(&task);
    return tasks.empty() ? std::vector<domain::TaskId>{} : add_tasks(transaction, tasks);
}

void save_all(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    for (auto const& item : items)
        request<SaveOutcomeRequest>(item).answer.reset();
    bool const are_gates = std::ranges::all_of(
        items, [](auto const& item) { return is_gate(request<SaveOutcomeRequest>(item).question); });
    for (auto const& row : are_gates ? close_rows(transaction, items) : save_rows(transaction, items)) {
        auto& asked = request<SaveOutcomeRequest>(items[row[0].as<std::size_t>() - 1]);
        asked.answer = save_more(transaction, asked.question);
    }
}

}  // namespace

domain::KeptOutcome read_kept(pqxx::row const& row, base::Sealer const& sealer, domain::DeviceKey device)
{
    auto const place = task_place(device);
    domain::KeptOutcome kept{.outcomes = opened_text(sealer, place, text_of(row[1])),
                             .attempts = read_attempts(opened_text(sealer, place, text_of(row[2]))),
                             .done = read_done(text_of(row[3])),
                             .given_up = {},
                             .tags = {}};
    for (auto& tag : parse_texts(text_of(row[4])))
        kept.tags.insert(std::move(tag));
    auto const pairs = parse_texts(text_of(row[5]));
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
        kept.given_up.emplace(pairs[i], pairs[i + 1]);
    return kept;
}

std::vector<domain::KeptOutcome> load_kept(pqxx::transaction_base& transaction, base::Sealer const& sealer,
                                           std::vector<std::int64_t> const& devices)
{
    ArrayText keys;
    for (auto const device : devices)
        keys.add(device);
    std::vector<domain::KeptOutcome> all(devices.size());
    for (auto const& row : exec(transaction, load_outcomes, keys.finish())) {
        auto const number = row[0].as<std::size_t>() - 1;
        all[number] = read_kept(row, sealer, domain::DeviceKey{devices[number]});
    }
    return all;
}

void LoadOutcomeKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    std::vector<std::int64_t> devices;
    for (auto const& item : items)
        devices.push_back(request<LoadOutcomeRequest>(item).question);
    auto kept = load_kept(transaction, sealer_, devices);
    for (std::size_t i = 0; i < items.size(); ++i)
        request<LoadOutcomeRequest>(items[i]).answer = std::move(kept[i]);
}

void SaveOutcomeKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    auto const is_one_row = [](auto const& item) { return is_simple(request<SaveOutcomeRequest>(item).question); };
    if (std::ranges::all_of(items, is_one_row))
        return save_all(transaction, items);
    transaction.exec("BEGIN");
    try {
        save_all(transaction, items);
        transaction.exec("COMMIT");
    } catch (pqxx::sql_error const&) {
        transaction.exec("ROLLBACK");
        throw;
    }
}

void MarkDueKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices;
    for (auto const& item : items)
        devices.add(request<MarkDueRequest>(item).question);
    exec(transaction, mark_devices, devices.finish());
}

void SpendKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    std::map<std::string, std::int64_t> wanted;
    for (auto const& item : items)
        for (auto const& [rule, budget] : request<SpendRequest>(item).question)
            ++wanted[rule];
    ArrayText rules, counts;
    for (auto const& [rule, count] : wanted) {
        rules.add(std::string_view{rule});
        counts.add(count);
    }
    std::map<std::string, std::int64_t> used;  // before the next of this batch
    for (auto const& row : exec(transaction, spend_budgets, rules.finish(), counts.finish()))
        used[row[0].c_str()] = row[1].as<std::int64_t>() - wanted[row[0].c_str()];
    for (auto const& item : items) {
        auto& asked = request<SpendRequest>(item);
        asked.answer.clear();
        for (auto const& [rule, budget] : asked.question)
            if (used[rule]++ >= std::int64_t{budget})
                asked.answer.insert(rule);
    }
}

void EvaluateKind::change_set(pqxx::connection_base& connection, Statements const& statements)
{
    Statements before;
    {
        std::lock_guard const lock{mutex_};
        before = std::exchange(last_[&connection], statements);
    }
    if (before && before->name != statements->name)
        forget_rules(connection, *before);
}

void EvaluateKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    std::map<Statements, std::vector<EvaluateRequest*>> sets;  // sessions may have begun with different ones
    for (auto const& item : items) {
        auto& asked = request<EvaluateRequest>(item);
        asked.answer = {};
        sets[asked.question.statements].push_back(&asked);
    }
    for (auto const& [statements, asked] : sets) {
        change_set(transaction.conn(), statements);
        std::vector<domain::RuleMember> members;
        std::unordered_map<std::int64_t, EvaluateRequest*> index;
        for (auto* const each : asked) {
            members.push_back(each->question.member);
            index[each->question.member.device.value()] = each;
        }
        for (auto& finding : run_rules(transaction, *statements, members, evaluation_limits))
            if (auto const found = index.find(finding.device.value()); found != index.end())
                found->second->answer = std::move(finding);
    }
}

}  // namespace storage
