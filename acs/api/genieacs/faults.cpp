// What failed: tasks, and what rules have given up for a device.
#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/genieacs/document_list.hpp"
#include "api/genieacs/endpoints.hpp"
#include "api/genieacs/filter_match.hpp"
#include "api/genieacs/identity.hpp"
#include "api/genieacs/kept_tasks.hpp"
#include "api/genieacs/lookup.hpp"
#include "api/genieacs/moments.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "cwmp/device_id.hpp"
#include "domain/rules.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

constexpr std::string_view task_channel = "task_";
constexpr unsigned page_quarantines = 1'000;

using Documents = std::vector<json::object>;

json::object fault(cwmp::DeviceId const& identity, std::string const& channel, base::TimePoint since)
{
    auto const device = document_id(identity);
    return {{"_id", fmt::format("{}:{}", device, channel)},
            {"device", device},
            {"channel", channel},
            {"timestamp", to_iso(since)}};
}

json::object document_of(domain::TaskRow const& row)
{
    auto document = fault(row.identity, fmt::format("{}{}", task_channel, row.task.id.value()), row.updated);
    document["code"] = row.fault_code ? fmt::format("cwmp.{}", *row.fault_code) : std::string{"failed"};
    document["message"] = net::without_logins(row.fault_text);
    document["retries"] = row.task.attempts;
    return document;
}

json::object document_of(domain::Quarantine const& each)
{
    auto document = fault(each.identity, each.rule, each.since);
    document["code"] = "given_up";
    document["message"] = each.reason;
    document["retries"] = 0;
    document["detail"] = json::object{{"what", each.what}};
    return document;
}

/// What rules have given up; one of each rule and device.
base::Awaitable<Outcome<void>> add_quarantines(Call const& call, std::optional<std::string_view> device,
                                               Documents& documents)
{
    domain::QuarantineFilter filter;
    if (device) {
        auto const found = co_await find(call, *device);
        if (!found)
            co_return Outcome<void>{};
        filter.device = found->key;
    }
    domain::QuarantinePlace place;
    std::set<std::pair<domain::DeviceKey, std::string>> told;
    for (bool is_last = false; !is_last;) {
        auto const page = co_await call.context.services.rules.quarantined(filter, place, page_quarantines);
        is_last = page.size() < page_quarantines;
        std::vector<domain::DeviceKey> keys;
        for (auto const& each : page)
            keys.push_back(each.device);
        auto const seen = co_await visible_devices(call, std::move(keys));
        std::set<domain::DeviceKey> const known{seen.begin(), seen.end()};
        for (auto const& each : page)
            if (known.contains(each.device) && told.emplace(each.device, each.rule).second)
                documents.push_back(document_of(each));
        if (!page.empty())
            place = {page.back().device, page.back().rule, page.back().what};
        if (documents.size() > most_documents)
            co_return too_many_documents(R"(ask for those of one device, query={"device":"..."})");
    }
    co_return Outcome<void>{};
}

/// The device that a query is about, if it says so: by `device`, by the whole _id of a fault, or by how it begins
/// ("^DEVICE:", as scripts ask for the faults of one device).
std::optional<std::string> device_of(Filter const& filter)
{
    if (auto const device = demanded_text(filter, "device"))
        return std::string{*device};
    if (auto const id = demanded_text(filter, "_id"))
        return std::string{id->substr(0, id->find(':'))};
    auto const start = demanded_start(filter, "_id");
    auto const colon = start ? start->find(':') : std::string::npos;
    return colon == std::string::npos ? std::nullopt : std::optional{start->substr(0, colon)};
}

/// "DEVICE:CHANNEL", also with the colon encoded: the device as it was sent, the channel decoded.
std::pair<std::string_view, std::string> split_id(std::string_view id)
{
    for (std::string_view const colon : {":", "%3A", "%3a"})
        if (auto const at = id.find(colon); at != id.npos)
            return {id.substr(0, at), net::percent_decoded(id.substr(at + colon.size()))};
    return {id, {}};
}

/// A rule is tried again on a device for which it has given something up.
base::Awaitable<Outcome<void>> release(Call const& call, domain::DeviceRow const& device, std::string rule)
{
    if (!call.caller.permissions.has(domain::Permission::rules_write))
        co_return forbidden("Letting a rule try again needs the permission rules.write.");
    domain::QuarantineFilter filter{device.key, rule, std::nullopt};
    auto const released = co_await call.context.services.rules.release(std::move(filter), call.caller.name);
    if (released == 0)
        co_return not_found("fault", fmt::format("{}:{}", document_id(device.identity), rule));
    auto const id = cwmp::external_id(device.identity);
    co_await audit(call, "rule_quarantine.released", id, json::object{{"device", id}, {"rule", rule}},
                   json::object{{"released", released}}, device.key);
    co_return Outcome<void>{};
}

}  // namespace

Answer list_faults(Call call)
{
    auto const wanted = read_list_query(call);
    if (!wanted)
        co_return std::unexpected{wanted.error()};
    auto const filter = filter_of(*wanted);
    if (!filter)
        co_return std::unexpected{filter.error()};
    auto const device = device_of(*filter);
    auto const rows = co_await read_tasks(call, {domain::TaskState::failed}, device);
    if (!rows)
        co_return std::unexpected{rows.error()};
    Documents documents;
    for (auto const& row : *rows)
        documents.push_back(document_of(row));
    if (call.caller.permissions.has(domain::Permission::rules_read))
        if (auto added = co_await add_quarantines(call, device, documents); !added)
            co_return std::unexpected{std::move(added).error()};
    co_return answer_list(*wanted, *filter, std::move(documents));
}

Answer remove_fault(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const [segment, channel] = split_id(call.argument);
    auto const device = co_await find(call, segment);
    if (!device || channel.empty())
        co_return not_found("fault", call.argument);
    if (!channel.starts_with(task_channel)) {
        auto released = co_await release(call, *device, channel);
        if (!released)
            co_return std::unexpected{std::move(released).error()};
        co_return net::Response{};
    }
    auto const row = co_await find_task(call, std::string_view{channel}.substr(task_channel.size()));
    if (!row || row->task.device != device->key)
        co_return not_found("fault", call.argument);
    bool const is_gone = co_await forget_task(call, *row);
    if (!is_gone)
        co_return not_found("fault", call.argument);
    co_return net::Response{};
}

}  // namespace api::genieacs
