#pragma once

#include "net/http_client.hpp"
#include "net/name_lookup.hpp"
#include "wakeup/last_connections.hpp"
#include "wakeup/target_rules.hpp"
#include "wakeup/wake_method.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wakeup {

struct HttpLimits {
    std::chrono::milliseconds connect{3'000};    ///< TCP to a CPE
    std::chrono::milliseconds exchange{10'000};  ///< its answer
    std::uint32_t answer_bytes = 64 * 1024;      ///< of a CPE's answer that are read, header and body each
};

struct HttpSettings {
    HttpLimits limits;
    TargetRules targets;
    bool allow_basic = false;                      ///< answer a Basic challenge: it sends the password in clear
    std::string username, password;                ///< for devices of which no login of their own is known; empty: none
    LastConnections const* connections = nullptr;  ///< must outlive the method; null: nobody knows
};

/// Connection requests over HTTP (TR-069 3.2.2): GET on the device's ConnectionRequestURL, Digest when it asks. Of a
/// device behind a NAT the hole of its last connection is tried, too: some NATs let others through it.
class HttpWaker final : public WakeMethod {
public:
    explicit HttpWaker(HttpSettings settings) : settings_{std::move(settings)} {}

    [[nodiscard]] std::string_view name() const noexcept override { return "http"; }
    /// When its URL is one that may be asked.
    [[nodiscard]] bool applies(WakeTarget const& target, std::string& why) const override;
    base::Awaitable<Asked> ask(WakeTarget target, std::chrono::steady_clock::time_point until) override;

private:
    using Moment = std::chrono::steady_clock::time_point;
    using Logins = std::vector<domain::Inventory::WakeCredentials>;

    [[nodiscard]] Logins logins_from(Logins own) const;
    base::Awaitable<net::ClientResult> get(net::Url const& url, Logins const& logins, Moment until, bool allow_basic);
    base::Awaitable<net::ClientResult> exchange(net::Url url, net::Credentials credentials, Moment until,
                                                bool allow_basic);

    HttpSettings settings_;
    std::shared_ptr<net::NameLookup> names_ = std::make_shared<net::NameLookup>();  ///< devices choose the names
};

/// What an exchange that got an answer, or none, comes to.
[[nodiscard]] Asked asked_of(net::ClientResult const& result, bool had_credentials, bool allows_basic = false);

}  // namespace wakeup
