#include "provisioning/literals.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace provisioning {

bool names_a_moving_time(std::string_view text)
{
    constexpr auto moving = std::to_array<std::string_view>({"now", "today", "tomorrow", "yesterday"});
    std::string word;
    auto const is_moving = [&] { return std::ranges::find(moving, word) != moving.end(); };
    for (char const c : text) {
        char const lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (lower >= 'a' && lower <= 'z') {
            word += lower;
            continue;
        }
        if (is_moving())
            return true;
        word.clear();
    }
    return is_moving();
}

bool is_moderate_number(std::string_view digits, std::size_t most_characters)
{
    auto const exponent = digits.find_first_of("eE");
    if (digits.size() > most_characters)
        return false;
    if (exponent == std::string_view::npos)
        return true;
    auto power = digits.substr(exponent + 1);
    if (power.starts_with('+') || power.starts_with('-'))
        power.remove_prefix(1);
    return power.find_first_not_of('0') == std::string_view::npos || power.size() - power.find_first_not_of('0') <= 2;
}

}  // namespace provisioning
