#include "domain/event_kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace domain {

namespace {

constexpr std::size_t longest_kind = 128;    // bytes
constexpr std::size_t longest_emitted = 96;  // bytes of a name that a rule gives

constexpr std::array kinds{event_kind::inform,
                           event_kind::transfer_complete,
                           event_kind::autonomous_transfer,
                           event_kind::download_requested,
                           event_kind::upload_arrived,
                           event_kind::modules_changed,
                           event_kind::modules_changed_alone,
                           event_kind::device_new,
                           event_kind::enrolled,
                           event_kind::pending,
                           event_kind::rejected,
                           event_kind::conflict,
                           event_kind::re_enrolling,
                           event_kind::retiring,
                           event_kind::retired,
                           event_kind::purged,
                           event_kind::merged,
                           event_kind::software_changed,
                           event_kind::credentials_rotated,
                           event_kind::automation_stopped,
                           event_kind::automation_resumed,
                           event_kind::kicked,
                           event_kind::task_done,
                           event_kind::task_failed,
                           event_kind::task_cancelled,
                           event_kind::task_expired,
                           event_kind::quarantined,
                           event_kind::released,
                           event_kind::emitted,
                           event_kind::webhook_test};

/// The methods by which CPEs report; rows were named so once.
constexpr std::array methods{
    std::pair<std::string_view, std::string_view>{"Inform", event_kind::inform},
    std::pair<std::string_view, std::string_view>{"TransferComplete", event_kind::transfer_complete},
    std::pair<std::string_view, std::string_view>{"AutonomousTransferComplete", event_kind::autonomous_transfer},
    std::pair<std::string_view, std::string_view>{"RequestDownload", event_kind::download_requested},
    std::pair<std::string_view, std::string_view>{"Kicked", event_kind::kicked},
    std::pair<std::string_view, std::string_view>{"DUStateChangeComplete", event_kind::modules_changed},
    std::pair<std::string_view, std::string_view>{"AutonomousDUStateChangeComplete", event_kind::modules_changed_alone},
};

bool is_plain(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

bool is_at_or_below(std::string_view kind, std::string_view wanted) noexcept
{
    return kind.starts_with(wanted) && (kind.size() == wanted.size() || kind[wanted.size()] == '.');
}

}  // namespace

std::span<std::string_view const> event_kinds() noexcept
{
    return kinds;
}

std::string emitted_kind(std::string_view name)
{
    std::string plain{name.substr(0, longest_emitted)};
    std::ranges::replace_if(plain, [](char c) { return !is_plain(c); }, '_');
    return fmt::format("{}.{}", event_kind::emitted, plain);
}

std::string_view kind_of_report(std::string_view method) noexcept
{
    auto const* const known = std::ranges::find(methods, method, &std::pair<std::string_view, std::string_view>::first);
    return known == methods.end() ? method : known->second;
}

std::string_view current_kind(std::string_view stored) noexcept
{
    return kind_of_report(stored);
}

bool is_kind_pattern(std::string_view text) noexcept
{
    if (text.ends_with('*'))
        text.remove_suffix(1);
    return text.size() <= longest_kind && std::ranges::all_of(text, is_plain);
}

KindFilter::KindFilter(std::span<std::string const> wanted)
{
    for (std::string_view text : wanted) {
        while (text.ends_with('*') || text.ends_with('.'))
            text.remove_suffix(1);
        if (text.empty()) {
            wanted_.clear();  // every kind
            return;
        }
        wanted_.emplace_back(text);
    }
}

bool KindFilter::takes(std::string_view kind) const noexcept
{
    return wanted_.empty() ||
           std::ranges::any_of(wanted_, [kind](std::string const& wanted) { return is_at_or_below(kind, wanted); });
}

std::vector<std::string> KindFilter::names() const
{
    auto names = wanted_;
    for (auto const& [method, kind] : methods)
        if (!wanted_.empty() && takes(kind))
            names.emplace_back(method);
    return names;
}

std::vector<std::string> KindFilter::beginnings() const
{
    std::vector<std::string> beginnings;
    for (auto const& wanted : wanted_)
        beginnings.push_back(wanted + '.');
    return beginnings;
}

}  // namespace domain
