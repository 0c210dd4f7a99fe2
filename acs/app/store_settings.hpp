#pragma once

#include "app/config.hpp"
#include "domain/model.hpp"
#include "storage/chores.hpp"
#include "storage/database.hpp"
#include "storage/event_watch.hpp"
#include "storage/session_path.hpp"
#include "storage/task_watch.hpp"

namespace app {

/// Connections for everything that is neither a session's nor a search.
[[nodiscard]] storage::DatabaseSettings writes_of(Config::Database const& config);
/// Connections that only read, and not for long.
[[nodiscard]] storage::DatabaseSettings searches_of(Config::Database const& config);
/// What sessions ask the database with.
[[nodiscard]] storage::SessionPathSettings session_path_of(Config const& config, unsigned node);
/// What is taken for known of a model that nobody knows.
[[nodiscard]] domain::ModelKnowledge fallback_of(Config::Discovery const& config);
/// What is kept for how long; `paths` hears of promotions, and must outlive the chores.
[[nodiscard]] storage::ChoreSettings chores_of(Config const& config, storage::PathTable& paths);
/// Where tasks that other nodes order are told.
[[nodiscard]] storage::TaskWatchSettings task_watch_of(Config const& config);
/// Where events are told.
[[nodiscard]] storage::EventWatchSettings event_watch_of(Config const& config);

}  // namespace app
