#include "load/inform_template.hpp"

#include "cwmp/codec/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace sim {
namespace {

// Nothing in a persona looks like these, and XML leaves them as they are.
constexpr std::string_view serial_mark = "@sim-serial@";
constexpr std::string_view url_mark = "@sim-url@";
constexpr std::string_view time_mark = "@sim-time@";
constexpr std::string_view retry_mark = "4294967291";
constexpr std::string_view value_mark = "@sim-value@";
constexpr std::uint32_t retry_number = 4'294'967'291;

/// A text that people at home may change, for 4 VALUE CHANGE.
std::string changing_path(Device& device)
{
    for (auto const& path : device.persona().home_paths()) {
        auto const parameter = device.parameters().tree().find_parameter(path);
        if (parameter && parameter->spec->type == cwmp::ValueType::string && !parameter->spec->is_secret &&
            parameter->spec->facets.enumeration.empty())
            return path;
    }
    return device.persona().root_path() + "DeviceInfo.ProvisioningCode";
}

}  // namespace

std::vector<cwmp::Event> events_of(std::uint8_t reasons)
{
    namespace event = cwmp::event_code;
    static constexpr std::array codes{event::bootstrap, event::boot, event::periodic, event::value_change,
                                      event::connection_request};
    std::vector<cwmp::Event> events;
    for (std::size_t bit = 0; bit < codes.size(); ++bit)
        if ((reasons >> bit & 1) != 0)
            events.push_back({std::string{codes[bit]}, {}});
    return events;
}

InformTemplate::InformTemplate(Persona const& persona, DeviceSettings settings, std::uint8_t reasons)
{
    settings.serial_number = serial_mark;
    settings.connection_request_url = url_mark;
    Device device{persona, std::move(settings)};
    base::TimePoint const epoch{};
    device.start(epoch);
    auto inform = device.inform(epoch);
    inform.event = events_of(reasons);
    inform.current_time = time_mark;
    inform.retry_count = retry_number;
    if ((reasons & reason::value_change) != 0)
        inform.parameter_list.push_back({changing_path(device), std::string{value_mark}, cwmp::ValueType::string});
    cwmp::Envelope envelope{"1", std::move(inform)};
    cwmp::Dialect dialect;
    dialect.namespace_digit = std::min(device.cwmp_minor(), 2U);
    cut(cwmp::encode(envelope, dialect));
}

void InformTemplate::cut(std::string_view xml)
{
    static constexpr std::array marks{std::pair{serial_mark, Slot::serial}, std::pair{url_mark, Slot::url},
                                      std::pair{time_mark, Slot::time}, std::pair{retry_mark, Slot::retry},
                                      std::pair{value_mark, Slot::value}};
    while (true) {
        auto at = xml.npos;
        auto found = std::pair{std::string_view{}, Slot::none};
        for (auto const& mark : marks)
            if (auto const here = xml.find(mark.first); here < at) {
                at = here;
                found = mark;
            }
        pieces_.push_back({std::string{xml.substr(0, at)}, found.second});
        if (at == xml.npos)
            return;
        xml.remove_prefix(at + found.first.size());
    }
}

std::size_t InformTemplate::size(InformFacts const& facts) const
{
    std::size_t size = 0;
    for (auto const& piece : pieces_) {
        size += piece.text.size();
        switch (piece.then) {
            case Slot::serial: size += facts.serial_number.size(); break;
            case Slot::url: size += facts.connection_request_url.size(); break;
            case Slot::time: size += facts.current_time.size(); break;
            case Slot::retry: size += fmt::formatted_size("{}", facts.retry_count); break;
            case Slot::value: size += 13; break;
            case Slot::none: break;
        }
    }
    return size;
}

void InformTemplate::append_to(std::string& out, InformFacts const& facts) const
{
    for (auto const& piece : pieces_) {
        out += piece.text;
        switch (piece.then) {
            case Slot::serial: out += facts.serial_number; break;
            case Slot::url: out += facts.connection_request_url; break;
            case Slot::time: out += facts.current_time; break;
            case Slot::retry: fmt::format_to(std::back_inserter(out), "{}", facts.retry_count); break;
            case Slot::value: fmt::format_to(std::back_inserter(out), "home-{:08x}", facts.changed_value); break;
            case Slot::none: break;
        }
    }
}

}  // namespace sim
