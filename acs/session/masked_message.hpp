#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace session {

/// A message as it may be kept and shown.
struct MaskedMessage {
    std::string method;     ///< "Inform", "Empty"; empty: it cannot be read
    bool is_whole = false;  ///< `text` is the message but for what is masked; else its skeleton
    std::string text;
    std::string why;  ///< why there is a skeleton only, a clause
};

/// Masks a message as it came or left, byte by byte as it is otherwise: values of secret parameters, user names and
/// passwords of transfers, logins and tokens in URLs, comments, unknown attributes, and wherever else one of the longer
/// secrets is repeated. What was masked is read again and must say the same but for the secrets; of a message where it
/// does not, and of one that cannot be read, the skeleton is left, cut to `skeleton_bytes`.
/// Any bytes are safe. Pure; takes a few times as long as reading the message.
[[nodiscard]] MaskedMessage masked_message(std::string_view body, std::size_t skeleton_bytes = 4'096);

/// The form of a message without what it says: names of TR-069 and SOAP, of parameters and marks stay, every other
/// letter and digit becomes "x", bytes that are not printable are told by their numbers.
[[nodiscard]] std::string skeleton(std::string_view body, std::size_t most);

}  // namespace session
