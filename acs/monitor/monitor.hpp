#pragma once

#include "base/counters.hpp"
#include "base/result.hpp"
#include "net/server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace monitor {

/// One reason why the node may not be ready to serve. Called on the monitor's thread; must not wait for anything.
/// Fails with a sentence for the operator.
using ReadyCheck = std::function<base::Result<void>()>;

/// Answers GET /metrics (Prometheus text), /healthz (the process runs) and /readyz (it can serve: 200, or 503 with the
/// reasons).
class MonitorHandler final : public net::Handler {
public:
    /// `metrics` must outlive the handler.
    MonitorHandler(base::Metrics const& metrics, std::vector<ReadyCheck> checks);
    base::Awaitable<net::Response> handle(net::Request& request) override;

private:
    [[nodiscard]] net::Response ready() const;

    base::Metrics const& metrics_;
    std::vector<ReadyCheck> checks_;
};

/// The numbers in Prometheus' text form.
[[nodiscard]] std::string render(base::Metrics const& metrics);

/// The monitor's listener, on a thread of its own: it answers however busy the others are.
class Monitor {
public:
    /// `metrics` must outlive the monitor.
    Monitor(base::Metrics& metrics, std::vector<ReadyCheck> checks);
    ~Monitor();

    /// Starts to serve; fails naming the address and the reason.
    [[nodiscard]] base::Result<void> listen(std::string const& address, std::uint16_t port);

private:
    MonitorHandler handler_;
    net::Threads threads_{1};
    net::Server server_;
};

}  // namespace monitor
