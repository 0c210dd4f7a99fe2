#include "api/genieacs/lookup.hpp"

#include "api/genieacs/identity.hpp"
#include "net/url.hpp"

namespace api::genieacs {

base::Awaitable<Outcome<domain::DeviceRow>> find(Call const& call, std::string_view segment)
{
    for (auto const& reading : {std::string{segment}, net::percent_decoded(segment)}) {
        auto const identity = identity_of(reading);
        if (!identity)
            continue;
        auto device = co_await find_device(call, cwmp::external_id(*identity));
        if (device)
            co_return device;
    }
    co_return not_found("device", segment);
}

}  // namespace api::genieacs
