#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/sealer.hpp"
#include "domain/device_rules.hpp"
#include "domain/login_store.hpp"
#include "domain/session_store.hpp"
#include "domain/task_store.hpp"
#include "domain/tree_store.hpp"
#include "storage/batch_queue.hpp"
#include "storage/id_source.hpp"
#include "storage/path_table.hpp"

#include <cstdint>
#include <memory>

namespace storage {

/// The number that an identity is found by: 63 bits of SHA-256 over its parts and the salt.
[[nodiscard]] std::int64_t identity_hash(cwmp::DeviceId const& identity, unsigned salt);

struct SessionPathSettings {
    BatchSettings batches;
    BatchSettings rules;  ///< connections with the role of rules (see rule_connections)
    PathLimits paths;
    unsigned node = 0;  ///< this node's number, 0 to 1023 (table `node`)
    /// Another hash, for tests of collisions.
    std::int64_t (*hash)(cwmp::DeviceId const&, unsigned) = identity_hash;
};

/// All that sessions ask of the database: SessionStore, TaskStore, TreeStore, OutcomeStore and LoginStore over one set
/// of batch queues.
/// Destroy it after the coroutines that use it have ended and before their io_contexts.
class SessionPath {
public:
    /// `database` is for what is rare (new paths). All references must outlive this.
    SessionPath(SessionPathSettings settings, Database& database, base::Sealer const& sealer, base::Clock const& clock,
                base::Metrics& metrics);
    ~SessionPath();
    SessionPath(SessionPath const&) = delete;
    SessionPath& operator=(SessionPath const&) = delete;

    [[nodiscard]] domain::SessionStore& sessions() noexcept;
    [[nodiscard]] domain::TaskStore& tasks() noexcept;
    [[nodiscard]] domain::TreeStore& trees() noexcept;
    [[nodiscard]] domain::OutcomeStore& outcomes() noexcept;
    [[nodiscard]] domain::LoginStore& logins() noexcept;
    [[nodiscard]] PathTable& paths() noexcept;
    [[nodiscard]] IdSource& ids() noexcept;

    /// Ends the database threads; calls that wait throw base::Unavailable.
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace storage
