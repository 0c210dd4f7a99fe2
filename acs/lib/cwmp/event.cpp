#include "cwmp/event.hpp"

#include <algorithm>
#include <array>

namespace cwmp {
namespace {

constexpr std::array known{
    event_code::bootstrap,
    event_code::boot,
    event_code::periodic,
    event_code::scheduled,
    event_code::value_change,
    event_code::kicked,
    event_code::connection_request,
    event_code::transfer_complete,
    event_code::diagnostics_complete,
    event_code::request_download,
    event_code::autonomous_transfer_complete,
    event_code::du_state_change_complete,
    event_code::autonomous_du_state_change_complete,
    event_code::wakeup,
    event_code::heartbeat,
    event_code::m_reboot,
    event_code::m_schedule_inform,
    event_code::m_download,
    event_code::m_schedule_download,
    event_code::m_upload,
    event_code::m_change_du_state,
};

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// What two spellings of one code have in common: lower-case letters and digits, no leading zeros.
std::string skeleton(std::string_view code)
{
    std::string kept;
    for (char const c : code)
        if (!is_blank(c) && c != '_' && c != '-')
            kept += lower(c);
    auto const zeros = std::min(kept.find_first_not_of('0'), kept.size());
    bool const number_follows = zeros < kept.size() && is_digit(kept[zeros]);
    return kept.substr(number_follows || zeros == 0 ? zeros : zeros - 1);
}

std::string_view number_of(std::string_view skeleton)
{
    return skeleton.substr(0, std::ranges::find_if_not(skeleton, is_digit) - skeleton.begin());
}

/// Is `spelling` the number, the words, or both, of the known code whose skeleton is `code`?
bool names(std::string_view spelling, std::string_view code)
{
    auto const number = number_of(code);
    return spelling == code || (!number.empty() && (spelling == number || spelling == code.substr(number.size())));
}

}  // namespace

std::string canonical_event_code(std::string_view code)
{
    code = trimmed(code);
    if (std::ranges::find(known, code) != known.end())
        return std::string{code};
    auto const spelling = skeleton(code);
    for (auto const candidate : known)
        if (!spelling.empty() && names(spelling, skeleton(candidate)))
            return std::string{candidate};
    return std::string{code};
}

bool has_event(std::span<Event const> events, std::string_view code) noexcept
{
    return std::ranges::find(events, code, &Event::code) != events.end();
}

bool has_booted(std::span<Event const> events) noexcept
{
    return has_event(events, event_code::bootstrap) || has_event(events, event_code::boot) ||
           has_event(events, event_code::m_reboot);
}

Event const* find_event(std::span<Event const> events, std::string_view code, std::string_view command_key) noexcept
{
    auto const found = std::ranges::find_if(
        events, [&](Event const& event) { return event.code == code && event.command_key == command_key; });
    return found == events.end() ? nullptr : &*found;
}

}  // namespace cwmp
