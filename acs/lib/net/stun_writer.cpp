#include "base/hmac_sha1.hpp"
#include "net/stun.hpp"
#include "net/stun_bytes.hpp"

#include <utility>

namespace net::stun {

namespace {

constexpr std::size_t hash_block = 64;

void append_address(std::string& bytes, Endpoint const& endpoint, Transaction const* hide_with)
{
    auto const port = endpoint.port ^ (hide_with != nullptr ? magic_cookie >> 16U : 0U);
    bytes += '\0';
    bytes += static_cast<char>(endpoint.address.is_v4() ? family_v4 : family_v6);
    bytes += static_cast<char>(port >> 8U & 255U);
    bytes += static_cast<char>(port & 255U);
    auto const append = [&](auto const& address) {
        for (std::size_t i = 0; i < address.size(); ++i)
            bytes += static_cast<char>(address[i] ^ (hide_with != nullptr ? (*hide_with)[i] : 0U));
    };
    if (endpoint.address.is_v4())
        append(endpoint.address.to_v4().to_bytes());
    else
        append(endpoint.address.to_v6().to_bytes());
}

Transaction transaction_of(std::string_view bytes)
{
    Transaction transaction{};
    for (std::size_t i = 0; i < transaction.size(); ++i)
        transaction[i] = static_cast<std::uint8_t>(bytes[4 + i]);
    return transaction;
}

}  // namespace

std::string integrity_over(std::string before, std::string_view key, bool is_padded)
{
    if (is_padded)
        before.resize((before.size() + hash_block - 1) / hash_block * hash_block, '\0');
    return base::hmac_sha1(key, before);
}

Writer::Writer(Kind kind, Transaction const& transaction) : bytes_(4, '\0')
{
    put_two_bytes(bytes_, 0, static_cast<std::uint16_t>(kind));
    bytes_.append(transaction.begin(), transaction.end());
}

void Writer::begin(Attribute type, std::size_t size)
{
    bytes_.append(attribute_header, '\0');
    put_two_bytes(bytes_, bytes_.size() - 4, static_cast<std::uint16_t>(type));
    put_two_bytes(bytes_, bytes_.size() - 2, size);
}

void Writer::set_length(std::size_t body)
{
    put_two_bytes(bytes_, 2, body);
}

Writer& Writer::address(Attribute type, Endpoint const& endpoint)
{
    begin(type, endpoint.address.is_v4() ? 8 : 20);
    auto const transaction = transaction_of(bytes_);
    append_address(bytes_, endpoint, type == Attribute::xor_mapped_address ? &transaction : nullptr);
    return *this;
}

Writer& Writer::text(Attribute type, std::string_view value)
{
    begin(type, value.size());
    bytes_ += value;
    bytes_.append(filled(value.size()) - value.size(), '\0');
    return *this;
}

Writer& Writer::error(unsigned code, std::string_view reason)
{
    std::string value(4, '\0');
    value[2] = static_cast<char>(code / 100);
    value[3] = static_cast<char>(code % 100);
    value += reason;
    value.append(filled(value.size()) - value.size(), ' ');  // as RFC 3489 wants it: a multiple of four
    return text(Attribute::error_code, value);
}

Writer& Writer::unknown(std::vector<std::uint16_t> const& types)
{
    std::string value(types.size() * 2, '\0');
    for (std::size_t i = 0; i < types.size(); ++i)
        put_two_bytes(value, 2 * i, types[i]);
    return text(Attribute::unknown_attributes, value);
}

std::string Writer::finish()
{
    set_length(bytes_.size() - header_bytes);
    return std::move(bytes_);
}

std::string Writer::sign(std::string_view key, Integrity form)
{
    set_length(bytes_.size() - header_bytes + attribute_header + integrity_bytes);
    auto const integrity = integrity_over(bytes_, key, form == Integrity::padded);
    begin(Attribute::message_integrity, integrity.size());
    bytes_ += integrity;
    return std::move(bytes_);
}

}  // namespace net::stun
