#include "cli/top_page.hpp"

#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/table.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

namespace json = boost::json;

namespace {

/// The sum of a counter over all its labels, or over those that hold `label`.
double sum_of(json::object const& statistics, std::string_view name, std::string_view label)
{
    double sum = 0;
    for (auto const& each : list_of(statistics, "counters")) {
        auto const& counter = each.as_object();
        if (text_of(counter, "name") == name && text_of(counter, "labels").contains(label))
            sum += counter.at("value").to_number<double>();
    }
    return sum;
}

struct Rate {
    char const* title;
    std::string_view counter;
    std::string_view label;
    std::string_view but;  ///< not those with this label
};

constexpr Rate rates[] = {
    {"Informs admitted", "acs_sessions_opened_total", "", ""},
    {"sessions completed", "acs_sessions_total", "outcome=\"done\"", ""},
    {"sessions ended in all", "acs_sessions_total", "", ""},
    {"logins asked for", "acs_session_refusals_total", "reason=\"unauthorized\"", ""},
    {"CPE requests refused", "acs_session_refusals_total", "", "reason=\"unauthorized\""},
    {"RPCs to devices", "acs_rpcs_total", "", ""},
    {"faults of devices", "acs_rpc_faults_total", "", ""},
    {"devices woken", "acs_wake_attempts_total", "outcome=\"reached\"", ""},
    {"files served", "acs_files_served_total", "", ""},
    {"API requests", "acs_api_requests_total", "", ""},
    {"database statements", "acs_database_statements_total", "", ""},
    {"incidents", "acs_incidents_total", "", ""},
};

double sum_of(json::object const& statistics, Rate const& rate)
{
    auto const sum = sum_of(statistics, rate.counter, rate.label);
    return rate.but.empty() ? sum : sum - sum_of(statistics, rate.counter, rate.but);
}

}  // namespace

std::string top_page(json::object const* before, json::object const& now, std::chrono::duration<double> span)
{
    auto page = pairs({{"devices", text_of(now, "devices")},
                       {"open tasks", text_of(now, "open_tasks")},
                       {"open sessions", fmt::format("{:.0f}", sum_of(now, "acs_sessions_open", ""))},
                       {"connections", fmt::format("{:.0f}", sum_of(now, "acs_http_connections", ""))},
                       {"at", text_of(now, "at")}});
    Table table{{"THIS NODE", "A SECOND", "SINCE ITS START"}};
    for (auto const& rate : rates) {
        auto const sum = sum_of(now, rate);
        auto const grown = before == nullptr ? -1 : sum - sum_of(*before, rate);
        bool const is_known = grown >= 0 && span.count() > 0;  // less than before: a node was started anew
        std::optional<double> const speed = is_known ? std::optional{grown / span.count()} : std::nullopt;
        table.add({rate.title, speed ? fmt::format("{:.1f}", *speed) : "", fmt::format("{:.0f}", sum)});
    }
    return page + "\n" + table.to_string(0);
}

}  // namespace cli
