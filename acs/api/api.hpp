#pragma once

#include "api/services.hpp"
#include "api/settings.hpp"
#include "net/http.hpp"

#include <memory>

namespace api {

/// The REST API under /api/v1 as docs/api/openapi.yaml describes it. Safe on all I/O threads at once.
class Api final : public net::Handler {
public:
    Api(Services services, Settings settings);
    ~Api() override;

    /// Refuses before the body is read: no valid token (401), a permission that is missing (403), no such path (404),
    /// method (405), body type (415) or size (413). Sends an uploaded file to the file directory while it comes.
    [[nodiscard]] net::BodyPolicy on_head(net::RequestHead const& head) override;
    /// Answers one request. An outage becomes 503 with Retry-After, in the API's own form.
    base::Awaitable<net::Response> handle(net::Request& request) override;

private:
    struct State;
    std::unique_ptr<State const> state_;
};

}  // namespace api
