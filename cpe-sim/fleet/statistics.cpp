#include "fleet/statistics.hpp"

#include <fmt/format.h>

namespace sim {

std::string to_json(Statistics const& s, std::size_t devices)
{
    return fmt::format(
        R"({{"devices":{},"sessions":{},"sessions_failed":{},"informs":{},"rpcs":{},"downloads":{},"uploads":{},)"
        R"("transfers_failed":{},"restarts":{},"connection_requests":{},"udp_requests":{},"faults_sent":{},"bytes_in":{},"bytes_out":{}}})",
        devices, s.sessions.value(), s.sessions_failed.value(), s.informs.value(), s.rpcs.value(), s.downloads.value(),
        s.uploads.value(), s.transfers_failed.value(), s.restarts.value(), s.connection_requests.value(),
        s.udp_requests.value(), s.faults_sent.value(), s.bytes_in.value(), s.bytes_out.value());
}

std::string to_status_line(Statistics const& s, std::size_t devices)
{
    return fmt::format("{} devices, {} in session; {} sessions, {} failed; {} requests answered, {} with a fault; "
                       "{} downloads, {} uploads, {} restarts",
                       devices, s.in_session.value(), s.sessions.value(), s.sessions_failed.value(), s.rpcs.value(),
                       s.faults_sent.value(), s.downloads.value(), s.uploads.value(), s.restarts.value());
}

}  // namespace sim
