#include "api/entity_tag.hpp"

#include "base/crypto.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::size_t digest_bytes = 12;
constexpr std::string_view gzipped = ".gz";

std::string digest(std::string_view text)
{
    return base::to_hex(base::sha256(text).substr(0, digest_bytes));
}

std::string state_of(std::string_view body, std::span<std::string_view const> living)
{
    boost::system::error_code error;
    auto value = living.empty() ? json::value{} : json::parse(body, error);
    auto* const object = error ? nullptr : value.if_object();
    if (object == nullptr)
        return digest(body);
    for (auto const name : living)
        object->erase(name);
    return digest(json::serialize(*object));
}

/// The next tag of a list, without quotes; empty at its end.
std::string_view take_tag(std::string_view& list)
{
    auto const begin = std::min(list.find_first_not_of(" \t,"), list.size());
    list.remove_prefix(begin);
    auto const tag = list.substr(0, list.find(','));
    list.remove_prefix(tag.size());
    return tag.substr(0, tag.find_last_not_of(" \t") + 1);
}

/// The opaque part of a strong tag, whatever the coding; empty for what is none.
std::string_view opaque(std::string_view tag)
{
    if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"')
        return {};
    tag = tag.substr(1, tag.size() - 2);
    if (tag.ends_with(gzipped))
        tag.remove_suffix(gzipped.size());
    return tag;
}

}  // namespace

EntityTag::EntityTag(std::string_view body, std::span<std::string_view const> living)
    : state_{state_of(body, living)}, whole_{digest(body)}
{
}

std::string EntityTag::text(bool is_gzipped) const
{
    return fmt::format("\"{}-{}{}\"", state_, whole_, is_gzipped ? gzipped : "");
}

bool EntityTag::is_of_state(std::string_view list) const
{
    for (auto tag = take_tag(list); !tag.empty(); tag = take_tag(list))
        if (tag == "*" || opaque(tag).substr(0, opaque(tag).find('-')) == state_)
            return true;
    return false;
}

bool EntityTag::is_of_whole(std::string_view list) const
{
    auto const own = fmt::format("{}-{}", state_, whole_);
    for (auto tag = take_tag(list); !tag.empty(); tag = take_tag(list))
        if (tag == "*" || opaque(tag.starts_with("W/") ? tag.substr(2) : tag) == own)
            return true;
    return false;
}

}  // namespace api
