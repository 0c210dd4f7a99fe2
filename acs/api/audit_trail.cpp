// The audit trail as people read it.
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "base/crypto.hpp"
#include "base/time_text.hpp"
#include "domain/audit.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace api {

namespace json = boost::json;

namespace {

constexpr char audit_cursor = 'a';
constexpr std::size_t link_bytes = 32;

json::value parsed(std::string const& text)
{
    boost::system::error_code error;
    auto value = text.empty() ? json::value(nullptr) : json::parse(text, error);
    return error ? json::value(nullptr) : value;
}

json::object view_of(domain::AuditRecord const& record)
{
    return {{"id", std::to_string(record.id)},
            {"at", base::to_rfc3339(record.at)},
            {"by", record.entry.by},
            {"how", record.entry.how},
            {"peer", record.entry.peer},
            {"action", record.entry.action},
            {"target", record.entry.target},
            {"before", parsed(record.entry.before)},
            {"after", parsed(record.entry.after)},
            {"erased", record.is_erased},
            {"chain", base::to_hex(record.chain)}};
}

/// "17:HEX"; none when it is absent or none.
std::optional<domain::AuditAnchor> read_anchor(Query& query)
{
    auto const text = query.text("anchor");
    if (!text)
        return std::nullopt;
    auto const colon = text->find(':');
    auto const id = colon == text->npos ? std::nullopt : parse_id(std::string_view{*text}.substr(0, colon));
    auto const chain = colon == text->npos ? std::string{} : base::from_hex(std::string_view{*text}.substr(colon + 1));
    if (id && *id > 0 && chain.size() == link_bytes)
        return domain::AuditAnchor{*id, chain};
    query.add_error("anchor",
                    "must be the \"anchor\" that an earlier verification gave: NUMBER:64 hexadecimal digits.");
    return std::nullopt;
}

}  // namespace

Answer list_audit(Call call)
{
    Query query{call.request.query()};
    domain::AuditQuery wanted;
    wanted.by = query.text("by");
    wanted.action = query.text("action");
    auto const device = query.text("device");
    auto const limit = query.limit();
    wanted.before = query.after_number(audit_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (device) {
        auto const found = co_await find_device(call, *device);
        if (!found)
            co_return std::unexpected{found.error()};
        wanted.device = found->key;
    }
    wanted.limit = limit + 1;
    auto records = co_await call.context.services.audit.list(std::move(wanted));
    std::optional<std::string> next;
    if (records.size() > limit) {
        records.resize(limit);
        next = make_cursor(audit_cursor, std::to_string(records.back().id));
    }
    json::array items;
    for (auto const& record : records)
        items.push_back(view_of(record));
    co_return list_response(std::move(items), next);
}

Answer verify_audit(Call call)
{
    Query query{call.request.query()};
    auto known = read_anchor(query);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const found = co_await call.context.services.audit.verify(std::move(known));
    json::value const problem = found.problem.empty() ? json::value(nullptr) : json::value(found.problem + ".");
    json::value const anchor = found.head.id == 0
                                   ? json::value(nullptr)
                                   : json::value(fmt::format("{}:{}", found.head.id, base::to_hex(found.head.chain)));
    co_return json_response(200, {{"intact", found.problem.empty()},
                                  {"entries", found.entries},
                                  {"erased", found.erased},
                                  {"anchor", anchor},
                                  {"problem", problem}});
}

}  // namespace api
