#pragma once

#include "domain/promotions.hpp"
#include "storage/database.hpp"

namespace storage {

/// The table `promoted`.
class PgPromotions final : public domain::Promotions {
public:
    /// `writes` must outlive it.
    explicit PgPromotions(Database& writes) : writes_{writes} {}

    base::Awaitable<std::vector<domain::Promotion>> list() override;
    base::Awaitable<domain::Promotion> add(std::string pattern, std::string reason) override;
    base::Awaitable<bool> remove(std::string pattern) override;

private:
    Database& writes_;
};

}  // namespace storage
