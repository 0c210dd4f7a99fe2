#pragma once

#include "storage/session_parts.hpp"

namespace storage {

struct LookUpQuestion {
    cwmp::DeviceId identity;
    std::int64_t hash = 0;
    std::string username;
};

struct LookUpAnswer {
    domain::LookupAnswer found;
    bool is_collision = false;             ///< another identity has this hash: ask with the next salt
    std::vector<std::int32_t> recent_ids;  ///< paths of found.device->recent, which have no names yet
};

using LookUpRequest = BatchRequest<LookUpQuestion, LookUpAnswer>;

/// Finds devices by identity and logins by user name.
class LookUpKind final : public BatchKind {
public:
    LookUpKind() : BatchKind{"look_up"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

}  // namespace storage
