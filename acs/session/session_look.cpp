// Devices that are told nothing, because nobody knows whose they are: they are heard, and read a little.
#include "base/log.hpp"
#include "session/device_look.hpp"
#include "session/session.hpp"

#include <fmt/format.h>

#include <utility>

namespace session {

/// It was reset, or somebody says so, and nobody has agreed yet: its Inform is answered and written down, and that is
/// all. What is known of the device stays as it is, and so does a session of it that proved who it is.
base::Awaitable<Answer> Session::hold(cwmp::Envelope received)
{
    auto const& known = *caller_.known->device;
    if (services_.logins != nullptr && known.login != domain::LoginState::re_enrolling)
        co_await services_.logins->mark(known.key, domain::LoginState::re_enrolling, {});
    is_held_ = true;
    looks_ = device_info_paths(roots_of(std::get<cwmp::Inform>(received.message)));
    started_ = services_.clock.now();
    timeout_ = session_timeout(received.session_timeout, services_.limits);
    counters_.opened.add();
    machine_.opened(false);
    auto answer = reply(received, cwmp::InformResponse{});
    answer.envelope.use_cwmp_version = negotiated_version(received.supported_cwmp_versions);
    co_return answer;
}

/// DeviceInfo, for the person who has to decide. Once a session; the other data model when it has not this one.
Answer Session::look()
{
    is_looking_ = true;
    return send(cwmp::GetParameterValues{{looks_.front()}}, machine_.must_release());
}

base::Awaitable<Answer> Session::take_look(cwmp::Message answer)
{
    looks_.erase(looks_.begin());
    if (auto* const values = std::get_if<cwmp::GetParameterValuesResponse>(&answer)) {
        looks_.clear();
        co_await tell_look(std::move(*values));
    }
    co_return co_await dispatch();
}

/// Nothing of it is stored as the device's: whose it is is the question.
base::Awaitable<void> Session::tell_look(cwmp::GetParameterValuesResponse values)
{
    auto const device = is_held_ ? caller_.known->device->key : device_;
    auto const tree = co_await services_.trees.load(device);
    auto text = described(values.parameter_list, tree);
    if (is_held_)
        note(domain::incident_kind::re_enrolment, device,
             fmt::format("it says that it was reset, and waits for acsctl re-enrol; {}", text));
    else
        note(domain::incident_kind::conflict, device, fmt::format("one of several boxes: {}", text));
}

}  // namespace session
