#include "device/events.hpp"

#include <algorithm>

namespace sim {

EventRule event_rule(std::string_view code) noexcept
{
    namespace event = cwmp::event_code;
    if (code == event::boot || code == event::value_change || code == event::diagnostics_complete ||
        code == event::wakeup)
        return {DeliveredBy::inform_response, Keep::until_reboot};
    if (code == event::connection_request)
        return {DeliveredBy::inform_response, Keep::never};
    if (code == event::transfer_complete || code == event::autonomous_transfer_complete || code == event::m_download ||
        code == event::m_schedule_download || code == event::m_upload)
        return {DeliveredBy::transfer_complete, Keep::always};
    if (code == event::du_state_change_complete || code == event::autonomous_du_state_change_complete ||
        code == event::m_change_du_state)
        return {DeliveredBy::du_state_change, Keep::always};
    if (code == event::request_download)
        return {DeliveredBy::request_download, Keep::until_reboot};
    if (code == event::kicked)
        return {DeliveredBy::kicked, Keep::until_reboot};
    return {};
}

void EventQueue::raise(std::string_view code, std::string_view command_key)
{
    cwmp::Event event{std::string{code}, std::string{command_key}};
    if (std::ranges::find(events_, event) == events_.end())
        events_.push_back(std::move(event));
}

bool EventQueue::has(std::string_view code) const noexcept
{
    return cwmp::has_event(events_, code);
}

std::vector<cwmp::Event> EventQueue::for_inform() const
{
    auto const count = std::min(events_.size(), max_events);
    return {events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(count)};
}

void EventQueue::inform_answered(std::span<cwmp::Event const> informed)
{
    std::erase_if(events_, [&](auto const& event) {
        return event_rule(event.code).delivered_by == DeliveredBy::inform_response &&
               std::ranges::find(informed, event) != informed.end();
    });
}

void EventQueue::reported(std::string_view code, std::string_view command_key)
{
    std::erase_if(events_, [&](auto const& event) { return event.code == code && event.command_key == command_key; });
}

void EventQueue::session_failed()
{
    std::erase_if(events_, [](auto const& event) { return event_rule(event.code).keep == Keep::never; });
}

void EventQueue::rebooted()
{
    std::erase_if(events_, [](auto const& event) { return event_rule(event.code).keep != Keep::always; });
}

void EventQueue::bootstrapped()
{
    events_.clear();
    raise(cwmp::event_code::bootstrap);
}

}  // namespace sim
