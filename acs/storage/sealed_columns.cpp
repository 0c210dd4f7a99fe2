#include "storage/sealed_columns.hpp"

#include <array>

namespace storage {

namespace {

constexpr auto task_place_sql = "'task of ' || t.device_id";
constexpr auto wake_place_sql = "'connection request of ' || t.device_id";

constexpr std::array columns{
    SealedColumn{"device_tree", "values", "t.device_id || ' ' || p.path"},
    SealedColumn{"task", "arguments", task_place_sql},
    SealedColumn{"task", "progress", task_place_sql},
    SealedColumn{"task", "result", task_place_sql},
    SealedColumn{"job", "arguments", "'job ' || t.job_id"},
    SealedColumn{"rule_outcome", "outcomes", task_place_sql},
    SealedColumn{"rule_outcome", "attempts", task_place_sql},
    SealedColumn{"transfer", "password", "'transfer ' || encode(t.token_hash, 'hex')"},
    SealedColumn{"credential", "password", "'credential ' || t.username"},
    SealedColumn{"credential", "next_password", "'credential ' || t.username"},
    SealedColumn{"connection_request_credential", "password", wake_place_sql},
    SealedColumn{"connection_request_credential", "previous_password", wake_place_sql},
    SealedColumn{"webhook", "secret", "'webhook ' || t.name"},
    SealedColumn{"cwmp_session", "state", "'session ' || t.cookie"},
    SealedColumn{"idempotency_key", "answer", "'answer to ' || t.caller || ' ' || t.key"},
};

}  // namespace

std::span<SealedColumn const> sealed_columns() noexcept
{
    return columns;
}

}  // namespace storage
