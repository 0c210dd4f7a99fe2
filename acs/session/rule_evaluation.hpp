#pragma once

#include "domain/device_rules.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace session {

/// The evaluation of a session's rules while its CPE posts again. Used on one thread; lives as long as the session or
/// the evaluation, whichever is longer.
class RuleEvaluation {
public:
    /// Begins it on the calling coroutine's thread. `rules` must outlive the thread's coroutines.
    static base::Awaitable<std::shared_ptr<RuleEvaluation>> start(domain::DeviceRules& rules, domain::DeviceKey device,
                                                                  std::vector<std::string> events);

    /// What came of it; none when it takes longer than `most` from now, or failed: the device stays due.
    base::Awaitable<std::optional<domain::RuleVerdict>> wait(std::chrono::milliseconds most);

private:
    static base::Awaitable<void> run(std::shared_ptr<RuleEvaluation> self, domain::DeviceRules& rules,
                                     domain::DeviceKey device, std::vector<std::string> events);

    using Timer =
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>;
    Timer* waiter_ = nullptr;  ///< of wait(), cancelled at the end; a session may live longer than its io_context
    bool is_finished_ = false;
    std::optional<domain::RuleVerdict> verdict_;
};

}  // namespace session
