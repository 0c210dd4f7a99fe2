#pragma once

#include "api/call.hpp"
#include "domain/audit.hpp"
#include "domain/ids.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace api {

/// Writes down what a caller has just done: who, from where and how is taken from the call. `action`: "device.changed";
/// `target`: what it was done to, as people name it; `before` and `after`: what there was and is, null for nothing;
/// secrets in them are masked here. `device`: when it is about one device, so that purging it erases the values.
///
/// Call it directly after the change, which is then durable already; when the entry cannot be written the request ends
/// with 503 and the log has what is missing (api.audit_lost). Stores that take a domain::AuditEntry along write both in
/// one transaction: give them `audit_entry` instead.
base::Awaitable<void> audit(Call const& call, std::string action, std::string target, boost::json::value before,
                            boost::json::value after, std::optional<domain::DeviceKey> device = std::nullopt);

/// The entry that `audit` would write.
[[nodiscard]] domain::AuditEntry audit_entry(Call const& call, std::string action, std::string target,
                                             boost::json::value before, boost::json::value after,
                                             std::optional<domain::DeviceKey> device = std::nullopt);

}  // namespace api
