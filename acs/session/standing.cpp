#include "session/standing.hpp"

namespace session {
namespace {

bool agrees(ReEnrolment const& policy, domain::KnownDevice const& known, std::string_view address)
{
    boost::system::error_code failure;
    auto const where = boost::asio::ip::make_address(address, failure);
    switch (policy.after_reset) {
        case AfterReset::same_address: return !known.address.empty() && known.address == address;
        case AfterReset::networks: return !failure && policy.networks.contains(net::unmapped(where));
        case AfterReset::open: return true;
        case AfterReset::person:
        case AfterReset::certificate: break;
    }
    return false;
}

}  // namespace

std::string who_agreed(Showing const& showing, AfterReset policy)
{
    if (showing.by == Shown::certificate)
        return "certificate";
    switch (policy) {
        case AfterReset::same_address: return "policy same_address";
        case AfterReset::networks: return "policy networks";
        case AfterReset::open: return "policy open";
        case AfterReset::person:
        case AfterReset::certificate: break;
    }
    return "person";
}

Standing standing_of(Showing const& showing, domain::KnownDevice const* known, bool is_bootstrap,
                     std::string_view address, ReEnrolment const& policy, base::TimePoint now)
{
    using enum domain::LoginState;
    bool const is_ours = known != nullptr && showing.by != Shown::nothing && showing.by != Shown::own;
    if (!is_ours)
        return Standing::served;
    // Who has not used its new login in time is where it was before.
    bool const is_late = known->login == given && known->login_until != base::TimePoint{} && known->login_until <= now;
    bool const was_its_own = (known->login != none && known->login != given && known->login != ignored) || is_late;
    if (known->state == domain::DeviceState::retiring && is_bootstrap && was_its_own)
        return Standing::reset;
    if (!was_its_own)
        return Standing::served;
    if (showing.by == Shown::certificate)
        return is_bootstrap ? Standing::re_enrolled : Standing::served;
    if (known->state == domain::DeviceState::retired || known->state == domain::DeviceState::rejected)
        return Standing::served;  // it is refused for that
    if (known->login == allowed && now < known->login_until)
        return Standing::re_enrolled;
    // Whose time is over before it had its new login has nothing but the shared one.
    bool const has_lost_its_own = known->login == re_enrolling || known->login == allowed || is_late;
    if (!is_bootstrap && !has_lost_its_own)
        return Standing::refused;
    return agrees(policy, *known, address) ? Standing::re_enrolled : Standing::held;
}

}  // namespace session
