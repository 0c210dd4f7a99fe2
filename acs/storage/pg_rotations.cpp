#include "storage/pg_rotations.hpp"

#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace storage {

namespace {

#define ROTATION_ROW                                                                                                   \
    "SELECT r.rotation_id, r.condition, r.per_minute, r.state, r.problem, r.made_at, r.made_by, r.ended_at, "          \
    "r.ordered,"                                                                                                       \
    " t.waiting, t.done, t.failed FROM credential_rotation r CROSS JOIN LATERAL (SELECT"                               \
    " count(*) FILTER (WHERE t.state IN ('queued', 'sent', 'waiting', 'unknown')) AS waiting,"                         \
    " count(*) FILTER (WHERE t.state = 'done') AS done,"                                                               \
    " count(*) FILTER (WHERE t.state IN ('failed', 'cancelled', 'expired')) AS failed"                                 \
    " FROM task t WHERE t.kind = 'credentials' AND t.origin = 'rotation:' || r.rotation_id) t"

constexpr Statement add_rotation{"add_rotation", "INSERT INTO credential_rotation (condition, per_minute, made_by)"
                                                 " VALUES ($1, $2, $3) RETURNING rotation_id"};
constexpr Statement list_rotations{"list_rotations", ROTATION_ROW " ORDER BY r.rotation_id DESC LIMIT 100"};
constexpr Statement find_rotation{"find_rotation", ROTATION_ROW " WHERE r.rotation_id = $1"};
constexpr Statement change_rotation{"change_rotation",
                                    "UPDATE credential_rotation SET state = $2, problem = $3, stepped_at = now(),"
                                    " ended_at = CASE WHEN $2 = 'cancelled' THEN now() END"
                                    " WHERE rotation_id = $1 AND state IN ('running', 'paused')"};
constexpr Statement cancel_rotation_tasks{
    "cancel_rotation_tasks",
    ACS_END_TASKS("UPDATE task SET state = 'cancelled', updated = now(), fault_text = 'the rotation was cancelled'"
                  " WHERE kind = 'credentials' AND origin = 'rotation:' || $1::bigint AND state = 'queued'")};
constexpr Statement rotation_turns{
    "rotation_turns",
    "SELECT rotation_id, condition, position,"
    " least(floor(per_minute * extract(epoch FROM now() - stepped_at) / 60), per_minute, 1000)::integer"
    " FROM credential_rotation WHERE state = 'running'"
    " AND per_minute * extract(epoch FROM now() - stepped_at) >= 60 ORDER BY rotation_id"};
constexpr Statement advance_rotation{
    "advance_rotation", "UPDATE credential_rotation SET position = $3, ordered = ordered + $4, stepped_at = now(),"
                        " state = CASE WHEN $5 THEN 'done' ELSE state END, ended_at = CASE WHEN $5 THEN now() END"
                        " WHERE rotation_id = $1 AND position = $2 AND state = 'running' RETURNING rotation_id"};
constexpr Statement add_rotation_tasks{
    "add_rotation_tasks", "INSERT INTO task (device_id, task_id, kind, priority, origin, is_single)"
                          " SELECT device_id, task_id, 'credentials', 2, 'rotation:' || $3::bigint, true"
                          " FROM unnest($1::bigint[], $2::bigint[]) u (device_id, task_id) ON CONFLICT DO NOTHING"};

#undef ROTATION_ROW

domain::Rotation rotation_of(pqxx::row const& row)
{
    domain::Rotation rotation;
    rotation.id = row[0].as<std::int64_t>();
    rotation.where = row[1].c_str();
    rotation.per_minute = row[2].as<std::uint32_t>();
    rotation.state = domain::rotation_state(row[3].c_str()).value_or(domain::RotationState::paused);
    rotation.problem = row[4].c_str();
    rotation.made_at = parse_time({row[5].c_str(), row[5].size()});
    rotation.made_by = row[6].c_str();
    if (!row[7].is_null())
        rotation.ended_at = parse_time({row[7].c_str(), row[7].size()});
    rotation.ordered = row[8].as<std::uint64_t>();
    rotation.waiting = row[9].as<std::uint64_t>();
    rotation.done = row[10].as<std::uint64_t>();
    rotation.failed = row[11].as<std::uint64_t>();
    return rotation;
}

std::optional<domain::Rotation> first_of(pqxx::result const& rows)
{
    if (rows.empty())
        return std::nullopt;
    return rotation_of(rows.front());
}

}  // namespace

base::Awaitable<domain::Rotation> PgRotations::add(std::string where, std::uint32_t per_minute, std::string by)
{
    auto work = [where = storable(where), per_minute, by = storable(by)](Transaction& transaction) {
        auto const id =
            transaction.exec(add_rotation, where, static_cast<int>(per_minute), by).front()[0].as<std::int64_t>();
        return rotation_of(transaction.exec(find_rotation, id).front());
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::vector<domain::Rotation>> PgRotations::list()
{
    auto work = [](Transaction& transaction) {
        std::vector<domain::Rotation> found;
        for (auto const& row : transaction.exec(list_rotations))
            found.push_back(rotation_of(row));
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::Rotation>> PgRotations::find(std::int64_t id)
{
    auto work = [id](Transaction& transaction) { return first_of(transaction.exec(find_rotation, id)); };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::Rotation>> PgRotations::change(std::int64_t id, domain::RotationState state,
                                                                     std::string problem)
{
    auto work = [id, state, problem = storable(problem)](Transaction& transaction) {
        transaction.exec(change_rotation, id, std::string{domain::to_text(state)}, problem);
        if (state == domain::RotationState::cancelled)
            transaction.exec(cancel_rotation_tasks, id);
        return first_of(transaction.exec(find_rotation, id));
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::RotationTurn>> PgRotations::turns()
{
    auto work = [](Transaction& transaction) {
        std::vector<domain::RotationTurn> turns;
        for (auto const& row : transaction.exec(rotation_turns))
            turns.push_back({row[0].as<std::int64_t>(), row[1].c_str(), domain::DeviceKey{row[2].as<std::int64_t>()},
                             row[3].as<std::uint32_t>()});
        return turns;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgRotations::advance(domain::RotationTurn turn, std::vector<domain::DeviceKey> devices,
                                           domain::DeviceKey position, bool is_last)
{
    ArrayText keys;
    ArrayText tasks;
    for (auto const device : devices) {
        keys.add(device.value());
        tasks.add(ids_.next());
    }
    auto work = [turn, position, is_last, count = static_cast<std::int64_t>(devices.size()), keys = keys.finish(),
                 tasks = tasks.finish()](Transaction& transaction) {
        if (!transaction.exec(advance_rotation, turn.id, turn.position.value(), position.value(), count, is_last)
                 .empty())
            transaction.exec(add_rotation_tasks, keys, tasks, turn.id);
        return true;
    };
    co_await writes_.run(std::move(work));
}

}  // namespace storage
