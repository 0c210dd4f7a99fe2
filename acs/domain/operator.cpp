#include "domain/operator.hpp"

#include <algorithm>

namespace domain {

namespace {

constexpr std::size_t longest_name = 64;

bool is_alphanumeric(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_operator_name(std::string_view name) noexcept
{
    constexpr std::string_view others = "._-@";
    return !name.empty() && name.size() <= longest_name && is_alphanumeric(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return is_alphanumeric(c) || others.contains(c); });
}

}  // namespace domain
