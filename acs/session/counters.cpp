#include "session/counters.hpp"

#include <fmt/format.h>

#include <utility>

namespace session {
namespace {

base::Counter& refusals(base::Metrics& metrics, char const* reason)
{
    return metrics.counter("acs_session_refusals_total", "Requests of CPEs that were refused, by reason",
                           fmt::format("reason=\"{}\"", reason));
}

base::Counter& sessions(base::Metrics& metrics, char const* outcome)
{
    return metrics.counter("acs_sessions_total", "Sessions that ended, by outcome",
                           fmt::format("outcome=\"{}\"", outcome));
}

/// One counter for each method that the ACS sends; the names come from the messages themselves.
template <std::size_t... I>
void fill(base::Metrics& metrics, std::array<base::Counter*, sizeof...(I)>& counters, std::index_sequence<I...>)
{
    auto const one = [&metrics](cwmp::Message const& message) {
        auto const name = std::holds_alternative<cwmp::Unknown>(message) ? "vendor" : cwmp::method_name(message);
        return &metrics.counter("acs_rpcs_total", "RPCs sent to CPEs, by method", fmt::format("method=\"{}\"", name));
    };
    auto const other = &metrics.counter("acs_rpcs_total", "RPCs sent to CPEs, by method", "method=\"other\"");
    auto const is_sent = [](cwmp::Message const& message) { return !cwmp::is_answer(message); };
    ((counters[I] =
          is_sent(cwmp::Message{std::in_place_index<I>}) ? one(cwmp::Message{std::in_place_index<I>}) : other),
     ...);
}

}  // namespace

SessionCounters::SessionCounters(base::Metrics& metrics)
    : opened{metrics.counter("acs_sessions_opened_total", "Informs that were admitted")},
      done{sessions(metrics, "done")},
      failed{sessions(metrics, "failed")},
      stale{sessions(metrics, "stale")},
      unavailable{refusals(metrics, "database_away")},
      full{refusals(metrics, "full")},
      unauthorized{refusals(metrics, "unauthorized")},
      forbidden{refusals(metrics, "forbidden")},
      bad_message{refusals(metrics, "bad_message")},
      too_many_new{refusals(metrics, "too_many_new")},
      too_many_failures{refusals(metrics, "too_many_failures")},
      faults{metrics.counter("acs_rpc_faults_total", "RPCs that CPEs answered with a fault")},
      open{metrics.gauge("acs_sessions_open", "Sessions that are open now")}
{
    fill(metrics, rpcs_, std::make_index_sequence<std::variant_size_v<cwmp::Message>>{});
}

}  // namespace session
