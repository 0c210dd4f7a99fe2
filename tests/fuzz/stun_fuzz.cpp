// Any datagram is a STUN message or refused; what is read is written again as it was read; no key fits by chance. The
// same bytes as a connection request over UDP and as an address.
#include "net/stun.hpp"
#include "net/udp_request.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

namespace stun = net::stun;

void must(bool is_so)
{
    if (!is_so)
        std::abort();
}

void read_again(stun::Message const& message)
{
    stun::Writer writer{stun::Kind::request, message.transaction};
    writer.text(stun::Attribute::username, message.username);
    if (message.mapped_address)
        writer.address(stun::Attribute::xor_mapped_address, *message.mapped_address);
    if (message.response_address)
        writer.address(stun::Attribute::response_address, *message.response_address);
    auto const bytes = writer.sign("key", stun::Integrity::padded);
    auto const again = stun::parse(bytes);
    if (bytes.size() > stun::longest_message)
        return must(!again);
    must(again && again->username == message.username && again->mapped_address == message.mapped_address &&
         again->response_address == message.response_address);
    must(stun::integrity_of(*again, bytes, "key").has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    if (auto const message = stun::parse(bytes)) {
        must(!stun::integrity_of(*message, bytes, "a key that nobody signed with"));
        static_cast<void>(stun::integrity_of(*message, bytes, "secret"));
        read_again(*message);
    }
    if (auto request = net::parse_udp_request(bytes)) {
        auto const signature = net::signature_of(*request, "secret");
        must(signature.size() == 40);
    }
    if (auto const address = net::parse_udp_address(bytes))
        must(net::parse_udp_address(address->to_string()) == address);
    return 0;
}
