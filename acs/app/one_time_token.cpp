#include "app/one_time_token.hpp"

#include "api/secret_text.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/sealer.hpp"
#include "base/time_text.hpp"
#include "storage/migrate.hpp"
#include "storage/pg_operators.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

namespace app {

namespace {

constexpr std::chrono::hours first_life{24};
constexpr std::chrono::hours recovery_life{1};

/// Makes a token and gives its text.
std::string make_one_time_token(storage::Database& database, std::string action, base::TimePoint expires_at)
{
    auto text = api::make_token();
    domain::AuditEntry entry;
    entry.by = "server";
    entry.how = "server";
    entry.action = std::move(action);
    entry.target = "one-time token";
    entry.after = fmt::format(R"({{"expires_at":"{}"}})", base::to_rfc3339(expires_at));
    storage::add_one_time_token(database, base::sha256(text), expires_at, entry);
    return text;
}

base::Result<void> check_key(std::string const& file)
{
    std::error_code error;
    if (!std::filesystem::exists(file, error))
        return base::fail(fmt::format("secrets.key_file: {} does not exist; run this where the server's key is", file));
    if (auto const sealer = base::Sealer::from_file(file); !sealer)
        return base::fail("secrets.key_file: " + sealer.error().what);
    return {};
}

}  // namespace

void print_first_token(storage::Database& database, Config const& config)
{
    if (config.api.listeners.empty() || !config.api.token_file.empty() || storage::has_operators(database))
        return;
    auto const expires_at = base::SystemClock{}.now() + first_life;
    auto const text = make_one_time_token(database, "operators.first_token", expires_at);
    base::log::warning("app.first_token", {{"expires_at", base::to_rfc3339(expires_at)}});
    std::cerr << "\n  There is no operator yet. With this token, which ends with the first one, or in a day:\n\n"
              << "      acsctl --token " << text << " operators add YOUR-NAME --role administrator\n\n"
              << std::flush;
}

int recover(Config const& config)
{
    if (auto const checked = check_key(config.secrets.key_file); !checked) {
        std::cerr << "acs: " << checked.error().what << '\n';
        return 2;
    }
    storage::DatabaseSettings settings;
    settings.connection.url = config.database.url;
    settings.connections = 1;
    settings.patience = std::chrono::seconds{5};
    try {
        if (auto const checked = storage::check_version(settings.connection); !checked) {
            std::cerr << "acs: " << checked.error().what << '\n';
            return 1;
        }
        storage::Database database{settings};
        auto const expires_at = base::SystemClock{}.now() + recovery_life;
        fmt::print("{}\n", make_one_time_token(database, "operators.recovery", expires_at));
        std::cerr << "An administrator's token, good until " << base::to_rfc3339(expires_at)
                  << " or until an operator is added or gets a new password:\n"
                  << "acsctl --token TOKEN operators password NAME\n";
        return 0;
    } catch (std::exception const& problem) {
        std::cerr << "acs: cannot reach the database: " << problem.what() << '\n';
        return 1;
    }
}

}  // namespace app
