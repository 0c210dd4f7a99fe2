#pragma once

#include "base/result.hpp"
#include "storage/connection.hpp"

#include <string>
#include <vector>

namespace storage {

/// What hardening came to.
struct HardenReport {
    unsigned functions = 0;          ///< taken from PUBLIC, overloads counted
    std::vector<std::string> roles;  ///< may use them further on
};

/// Takes built-in functions that rules have no need of (sleeping, locks, settings, large objects, messages, queries as
/// XML, ending other sessions, files) and the language of DO from PUBLIC and gives them to a role `acs_builtin`; the
/// owner of the tables and who does this are its members. Again and again is as good as once. Needs a superuser: fails
/// saying so. Throws when the database is away.
[[nodiscard]] base::Result<HardenReport> harden(ConnectionSettings const& database);

/// True when the role that rules run as can use none of these. Throws when the database is away.
[[nodiscard]] bool is_hardened(ConnectionSettings const& database);

}  // namespace storage
