#include "net/udp_socket.hpp"

#include "net/stream.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace net {

namespace asio = boost::asio;
namespace ip = boost::asio::ip;
using ip::udp;

namespace {

constexpr unsigned most_in_a_row = 64;           ///< then others on the thread have their turn
constexpr int receive_buffer = 4 * 1024 * 1024;  ///< bytes: what gathers while the thread is busy

struct Control {
    alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(in_pktinfo))];
};

template <class Info>
void put_info(msghdr& message, Control& control, int level, int type, Info const& info)
{
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof info);
    auto* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

ip::address_v6 widened(ip::address const& address)
{
    return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

/// Says which address of ours the datagram leaves from.
void leave_from(msghdr& message, Control& control, ip::address const& from, bool is_v6)
{
    if (is_v6) {
        in6_pktinfo info{};
        auto const bytes = widened(from).to_bytes();
        std::memcpy(&info.ipi6_addr, bytes.data(), bytes.size());
        put_info(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
    } else if (from.is_v4()) {
        in_pktinfo info{};
        auto const bytes = from.to_v4().to_bytes();
        std::memcpy(&info.ipi_spec_dst, bytes.data(), bytes.size());
        put_info(message, control, IPPROTO_IP, IP_PKTINFO, info);
    }
}

ip::address arrived_at(msghdr& message)
{
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            ip::address_v6::bytes_type bytes;
            std::memcpy(bytes.data(), &info.ipi6_addr, bytes.size());
            return unmapped(ip::address_v6{bytes});
        }
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            return ip::address_v4{ntohl(info.ipi_addr.s_addr)};
        }
    }
    return {};
}

}  // namespace

UdpSocket::UdpSocket(Socket socket)
    : socket_{std::move(socket)},
      descriptor_{socket_.native_handle()},
      is_v6_{socket_.local_endpoint().protocol() == udp::v6()}
{
}

base::Result<UdpSocket> UdpSocket::open(base::Executor const& executor, std::string const& address, std::uint16_t port)
{
    boost::system::error_code error;
    udp::endpoint const endpoint{ip::make_address(address, error), port};
    Socket socket{executor};
    if (!error)
        socket.open(endpoint.protocol(), error);
    int const on = 1;
    if (!error && endpoint.protocol() == udp::v6()) {
        socket.set_option(ip::v6_only{false}, error);
        ::setsockopt(socket.native_handle(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    } else if (!error) {
        ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    }
    boost::system::error_code ignored;
    socket.set_option(asio::socket_base::receive_buffer_size{receive_buffer}, ignored);
    if (!error)
        socket.native_non_blocking(true, error);
    if (!error)
        socket.bind(endpoint, error);
    if (error)
        return base::fail(fmt::format("UDP port {} of {} cannot be opened: {}", port, address, error.message()));
    return UdpSocket{std::move(socket)};
}

std::optional<Datagram> UdpSocket::try_receive() noexcept
{
    udp::endpoint from;
    Control control{};
    iovec part{scratch(), scratch_bytes};
    msghdr message{};
    message.msg_name = from.data();
    message.msg_namelen = static_cast<socklen_t>(from.capacity());
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    auto const size = ::recvmsg(descriptor_, &message, 0);
    if (size < 0)
        return std::nullopt;
    return Datagram{
        {scratch(), static_cast<std::size_t>(size)}, {unmapped(from.address()), from.port()}, arrived_at(message)};
}

base::Awaitable<std::optional<Datagram>> UdpSocket::receive()
{
    while (!cancelled_) {
        if (++in_a_row_ > most_in_a_row) {
            in_a_row_ = 0;
            co_await asio::post(socket_.get_executor(), base::use_awaitable);
        }
        if (auto const datagram = try_receive())
            co_return datagram;
        in_a_row_ = 0;
        auto const [error] = co_await socket_.async_wait(Socket::wait_read, base::as_tuple);
        if (error)
            break;
    }
    co_return std::nullopt;
}

bool UdpSocket::send(std::string_view bytes, Endpoint const& to, ip::address const& from) noexcept
{
    udp::endpoint target{is_v6_ ? ip::address{widened(to.address)} : to.address, to.port};
    if (!is_v6_ && to.address.is_v6())
        return false;
    Control control{};
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_name = target.data();
    message.msg_namelen = static_cast<socklen_t>(target.size());
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!from.is_unspecified())
        leave_from(message, control, from, is_v6_);
    return ::sendmsg(descriptor_, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void UdpSocket::cancel() noexcept
{
    cancelled_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

Endpoint UdpSocket::local() const
{
    boost::system::error_code ignored;
    auto const endpoint = socket_.local_endpoint(ignored);
    return {unmapped(endpoint.address()), endpoint.port()};
}

}  // namespace net
