#pragma once

#include "app/config.hpp"
#include "storage/database.hpp"

namespace app {

/// When nobody could use the API (no operator, and no token in the configuration): makes an administrator's token,
/// good for a day or until the first operator exists, and prints it on standard error. The log has that it was made,
/// not the token.
void print_first_token(storage::Database& database, Config const& config);

/// `acs recover`: prints an administrator's token that is good for an hour, or until an operator is added or gets a new
/// password, for those who are locked out. Needs the database and the key file: who has both is the administrator.
int recover(Config const& config);

}  // namespace app
