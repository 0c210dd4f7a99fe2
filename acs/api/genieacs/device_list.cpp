#include "api/genieacs/device_list.hpp"

#include "api/genieacs/document.hpp"
#include "base/unavailable.hpp"
#include "domain/inventory.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace api::genieacs {

namespace {

constexpr unsigned page_devices = 100;
constexpr std::size_t piece_bytes = 64 * 1024;    ///< a piece is sent when it has so many
constexpr unsigned most_parameters = 100'000;     ///< of one device; its tree never has so many
constexpr std::uint32_t most_in_order = 100'000;  ///< keys that are kept of a list with an order of its own

using Page = base::Result<std::vector<domain::DeviceRow>>;

}  // namespace

base::Awaitable<Outcome<std::string>> DeviceList::next()
{
    std::string text;
    if (!std::exchange(has_begun_, true))
        text = "[\n";
    while (!is_over_ && text.size() < piece_bytes) {
        if (at_ == page_.size())
            if (auto read = co_await read_page(); !read)
                co_return std::unexpected{std::move(read).error()};
        is_over_ = page_.empty();
        if (is_over_)
            break;
        auto const item = co_await document(page_[at_++]);
        text += given_++ == 0 ? "" : ",\n";
        text += item;
    }
    if (is_over_)
        text += "\n]\n";
    co_return text;
}

base::Awaitable<Outcome<void>> DeviceList::read_page()
{
    auto page = co_await next_page();
    if (!page)
        co_return bad_request(fmt::format("query: {}", page.error().what), {{"query", page.error().what}});
    page_ = *std::move(page);
    at_ = 0;
    bootstraps_.clear();
    if (page_.empty() || !listing_.projection.wants("_lastBootstrap"))
        co_return Outcome<void>{};
    std::vector<domain::DeviceKey> keys;
    for (auto const& device : page_)
        keys.push_back(device.key);
    bootstraps_ = co_await services_.fleet_lists.last_bootstraps(std::move(keys));
    co_return Outcome<void>{};
}

base::Awaitable<Page> DeviceList::next_page()
{
    auto most = page_devices;
    if (listing_.limit != 0)
        most = static_cast<unsigned>(std::min<std::uint64_t>(most, listing_.limit - given_));
    if (most == 0)
        co_return std::vector<domain::DeviceRow>{};
    if (listing_.order.empty())
        co_return co_await next_by_key(most);
    co_return co_await next_in_order(most);
}

base::Awaitable<Page> DeviceList::next_by_key(unsigned most)
{
    if (!after_) {
        after_ = domain::DeviceKey{0};
        if (listing_.skip > 0) {
            domain::FleetQuery query{listing_.where, {}, listing_.skip, 1};
            auto const first = co_await services_.fleet_lists.pick(std::move(query));
            if (!first)
                co_return std::unexpected{first.error()};
            if (first->empty())
                co_return std::vector<domain::DeviceRow>{};
            after_ = domain::DeviceKey{first->front().value() - 1};
        }
    }
    auto page = co_await services_.inventory.search(listing_.where, *after_, most);
    if (page && !page->empty())
        after_ = page->back().key;
    co_return page;
}

base::Awaitable<Page> DeviceList::next_in_order(unsigned most)
{
    if (!keys_) {
        domain::FleetQuery query{listing_.where, listing_.order, listing_.skip, most_in_order + 1};
        if (listing_.limit != 0)
            query.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(listing_.limit, query.limit));
        auto picked = co_await services_.fleet_lists.pick(std::move(query));
        if (!picked)
            co_return std::unexpected{picked.error()};
        if (picked->size() > most_in_order)
            co_return base::fail(
                fmt::format("at most {} devices are put into an order; give a limit, or no sort", most_in_order));
        keys_ = *std::move(picked);
    }
    std::vector<domain::DeviceRow> page;
    while (page.empty() && keys_at_ < keys_->size()) {  // those of a whole page may be gone meanwhile
        auto const rest = std::span{*keys_}.subspan(keys_at_);
        auto const next = rest.first(std::min<std::size_t>(most, rest.size()));
        keys_at_ += next.size();
        std::vector<domain::DeviceKey> keys{next.begin(), next.end()};
        page = co_await services_.fleet_lists.devices(std::move(keys));
    }
    co_return page;
}

base::Awaitable<std::string> DeviceList::document(domain::DeviceRow const& device)
{
    std::vector<domain::ParameterRow> parameters;
    if (listing_.with_parameters)
        parameters =
            co_await services_.inventory.parameters(device.key, listing_.projection.object(), "", most_parameters);
    auto const found =
        std::ranges::find(bootstraps_, device.key, &std::pair<domain::DeviceKey, base::TimePoint>::first);
    auto const last_bootstrap = found == bootstraps_.end() ? std::nullopt : std::optional{found->second};
    co_return boost::json::serialize(document_of(device, last_bootstrap, parameters, listing_.projection));
}

base::Awaitable<std::optional<std::string>> DeviceStream::next()
{
    if (is_cancelled_)
        co_return std::nullopt;
    if (!begun_.empty())
        co_return std::exchange(begun_, {});
    if (list_->is_over())
        co_return std::nullopt;
    auto piece = co_await list_->next();
    if (!piece)
        throw base::Unavailable{"a list of devices broke off: " + piece.error().detail};
    co_return *std::move(piece);
}

}  // namespace api::genieacs
