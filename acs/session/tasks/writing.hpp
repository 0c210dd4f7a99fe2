#pragma once

#include "domain/task.hpp"
#include "session/tasks/desk.hpp"
#include "session/tasks/move.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace session {

/// Writing a list of values with SetParameterValues: in the CPE's own types (from the tree, else asked for), in as few
/// requests as the CPE takes, each with a ParameterKey of its own. Shared by the runners that write.
class Writing {
public:
    /// Makes the ParameterKey for the part with this number, 1 and up.
    using KeyMaker = std::function<std::string(unsigned part)>;

    Writing() = default;
    /// Goes on where `saved` (from save()) says.
    Writing(std::vector<domain::Setting> settings, boost::json::object const& saved);

    /// The next RPC; none when everything is written. `key` gets the ParameterKey of a SetParameterValues.
    [[nodiscard]] std::optional<cwmp::Message> next(Desk& desk, KeyMaker const& make_key, std::string& key);
    /// Takes the answer to what next() gave. The fault that ends the writing, or none to go on.
    [[nodiscard]] std::optional<cwmp::Fault> take(cwmp::Message const& answer, Desk& desk);
    /// The CPE reports the ParameterKey of the part sent last: it was written, although its answer was lost.
    void confirm(Desk& desk);
    /// Some part is applied only later: after a reboot, or after the session.
    [[nodiscard]] bool is_delayed() const noexcept { return delayed_; }

    void save(boost::json::object& progress) const;

private:
    [[nodiscard]] std::vector<std::string> names_without_type(Desk const& desk) const;
    [[nodiscard]] cwmp::ValueType type_of(domain::Setting const& setting, Desk const& desk) const;
    [[nodiscard]] cwmp::SetParameterValues request(Desk const& desk) const;
    [[nodiscard]] std::optional<cwmp::Fault> refused(cwmp::Fault const& fault, Desk& desk);
    void take_types(cwmp::Message const& answer, Desk& desk);
    [[nodiscard]] bool guess_types(cwmp::Fault const& fault, Desk const& desk);

    std::vector<domain::Setting> settings_;
    std::size_t written_ = 0;   ///< settings that are done
    std::size_t part_ = 0;      ///< settings in the request sent last
    unsigned parts_ = 0;        ///< requests made so far
    bool asked_types_ = false;  ///< once for what the tree does not know
    bool asked_again_ = false;  ///< once after 9006
    bool asking_ = false;       ///< the RPC sent last asks for types
    std::size_t guesses_ = 0;   ///< types tried by the looks of the values
    bool delayed_ = false;
};

/// A fault's text with the parameters that it names, and the JSON of a failed write: {"faults":{PATH:{code,text}}}.
[[nodiscard]] Failed failed_write(cwmp::Fault const& fault);

}  // namespace session
