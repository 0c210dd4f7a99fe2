#include "storage/session_path.hpp"

#include "base/crypto.hpp"
#include "storage/pg_login_store.hpp"
#include "storage/pg_outcomes.hpp"
#include "storage/pg_session_store.hpp"
#include "storage/pg_task_store.hpp"
#include "storage/pg_tree_store.hpp"

#include <fmt/format.h>

#include <limits>

namespace storage {

namespace {

/// Plans must not depend on what the tables looked like when a statement was first planned: rows are reached by index,
/// in the order of the batch (which is also what keeps writers from deadlocks).
ConnectionSettings with_fixed_plans(ConnectionSettings settings)
{
    settings.options += " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off"
                        " -c enable_mergejoin=off -c enable_bitmapscan=off";
    return settings;
}

BatchSettings with_fixed_plans(BatchSettings settings)
{
    settings.connection = with_fixed_plans(std::move(settings.connection));
    return settings;
}

}  // namespace

std::int64_t identity_hash(cwmp::DeviceId const& identity, unsigned salt)
{
    auto const text = fmt::format("{}:{}:{}:{}{}{}", salt, identity.oui.size(), identity.product_class.size(),
                                  identity.oui, identity.product_class, identity.serial_number);
    auto const hash = static_cast<std::int64_t>(base::stable_hash(text) & std::numeric_limits<std::int64_t>::max());
    return hash == 0 ? 1 : hash;
}

std::string_view shortened(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U)
        --most;
    return text.substr(0, most);
}

struct SessionPath::Parts {
    Parts(SessionPathSettings settings, Database& database, base::Sealer const& sealer, base::Clock const& clock,
          base::Metrics& metrics)
        : ids{clock, settings.node},
          paths{database, clock, metrics, settings.paths},
          queue{with_fixed_plans(std::move(settings.batches)), metrics},
          rules{std::move(settings.rules), metrics},
          shared{queue, paths, ids, sealer, clock, metrics, settings.hash},
          trees{shared},
          tasks{shared},
          sessions{shared, trees},
          outcomes{shared, rules},
          logins{shared, database}
    {
    }
    ~Parts() { stop(); }  // before the kinds go that the threads work for
    Parts(Parts const&) = delete;
    Parts& operator=(Parts const&) = delete;

    void stop()
    {
        queue.stop();
        rules.stop();
    }

    IdSource ids;
    PathTable paths;
    BatchQueue queue;
    BatchQueue rules;
    SessionParts shared;
    PgTreeStore trees;
    PgTaskStore tasks;
    PgSessionStore sessions;
    PgOutcomes outcomes;
    PgLoginStore logins;
};

SessionPath::SessionPath(SessionPathSettings settings, Database& database, base::Sealer const& sealer,
                         base::Clock const& clock, base::Metrics& metrics)
    : parts_{std::make_unique<Parts>(std::move(settings), database, sealer, clock, metrics)}
{
}

SessionPath::~SessionPath() = default;

domain::SessionStore& SessionPath::sessions() noexcept
{
    return parts_->sessions;
}
domain::TaskStore& SessionPath::tasks() noexcept
{
    return parts_->tasks;
}
domain::TreeStore& SessionPath::trees() noexcept
{
    return parts_->trees;
}
domain::OutcomeStore& SessionPath::outcomes() noexcept
{
    return parts_->outcomes;
}
domain::LoginStore& SessionPath::logins() noexcept
{
    return parts_->logins;
}
PathTable& SessionPath::paths() noexcept
{
    return parts_->paths;
}
IdSource& SessionPath::ids() noexcept
{
    return parts_->ids;
}
void SessionPath::stop()
{
    parts_->stop();
}

}  // namespace storage
