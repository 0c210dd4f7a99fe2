#pragma once

#include "cwmp/message.hpp"
#include "session/machine.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace session {

/// What a message is for the order of messages.
[[nodiscard]] Heard heard(cwmp::Message const& message) noexcept;

/// The answer to a method that CPEs call: its Response, or a Fault 8xxx.
[[nodiscard]] cwmp::Message response_to(cwmp::Message const& request);

/// A report that must be recorded before it is answered: the method's name and what it says. None for questions.
struct Report {
    std::string kind;    ///< see domain/event_kind.hpp
    std::string detail;  ///< JSON object
};
[[nodiscard]] std::optional<Report> report_of(cwmp::Message const& request);

}  // namespace session
