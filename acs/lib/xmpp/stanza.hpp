#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xmpp {

/// The content of an `iq`: one element with children that hold nothing but text.
struct Element {
    std::string name;
    std::string ns;                                           ///< XML namespace of it and of its children
    std::vector<std::pair<std::string, std::string>> fields;  ///< name and text of each child

    /// The text of the first child of this name, or empty.
    [[nodiscard]] std::string_view field(std::string_view named) const noexcept;
};

/// An `iq` of type get that somebody sent to us.
struct Request {
    std::string from;  ///< whole JID, as the server vouches for it
    std::string id;
    Element content;
};

/// What a request is answered with (RFC 6120, 8.3.3).
enum class Verdict {
    taken,                ///< a result
    not_authorized,       ///< error: wrong login
    service_unavailable,  ///< error: busy, or not for you
};

/// What became of a request of ours.
struct Answer {
    enum class Kind {
        result,   ///< it was taken
        error,    ///< refused, see `condition`
        unsent,   ///< there is no connection to the server
        timeout,  ///< no answer came
    };
    Kind kind = Kind::unsent;
    std::string condition;  ///< "not-authorized", "service-unavailable", "remote-server-not-found", ...
};

/// The longest JID (RFC 7622, 3.1: three parts of 1,023 bytes).
inline constexpr std::size_t longest_jid = 3'071;

/// True for "name@domain" or "name@domain/resource" without blanks, control characters and what XML would have to
/// escape. Whether there is such a one only its server knows.
[[nodiscard]] bool is_jid(std::string_view text) noexcept;
/// The domain of a JID, in lower case.
[[nodiscard]] std::string domain_of(std::string_view jid);
/// A JID without its resource.
[[nodiscard]] std::string_view bare(std::string_view jid) noexcept;

}  // namespace xmpp
