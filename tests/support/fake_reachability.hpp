#pragma once

#include "domain/reachability.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace support {

/// What is known of how devices are reached, in memory. Notes count at once. On one thread.
class FakeReachability final : public domain::ReachabilityStore {
public:
    ~FakeReachability() override;
    std::map<domain::DeviceKey, domain::WakeFacts> devices;
    std::map<domain::DeviceKey, base::TimePoint> informs;
    std::vector<domain::WakeNote> notes;
    std::size_t looks = 0;                                             ///< whether Informs came
    std::function<base::Awaitable<void>()> before_facts, before_look;  ///< what is waited for first; may be empty

    base::Awaitable<domain::WakeFacts> facts(domain::DeviceKey device) override
    {
        if (before_facts)
            co_await before_facts();
        co_return devices[device];
    }

    base::Awaitable<std::vector<std::pair<domain::DeviceKey, base::TimePoint>>>
    last_informs(std::vector<domain::DeviceKey> wanted) override
    {
        ++looks;
        if (before_look)
            co_await before_look();
        std::vector<std::pair<domain::DeviceKey, base::TimePoint>> found;
        std::ranges::copy_if(informs, std::back_inserter(found),
                             [&](auto const& entry) { return std::ranges::find(wanted, entry.first) != wanted.end(); });
        co_return found;
    }

    void note(domain::WakeNote note) noexcept override
    {
        auto& known = devices[note.device].known;
        for (auto const& attempt : note.attempts) {
            known.attempts.insert(known.attempts.begin(), attempt);
            if (attempt.result == domain::WakeResult::reached)
                known.best_method = attempt.method;
        }
        if (known.attempts.size() > domain::Reachability::most_attempts)
            known.attempts.resize(domain::Reachability::most_attempts);
        auto const ended = note.attempts.back().at + note.attempts.back().took;
        if (note.reached) {
            known.failed_in_row = 0;
            known.reached_at = ended;
        } else if (note.failed) {
            ++known.failed_in_row;
            known.failed_at = ended;
        }
        notes.push_back(std::move(note));
    }
};

/// Shows the picture that a test gives it.
class FakeReachabilityView final : public domain::ReachabilityView {
public:
    ~FakeReachabilityView() override;
    std::optional<Picture> shown = Picture{};
    base::Awaitable<std::optional<Picture>> picture(domain::DeviceKey) override { co_return shown; }
};

/// The devices that a test says are in a session.
class FakeLiveDevices final : public domain::LiveDevices {
public:
    ~FakeLiveDevices() override;
    std::set<domain::DeviceKey> live;
    [[nodiscard]] bool is_live(domain::DeviceKey device) const override { return live.contains(device); }
};

}  // namespace support
