#pragma once

#include "api/call.hpp"
#include "domain/ids.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>

namespace api {

/// A session, open or over, as answers tell of it.
struct SessionRow {
    domain::DeviceKey device;
    std::int64_t id = 0;
    boost::json::object view;
};

/// The session that a URL's segment means, open or over; none when there is none whose device the caller may see.
[[nodiscard]] base::Awaitable<std::optional<SessionRow>> find_session(Call const& call);

}  // namespace api
