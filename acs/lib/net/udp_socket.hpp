#pragma once

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/network.hpp"

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

/// What came in one datagram.
struct Datagram {
    std::string_view bytes;  ///< in scratch(): valid until the coroutine waits again
    Endpoint from;
    boost::asio::ip::address to;  ///< which of our addresses it was sent to
};

/// A UDP socket that remembers which of the machine's addresses a datagram came to, so that what is sent back can leave
/// from there: behind NAT nothing else arrives.
class UdpSocket {
public:
    /// `address` is numeric; "::" serves IPv4 too. Port 0: any free one. Fails naming address and port.
    [[nodiscard]] static base::Result<UdpSocket> open(base::Executor const& executor, std::string const& address,
                                                      std::uint16_t port);

    /// The next datagram; none when cancelled. On the thread of the executor.
    base::Awaitable<std::optional<Datagram>> receive();

    /// Sends one datagram, from our address `from` unless that is unspecified. Never waits; false when the system did
    /// not take it. From any thread.
    bool send(std::string_view bytes, Endpoint const& to, boost::asio::ip::address const& from = {}) noexcept;

    /// Ends the wait of receive(), now and later. On the thread of the executor.
    void cancel() noexcept;

    [[nodiscard]] Endpoint local() const;

private:
    using Socket = boost::asio::basic_datagram_socket<boost::asio::ip::udp, base::Executor>;

    explicit UdpSocket(Socket socket);
    [[nodiscard]] std::optional<Datagram> try_receive() noexcept;

    Socket socket_;
    int descriptor_;
    bool is_v6_;
    bool cancelled_ = false;
    unsigned in_a_row_ = 0;  ///< received without having waited
};

}  // namespace net
