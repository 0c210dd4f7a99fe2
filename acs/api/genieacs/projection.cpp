#include "api/genieacs/projection.hpp"

#include "cwmp/path.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace api::genieacs {

namespace {

constexpr std::size_t max_paths = 200;

std::string_view trimmed(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t.") + 1);
}

/// True when `path` is `whole` or a part of it.
bool is_within(std::string_view path, std::string_view whole)
{
    return path.starts_with(whole) && (path.size() == whole.size() || path[whole.size()] == '.');
}

bool is_parameter(std::string_view path)
{
    return cwmp::root_of(path) != cwmp::Root::none;
}

}  // namespace

Outcome<Projection> Projection::read(std::string_view text)
{
    Projection projection;
    while (!text.empty()) {
        auto const end = std::min(text.find(','), text.size());
        if (auto const path = trimmed(text.substr(0, end)); !path.empty())
            projection.paths_.emplace_back(path);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (projection.paths_.size() <= max_paths)
        return projection;
    auto const reason = fmt::format("names {} paths, at most {} are taken.", projection.paths_.size(), max_paths);
    return bad_request(fmt::format("projection {}", reason), {{"projection", reason}});
}

bool Projection::wants(std::string_view member) const
{
    return paths_.empty() || std::ranges::any_of(paths_, [&](auto const& path) { return is_within(member, path); });
}

bool Projection::wants_some_of(std::string_view member) const
{
    return wants(member) || std::ranges::any_of(paths_, [&](auto const& path) { return is_within(path, member); });
}

bool Projection::names_parameters() const
{
    return std::ranges::any_of(paths_, is_parameter);
}

std::string Projection::object() const
{
    std::string_view common;
    bool is_first = true;
    for (auto const& path : paths_) {
        if (!is_parameter(path))
            continue;
        // An attribute ("._value") counts as part of its parameter.
        auto const attribute = path.find("._");
        auto const object = cwmp::parent(std::string_view{path}.substr(0, attribute));
        if (is_first)
            common = object;
        while (!cwmp::covers(common, object))
            common = cwmp::parent(common);
        is_first = false;
    }
    return std::string{common};
}

}  // namespace api::genieacs
