#pragma once

#include "cwmp/message.hpp"
#include "device/attributes.hpp"
#include "device/tree.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// The parameter methods of TR-069 A.3.2 on one device: values, names, attributes, objects. Each returns its
/// response or a Fault.
class Parameters {
public:
    Parameters(Persona const& persona, Identity const& identity, DeviceFacts& facts);

    /// Called with each path and value of a SetParameterValues that was applied, in its order.
    using Hook = std::function<void(std::string_view path, std::string_view value)>;
    void on_set(Hook hook) { on_set_ = std::move(hook); }

    [[nodiscard]] cwmp::Message get_values(cwmp::GetParameterValues const& request, base::TimePoint now) const;
    /// All or nothing.
    [[nodiscard]] cwmp::Message set_values(cwmp::SetParameterValues const& request);
    [[nodiscard]] cwmp::Message get_names(cwmp::GetParameterNames const& request) const;
    [[nodiscard]] cwmp::Message get_attributes(cwmp::GetParameterAttributes const& request) const;
    [[nodiscard]] cwmp::Message set_attributes(cwmp::SetParameterAttributes const& request);
    [[nodiscard]] cwmp::Message add_object(cwmp::AddObject const& request);
    [[nodiscard]] cwmp::Message delete_object(cwmp::DeleteObject const& request);

    /// Sets a value as somebody other than the ACS does: the change is noted where notification is on.
    /// False when there is no such parameter or it does not take the value.
    bool change(std::string_view path, std::string_view value);
    /// Notes that a parameter has another value than before.
    void note_change(std::string_view path);
    /// Values whose changes are to be told, with what they are now; `path` -> value.
    [[nodiscard]] std::map<std::string, std::string> notified_values(base::TimePoint now) const;

    /// Changed and not reported yet; the flag says that a session is to be opened for it (active notification).
    [[nodiscard]] std::map<std::string, bool, std::less<>> const& changes() const noexcept { return changes_; }
    [[nodiscard]] bool has_active_change() const noexcept;
    void changes_reported() noexcept { changes_.clear(); }

    /// The value with its type as the ACS sees it: secrets are "", secret numbers 0.
    [[nodiscard]] cwmp::ParameterValue shown(std::string_view path, base::TimePoint now) const;
    [[nodiscard]] bool exists(std::string_view path) const { return tree_.find_parameter(path).has_value(); }

    /// True when values, instances and attributes are the factory's.
    [[nodiscard]] bool are_as_from_factory() const noexcept
    {
        return tree_.is_as_from_factory() && attributes_.empty();
    }

    [[nodiscard]] Tree& tree() noexcept { return tree_; }
    [[nodiscard]] Tree const& tree() const noexcept { return tree_; }
    void reset();
    /// Attributes go back to what the data model says, as at a bootstrap.
    void reset_attributes() noexcept { attributes_.clear(); }

private:
    [[nodiscard]] std::string readable(Parameter const& parameter, std::string_view path, base::TimePoint now) const;
    [[nodiscard]] std::vector<cwmp::SetParameterValuesFault> judge(cwmp::SetParameterValues const& request) const;
    [[nodiscard]] unsigned judge_attributes(cwmp::SetParameterAttributesStruct const& wanted) const;
    [[nodiscard]] bool for_each_parameter(std::string_view path, std::function<void(Node const&)> const& visit) const;

    Tree tree_;
    DeviceFacts& facts_;
    Attributes attributes_;
    std::map<std::string, bool, std::less<>> changes_;
    Hook on_set_;
};

}  // namespace sim
