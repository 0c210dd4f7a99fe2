#include "domain/sessions.hpp"

namespace domain {

std::string_view to_text(OpenSession::State state) noexcept
{
    switch (state) {
        case OpenSession::State::answering: return "answering";
        case OpenSession::State::waiting: return "waiting";
        case OpenSession::State::away: break;
    }
    return "away";
}

std::optional<OpenSession::State> open_state(std::string_view text) noexcept
{
    for (auto const state : {OpenSession::State::answering, OpenSession::State::waiting, OpenSession::State::away})
        if (text == to_text(state))
            return state;
    return std::nullopt;
}

}  // namespace domain
