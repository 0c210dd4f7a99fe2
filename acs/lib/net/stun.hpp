#pragma once

#include "base/result.hpp"
#include "net/network.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// STUN as TR-069 Annex G speaks it: binding requests of RFC 3489 and of RFC 5389, with the attributes of TR-111. Pure.
namespace net::stun {

inline constexpr std::size_t longest_message = 1'280;  ///< bytes; longer ones are refused

enum class Kind : std::uint16_t {
    request = 0x0001,
    response = 0x0101,
    error = 0x0111,
};

enum class Attribute : std::uint16_t {
    mapped_address = 0x0001,
    response_address = 0x0002,
    change_request = 0x0003,
    source_address = 0x0004,
    changed_address = 0x0005,
    username = 0x0006,
    message_integrity = 0x0008,
    error_code = 0x0009,
    unknown_attributes = 0x000a,
    xor_mapped_address = 0x0020,
    connection_request_binding = 0xc001,
    binding_change = 0xc002,
};

/// The value of CONNECTION-REQUEST-BINDING. Some CPEs leave the blank out.
inline constexpr std::string_view binding_mark = "dslforum.org/TR-111 ";

/// The sixteen bytes that tie an answer to its request; the first four are RFC 5389's magic cookie in newer messages.
using Transaction = std::array<std::uint8_t, 16>;
[[nodiscard]] bool has_cookie(Transaction const& transaction) noexcept;
/// A random one, with or without the cookie.
[[nodiscard]] Transaction new_transaction(bool with_cookie);

/// What MESSAGE-INTEGRITY is computed over.
enum class Integrity {
    padded,  ///< the message before it, filled with zeroes to a multiple of 64 (RFC 3489)
    plain,   ///< the message before it (RFC 5389)
};

/// A message that was received. What stands behind its MESSAGE-INTEGRITY is not read: nobody vouches for it.
struct Message {
    std::uint16_t type = 0;  ///< a Kind, or one that is not known here
    Transaction transaction{};
    std::string username;  ///< without the blanks or zeroes that fill it up
    bool is_connection_request_binding = false;
    bool is_binding_change = false;
    bool wants_other_source = false;           ///< CHANGE-REQUEST asks for an answer from elsewhere
    std::optional<Endpoint> mapped_address;    ///< XOR-MAPPED-ADDRESS before MAPPED-ADDRESS
    std::optional<Endpoint> response_address;  ///< where the sender wants the answer
    unsigned error_code = 0;                   ///< of an error
    std::string reason;                        ///< of an error
    std::vector<std::uint16_t> unknown;        ///< attributes that must be understood and are not; some of them
    std::size_t integrity_at = 0;              ///< where MESSAGE-INTEGRITY begins; 0: there is none

    [[nodiscard]] bool is(Kind kind) const noexcept { return type == static_cast<std::uint16_t>(kind); }
};

/// Reads one datagram. Attributes whose values are not filled up to four bytes are read too, as some CPEs write them.
/// Fails with the reason.
[[nodiscard]] base::Result<Message> parse(std::string_view bytes);

/// How the message was signed with `key`; none when it was not. `bytes` is what parse() read.
[[nodiscard]] std::optional<Integrity> integrity_of(Message const& message, std::string_view bytes,
                                                    std::string_view key);

/// Builds a message, attribute by attribute.
class Writer {
public:
    Writer(Kind kind, Transaction const& transaction);

    Writer& address(Attribute type, Endpoint const& endpoint);  ///< XOR-MAPPED-ADDRESS is written as such
    Writer& text(Attribute type, std::string_view value);
    Writer& error(unsigned code, std::string_view reason);
    Writer& unknown(std::vector<std::uint16_t> const& types);

    [[nodiscard]] std::string finish();  ///< the writer is used up
    /// With MESSAGE-INTEGRITY at its end.
    [[nodiscard]] std::string sign(std::string_view key, Integrity form);

private:
    void begin(Attribute type, std::size_t size);
    void set_length(std::size_t body);

    std::string bytes_;
};

}  // namespace net::stun
