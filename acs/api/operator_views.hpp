#pragma once

#include "api/problem.hpp"
#include "api/settings.hpp"
#include "domain/json_fields.hpp"
#include "domain/operator_store.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>

namespace api {

[[nodiscard]] boost::json::array names_of(domain::Permissions const& permissions);
[[nodiscard]] boost::json::object view_of(domain::Operator const& each);
[[nodiscard]] boost::json::object view_of(domain::Role const& role);
/// `owner`: the operator's name.
[[nodiscard]] boost::json::object view_of(domain::ApiToken const& token, std::string const& owner);

/// Why something about operators was not changed: 404, 409 or 422.
[[nodiscard]] std::unexpected<Problem> refused(domain::OperatorRefusal why);

/// The permissions that the list of texts `name` holds; complains of those that do not exist.
[[nodiscard]] domain::Permissions read_permissions(domain::JsonFields& fields, std::string_view name);
/// Complains of a new password that is too short or too like the name.
void check_password(domain::JsonFields& fields, std::string const& password, std::string const& name,
                    OperatorSettings const& settings);

}  // namespace api
