#include "provisioning/parameter_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

std::optional<std::string> problem_of_parameter_name(std::string_view path, std::size_t most_bytes)
{
    auto const is_blank_or_mark = [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7F || c == '\'' || c == '"' || c == '\\';
    };
    if (path.empty())
        return "the parameter path is empty";
    if (path.size() > most_bytes)
        return fmt::format("the parameter path is longer than {} bytes", most_bytes);
    if (std::ranges::any_of(path, is_blank_or_mark))
        return "the parameter path contains a blank, a quote or a control character";
    if (path.find_first_of("*{}[]") != std::string_view::npos)
        return "the parameter path has a wildcard or an alias";
    if (path.starts_with('.') || path.contains(".."))
        return "the parameter path has an empty part";
    if (path.ends_with('.'))
        return "the parameter path ends in a dot and so names an object";
    return std::nullopt;
}

}  // namespace provisioning
