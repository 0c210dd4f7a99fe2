#include "session/trace_desk.hpp"

#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "domain/trace_text.hpp"
#include "net/compression.hpp"
#include "session/masked_message.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace session {

namespace {

constexpr std::size_t most_closed = 10'000;  ///< transcripts that wait to be written

domain::TracedMessage masked_of(Transcript::Message const& message)
{
    domain::TracedMessage traced{.is_from_cpe = message.is_from_cpe, .at = message.at, .status = message.status};
    traced.bytes = message.bytes;
    if (message.is_dropped) {
        traced.note = "its text was not kept: it is too long, or there was no room";
        return traced;
    }
    auto masked = masked_message(message.text);
    traced.method = std::move(masked.method);
    traced.text = std::move(masked.text);
    if (!masked.is_whole)
        traced.note = fmt::format("{}: {}; only its skeleton is kept",
                                  traced.method.empty() ? "it cannot be read" : "it is not kept as it was", masked.why);
    return traced;
}

}  // namespace

domain::Trace masked_trace(Transcript const& transcript, domain::PastSession const& session)
{
    auto const& facts = session.facts;
    domain::Trace trace{.session = facts.id.value(),
                        .device = cwmp::external_id(facts.identity),
                        .node = facts.node,
                        .started = base::to_rfc3339(facts.started),
                        .outcome = session.failure.empty() ? "completed" : "failed: " + session.failure,
                        .missing = transcript.missing(),
                        .messages = {}};
    for (auto const& message : transcript.messages())
        trace.messages.push_back(masked_of(message));
    if (trace.missing == 0 && !trace.messages.empty())
        trace.messages.front().headers = transcript.headers();
    return trace;
}

TraceDesk::TraceDesk(TraceSettings settings, domain::TraceOrders const* orders, base::Metrics& metrics)
    : settings_{settings},
      orders_{orders},
      traced_{metrics.counter("acs_traces_total", "Sessions whose messages were kept: see acsctl trace")},
      bytes_{metrics.counter("acs_trace_bytes_total", "Bytes of traces, before they are compressed")},
      dropped_{metrics.counter("acs_traces_dropped_total", "Traces that were not kept: too many waited")},
      memory_gauge_{metrics.gauge("acs_trace_memory_bytes", "Bytes of messages in memory that may become traces")},
      memory_{settings.memory_bytes}
{
}

std::optional<Transcript> TraceDesk::open(domain::DeviceKey device, base::TimePoint now)
{
    bool const chosen = is_chosen(device);
    if (!chosen && !settings_.failed_sessions)
        return std::nullopt;
    return Transcript{memory_, now, chosen ? settings_.chosen_session_bytes : settings_.session_bytes};
}

void TraceDesk::close(Transcript transcript, domain::PastSession const& session)
{
    bool const chosen = is_chosen(session.facts.device);
    bool const is_wanted = chosen || (settings_.failed_sessions && !session.failure.empty());
    if (!is_wanted)
        return;
    std::scoped_lock const lock{mutex_};
    if (closed_.size() < most_closed)
        closed_.push_back({std::move(transcript), session, chosen});
    else
        dropped_.add();
}

std::optional<TraceDesk::Closed> TraceDesk::next()
{
    std::scoped_lock const lock{mutex_};
    if (closed_.empty())
        return std::nullopt;
    std::optional<Closed> first{std::move(closed_.front())};
    closed_.pop_front();
    return first;
}

std::vector<domain::StoredTrace> TraceDesk::take(std::size_t most)
{
    std::vector<domain::StoredTrace> traces;
    memory_gauge_.set(static_cast<std::int64_t>(memory_.taken()));
    for (std::size_t bytes = 0; bytes < most;) {
        auto const closed = next();
        if (!closed)
            break;
        bytes += closed->transcript.bytes() + 1'000;
        auto const& session = closed->session;
        auto const trace = masked_trace(closed->transcript, session);
        auto const text = domain::to_text(trace);
        domain::StoredTrace stored{session.facts.id, session.facts.device, session.facts.started, closed->is_chosen,
                                   !session.failure.empty()};
        stored.messages = static_cast<std::uint32_t>(trace.messages.size());
        stored.bytes = text.size();
        stored.file = net::gzip(text);
        traced_.add();
        bytes_.add(text.size());
        traces.push_back(std::move(stored));
    }
    return traces;
}

}  // namespace session
