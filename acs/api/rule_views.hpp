#pragma once

#include "api/problem.hpp"
#include "base/time_text.hpp"
#include "domain/rules.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <expected>
#include <optional>

namespace api {

/// 422 with a field error for each problem: "wifi.sql:3:12".
[[nodiscard]] std::unexpected<Problem> refused(domain::Rules::Problems const& problems);

/// What applying files, or rolling back, came to.
[[nodiscard]] boost::json::object view_of(domain::RulesApplied const& applied);
/// The same with why, for the audit trail.
[[nodiscard]] boost::json::object with_reason(boost::json::object applied, std::string const& reason);
/// Who stopped it, null for none.
[[nodiscard]] boost::json::value view_of(std::optional<domain::RulePause> const& pause);

/// Rules whose SQL fails.
[[nodiscard]] boost::json::array view_of(std::vector<domain::PreviewedFailure> const& failures);
/// Something that is given up for a device.
[[nodiscard]] boost::json::object view_of(domain::Quarantine const& each);

/// A list of texts.
template <class List>
[[nodiscard]] boost::json::array texts(List const& list)
{
    boost::json::array array;
    for (auto const& each : list)
        array.push_back(boost::json::string(each));
    return array;
}

}  // namespace api
