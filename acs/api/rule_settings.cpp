#include "domain/rule_settings.hpp"

#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "base/log.hpp"
#include "base/utf8.hpp"
#include "cwmp/path.hpp"
#include "domain/json_fields.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace api {

namespace {

constexpr char settings_cursor = 'w';
constexpr std::size_t most_settings = 10'000;
constexpr std::size_t longest_name = 64;  ///< bytes, of a setting and of a product class

/// "NAME:ROOT:OUI:PRODUCT-CLASS", each part percent-encoded.
std::string id_of(domain::RuleSettingKey const& key)
{
    return fmt::format("{}:{}:{}:{}", net::percent_encoded(key.name), net::percent_encoded(key.root),
                       net::percent_encoded(key.oui), net::percent_encoded(key.product_class));
}

bool is_name(std::string_view text)
{
    auto const is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, is_allowed);
}

bool is_oui(std::string_view text)
{
    return text.empty() || (text.size() == 6 && std::ranges::all_of(text, [](char c) {
                                return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
                            }));
}

bool is_key(domain::RuleSettingKey const& key)
{
    return is_name(key.name) && (key.root.empty() || key.root == "Device." || key.root == "InternetGatewayDevice.") &&
           is_oui(key.oui) && key.product_class.size() <= longest_name && base::is_utf8(key.product_class) &&
           !key.product_class.contains('\0');
}

Outcome<domain::RuleSettingKey> read_id(std::string_view segment)
{
    std::vector<std::string> parts;
    for (auto const& text : {std::string{segment}, net::percent_decoded(segment)}) {
        parts.clear();
        for (std::size_t at = 0; at <= text.size() && parts.size() < 5;) {
            auto const end = std::min(text.find(':', at), text.size());
            parts.push_back(net::percent_decoded(std::string_view{text}.substr(at, end - at)));
            at = end + 1;
        }
        if (parts.size() == 4)
            break;
    }
    if (parts.size() == 4) {
        domain::RuleSettingKey key{parts[0], parts[1], parts[2], parts[3]};
        if (is_key(key))
            return key;
    }
    return bad_request("A setting is named NAME:ROOT:OUI:PRODUCT-CLASS, each part percent-encoded: NAME of a-z, 0-9, "
                       "'.', '_' and '-'; ROOT Device., InternetGatewayDevice. or empty; OUI six hexadecimal digits in "
                       "capitals, or empty.");
}

Outcome<std::string> read_path(std::string_view body, domain::RuleSettingKey const& key)
{
    auto const object = read_object(body, R"({"path":"Device.WiFi.SSID.1.SSID"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    auto path = fields.text("path");
    auto const checked = cwmp::check_path(path, {.partial = false, .wildcards = false, .aliases = false});
    if (object->contains("path") && !checked)
        fields.complain("path", checked.error().what);
    else if (checked && !path.starts_with(key.root))
        fields.complain("path", fmt::format("must begin with {}", key.root));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return path;
}

boost::json::object view_of(domain::RuleSetting const& setting)
{
    return {{"id", id_of(setting.key)},
            {"name", setting.key.name},
            {"root", setting.key.root},
            {"oui", setting.key.oui},
            {"product_class", setting.key.product_class},
            {"path", setting.path}};
}

}  // namespace

Answer list_rule_settings(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(settings_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const all = co_await call.context.services.rule_settings.list();
    auto const last = after.empty() ? Outcome<domain::RuleSettingKey>{domain::RuleSettingKey{}} : read_id(after);
    if (!last)
        co_return std::unexpected{last.error()};
    boost::json::array items;
    std::string id;
    for (auto const& setting : all) {
        if (setting.key <= *last)
            continue;
        if (items.size() == limit)
            co_return list_response(std::move(items), make_cursor(settings_cursor, id));
        items.push_back(view_of(setting));
        id = id_of(setting.key);
    }
    co_return list_response(std::move(items), std::nullopt);
}

Answer show_rule_setting(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const key = read_id(call.argument);
    if (!key)
        co_return std::unexpected{key.error()};
    auto const all = co_await call.context.services.rule_settings.list();
    auto const found = std::ranges::find(all, *key, &domain::RuleSetting::key);
    if (found == all.end())
        co_return not_found("setting of rules", call.argument);
    co_return json_response(200, view_of(*found));
}

Answer put_rule_setting(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const key = read_id(call.argument);
    if (!key)
        co_return std::unexpected{key.error()};
    auto path = read_path(call.request.body, *key);
    if (!path)
        co_return std::unexpected{std::move(path).error()};
    auto& settings = call.context.services.rule_settings;
    auto const all = co_await settings.list();
    if (all.size() >= most_settings && std::ranges::find(all, *key, &domain::RuleSetting::key) == all.end())
        co_return problem(409, "conflict", fmt::format("There are {} already; remove some first.", all.size()));
    domain::RuleSetting const wanted{*key, *std::move(path)};
    auto const before = co_await settings.put(wanted);
    if (before != wanted.path) {
        base::log::info("api.rule_setting",
                        {{"setting", id_of(*key)}, {"path", wanted.path}, {"by", call.caller.name}});
        boost::json::value former = nullptr;
        if (before)
            former = view_of({*key, *before});
        co_await audit(call, "rule-setting.changed", id_of(*key), std::move(former), view_of(wanted));
    }
    co_return json_response(200, view_of(wanted));
}

Answer remove_rule_setting(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const key = read_id(call.argument);
    if (!key)
        co_return std::unexpected{key.error()};
    auto const before = co_await call.context.services.rule_settings.remove(*key);
    if (!before)
        co_return not_found("setting of rules", call.argument);
    base::log::info("api.rule_setting", {{"setting", id_of(*key)}, {"path", ""}, {"by", call.caller.name}});
    co_await audit(call, "rule-setting.removed", id_of(*key), view_of({*key, *before}), nullptr);
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
