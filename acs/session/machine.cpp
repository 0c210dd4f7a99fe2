#include "session/machine.hpp"

#include <utility>

namespace session {

std::string_view to_text(Step step) noexcept
{
    switch (step) {
        case Step::open: return "open";
        case Step::reopen: return "reopen";
        case Step::answer_request: return "answer_request";
        case Step::answer_unknown: return "answer_unknown";
        case Step::dispatch: return "dispatch";
        case Step::settle: return "settle";
        case Step::lost: return "lost";
        case Step::probe: return "probe";
        case Step::empty_again: return "empty_again";
        case Step::refuse: return "refuse";
    }
    return "?";
}

Step Machine::hear(Heard heard) noexcept
{
    switch (state_) {
        case State::idle: return hear_without_session(heard);
        case State::informed: return hear_informed(heard);
        case State::active: return hear_active(heard);
        case State::closed: return hear_closed(heard);
    }
    return refuse();
}

Step Machine::hear_without_session(Heard heard) noexcept
{
    switch (heard) {
        case Heard::inform: return Step::open;
        case Heard::empty: return Step::probe;
        default: return Step::refuse;
    }
}

Step Machine::hear_informed(Heard heard) noexcept
{
    switch (heard) {
        case Heard::inform: return Step::reopen;
        case Heard::request: return Step::answer_request;
        case Heard::unknown_method: return Step::answer_unknown;
        case Heard::empty: state_ = State::active; return Step::dispatch;
        case Heard::response:
        case Heard::fault: break;  // an answer to nothing that was asked
    }
    return refuse();
}

Step Machine::hear_active(Heard heard) noexcept
{
    switch (heard) {
        case Heard::inform: return Step::reopen;
        case Heard::request: return Step::answer_request;
        case Heard::unknown_method: return Step::answer_unknown;
        case Heard::response:
        case Heard::fault: return std::exchange(outstanding_, false) ? Step::settle : refuse();
        case Heard::empty: break;
    }
    return std::exchange(outstanding_, false) ? Step::lost : Step::dispatch;
}

Step Machine::hear_closed(Heard heard) noexcept
{
    if (heard == Heard::empty && said_nothing_)
        return Step::empty_again;
    return hear_without_session(heard);
}

Step Machine::refuse() noexcept
{
    end();
    return Step::refuse;
}

void Machine::opened(bool held) noexcept
{
    *this = Machine{};
    state_ = State::informed;
    held_ = was_held_ = held;
}

void Machine::sent_rpc(bool held) noexcept
{
    outstanding_ = true;
    held_ = held;
    was_held_ = was_held_ || held;
}

void Machine::sent_nothing() noexcept
{
    said_nothing_ = true;
    // A CPE that was held may send its requests only now; its next empty POST is answered like the first.
    state_ = std::exchange(was_held_, false) ? State::informed : State::closed;
}

void Machine::end() noexcept
{
    state_ = State::closed;
    outstanding_ = said_nothing_ = false;
}

Machine Machine::resumed(State state, bool outstanding, bool held) noexcept
{
    Machine machine;
    machine.state_ = state;
    machine.outstanding_ = outstanding;
    machine.held_ = machine.was_held_ = held;
    return machine;
}

}  // namespace session
