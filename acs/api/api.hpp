#pragma once

#include "api/problem.hpp"
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

    /// Follows what changes about operators, on the thread that runs it. Spawn it once.
    base::Awaitable<void> follow();
    /// Waits for what is being done on threads of its own, before the io_contexts of its callers are destroyed.
    void stop();

private:
    struct State;

    void note_refusal(Problem const& problem, net::RequestHead const& head);

    std::unique_ptr<State> state_;
};

}  // namespace api
