#pragma once

#include "base/sealer.hpp"
#include "domain/idempotency.hpp"
#include "storage/database.hpp"
#include "storage/id_source.hpp"

#include <atomic>

namespace storage {

/// The table `idempotency_key`. Answers may hold secrets (a new token's text): they are sealed.
class PgIdempotencyKeys final : public domain::IdempotencyKeys {
public:
    static constexpr std::int64_t most_per_caller = 100'000;  ///< the oldest beyond them are forgotten
    static constexpr unsigned claims_between_looks = 256;     ///< of one node, at how many a caller has

    /// All must outlive this.
    PgIdempotencyKeys(Database& writes, base::Sealer const& sealer, IdSource& ids, std::int64_t most = most_per_caller)
        : writes_{writes}, sealer_{sealer}, ids_{ids}, most_{most}
    {
    }

    base::Awaitable<domain::KeyState> claim(domain::KeyedRequest request, std::chrono::seconds lease) override;
    base::Awaitable<void> keep(domain::KeyedRequest request, domain::KeyClaim claim, std::string answer) override;
    base::Awaitable<void> give_back(domain::KeyedRequest request, domain::KeyClaim claim) override;
    base::Awaitable<void> give_up(domain::KeyedRequest request, domain::KeyClaim claim) override;

private:
    Database& writes_;
    base::Sealer const& sealer_;
    IdSource& ids_;
    std::int64_t most_;
    std::atomic<unsigned> claims_{0};
};

}  // namespace storage
