#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/result.hpp"
#include "fleet/cpe.hpp"
#include "net/digest.hpp"
#include "net/http.hpp"
#include "net/server.hpp"
#include "net/threads.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace sim {

/// The connection-request server of a whole fleet (TR-069 3.2.2): the path tells the device. Answers 200, 401 with a
/// challenge, 503 for a busy device, 404 for a path that is nobody's.
class ConnectionRequests final : public net::Handler {
public:
    /// Both must outlive it.
    ConnectionRequests(net::Threads& threads, base::Clock const& clock);

    /// Starts listening on `address`:`port` (0: any free port).
    [[nodiscard]] base::Result<void> listen(std::string const& address, std::uint16_t port);
    [[nodiscard]] std::uint16_t port() const { return server_.local_port("connection-requests"); }

    /// Makes `cpe` known under "/" + `path`. Before requests come.
    void add(std::string path, Cpe& cpe) { cpes_.insert_or_assign("/" + std::move(path), &cpe); }

    void stop() { server_.stop(); }

    base::Awaitable<net::Response> handle(net::Request& request) override;

private:
    net::Threads& threads_;
    base::Clock const& clock_;
    base::Metrics metrics_;
    net::DigestServer digest_;
    std::unordered_map<std::string, Cpe*> cpes_;
    net::Server server_;
};

}  // namespace sim
