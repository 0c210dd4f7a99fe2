#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cwmp/event.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// What a line of the ledger tells.
enum class LedgerKind : std::uint8_t {
    start,     ///< a run of the generator begins
    inform,    ///< the ACS answered an Inform with InformResponse
    rpc,       ///< a request of the ACS was answered, and the ACS went on
    transfer,  ///< a file was moved
    report,    ///< the ACS answered a TransferComplete
    restart,   ///< the device restarted because the ACS wanted it
    periodic,  ///< how many Informs with 2 PERIODIC alone were answered so far in this run
};

/// One line. Which members mean something depends on the kind.
struct LedgerEntry {
    LedgerKind kind = LedgerKind::start;
    base::TimePoint at{};
    std::string oui;
    std::string product_class;
    std::string serial_number;
    std::vector<cwmp::Event> events;  ///< inform
    std::uint32_t retry_count = 0;    ///< inform
    std::string method;               ///< rpc, transfer: Download ...; restart: Reboot, Download, FactoryReset
    std::string command_key;          ///< rpc, transfer, report, restart: CommandKey or ParameterKey
    std::uint32_t fault = 0;          ///< rpc, transfer, report: 0 is success
    std::uint64_t count = 0;          ///< transfer: bytes; periodic: Informs
    std::string text;                 ///< start: the trace hash

    bool operator==(LedgerEntry const&) const = default;
};

/// One line of JSON, without its end.
[[nodiscard]] std::string to_line(LedgerEntry const& entry);

/// Reads what to_line() wrote. Fails saying what is wrong.
[[nodiscard]] base::Result<LedgerEntry> parse_line(std::string_view line);

/// Calls `visit` for every line of a ledger. A last line that has no end is what a killed generator leaves and is
/// passed over; any other line that cannot be read is a failure that names its number.
[[nodiscard]] base::Result<void> read_ledger(std::string const& file, std::function<void(LedgerEntry&&)> const& visit);

/// Appends to a ledger. Lines gather in memory for a moment (flush() at least every 200 ms is the owner's business, 64
/// KB are written at once); each write is whole lines, so a kill loses at most the last moment. On one thread.
class LedgerWriter {
public:
    /// Opens or makes the file; a last line without an end (of a killed run) is closed first. Fails naming the reason.
    [[nodiscard]] static base::Result<LedgerWriter> open(std::string const& file);
    LedgerWriter(LedgerWriter&& other) noexcept;
    LedgerWriter& operator=(LedgerWriter&&) = delete;
    ~LedgerWriter();

    /// The cheap way for the commonest line.
    void inform(base::TimePoint at, std::string_view oui, std::string_view product_class, std::string_view serial,
                std::span<cwmp::Event const> events, std::uint32_t retry_count);
    void write(LedgerEntry const& entry);
    /// Gives everything to the system. Throws std::system_error when the disk takes no more: a ledger with holes
    /// proves nothing.
    void flush();

private:
    explicit LedgerWriter(int descriptor) : descriptor_{descriptor} {}

    static constexpr std::size_t buffer_bytes = 64 * 1024;
    int descriptor_;
    std::string buffer_;
};

}  // namespace sim
