#pragma once

#include "api/call.hpp"
#include "api/genieacs/projection.hpp"
#include "domain/fleet_list.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace api::genieacs {

/// Which devices are listed, and what of each.
struct DeviceListing {
    std::optional<domain::Condition> where;  ///< with the caller's own part of the fleet in it
    std::vector<domain::FleetOrder> order;
    std::uint64_t skip = 0;
    std::uint64_t limit = 0;  ///< 0: all
    Projection projection;
    bool with_parameters = false;
};

/// The documents of a list as JSON text, made page by page: never is more than one page of devices and one device's
/// parameters in memory, beside the keys of a list with an order of its own.
class DeviceList {
public:
    /// `services` must outlive it.
    DeviceList(Services const& services, DeviceListing listing) : services_{services}, listing_{std::move(listing)} {}

    /// The next piece of the array's text, from its "[" on; empty when there is no more. Fails with 400 when the
    /// database refuses the search.
    base::Awaitable<Outcome<std::string>> next();
    /// True when the whole array was given.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

private:
    base::Awaitable<base::Result<std::vector<domain::DeviceRow>>> next_page();
    base::Awaitable<base::Result<std::vector<domain::DeviceRow>>> next_by_key(unsigned most);
    base::Awaitable<base::Result<std::vector<domain::DeviceRow>>> next_in_order(unsigned most);
    base::Awaitable<Outcome<void>> read_page();
    base::Awaitable<std::string> document(domain::DeviceRow const& device);

    Services const& services_;
    DeviceListing listing_;
    std::vector<domain::DeviceRow> page_;
    std::vector<std::pair<domain::DeviceKey, base::TimePoint>> bootstraps_;  ///< of the page
    std::size_t at_ = 0;                                                     ///< in the page
    std::optional<std::vector<domain::DeviceKey>> keys_;                     ///< of a list in order
    std::size_t keys_at_ = 0;                                                ///< in these
    std::optional<domain::DeviceKey> after_;                                 ///< of one by key
    std::uint64_t given_ = 0;                                                ///< devices so far
    bool has_begun_ = false;
    bool is_over_ = false;
};

/// The rest of a list, sent while it is read.
class DeviceStream final : public net::PushStream {
public:
    DeviceStream(std::string begun, std::unique_ptr<DeviceList> list) : begun_{std::move(begun)}, list_{std::move(list)}
    {
    }

    /// Throws base::Unavailable when the list cannot be read to its end: the client must not take a part for the whole.
    base::Awaitable<std::optional<std::string>> next() override;
    void cancel() noexcept override { is_cancelled_ = true; }

private:
    std::string begun_;
    std::unique_ptr<DeviceList> list_;
    bool is_cancelled_ = false;
};

}  // namespace api::genieacs
