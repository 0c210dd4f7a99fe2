#pragma once

#include "base/result.hpp"
#include "net/network.hpp"
#include "net/url.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wakeup {

/// The addresses of this machine's interfaces, for TargetRules; empty when the system does not tell.
[[nodiscard]] std::vector<std::string> own_addresses();

/// Which addresses connection requests may go to. The URL comes from the CPE, so a hostile one could point us at our
/// own services (SSRF): loopback, link-local, multicast and unspecified addresses are refused unless allowed here.
class TargetRules {
public:
    TargetRules() = default;
    /// `allowed` beats everything, then `denied` (our own addresses, management networks), then the built-in refusals.
    TargetRules(net::Networks allowed, net::Networks denied) : allowed_{std::move(allowed)}, denied_{std::move(denied)}
    {
    }

    [[nodiscard]] bool allows(boost::asio::ip::address const& address) const;

    /// Reads a ConnectionRequestURL; fails with the reason in plain words: not http, carries a login, an address that
    /// is not allowed, or no URL at all. Names are checked again when they are resolved.
    [[nodiscard]] base::Result<net::Url> check(std::string_view url) const;

private:
    net::Networks allowed_;
    net::Networks denied_;
};

}  // namespace wakeup
