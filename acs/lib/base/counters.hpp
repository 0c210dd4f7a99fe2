#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// A number that only grows. Add from any thread without a lock.
class Counter {
public:
    void add(std::uint64_t amount = 1) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down.
class Gauge {
public:
    void add(std::int64_t amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// What the program counts about itself, by name, for /metrics. Look a counter up once and keep the reference:
/// it stays valid as long as the registry. Names are Prometheus names ("acs_sessions_total"), `labels` is
/// the inside of the braces (`outcome="done"`) or empty.
class Metrics {
public:
    struct Reading {
        std::string name, labels, help;
        bool is_gauge;
        std::int64_t value;
    };

    [[nodiscard]] Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
    [[nodiscard]] Gauge& gauge(std::string_view name, std::string_view help, std::string_view labels = {});

    /// All numbers as they are now, in order of their first look-up.
    [[nodiscard]] std::vector<Reading> read() const;

private:
    struct Entry {
        std::string name, labels, help;
        bool is_gauge;
        Counter counter;
        Gauge gauge;
    };
    Entry& entry(std::string_view name, std::string_view help, std::string_view labels, bool is_gauge);

    mutable std::mutex mutex_;
    std::deque<Entry> entries_;
};

}  // namespace base
