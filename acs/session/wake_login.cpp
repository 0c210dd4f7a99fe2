#include "session/wake_login.hpp"

#include "datamodel/well_known.hpp"

namespace session {

namespace well_known = datamodel::well_known;

std::optional<WakeLogin> wake_login_of(cwmp::Message const& request)
{
    auto const* const set = std::get_if<cwmp::SetParameterValues>(&request);
    if (set == nullptr)
        return std::nullopt;
    WakeLogin login;
    for (auto const& value : set->parameter_list)
        for (auto const root : {cwmp::Root::device, cwmp::Root::internet_gateway_device}) {
            if (value.name == well_known::connection_request_username(root))
                login.username = value.value;
            if (value.name == well_known::connection_request_password(root))
                login.password = value.value;
        }
    if (login == WakeLogin{})
        return std::nullopt;
    return login;
}

}  // namespace session
