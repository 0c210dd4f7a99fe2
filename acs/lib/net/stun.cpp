#include "net/stun.hpp"

#include "base/crypto.hpp"
#include "net/stun_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace net::stun {

namespace ip = boost::asio::ip;

namespace {

constexpr std::size_t most_attributes = 32;  ///< of one message; more are refused
constexpr std::size_t most_unknown = 4;      ///< that an answer names
constexpr std::size_t longest_reason = 128;  ///< bytes that are kept of it
constexpr std::uint16_t optional_from = 0x8000;
constexpr unsigned change_ip = 4;
constexpr unsigned change_port = 2;

/// The bytes that an XOR-MAPPED-ADDRESS is hidden with: the cookie and the rest of the transaction's id.
template <std::size_t size>
void unhide(std::array<unsigned char, size>& address, Transaction const& transaction)
{
    for (std::size_t i = 0; i < size; ++i)
        address[i] ^= transaction[i];
}

template <std::size_t size>
std::array<unsigned char, size> address_bytes(std::string_view value)
{
    std::array<unsigned char, size> bytes{};
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<unsigned char>(value[4 + i]);
    return bytes;
}

std::optional<Endpoint> read_address(std::string_view value, Transaction const* hidden_with)
{
    if (value.size() < 8)
        return std::nullopt;
    Endpoint endpoint;
    endpoint.port = two_bytes_at(value, 2);
    if (hidden_with != nullptr)
        endpoint.port ^= magic_cookie >> 16U;
    if (byte_at(value, 1) == family_v4) {
        auto bytes = address_bytes<4>(value);
        if (hidden_with != nullptr)
            unhide(bytes, *hidden_with);
        endpoint.address = ip::address_v4{bytes};
        return endpoint;
    }
    if (byte_at(value, 1) != family_v6 || value.size() < 20)
        return std::nullopt;
    auto bytes = address_bytes<16>(value);
    if (hidden_with != nullptr)
        unhide(bytes, *hidden_with);
    endpoint.address = unmapped(ip::address_v6{bytes});
    return endpoint;
}

bool is_known(std::uint16_t type)
{
    return (type >= 0x0001 && type <= 0x000b) || type == 0x0014 || type == 0x0015 ||
           type == static_cast<std::uint16_t>(Attribute::xor_mapped_address);
}

std::string without_filling(std::string_view text)
{
    auto const last = text.find_last_not_of(std::string_view{" \0", 2});
    return std::string{text.substr(0, last == text.npos ? 0 : last + 1)};
}

bool read_error(Message& message, std::string_view value)
{
    if (value.size() < 4)
        return false;
    message.error_code = (byte_at(value, 2) & 7U) * 100 + byte_at(value, 3);
    message.reason = without_filling(value.substr(4, longest_reason));
    return true;
}

/// Takes one attribute that begins at `at`; false when its value is none that it can have.
bool take(Message& message, std::uint16_t type, std::string_view value, std::size_t at)
{
    if (message.integrity_at != 0)
        return true;
    switch (static_cast<Attribute>(type)) {
        case Attribute::mapped_address: {
            auto const address = read_address(value, nullptr);
            if (address && !message.mapped_address)
                message.mapped_address = address;
            return address.has_value();
        }
        case Attribute::xor_mapped_address: {
            auto const address = read_address(value, &message.transaction);
            if (address)
                message.mapped_address = address;
            return address.has_value();
        }
        case Attribute::response_address:
            message.response_address = read_address(value, nullptr);
            return message.response_address.has_value();
        case Attribute::change_request:
            message.wants_other_source = value.size() == 4 && (byte_at(value, 3) & (change_ip | change_port)) != 0;
            return value.size() == 4;
        case Attribute::username: message.username = without_filling(value); return true;
        case Attribute::error_code: return read_error(message, value);
        case Attribute::message_integrity: message.integrity_at = at; return value.size() == integrity_bytes;
        case Attribute::connection_request_binding:
            message.is_connection_request_binding = without_filling(value) == without_filling(binding_mark);
            return true;
        case Attribute::binding_change: message.is_binding_change = true; return true;
        default: break;
    }
    if (type < optional_from && !is_known(type) && message.unknown.size() < most_unknown)
        message.unknown.push_back(type);
    return true;
}

/// Reads the attributes to the last byte; false when they do not end there.
bool take_all(Message& message, std::string_view bytes, bool is_filled)
{
    std::size_t at = header_bytes;
    for (std::size_t count = 0; at < bytes.size(); ++count) {
        if (count == most_attributes || bytes.size() - at < attribute_header)
            return false;
        auto const size = std::size_t{two_bytes_at(bytes, at + 2)};
        if (bytes.size() - at - attribute_header < size)
            return false;
        if (!take(message, two_bytes_at(bytes, at), bytes.substr(at + attribute_header, size), at))
            return false;
        // The last one of a message is often left as it is.
        at = std::min(at + attribute_header + (is_filled ? filled(size) : size), bytes.size());
    }
    return true;
}

}  // namespace

bool has_cookie(Transaction const& transaction) noexcept
{
    return transaction[0] == magic_cookie >> 24U && transaction[1] == (magic_cookie >> 16U & 255U) &&
           transaction[2] == (magic_cookie >> 8U & 255U) && transaction[3] == (magic_cookie & 255U);
}

Transaction new_transaction(bool with_cookie)
{
    Transaction transaction{};
    std::ranges::copy(base::random_bytes(transaction.size()), transaction.begin());
    if (with_cookie)
        for (unsigned i = 0; i < 4; ++i)
            transaction[i] = static_cast<std::uint8_t>(magic_cookie >> (24U - 8 * i) & 255U);
    else
        transaction[0] |= 0x80U;  // not the cookie by chance
    return transaction;
}

base::Result<Message> parse(std::string_view bytes)
{
    if (bytes.size() < header_bytes || bytes.size() > longest_message)
        return base::fail(
            fmt::format("{} bytes are no STUN message: it has {} to {}", bytes.size(), header_bytes, longest_message));
    Message empty;
    empty.type = two_bytes_at(bytes, 0);
    if ((empty.type & 0xc000U) != 0)
        return base::fail("no STUN message: the first two bits must be zero");
    auto const size = header_bytes + two_bytes_at(bytes, 2);
    if (size > bytes.size())
        return base::fail(fmt::format("the message says that it has {} bytes, but there are {}", size, bytes.size()));
    for (std::size_t i = 0; i < empty.transaction.size(); ++i)
        empty.transaction[i] = static_cast<std::uint8_t>(bytes[4 + i]);
    for (bool const is_filled : {true, false}) {
        auto message = empty;
        if (take_all(message, bytes.substr(0, size), is_filled))
            return message;
    }
    return base::fail("the attributes cannot be read");
}

std::optional<Integrity> integrity_of(Message const& message, std::string_view bytes, std::string_view key)
{
    auto const at = message.integrity_at;
    if (at < header_bytes || at + attribute_header + integrity_bytes > bytes.size())
        return std::nullopt;
    auto const given = bytes.substr(at + attribute_header, integrity_bytes);
    std::string before{bytes.substr(0, at)};
    put_two_bytes(before, 2, at - header_bytes + attribute_header + integrity_bytes);
    for (auto const form : {Integrity::padded, Integrity::plain})
        if (base::equal_in_constant_time(integrity_over(before, key, form == Integrity::padded), given))
            return form;
    return std::nullopt;
}

}  // namespace net::stun
