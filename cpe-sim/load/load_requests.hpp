#pragma once

#include "base/counters.hpp"
#include "base/result.hpp"
#include "load/load_context.hpp"
#include "load/scheduler.hpp"
#include "net/digest.hpp"
#include "net/http.hpp"
#include "net/server.hpp"
#include "net/threads.hpp"

#include <cstdint>

namespace sim {

/// The connection-request server of a load run: one port for a million devices, of which it keeps nothing - the path
/// holds the device's number and a check that only the run can make. On the run's only thread.
class LoadRequests final : public net::Handler {
public:
    /// All must outlive it; `threads` has one thread.
    LoadRequests(net::Threads& threads, LoadContext& context, Scheduler& scheduler);

    /// Starts listening, and tells the context its port. Fails when the address is taken.
    [[nodiscard]] base::Result<void> listen();
    void stop() { server_.stop(); }

    base::Awaitable<net::Response> handle(net::Request& request) override;

private:
    [[nodiscard]] bool is_right(net::Authorization const& login, std::uint32_t device);
    [[nodiscard]] net::Response challenge() const;

    LoadContext& context_;
    Scheduler& scheduler_;
    base::Metrics metrics_;
    net::DigestServer digest_;
    net::Server server_;
};

}  // namespace sim
