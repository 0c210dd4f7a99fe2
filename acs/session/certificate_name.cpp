#include "session/certificate_name.hpp"

#include "base/crypto.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace session {
namespace {

constexpr std::string_view separators = ",+;";

/// Takes one value off a subject, up to the next separator that is not escaped.
std::string take_value(std::string_view& rest)
{
    std::string value;
    while (!rest.empty() && !separators.contains(rest.front())) {
        if (rest.front() != '\\') {
            value += rest.front();
            rest.remove_prefix(1);
            continue;
        }
        auto const byte = base::from_hex(rest.substr(1, 2));
        bool const is_hex = rest.size() >= 3 && byte.size() == 1;
        value += is_hex ? byte : std::string{rest.substr(1, 1)};
        rest.remove_prefix(std::min<std::size_t>(rest.size(), is_hex ? 3 : 2));
    }
    return value;
}

/// In one pass: what a part holds is no placeholder.
std::string expand(std::string_view pattern, cwmp::DeviceId const& device)
{
    std::string text;
    while (!pattern.empty()) {
        auto const take = [&](std::string_view placeholder, std::string_view value) {
            if (!pattern.starts_with(placeholder))
                return false;
            text += value;
            pattern.remove_prefix(placeholder.size());
            return true;
        };
        if (take("{oui}", device.oui) || take("{class}", device.product_class) ||
            take("{serial}", device.serial_number))
            continue;
        text += pattern.front();
        pattern.remove_prefix(1);
    }
    return text;
}

std::string percent_encoded(std::string_view text)
{
    std::string encoded;
    for (char const c : text) {
        bool const is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                              c == '_' || c == '~';
        encoded += is_plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

}  // namespace

std::vector<std::string> subject_values(std::string_view subject, std::string_view attribute)
{
    std::vector<std::string> values;
    while (!subject.empty()) {
        subject.remove_prefix(std::min(subject.find_first_not_of(" ,+;"), subject.size()));
        auto const equals = subject.find('=');
        if (equals == std::string_view::npos)
            break;
        auto const name = subject.substr(0, equals);
        subject.remove_prefix(equals + 1);
        auto value = take_value(subject);
        if (name == attribute)
            values.push_back(std::move(value));
    }
    return values;
}

std::vector<std::string> expand_name(std::string_view pattern, cwmp::DeviceId const& device)
{
    auto small = device;
    std::ranges::transform(small.oui, small.oui.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    cwmp::DeviceId const encoded{
        {}, percent_encoded(device.oui), percent_encoded(device.product_class), percent_encoded(device.serial_number)};
    return {expand(pattern, device), expand(pattern, small), expand(pattern, encoded)};
}

base::Result<void> check_subject_pattern(std::string_view pattern)
{
    auto const equals = pattern.find('=');
    if (equals == std::string_view::npos || equals == 0 || !pattern.substr(equals).contains("{serial}"))
        return base::fail(
            fmt::format("\"{}\" does not say how a certificate names its device: write an attribute of the "
                        "subject and what it reads, such as \"CN={{oui}}-{{serial}}\"",
                        pattern));
    return {};
}

}  // namespace session
