#pragma once

#include "device/parameters.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sim {

/// The tests that an ACS sets off by writing DiagnosticsState=Requested (TR-181, TR-098): IPPing is worked out for a
/// network that exists only here, every other one ends with the results that the persona has.
///
/// The imaginary network: names that end in ".invalid" and empty ones do not resolve; 192.0.2.0/24 answers nothing;
/// 203.0.113.0/24 loses every other packet; everything else answers within 1 to 60 ms, always the same for the same
/// name. Nothing is ever sent.
class Diagnostics {
public:
    explicit Diagnostics(Parameters& parameters) : parameters_{parameters} {}

    /// To be told of each parameter that the ACS sets: notices requests, and arguments that stop a running test.
    void on_set(std::string_view path, std::string_view value);

    /// The session in which a test was requested is over: it begins, and ends a moment later.
    void session_ended(base::TimePoint now);

    /// When the running test ends.
    [[nodiscard]] std::optional<base::TimePoint> next() const noexcept { return ends_; }
    /// Writes results of a test that has ended by now; true when there was one.
    bool finish(base::TimePoint now);
    /// A restart ends tests without results.
    void restarted();

private:
    [[nodiscard]] bool is_ping() const;
    void ping(base::TimePoint now);
    void put(std::string_view name, std::string value);
    [[nodiscard]] std::string argument(std::string_view name, base::TimePoint now) const;

    Parameters& parameters_;
    std::string requested_;  ///< the object whose test was asked for; empty: none
    std::optional<base::TimePoint> ends_;
};

}  // namespace sim
