#pragma once

#include "base/clock.hpp"
#include "domain/incidents.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace storage {

/// An incident of one minute, and how often it was noted since it was last taken.
struct MinuteNote {
    domain::Incident incident;
    base::TimePoint minute{};
    base::TimePoint first_at{};
    base::TimePoint last_at{};
    std::uint64_t times = 0;
};

/// Merges incidents of one minute before they are written. Bounded: of one minute at most `most` different ones are
/// kept; what comes beyond is merged by kind alone. Safe from any thread.
class MinuteNotes {
public:
    static constexpr std::size_t longest_text = 256;  ///< bytes of each text of an incident; more is cut off

    /// `most`: different incidents of one minute.
    explicit MinuteNotes(std::size_t most) : most_{most} {}

    void note(domain::Incident incident, base::TimePoint now);
    /// What was noted since the last call. Minutes before that of `now` are forgotten.
    [[nodiscard]] std::vector<MinuteNote> take(base::TimePoint now);
    /// Gives back what could not be written. At most `most` of them are kept.
    void give_back(std::vector<MinuteNote> notes);

private:
    [[nodiscard]] MinuteNote& slot(domain::Incident incident, base::TimePoint minute);
    void merge(MinuteNote note);

    std::size_t const most_;
    std::mutex mutex_;
    std::unordered_map<std::string, MinuteNote> notes_;
};

}  // namespace storage
