#pragma once

#include "fleet/toml_table.hpp"
#include "net/tls.hpp"

namespace sim {

/// Reads the table [tls] of a configuration or a scenario over `settings`.
void read_tls(toml::table const& root, net::TlsClientSettings& settings, Problems& problems);

}  // namespace sim
