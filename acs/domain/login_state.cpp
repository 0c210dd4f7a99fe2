#include "domain/login.hpp"

#include <array>
#include <utility>

namespace domain {

namespace {

using namespace std::string_view_literals;

constexpr std::array states{
    std::pair{LoginState::none, "none"sv},       std::pair{LoginState::given, "given"sv},
    std::pair{LoginState::proven, "proven"sv},   std::pair{LoginState::re_enrolling, "re-enrolling"sv},
    std::pair{LoginState::allowed, "allowed"sv}, std::pair{LoginState::ignored, "ignored"sv},
};

}  // namespace

std::string_view to_text(LoginState state)
{
    for (auto const& [value, name] : states)
        if (value == state)
            return name;
    return "none";
}

LoginState login_state(std::string_view text)
{
    for (auto const& [value, name] : states)
        if (name == text)
            return value;
    return LoginState::none;
}

}  // namespace domain
