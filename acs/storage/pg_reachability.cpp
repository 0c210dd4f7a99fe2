#include "storage/pg_reachability.hpp"

#include "base/time_text.hpp"
#include "domain/json_read.hpp"
#include "storage/array_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <pqxx/pqxx>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace storage {

namespace json = boost::json;
using domain::WakeAttempt;
using domain::WakeNote;

namespace {

// Which of the two data models a device has shows in which of the two names has a value.
#define MANAGEMENT_SERVER(name)                                                                                        \
    "coalesce(acs.value(d.device_id, 'Device.ManagementServer." name                                                   \
    "'), acs.value(d.device_id, 'InternetGatewayDevice.ManagementServer." name "'), '')"

// Three wake-ups of a model that were followed by Informs are taken for what the model can do.
// A binding is confirmed in writing every six hours, or when it is heard again, a day later at most: one that is older
// is of a node that is gone.
constexpr Statement find_facts{
    "wake_facts",
    "SELECT coalesce(d.access_node, ''), " MANAGEMENT_SERVER("UDPConnectionRequestAddress") ", " MANAGEMENT_SERVER(
        "ConnReqJabberID") ", CASE WHEN lower(" MANAGEMENT_SERVER("PeriodicInformEnable") ") NOT IN ('0', 'false')"
                                                                                          " THEN d.inform_interval END,"
                                                                                          " r.best_method, "
                                                                                          "r.reached_at, "
                                                                                          "r.failed_in_row, "
                                                                                          "r.failed_at, r.attempts,"
                                                                                          " coalesce((SELECT m.method "
                                                                                          "FROM model_reachability m "
                                                                                          "WHERE m.oui = d.oui AND"
                                                                                          " m.product_class = "
                                                                                          "d.product_class AND "
                                                                                          "m.reached >= 3"
                                                                                          " ORDER BY m.reached::float "
                                                                                          "/ (m.reached + m.missed) "
                                                                                          "DESC, m.reached DESC, "
                                                                                          "m.method"
                                                                                          " LIMIT 1), ''),"
                                                                                          " coalesce((SELECT b.node "
                                                                                          "FROM device_binding b WHERE "
                                                                                          "b.device_id = d.device_id"
                                                                                          " AND b.seen > now() - "
                                                                                          "interval '30 hours'"
                                                                                          " ORDER BY b.is_verified "
                                                                                          "DESC, b.seen DESC LIMIT 1), "
                                                                                          "'')"
                                                                                          " FROM device d LEFT JOIN "
                                                                                          "device_reachability r ON "
                                                                                          "r.device_id = d.device_id"
                                                                                          " WHERE d.device_id = $1"};
#undef MANAGEMENT_SERVER

constexpr Statement find_last_informs{"last_informs_of",
                                      "SELECT device_id, last_inform FROM device_contact"
                                      " WHERE device_id = ANY ($1::bigint[]) AND last_inform IS NOT NULL"};

// A device that was purged meanwhile leaves nothing behind. $7: how many attempts are kept.
constexpr Statement write_devices{
    "write_reachability",
    "INSERT INTO device_reachability AS r (device_id, best_method, reached_at, failed_in_row, failed_at, attempts)"
    " SELECT u.* FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::integer[], $5::timestamptz[],"
    " $6::jsonb[]) u (device_id, best_method, reached_at, failed_in_row, failed_at, attempts)"
    " JOIN device d ON d.device_id = u.device_id ORDER BY u.device_id"
    " ON CONFLICT (device_id) DO UPDATE SET"
    " best_method = coalesce(nullif(EXCLUDED.best_method, ''), r.best_method),"
    " reached_at = coalesce(EXCLUDED.reached_at, r.reached_at),"
    " failed_in_row = CASE WHEN EXCLUDED.reached_at IS NULL THEN r.failed_in_row ELSE 0 END + EXCLUDED.failed_in_row,"
    " failed_at = coalesce(EXCLUDED.failed_at, r.failed_at),"
    " attempts = (SELECT jsonb_agg(a ORDER BY n) FROM (SELECT * FROM jsonb_array_elements(EXCLUDED.attempts ||"
    " r.attempts) WITH ORDINALITY e (a, n) ORDER BY n LIMIT $7) newest)"};

// Old experience weighs half as much again and again: what firmware could once do is not what it can do now.
constexpr Statement write_models{
    "write_model_reachability",
    "INSERT INTO model_reachability AS m (oui, product_class, method, reached, missed)"
    " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::integer[]) u (o, p, m, r, n)"
    " ORDER BY 1, 2, 3"
    " ON CONFLICT (oui, product_class, method) DO UPDATE SET"
    " reached = EXCLUDED.reached + CASE WHEN m.reached + m.missed >= 1000 THEN m.reached / 2 ELSE m.reached END,"
    " missed = EXCLUDED.missed + CASE WHEN m.reached + m.missed >= 1000 THEN m.missed / 2 ELSE m.missed END"};

json::object json_of(WakeAttempt const& attempt)
{
    return {{"method", attempt.method},
            {"at", base::to_rfc3339(attempt.at)},
            {"outcome", domain::to_text(attempt.result)},
            {"cause", storable(attempt.cause)},
            {"milliseconds", attempt.took.count()}};
}

std::vector<WakeAttempt> attempts_in(std::string_view text)
{
    std::vector<WakeAttempt> attempts;
    boost::system::error_code bad;
    auto const list = json::parse(text, bad);
    if (bad || !list.is_array())
        return attempts;
    for (auto const& each : list.get_array()) {
        if (!each.is_object())
            continue;
        auto const& entry = each.get_object();
        attempts.push_back({domain::text_in(entry, "method"),
                            base::parse_rfc3339(domain::text_in(entry, "at")).value_or(base::TimePoint{}),
                            domain::wake_result(domain::text_in(entry, "outcome")).value_or(domain::WakeResult::failed),
                            domain::text_in(entry, "cause"),
                            std::chrono::milliseconds{domain::number_in(entry, "milliseconds")}});
    }
    return attempts;
}

std::optional<base::TimePoint> time_in(pqxx::field const& field)
{
    return field.is_null() ? std::nullopt : std::optional{parse_time(field.c_str())};
}

domain::WakeFacts facts_of(pqxx::row const& row)
{
    domain::WakeFacts facts;
    facts.access_node = row[0].c_str();
    facts.udp_address = row[1].c_str();
    facts.jabber_id = row[2].c_str();
    if (!row[3].is_null() && row[3].as<std::int64_t>() > 0)
        facts.inform_interval = std::chrono::seconds{row[3].as<std::int64_t>()};
    facts.model_method = row[9].c_str();
    facts.udp_node = row[10].c_str();
    if (row[4].is_null())
        return facts;
    facts.known.best_method = row[4].c_str();
    facts.known.reached_at = time_in(row[5]);
    facts.known.failed_in_row = row[6].as<std::uint32_t>();
    facts.known.failed_at = time_in(row[7]);
    facts.known.attempts = attempts_in(row[8].c_str());
    return facts;
}

/// What several notes of one device come to, in their order: one row.
struct DeviceNotes {
    std::string best_method;
    std::optional<base::TimePoint> reached_at, failed_at;
    std::int64_t failed_in_row = 0;
    std::vector<WakeAttempt> attempts;  ///< the newest first

    void add(WakeNote const& note)
    {
        attempts.insert(attempts.begin(), note.attempts.rbegin(), note.attempts.rend());
        if (attempts.size() > domain::Reachability::most_attempts)
            attempts.resize(domain::Reachability::most_attempts);
        auto const& last = note.attempts.back();
        auto const ended = last.at + last.took;
        if (note.reached) {
            auto const by = std::ranges::find(note.attempts, domain::WakeResult::reached, &WakeAttempt::result);
            best_method = by == note.attempts.end() ? best_method : by->method;
            reached_at = ended;
            failed_in_row = 0;
        } else if (note.failed) {
            ++failed_in_row;
            failed_at = ended;
        }
    }
};

void write(Transaction& transaction, std::map<domain::DeviceKey, DeviceNotes> const& devices)
{
    ArrayText keys, methods, reached, failures, failed, attempts;
    for (auto const& [key, notes] : devices) {
        json::array list;
        for (auto const& attempt : notes.attempts)
            list.push_back(json_of(attempt));
        keys.add(key.value());
        methods.add(std::string_view{notes.best_method});
        notes.reached_at ? reached.add(*notes.reached_at) : reached.add_null();
        failures.add(notes.failed_in_row);
        notes.failed_at ? failed.add(*notes.failed_at) : failed.add_null();
        attempts.add(std::string_view{storable_json(json::serialize(list))});
    }
    transaction.exec(write_devices, keys.finish(), methods.finish(), reached.finish(), failures.finish(),
                     failed.finish(), attempts.finish(), domain::Reachability::most_attempts);
}

using Model = std::tuple<std::string, std::string, std::string>;  ///< OUI, product class and method

/// How often each method was followed by an Inform, or was not; a device that was busy says nothing.
std::map<Model, std::pair<std::int64_t, std::int64_t>> models_of(std::vector<WakeNote> const& notes)
{
    std::map<Model, std::pair<std::int64_t, std::int64_t>> models;
    for (auto const& note : notes)
        for (auto const& attempt : note.attempts) {
            if (attempt.result == domain::WakeResult::busy)
                continue;
            auto& [reached, missed] =
                models[{storable(note.identity.oui), storable(note.identity.product_class), attempt.method}];
            ++(attempt.result == domain::WakeResult::reached ? reached : missed);
        }
    return models;
}

void write(Transaction& transaction, std::map<Model, std::pair<std::int64_t, std::int64_t>> const& models)
{
    ArrayText ouis, classes, methods, reached, missed;
    for (auto const& [model, counts] : models) {
        ouis.add(std::string_view{std::get<0>(model)});
        classes.add(std::string_view{std::get<1>(model)});
        methods.add(std::string_view{std::get<2>(model)});
        reached.add(counts.first);
        missed.add(counts.second);
    }
    transaction.exec(write_models, ouis.finish(), classes.finish(), methods.finish(), reached.finish(),
                     missed.finish());
}

}  // namespace

base::Awaitable<domain::WakeFacts> PgReachability::facts(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) {
        auto const rows = transaction.exec(find_facts, device.value());
        return rows.empty() ? domain::WakeFacts{} : facts_of(rows.front());
    };
    co_return co_await searches_.run(std::move(work));
}

base::Awaitable<std::vector<std::pair<domain::DeviceKey, base::TimePoint>>>
PgReachability::last_informs(std::vector<domain::DeviceKey> devices)
{
    ArrayText keys;
    for (auto const key : devices)
        keys.add(key.value());
    auto work = [keys = keys.finish()](Transaction& transaction) {
        std::vector<std::pair<domain::DeviceKey, base::TimePoint>> found;
        for (auto const& row : transaction.exec(find_last_informs, keys))
            found.emplace_back(domain::DeviceKey{row[0].as<std::int64_t>()}, parse_time(row[1].c_str()));
        return found;
    };
    co_return co_await searches_.run(std::move(work));
}

void PgReachability::note(WakeNote note) noexcept
{
    try {
        std::scoped_lock const lock{mutex_};
        if (!note.attempts.empty() && notes_.size() < most_notes)
            notes_.push_back(std::move(note));
    } catch (std::exception const&) {  // out of memory: what was learnt is lost, and the wake-up is over all the same
    }
}

void PgReachability::flush()
{
    std::vector<WakeNote> notes;
    {
        std::scoped_lock const lock{mutex_};
        notes.swap(notes_);
    }
    if (notes.empty())
        return;
    std::map<domain::DeviceKey, DeviceNotes> devices;
    for (auto const& note : notes)
        devices[note.device].add(note);
    try {
        writes_.run_here([&devices, models = models_of(notes)](Transaction& transaction) {
            write(transaction, devices);
            write(transaction, models);
        });
    } catch (...) {
        std::scoped_lock const lock{mutex_};
        auto const room = std::min(notes.size(), most_notes - std::min(most_notes, notes_.size()));
        notes_.insert(notes_.begin(), std::make_move_iterator(notes.end() - static_cast<std::ptrdiff_t>(room)),
                      std::make_move_iterator(notes.end()));
        throw;
    }
}

}  // namespace storage
