#pragma once

#include "api/caller.hpp"
#include "api/problem.hpp"
#include "api/services.hpp"
#include "api/settings.hpp"
#include "base/awaitable.hpp"
#include "domain/idempotency.hpp"
#include "net/http.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace api {

class Exports;
struct FleetCache;
class OperatorBook;
class Passwords;

/// What every endpoint works with.
struct Context {
    Services services;
    Settings settings;
    OperatorBook& book;
    Passwords& passwords;
    Exports& exports;
    FleetCache& fleet;
};

/// One request on its way through an endpoint. `context` and `request` outlive the endpoint's coroutine.
struct Call {
    Context const& context;
    net::Request& request;
    std::string_view argument;  ///< what stands for the placeholder in the route's path, not decoded; or empty
    std::string_view second;    ///< what stands for a second one
    Caller caller;
    /// The request has an Idempotency-Key: what it makes gets the reserved id, and may be there already.
    std::optional<domain::KeyClaim> claim = {};
};

/// What an endpoint gives.
using Answer = base::Awaitable<Outcome<net::Response>>;

/// An answer of JSON, never to be cached, compressed when the client takes it.
[[nodiscard]] net::Response json_response(unsigned status, boost::json::object const& body);

/// {"items":[...],"next":CURSOR or null}: a page of a list.
[[nodiscard]] net::Response list_response(boost::json::array items, std::optional<std::string> const& next);

/// A number that names something (a task, a file); none for anything but 1 to 19 digits that fit.
[[nodiscard]] std::optional<std::int64_t> parse_id(std::string_view text) noexcept;

}  // namespace api
