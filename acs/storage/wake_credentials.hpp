#pragma once

#include "storage/session_parts.hpp"

namespace storage {

struct WakeCredentialsQuestion {
    std::int64_t device = 0;
    std::string username;  ///< empty: as it is
    std::string password;  ///< sealed; empty: as it is
};
using WakeCredentialsRequest = BatchRequest<WakeCredentialsQuestion, bool>;

/// Keeps the logins of connection requests, and those before them.
class WakeCredentialsKind final : public BatchKind {
public:
    WakeCredentialsKind() : BatchKind{"keep_wake_credentials"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

}  // namespace storage
