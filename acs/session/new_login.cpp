#include "session/new_login.hpp"

#include "base/crypto.hpp"
#include "datamodel/well_known.hpp"
#include "net/digest.hpp"

#include <fmt/format.h>

namespace session {

namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t password_length = 24;
constexpr std::string_view alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

bool is_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

}  // namespace

std::string login_name(cwmp::DeviceId const& device, unsigned attempt)
{
    auto name = attempt == 1 ? fmt::format("{}-{}-{}", device.oui, device.product_class, device.serial_number)
                             : fmt::format("{}-{}", device.oui, device.serial_number);
    for (auto& c : name)
        c = is_safe(c) ? c : '_';
    auto const tail = attempt > 1 ? "-" + base::random_hex(4) : std::string{};
    return name.substr(0, longest_name - tail.size()) + tail;
}

std::string new_password()
{
    constexpr auto fair = 256 / alphabet.size() * alphabet.size();  // bytes from here on would favour some letters
    std::string password;
    while (password.size() < password_length)
        for (auto const c : base::random_bytes(password_length))
            if (auto const byte = static_cast<unsigned char>(c); byte < fair && password.size() < password_length)
                password += alphabet[byte % alphabet.size()];
    return password;
}

domain::LoginOffer offer_of(domain::DeviceKey device, domain::GivenLogin login, std::string_view realm,
                            bool is_generated)
{
    auto const secret = net::make_digest_secret(login.username, realm, login.password);
    return {device, std::move(login), base::from_hex(secret.md5), base::from_hex(secret.sha256), is_generated};
}

std::optional<domain::GivenLogin> acs_login_of(cwmp::Message const& request)
{
    namespace well_known = datamodel::well_known;
    auto const* const set = std::get_if<cwmp::SetParameterValues>(&request);
    if (set == nullptr)
        return std::nullopt;
    domain::GivenLogin login;
    bool is_given = false;
    for (auto const& value : set->parameter_list)
        for (auto const root : {cwmp::Root::device, cwmp::Root::internet_gateway_device}) {
            if (value.name == well_known::acs_username(root))
                login.username = value.value, is_given = true;
            if (value.name == well_known::acs_password(root))
                login.password = value.value, is_given = true;
        }
    if (!is_given)
        return std::nullopt;
    return login;
}

}  // namespace session
