#include "net/proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace net {

namespace ip = boost::asio::ip;
using State = ProxyHeader::State;

namespace {

constexpr std::string_view text_signature = "PROXY ";
constexpr std::string_view binary_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t longest_text = 107;
constexpr std::size_t binary_fixed = 16;
constexpr unsigned type_tls = 0x20;  ///< PP2_TYPE_SSL
constexpr unsigned client_tls = 1;   ///< PP2_CLIENT_SSL

ProxyHeader only(State state)
{
    return {state, 0, {}, {}, false};
}

unsigned byte(std::string_view text, std::size_t at)
{
    return static_cast<unsigned char>(text[at]);
}
unsigned two_bytes(std::string_view text, std::size_t at)
{
    return byte(text, at) << 8 | byte(text, at + 1);
}

/// How `bytes` relate to a signature: they begin with it, may still become it, or are something else.
enum class Match { yes, maybe, no };
Match match(std::string_view bytes, std::string_view signature)
{
    auto const common = std::min(bytes.size(), signature.size());
    if (bytes.substr(0, common) != signature.substr(0, common))
        return Match::no;
    return common == signature.size() ? Match::yes : Match::maybe;
}

std::string_view take_word(std::string_view& line)
{
    auto const end = std::min(line.find(' '), line.size());
    auto const word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

std::optional<Endpoint> endpoint(std::string_view address, std::string_view port, bool is_v6)
{
    Endpoint made;
    boost::system::error_code error;
    auto const parsed = ip::make_address(std::string{address}, error);
    auto const [end, bad] = std::from_chars(port.data(), port.data() + port.size(), made.port);
    if (error || parsed.is_v6() != is_v6 || bad != std::errc{} || end != port.data() + port.size() || port.empty())
        return std::nullopt;
    made.address = unmapped(parsed);
    return made;
}

ProxyHeader parse_text(std::string_view bytes)
{
    auto const end = bytes.substr(0, longest_text).find("\r\n");
    if (end == std::string_view::npos)
        return only(bytes.size() < longest_text ? State::need_more : State::malformed);
    auto header = only(State::complete);
    header.size = end + 2;
    auto line = bytes.substr(text_signature.size(), end - text_signature.size());
    auto const family = take_word(line);
    if (family == "UNKNOWN")
        return header;
    if (family != "TCP4" && family != "TCP6")
        return only(State::malformed);
    bool const is_v6 = family == "TCP6";
    auto const source = take_word(line);
    auto const destination = take_word(line);
    auto const source_port = take_word(line);
    header.source = endpoint(source, source_port, is_v6);
    header.destination = endpoint(destination, take_word(line), is_v6);
    return header.source && header.destination && line.empty() ? header : only(State::malformed);
}

template <class Address>
void read_addresses(ProxyHeader& header, std::string_view block)
{
    typename Address::bytes_type bytes;
    auto const read = [&](std::size_t at, std::size_t port_at) {
        std::ranges::copy(block.substr(at, bytes.size()), bytes.begin());
        return Endpoint{unmapped(ip::address{Address{bytes}}), static_cast<std::uint16_t>(two_bytes(block, port_at))};
    };
    header.source = read(0, 2 * bytes.size());
    header.destination = read(bytes.size(), 2 * bytes.size() + 2);
}

bool says_tls(std::string_view extras)
{
    while (extras.size() >= 3) {
        auto const size = two_bytes(extras, 1);
        if (extras.size() < 3 + size)
            return false;
        if (byte(extras, 0) == type_tls && size >= 1)
            return (byte(extras, 3) & client_tls) != 0;
        extras.remove_prefix(3 + size);
    }
    return false;
}

ProxyHeader parse_binary(std::string_view bytes)
{
    if (bytes.size() < binary_fixed)
        return only(State::need_more);
    auto const size = binary_fixed + two_bytes(bytes, 14);
    auto const version = byte(bytes, 12) >> 4;
    auto const command = byte(bytes, 12) & 15;
    if (size > longest_proxy_header || version != 2 || command > 1)
        return only(State::malformed);
    if (bytes.size() < size)
        return only(State::need_more);
    auto header = only(State::complete);
    header.size = size;
    if (command == 0)
        return header;
    auto const block = bytes.substr(binary_fixed, size - binary_fixed);
    auto const family = byte(bytes, 13);
    std::size_t const addresses = family == 0x11 ? 12 : family == 0x21 ? 36 : 0;
    if (block.size() < addresses)
        return only(State::malformed);
    if (family == 0x11)
        read_addresses<ip::address_v4>(header, block);
    else if (family == 0x21)
        read_addresses<ip::address_v6>(header, block);
    header.is_tls = addresses > 0 && says_tls(block.substr(addresses));
    return header;
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes, ProxyProtocol mode)
{
    bool const wants_text = mode == ProxyProtocol::v1 || mode == ProxyProtocol::automatic;
    bool const wants_binary = mode == ProxyProtocol::v2 || mode == ProxyProtocol::automatic;
    auto const text = wants_text ? match(bytes, text_signature) : Match::no;
    auto const binary = wants_binary ? match(bytes, binary_signature) : Match::no;
    if (text == Match::yes)
        return parse_text(bytes);
    if (binary == Match::yes)
        return parse_binary(bytes);
    if (text == Match::maybe || binary == Match::maybe)
        return only(State::need_more);
    return only(mode == ProxyProtocol::automatic || mode == ProxyProtocol::off ? State::absent : State::malformed);
}

}  // namespace net
