#include "storage/pg_idempotency_keys.hpp"

#include "base/crypto.hpp"
#include "storage/array_text.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <stdexcept>
#include <utility>

namespace storage {

namespace {

/// A key that is new, or whose time is over.
constexpr Statement insert_key{
    "insert_idempotency_key",
    "INSERT INTO idempotency_key AS k (caller, key, digest, reserved_id, attempt, at, lease_until)"
    " VALUES ($1, $2, decode($3, 'hex'), $4, 1, now(), now() + make_interval(secs => $5))"
    " ON CONFLICT (caller, key) DO UPDATE SET digest = EXCLUDED.digest, reserved_id = EXCLUDED.reserved_id,"
    " attempt = 1, at = EXCLUDED.at, lease_until = EXCLUDED.lease_until, answer = NULL"
    " WHERE k.at < now() - interval '24 hours' AND k.lease_until <= now()"
    " RETURNING reserved_id, attempt"};
/// One that was begun and left.
constexpr Statement take_key_up{"take_idempotency_key_up",
                                "UPDATE idempotency_key SET attempt = attempt + 1,"
                                " lease_until = now() + make_interval(secs => $4)"
                                " WHERE caller = $1 AND key = $2 AND digest = decode($3, 'hex') AND answer IS NULL"
                                " AND lease_until <= now() RETURNING reserved_id, attempt"};
constexpr Statement read_key{"read_idempotency_key",
                             "SELECT digest = decode($3, 'hex'), answer, reserved_id, attempt,"
                             " greatest(1, ceil(extract(epoch FROM lease_until - now())))::integer FROM idempotency_key"
                             " WHERE caller = $1 AND key = $2"};
constexpr Statement keep_answer{"keep_idempotent_answer",
                                "UPDATE idempotency_key SET answer = $4, lease_until = now()"
                                " WHERE caller = $1 AND key = $2 AND reserved_id = $3 AND answer IS NULL"};
constexpr Statement delete_key{"delete_idempotency_key",
                               "DELETE FROM idempotency_key WHERE caller = $1 AND key = $2 AND reserved_id = $3"
                               " AND attempt = $4 AND answer IS NULL"};
constexpr Statement end_lease{"end_idempotency_lease",
                              "UPDATE idempotency_key SET lease_until = now() WHERE caller = $1 AND key = $2"
                              " AND reserved_id = $3 AND attempt = $4 AND answer IS NULL"};
constexpr Statement trim_keys{"trim_idempotency_keys",
                              "DELETE FROM idempotency_key WHERE caller = $1 AND lease_until <= now() AND at <="
                              " (SELECT at FROM idempotency_key WHERE caller = $1 ORDER BY at DESC OFFSET $2 LIMIT 1)"};

std::string place_of(domain::KeyedRequest const& request)
{
    return fmt::format("answer to {} {}", request.caller, request.key);
}

domain::KeyClaim claim_of(pqxx::row const& row, int at)
{
    return {row[at].as<std::int64_t>(), row[at + 1].as<unsigned>()};
}

}  // namespace

base::Awaitable<domain::KeyState> PgIdempotencyKeys::claim(domain::KeyedRequest request, std::chrono::seconds lease)
{
    bool const is_time_to_look = claims_++ % claims_between_looks == claims_between_looks - 1;
    auto work = [this, request, lease = static_cast<double>(lease.count()), id = ids_.next(),
                 is_time_to_look](Transaction& transaction) -> domain::KeyState {
        auto const digest = base::to_hex(request.digest);
        if (is_time_to_look)
            transaction.exec(trim_keys, request.caller, most_);
        auto rows = transaction.exec(insert_key, request.caller, request.key, digest, id, lease);
        if (rows.empty())
            rows = transaction.exec(take_key_up, request.caller, request.key, digest, lease);
        if (!rows.empty())
            return claim_of(rows.front(), 0);
        rows = transaction.exec(read_key, request.caller, request.key, digest);
        if (rows.empty())
            return domain::KeyInUse{std::chrono::seconds{1}};  // given back just now
        auto const& row = rows.front();
        if (!row[0].as<bool>())
            return domain::KeyOfAnother{};
        if (!row[1].is_null()) {
            auto answer = sealer_.open(row[1].c_str(), place_of(request));
            if (!answer)
                throw std::runtime_error{"an answer that was kept does not open: " + answer.error().what};
            return domain::KeptAnswer{*std::move(answer)};
        }
        if (row[2].as<std::int64_t>() == id)
            return claim_of(row, 2);  // its commit was in doubt: it had succeeded
        return domain::KeyInUse{std::chrono::seconds{row[4].as<int>()}};
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgIdempotencyKeys::keep(domain::KeyedRequest request, domain::KeyClaim claim, std::string answer)
{
    auto work = [request, claim, sealed = sealer_.seal(answer, place_of(request))](Transaction& transaction) {
        transaction.exec(keep_answer, request.caller, request.key, claim.reserved_id, sealed);
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgIdempotencyKeys::give_back(domain::KeyedRequest request, domain::KeyClaim claim)
{
    auto work = [request, claim](Transaction& transaction) {
        transaction.exec(delete_key, request.caller, request.key, claim.reserved_id, static_cast<int>(claim.attempt));
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgIdempotencyKeys::give_up(domain::KeyedRequest request, domain::KeyClaim claim)
{
    auto work = [request, claim](Transaction& transaction) {
        transaction.exec(end_lease, request.caller, request.key, claim.reserved_id, static_cast<int>(claim.attempt));
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
