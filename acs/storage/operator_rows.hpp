#pragma once

#include "domain/operator.hpp"

#include <pqxx/pqxx>

namespace storage {

/// Rows of the tables about operators, in the order of columns in which pg_operators.cpp reads them.
[[nodiscard]] domain::Role role_of(pqxx::row const& row);
[[nodiscard]] domain::Operator operator_of(pqxx::row const& row);
[[nodiscard]] domain::ApiToken token_of(pqxx::row const& row);
[[nodiscard]] domain::OperatorSession session_of(pqxx::row const& row);

}  // namespace storage
