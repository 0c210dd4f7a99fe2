#pragma once

#include "agent/http_exchange.hpp"
#include "agent/session.hpp"
#include "base/awaitable.hpp"
#include "device/device.hpp"
#include "load/load_context.hpp"
#include "load/scheduler.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace sim {

/// A device of a load run with its tree, its transfers and its restarts.
class WholeDevice {
public:
    /// Both must outlive it.
    WholeDevice(LoadContext& context, Scheduler& scheduler, std::uint32_t number);

    [[nodiscard]] Device& device() noexcept { return device_; }

    /// It runs already and has told everything: what a device is that the ACS has known for long.
    void be_settled();
    /// Has something happen to it.
    void raise(std::uint8_t reasons);

    /// True when it is worth keeping: something was set, is under way or waits to be told.
    [[nodiscard]] bool is_needed() const;
    /// True when it has something to tell or to do before it can rest.
    [[nodiscard]] bool has_work() const;
    /// True when a session or a restart is due now.
    [[nodiscard]] bool is_due();
    /// The time that it asked to be woken at has come; true when live() has something to do.
    [[nodiscard]] bool wake_up();

    /// Does what is due - sessions, files - and plans when to go on.
    base::Awaitable<void> live();
    /// Has itself woken when there will be something to do.
    void plan();
    /// A session that another held for it is over.
    void minimal_session_ended(bool succeeded);
    /// A running exchange ends soon.
    void stop() noexcept;

private:
    void advance();
    void restart();
    base::Awaitable<void> hold_session();
    base::Awaitable<base::Result<cwmp::Envelope>> say(cwmp::Envelope envelope);
    void note_exchange(cwmp::Message const& said, cwmp::Message const* heard);
    base::Awaitable<void> move(TransferJob job);

    LoadContext& context_;
    Scheduler& scheduler_;
    std::uint32_t number_;
    Device device_;
    HttpExchange* exchange_ = nullptr;
    std::optional<cwmp::Message> asked_;         ///< the ACS's request that is being answered
    std::optional<base::TimePoint> powered_on_;  ///< when a restart will be over
    std::optional<base::TimePoint> wake_;        ///< planned with the scheduler
    bool was_started_ = false;
};

}  // namespace sim
