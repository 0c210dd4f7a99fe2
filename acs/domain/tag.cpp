#include "domain/tag.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace domain {

namespace {

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

std::string tag_problem(std::string_view tag)
{
    if (tag.empty())
        return "is empty";
    if (tag.size() > longest_tag)
        return fmt::format("has {} bytes: at most {} are kept", tag.size(), longest_tag);
    if (!base::is_utf8(tag))
        return "is not valid UTF-8";
    if (std::ranges::any_of(tag, is_control))
        return "holds a control character: remove it";
    return {};
}

std::string tags_problem(std::vector<std::string> const& tags)
{
    if (tags.size() > most_tags)
        return fmt::format("has {} tags: at most {} are kept", tags.size(), most_tags);
    for (auto const& tag : tags)
        if (auto problem = tag_problem(tag); !problem.empty())
            return problem;
    return {};
}

std::string has_tag(std::string_view tag)
{
    std::string quoted;
    for (char const c : tag)
        quoted += c == '\'' ? "''" : std::string{c};
    return fmt::format("'{}' = any(tags)", quoted);
}

std::vector<std::string> plain_tags(std::vector<std::string> tags)
{
    std::ranges::sort(tags);
    auto const repeated = std::ranges::unique(tags);
    tags.erase(repeated.begin(), repeated.end());
    return tags;
}

}  // namespace domain
