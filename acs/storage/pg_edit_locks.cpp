#include "storage/pg_edit_locks.hpp"

#include "storage/array_text.hpp"

#include <utility>

namespace storage {

namespace {

constexpr Statement take_edit_lock{"take_edit_lock",
                                   "INSERT INTO edit_lock AS l (thing, holder, until)"
                                   " VALUES ($1, $2, now() + make_interval(secs => $3)) ON CONFLICT (thing) DO UPDATE"
                                   " SET holder = EXCLUDED.holder, until = EXCLUDED.until"
                                   " WHERE l.until <= now() OR l.holder = EXCLUDED.holder RETURNING 1"};
constexpr Statement drop_edit_lock{"drop_edit_lock", "DELETE FROM edit_lock WHERE thing = $1 AND holder = $2"};

}  // namespace

base::Awaitable<std::optional<std::int64_t>> PgEditLocks::try_lock(std::string thing, std::chrono::seconds most)
{
    auto work = [thing = storable(thing), holder = ids_.next(),
                 most = static_cast<double>(most.count())](Transaction& transaction) -> std::optional<std::int64_t> {
        if (transaction.exec(take_edit_lock, thing, holder, most).empty())
            return std::nullopt;
        return holder;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgEditLocks::unlock(std::string thing, std::int64_t holder)
{
    auto work = [thing = storable(thing), holder](Transaction& transaction) {
        transaction.exec(drop_edit_lock, thing, holder);
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
