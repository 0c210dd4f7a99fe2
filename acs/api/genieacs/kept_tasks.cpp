#include "api/genieacs/kept_tasks.hpp"

#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/genieacs/document_list.hpp"
#include "api/genieacs/lookup.hpp"
#include "api/views.hpp"
#include "base/log.hpp"
#include "domain/failed_tasks.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace api::genieacs {

namespace {

constexpr unsigned page_tasks = 1'000;

bool is_kept(domain::TaskState state)
{
    return state == domain::TaskState::failed || !domain::is_final(state);
}

}  // namespace

base::Awaitable<Outcome<std::vector<domain::TaskRow>>>
read_tasks(Call const& call, std::vector<domain::TaskState> states, std::optional<std::string_view> device)
{
    domain::TaskQuery query;
    query.limit = page_tasks;
    std::vector<domain::TaskRow> rows;
    if (device) {
        auto const found = co_await find(call, *device);
        if (!found)
            co_return rows;
        query.device = found->key;
    }
    for (auto const state : states) {
        query.state = state;
        query.after = 0;
        for (bool is_last = false; !is_last;) {
            auto page = co_await call.context.services.inventory.tasks(query);
            is_last = page.size() < page_tasks;
            if (!page.empty())
                query.after = page.back().task.id.value();
            std::vector<domain::DeviceKey> keys;
            for (auto const& row : page)
                keys.push_back(row.task.device);
            auto const seen = co_await visible_devices(call, std::move(keys));
            std::set<domain::DeviceKey> const known{seen.begin(), seen.end()};
            for (auto& row : page)
                if (known.contains(row.task.device))
                    rows.push_back(std::move(row));
            if (rows.size() > most_documents)
                co_return too_many_documents(R"(ask for those of one device, query={"device":"..."})");
        }
    }
    co_return rows;
}

base::Awaitable<std::optional<domain::TaskRow>> find_task(Call const& call, std::string_view id)
{
    auto const number = parse_id(id);
    if (!number)
        co_return std::nullopt;
    auto row = co_await call.context.services.inventory.find_task(domain::TaskId{*number});
    if (!row || !is_kept(row->task.state))
        co_return std::nullopt;
    bool const is_seen = co_await is_visible(call, row->task.device);
    if (!is_seen)
        co_return std::nullopt;
    co_return row;
}

base::Awaitable<bool> forget_task(Call const& call, domain::TaskRow const& row)
{
    bool const is_removed = co_await call.context.services.failed_tasks.remove(row.task.id);
    if (!is_removed)
        co_return false;
    auto const id = row.task.id.value();
    base::log::info("api.task_forgotten", {{"task", id}, {"by", call.caller.name}});
    co_await audit(call, "task.forgotten", fmt::format("task {}", id), view_of(row), nullptr, row.task.device);
    co_return true;
}

}  // namespace api::genieacs
