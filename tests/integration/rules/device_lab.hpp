#pragma once

#include "agent/session.hpp"
#include "cwmp/codec/codec.hpp"
#include "session/session.hpp"
#include "support/fake_files.hpp"
#include "support/fake_models.hpp"
#include "support/hand_clock.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rules_test {

/// A simulated device that talks with sessions over the stores that it is given, with no network between them.
class DeviceLab {
public:
    DeviceLab(std::string_view persona, std::string serial, support::HandClock& clock, session::Services services)
        : device{*sim::find_persona(persona),
                 {.serial_number = std::move(serial),
                  .seed = 5,
                  .acs_url = "https://acs.example/",
                  .connection_request_url = "http://192.0.2.7:7547/x",
                  .inform_interval = 600}},
          clock_{clock},
          services_{std::move(services)}
    {
        device.start(clock_.now());
    }

    /// One session, begun by a connection request; what the ACS asked for in it is in `asked`.
    base::Awaitable<sim::SessionReport> hold_session()
    {
        asked.clear();
        device.advance(clock_.now());
        device.connection_requested();
        sim::Exchange const exchange = [this](cwmp::Envelope said) { return pass(std::move(said)); };
        co_return co_await sim::run_session(device, exchange, clock_, {{}, 60});
    }

    sim::Device device;
    std::vector<cwmp::Message> asked;

private:
    base::Awaitable<base::Result<cwmp::Envelope>> pass(cwmp::Envelope said)
    {
        bool const is_inform = std::holds_alternative<cwmp::Inform>(said.message);
        if (!conversation_ || (conversation_->ended() && is_inform))
            conversation_.emplace(services_, counters_,
                                  session::Caller{.address = "192.0.2.7",
                                                  .known = std::nullopt,
                                                  .state_if_new = domain::DeviceState::active});
        auto const answer = co_await conversation_->answer(std::move(said));
        using Kind = session::Answer::Kind;
        if (answer.kind == Kind::nothing)
            co_return cwmp::Envelope{.id = std::nullopt, .message = cwmp::Empty{}};
        if (answer.kind != Kind::message)
            co_return base::fail("the ACS refuses: " + std::to_string(static_cast<int>(answer.kind)));
        asked.push_back(answer.envelope.message);
        co_return answer.envelope;
    }

    support::HandClock& clock_;
    session::Services services_;
    session::SessionCounters counters_{services_.metrics};
    std::optional<session::Session> conversation_;
};

}  // namespace rules_test
