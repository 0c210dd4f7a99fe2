#pragma once

#include "base/clock.hpp"
#include "cwmp/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Which RPC wanted a transfer; the M event is named after it.
enum class TransferCause : std::uint8_t { download, schedule_download, upload };

/// One file to fetch or to send.
struct TransferJob {
    TransferCause cause = TransferCause::download;
    std::string command_key;
    std::string file_type;
    std::string url;
    std::string username;
    std::string password;
    std::uint32_t file_size = 0;  ///< bytes as the ACS said; 0 when it did not
    std::string target_file_name;
    base::TimePoint not_before{};
    std::optional<base::TimePoint> not_after;  ///< end of the last time window
    std::uint64_t number = 0;                  ///< tells jobs with the same key apart
    bool is_running = false;

    [[nodiscard]] bool is_download() const noexcept { return cause != TransferCause::upload; }
    [[nodiscard]] bool is_firmware() const noexcept { return is_download() && file_type.starts_with("1 "); }
};

/// "M Download", "M ScheduleDownload" or "M Upload".
[[nodiscard]] std::string_view event_of(TransferCause cause) noexcept;

/// A transfer that is over and whose result the ACS does not know yet.
struct TransferResult {
    TransferCause cause = TransferCause::download;
    cwmp::TransferComplete complete;
    bool is_told = true;  ///< false while it must wait for a restart
};

/// The most transfers that wait at once; one more is refused with 9004.
inline constexpr std::size_t max_transfers = 8;

/// The files that the ACS wants moved, and what became of them (TR-069 A.3.2.8, A.4.1).
class Transfers {
public:
    [[nodiscard]] cwmp::Message download(cwmp::Download const& request, base::TimePoint now);
    [[nodiscard]] cwmp::Message upload(cwmp::Upload const& request, base::TimePoint now);
    [[nodiscard]] cwmp::Message schedule_download(cwmp::ScheduleDownload const& request, base::TimePoint now);
    /// An unknown key is no fault; what is running already is (9021).
    [[nodiscard]] cwmp::Message cancel(cwmp::CancelTransfer const& request);
    [[nodiscard]] cwmp::Message queued() const;
    [[nodiscard]] cwmp::Message all_queued() const;

    /// The next job to be done now; it is marked as running. None while one is running. Jobs whose windows have passed
    /// are finished with 9020 on the way: `expired` takes them.
    [[nodiscard]] std::optional<TransferJob> start_due(base::TimePoint now);
    /// Ends a job with a fault code (0: success); its result waits for the ACS.
    TransferResult& finish(std::uint64_t number, unsigned fault_code, std::string text, base::TimePoint started,
                           base::TimePoint now);
    /// Moves jobs whose windows have passed to the results; how many.
    std::size_t expire(base::TimePoint now);
    /// A restart: what was running fails with 9010, what waited for it may be told.
    void restarted(base::TimePoint now);

    /// The oldest result that may be told; null when there is none.
    [[nodiscard]] TransferResult const* next_result() const noexcept;
    /// The ACS has the oldest result that may be told.
    void result_delivered();
    [[nodiscard]] std::vector<TransferResult> const& results() const noexcept { return results_; }

    /// When the next job becomes due or expires.
    [[nodiscard]] std::optional<base::TimePoint> next() const;
    [[nodiscard]] bool has_job() const noexcept { return !jobs_.empty(); }
    void clear();

private:
    [[nodiscard]] cwmp::Message add(TransferJob job, cwmp::Message accepted);

    std::vector<TransferJob> jobs_;
    std::vector<TransferResult> results_;
    std::uint64_t given_ = 0;
};

}  // namespace sim
