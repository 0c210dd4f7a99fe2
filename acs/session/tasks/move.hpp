#pragma once

#include "cwmp/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace session {

/// Send this RPC; its answer comes to Runner::on_answer.
struct Send {
    cwmp::Message request;
    /// What led here must be durable before the RPC leaves: it is not safe to repeat. The first RPC of a task always
    /// is.
    bool durable = false;
};
/// The CPE has accepted; what comes of it will be seen in a later session, at the latest after `most`.
struct Wait {
    std::chrono::seconds most;
};
/// The task is done; `result` is a JSON object or empty.
struct Done {
    std::string result;
};
/// The task has failed for good. `text` is one sentence for people.
struct Failed {
    std::optional<unsigned> code;
    std::string text;
    std::string result = {};
};
/// Enough for this session: the task goes on in the next one.
struct Pause {};
/// Begin (again) from what `progress` says, in this session.
struct Again {};
/// Nothing has changed.
struct Stay {};

/// What a task wants to happen next.
using Move = std::variant<Send, Wait, Done, Failed, Pause, Again, Stay>;

/// The end of a task by a fault of the CPE.
[[nodiscard]] Failed failed_by(cwmp::Fault const& fault);

}  // namespace session
