#pragma once

#include "base/clock.hpp"
#include "domain/webhook.hpp"
#include "net/http_client.hpp"
#include "net/name_lookup.hpp"
#include "net/network.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhooks {

struct SenderSettings {
    std::chrono::milliseconds connect{5'000};    ///< name look-up, TCP and TLS
    std::chrono::milliseconds exchange{15'000};  ///< until the whole answer is there
    std::uint32_t answer_bytes = 64 * 1024;      ///< of an answer, header and body each; its content does not matter
    net::Networks allowed;                       ///< although they are link-local
    std::shared_ptr<net::TlsClientContext> tls;
    std::shared_ptr<net::NameLookup> names = std::make_shared<net::NameLookup>();  ///< of the receivers
};

/// Which addresses requests may go to: an operator says where, and he may be wrong about what lies behind a name. The
/// links of this machine, where clouds keep their metadata, are refused unless they are allowed; so is what is no
/// address of one host.
[[nodiscard]] bool may_go_to(net::Networks const& allowed, boost::asio::ip::address const& address);

/// What an exchange came to, in plain words.
[[nodiscard]] domain::WebhookAnswer answer_of(net::ClientResult const& result, std::chrono::milliseconds time);

/// A connection to the receiver of one webhook, kept while it is used. On one thread.
class Channel {
public:
    /// The clock must outlive it.
    Channel(SenderSettings settings, base::Clock const& clock) : settings_{std::move(settings)}, clock_{clock} {}

    /// One request with these events. Never throws for what the network does.
    base::Awaitable<domain::WebhookAnswer> send(domain::Webhook webhook, std::vector<domain::EventRecord> events);
    void cancel() noexcept;

private:
    [[nodiscard]] net::ClientRequest request_of(domain::Webhook const& webhook, net::Url const& url,
                                                std::vector<domain::EventRecord> const& events) const;

    SenderSettings settings_;
    base::Clock const& clock_;
    std::string url_;
    std::optional<net::ClientConnection> connection_;
};

/// Channels for one request each.
class Sender final : public domain::WebhookSender {
public:
    Sender(SenderSettings settings, base::Clock const& clock) : settings_{std::move(settings)}, clock_{clock} {}

    base::Awaitable<domain::WebhookAnswer> send(domain::Webhook webhook,
                                                std::vector<domain::EventRecord> events) override;
    [[nodiscard]] base::Result<void> check(std::string_view url) const override;
    [[nodiscard]] SenderSettings const& settings() const noexcept { return settings_; }

private:
    SenderSettings settings_;
    base::Clock const& clock_;
};

}  // namespace webhooks
