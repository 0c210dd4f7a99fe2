#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "device/device.hpp"
#include "load/inform_template.hpp"
#include "load/ledger.hpp"
#include "load/load_statistics.hpp"
#include "load/scenario.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {
class Stream;
}

namespace sim {

/// What the sessions of a load run share. On one thread.
class LoadContext {
public:
    /// Resolves the ACS's name, reads certificates, opens the ledger (empty name: none). Fails naming the reason.
    [[nodiscard]] static base::Result<std::unique_ptr<LoadContext>> create(Scenario scenario,
                                                                           std::string const& ledger_file);

    Scenario const scenario;
    net::Url const url;
    boost::asio::ip::tcp::endpoint const server;
    std::string const post_head;  ///< request line and fields of every POST up to "Content-Length: "
    std::shared_ptr<net::TlsClientContext> const tls;
    base::SystemClock clock;
    LoadStatistics statistics;
    std::optional<LedgerWriter> ledger;
    std::uint16_t request_port = 0;  ///< where connection requests arrive; 0: nowhere
    bool stopping = false;
    std::string failure;  ///< why the run cannot go on: the disk is full ...

    [[nodiscard]] base::TimePoint now() const { return clock.now(); }
    /// The time for Informs, worked out once a second.
    [[nodiscard]] std::string const& current_time();

    [[nodiscard]] Persona const& persona_of(std::uint32_t device) const;
    [[nodiscard]] std::string serial_of(std::uint32_t device) const;
    [[nodiscard]] std::string const& oui_of(std::uint32_t device) const;
    [[nodiscard]] std::string request_url_of(std::uint32_t device) const;
    /// The device that a connection request's path names; none when it names none that can be reached.
    [[nodiscard]] std::optional<std::uint32_t> device_at(std::string_view path) const;
    /// What makes the device, whole.
    [[nodiscard]] DeviceSettings settings_of(std::uint32_t device) const;
    /// The Inform of the device's persona for these reasons; made when first asked for.
    [[nodiscard]] InformTemplate const& inform_template(std::uint32_t device, std::uint8_t reasons);
    /// The next local address to connect from; none: the system's choice.
    [[nodiscard]] std::optional<boost::asio::ip::address> next_source();

    /// The ACS has answered this Inform.
    void acknowledged(std::uint32_t device, std::span<cwmp::Event const> events, std::uint32_t retry_count);
    /// Writes `entry` for the device; its time is now.
    void note(std::uint32_t device, LedgerEntry entry);
    /// A request of the ACS was answered; `settled` when the ACS went on after it.
    void answered(std::uint32_t device, cwmp::Message const& request, cwmp::Message const& answer, bool settled);
    /// A session has failed for this reason; at the end of the run that is nobody's fault.
    void count_failure(std::string_view kind);
    /// A session begins or ends.
    void session_began(bool is_retry);
    void session_ended();

    /// Aborts `stream` when it is still watched at `deadline`. The number is for unwatch().
    [[nodiscard]] std::size_t watch(net::Stream& stream, std::chrono::steady_clock::time_point deadline);
    void rewatch(std::size_t number, std::chrono::steady_clock::time_point deadline) noexcept;
    void unwatch(std::size_t number) noexcept;
    /// Aborts what is late; everything when the run stops.
    void check_watched();

private:
    LoadContext(Scenario s, net::Url u, boost::asio::ip::tcp::endpoint e, std::shared_ptr<net::TlsClientContext> t);
    [[nodiscard]] bool is_behind_nat(std::uint32_t device) const;
    [[nodiscard]] std::size_t group_number(std::uint32_t device) const;

    struct Watched {
        net::Stream* stream = nullptr;
        std::chrono::steady_clock::time_point deadline;
    };
    std::vector<Watched> watched_;
    std::vector<std::size_t> free_;
    std::map<std::pair<std::size_t, Persona const*>, std::array<std::unique_ptr<InformTemplate>, reason::all + 1>>
        templates_;
    std::string time_text_;
    std::chrono::sys_seconds time_second_{};
    std::uint32_t sources_given_ = 0;
};

/// CommandKey or ParameterKey of a request of the ACS; empty when it has none.
[[nodiscard]] std::string key_of(cwmp::Message const& request);

}  // namespace sim
