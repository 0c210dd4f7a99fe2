#pragma once

#include "cwmp/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cwmp {

/// Which reader made sense of a message; later ones are slower and more forgiving.
enum class ReadBy { none, gsoap, gsoap_without_namespaces, pugixml };

/// How a message looked on the wire. Only for the dialect of the answers, for logs and for counters.
struct EnvelopeFacts {
    std::optional<unsigned> namespace_digit;  ///< n of urn:dslforum-org:cwmp-1-n; none when it was not declared
    bool had_declaration = false;             ///< it began with <?xml ...?>
    bool was_repaired = false;                ///< bytes had to be put right before it could be read
    ReadBy read_by = ReadBy::none;

    bool operator==(EnvelopeFacts const&) const = default;
};

/// One message with its SOAP header (TR-069 3.5, table 4).
struct Envelope {
    std::optional<std::string> id;  ///< cwmp:ID; the answer repeats it. Present and empty happens
    Message message;
    bool hold_requests = false;                        ///< HoldRequests: only in what the ACS sends
    std::optional<std::uint32_t> session_timeout;      ///< SessionTimeout in seconds: only in Inform
    std::vector<std::string> supported_cwmp_versions;  ///< SupportedCWMPVersions: only in Inform, "1.0", "1.4"
    std::optional<std::string> use_cwmp_version;       ///< UseCWMPVersion: only in InformResponse
    EnvelopeFacts facts;                               ///< set by decode, not looked at by encode

    bool operator==(Envelope const&) const = default;
};

}  // namespace cwmp
