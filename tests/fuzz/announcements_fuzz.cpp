// Any bytes are announcements that can be kept, or told problems.
#include "domain/announcement_list.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    domain::AnnouncementList list;
    list.push({reinterpret_cast<char const*>(data), size / 2});
    list.push({reinterpret_cast<char const*>(data) + size / 2, size - size / 2});
    list.finish();
    auto lines = list.take_lines();
    for (auto& [line, announcement] : lines)
        if (line == 0 || announcement.serial_number.empty() || !domain::check_announcement(announcement).empty())
            std::abort();
    for (auto const& problem : list.take_problems())
        if (problem.line == 0 || problem.reason.empty())
            std::abort();
    if (list.is_unreadable() && !lines.empty())
        std::abort();
    return 0;
}
