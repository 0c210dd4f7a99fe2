#pragma once

#include "cwmp/path.hpp"
#include "domain/file.hpp"
#include "domain/inventory.hpp"

#include <boost/json/object.hpp>

namespace api {

/// What stands for a secret in answers.
inline constexpr auto masked = cwmp::masked_secret;

/// The schemas of docs/api/openapi.yaml, made from the domain's values. Secrets are masked.
[[nodiscard]] boost::json::object view_of(domain::DeviceRow const& device);
[[nodiscard]] boost::json::object view_of(domain::ParameterRow const& parameter,
                                          domain::Secrets secrets = domain::Secrets::withheld);
[[nodiscard]] boost::json::object view_of(domain::TaskRow const& task);
[[nodiscard]] boost::json::object view_of(domain::File const& file);

/// Replaces by `masked` what belongs to a secret parameter, as "PATH": value, as {"name": PATH, "value": value} or
/// {"path": PATH, ...}, every "password", and the login inside a URL, at any depth.
void mask_secrets(boost::json::value& json);

/// "person", "automation" or "bulk".
[[nodiscard]] std::string_view to_text(domain::Priority priority) noexcept;
[[nodiscard]] std::optional<domain::Priority> priority(std::string_view text) noexcept;

}  // namespace api
