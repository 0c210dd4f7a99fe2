#include "wakeup/stun_answer.hpp"

#include <set>
#include <utility>

namespace wakeup {

namespace stun = net::stun;
using Proof = StunSender::Proof;

namespace {

/// Numbers of RFC 3489 11.2.9; what has no 401 for a wrong signature there has one in RFC 5389.
constexpr unsigned bad_request = 400;
constexpr unsigned unauthorized = 401;
constexpr unsigned unknown_attribute = 420;
constexpr unsigned integrity_failed = 431;
constexpr unsigned missing_username = 432;

std::string refusal(stun::Message const& request, unsigned code, std::string_view reason)
{
    return stun::Writer{stun::Kind::error, request.transaction}.error(code, reason).finish();
}

std::string not_understood(stun::Message const& request)
{
    auto types = request.unknown;
    if (request.wants_other_source)
        types.push_back(static_cast<std::uint16_t>(stun::Attribute::change_request));
    if (types.size() % 2 != 0)
        types.push_back(types.back());  // RFC 3489 11.2.10: an even number
    return stun::Writer{stun::Kind::error, request.transaction}
        .error(unknown_attribute, "Unknown Attribute")
        .unknown(types)
        .finish();
}

std::string unproven(stun::Message const& request)
{
    if (request.integrity_at == 0)
        return refusal(request, unauthorized, "Unauthorized");
    if (request.username.empty())
        return refusal(request, missing_username, "Missing Username");
    return stun::has_cookie(request.transaction) ? refusal(request, unauthorized, "Unauthorized")
                                                 : refusal(request, integrity_failed, "Integrity Check Failure");
}

/// Whether there may be others with this name and password: not all that share the name are known here.
bool is_shared_by_many(std::span<domain::StunLogin const> logins)
{
    constexpr auto most = domain::DeviceBindings::most_of_a_name;
    std::set<domain::DeviceKey> devices;
    if (logins.size() > most)
        for (auto const& login : logins)
            devices.insert(login.device);
    return devices.size() > most;
}

}  // namespace

StunSender sender_of(stun::Message const& request, std::string_view bytes, std::span<domain::StunLogin const> logins)
{
    StunSender sender;
    bool const is_signed = request.integrity_at != 0;
    bool is_one = true;
    sender.proof = is_signed ? Proof::wrong : Proof::none;
    for (auto const& login : logins) {
        if (is_signed) {
            auto const form = stun::integrity_of(request, bytes, login.password);
            if (!form)
                continue;
            sender.proof = Proof::good;
            sender.form = *form;
            sender.password = login.password;
        }
        is_one = is_one && (!sender.device || *sender.device == login.device);
        sender.device = login.device;
    }
    if (!is_one || is_shared_by_many(logins))
        sender.device.reset();
    return sender;
}

std::string stun_answer(stun::Message const& request, StunSender const& sender, StunRoute const& route,
                        bool require_integrity)
{
    if (request.response_address && request.response_address->address != route.from.address)
        return refusal(request, bad_request, "RESPONSE-ADDRESS is not yours");
    if (!request.unknown.empty() || request.wants_other_source)
        return not_understood(request);
    if (require_integrity && sender.proof != Proof::good)
        return unproven(request);
    stun::Writer answer{stun::Kind::response, request.transaction};
    answer.address(stun::Attribute::mapped_address, route.from);
    if (stun::has_cookie(request.transaction))
        answer.address(stun::Attribute::xor_mapped_address, route.from);
    else
        answer.address(stun::Attribute::source_address, route.to).address(stun::Attribute::changed_address, route.to);
    return sender.proof == Proof::good ? answer.sign(sender.password, sender.form) : answer.finish();
}

}  // namespace wakeup
