#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// The kinds of events, dotted from the general to the special: who asks for "device" gets all that begin so.
/// docs/events.md says what each carries.
namespace event_kind {
// What devices say.
inline constexpr std::string_view inform = "inform";  ///< Informs with 2 PERIODIC alone make no event
inline constexpr std::string_view transfer_complete = "transfer.complete";
inline constexpr std::string_view autonomous_transfer = "transfer.autonomous_complete";
inline constexpr std::string_view download_requested = "transfer.download_requested";
inline constexpr std::string_view modules_changed = "software.change_complete";  ///< software modules (A.4.2.3)
inline constexpr std::string_view modules_changed_alone = "software.autonomous_change_complete";
inline constexpr std::string_view kicked = "device.kicked";
// What the server sees of them.
inline constexpr std::string_view upload_arrived = "transfer.upload_arrived";
inline constexpr std::string_view device_new = "device.new";
inline constexpr std::string_view enrolled = "device.enrolled";  ///< it became active
inline constexpr std::string_view pending = "device.pending";
inline constexpr std::string_view rejected = "device.rejected";
inline constexpr std::string_view conflict = "device.conflict";
inline constexpr std::string_view re_enrolling = "device.re_enrolling";
inline constexpr std::string_view retiring = "device.retiring";
inline constexpr std::string_view retired = "device.retired";
inline constexpr std::string_view purged = "device.purged";
inline constexpr std::string_view merged = "device.merged";
inline constexpr std::string_view software_changed = "device.software_changed";
inline constexpr std::string_view credentials_rotated = "device.credentials_rotated";
inline constexpr std::string_view automation_stopped = "device.automation_stopped";
inline constexpr std::string_view automation_resumed = "device.automation_resumed";
// How work ended.
inline constexpr std::string_view task_done = "task.done";
inline constexpr std::string_view task_failed = "task.failed";
inline constexpr std::string_view task_cancelled = "task.cancelled";
inline constexpr std::string_view task_expired = "task.expired";
// Rules.
inline constexpr std::string_view quarantined = "rule.quarantined";
inline constexpr std::string_view released = "rule.released";
inline constexpr std::string_view emitted = "rule.emit";  ///< with the name that the rule gives: "rule.emit.NAME"
// Of no device.
inline constexpr std::string_view webhook_test = "webhook.test";
}  // namespace event_kind

/// Every kind, each once; of event_kind::emitted the part that all have in common.
[[nodiscard]] std::span<std::string_view const> event_kinds() noexcept;

/// The kind of an event that a rule emits: what is not a letter, a digit, '-', '_' or '.' becomes '_'.
[[nodiscard]] std::string emitted_kind(std::string_view name);

/// The kind of a report that a CPE makes by calling this method; the method itself when it is none of ours.
[[nodiscard]] std::string_view kind_of_report(std::string_view method) noexcept;

/// The kind as readers know it. Rows of earlier versions have the names of methods ("Inform").
[[nodiscard]] std::string_view current_kind(std::string_view stored) noexcept;

/// Which kinds somebody wants: "device" stands for itself and all that begin with "device."; none: every kind.
class KindFilter {
public:
    KindFilter() = default;
    /// Of texts such as "device", "device.", "device.*" and "device.new".
    explicit KindFilter(std::span<std::string const> wanted);

    [[nodiscard]] bool takes(std::string_view kind) const noexcept;
    [[nodiscard]] bool takes_all() const noexcept { return wanted_.empty(); }

    /// Names as rows have them that are taken by being equal, those of earlier versions among them.
    [[nodiscard]] std::vector<std::string> names() const;
    /// What a row's name may begin with to be taken: "device.".
    [[nodiscard]] std::vector<std::string> beginnings() const;

private:
    std::vector<std::string> wanted_;
};

/// True for a text that KindFilter can take: at most 128 letters, digits, '-', '_', '.', and "*" at the end.
[[nodiscard]] bool is_kind_pattern(std::string_view text) noexcept;

}  // namespace domain
