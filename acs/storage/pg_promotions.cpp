#include "storage/pg_promotions.hpp"

#include "storage/array_text.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement list_promoted{"list_promoted", "SELECT pattern, reason, made_at, fill_after IS NULL FROM promoted"
                                                   " WHERE removed_at IS NULL ORDER BY pattern COLLATE \"C\""};
// One that is being removed begins anew: some of its copies may be gone.
constexpr Statement add_promoted{
    "add_promoted",
    "INSERT INTO promoted AS p (pattern, reason, fill_after) VALUES ($1, $2, 0) ON CONFLICT (pattern) DO UPDATE SET"
    " reason = EXCLUDED.reason, removed_at = NULL,"
    " fill_after = CASE WHEN p.removed_at IS NULL THEN p.fill_after ELSE 0 END,"
    " made_at = CASE WHEN p.removed_at IS NULL THEN p.made_at ELSE now() END"
    " RETURNING pattern, reason, made_at, fill_after IS NULL"};
constexpr Statement remove_promoted{
    "remove_promoted", "UPDATE promoted SET removed_at = now() WHERE pattern = $1 AND removed_at IS NULL RETURNING 1"};

domain::Promotion promotion_of(pqxx::row const& row)
{
    return {row[0].c_str(), row[1].c_str(), parse_time({row[2].c_str(), row[2].size()}), row[3].as<bool>()};
}

}  // namespace

base::Awaitable<std::vector<domain::Promotion>> PgPromotions::list()
{
    auto work = [](Transaction& transaction) {
        std::vector<domain::Promotion> all;
        for (auto const& row : transaction.exec(list_promoted))
            all.push_back(promotion_of(row));
        return all;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<domain::Promotion> PgPromotions::add(std::string pattern, std::string reason)
{
    auto work = [pattern = storable(pattern), reason = storable(reason)](Transaction& transaction) {
        return promotion_of(transaction.exec(add_promoted, pattern, reason).front());
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgPromotions::remove(std::string pattern)
{
    auto work = [pattern = storable(pattern)](Transaction& transaction) {
        return !transaction.exec(remove_promoted, pattern).empty();
    };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
