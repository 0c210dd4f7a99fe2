#pragma once

#include <pqxx/pqxx>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace storage {

/// One row as it comes from PostgreSQL; only good inside the call that it is handed to.
class RowView {
public:
    explicit RowView(void const* result) : result_{result} {}
    [[nodiscard]] int columns() const noexcept;
    [[nodiscard]] std::string_view text(int column) const noexcept;  ///< empty for NULL
    [[nodiscard]] bool is_null(int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int column) const noexcept;  ///< 0 for what is none

private:
    void const* result_;  ///< of libpq
};

/// What one statement may take of us.
struct ReadLimits {
    std::chrono::milliseconds deadline{12'000};  ///< then it is cancelled: a little longer than the server's time-out
    std::chrono::milliseconds patience{
        3'000};                            ///< then, when the server did not even answer that, so is its connection
    std::size_t bytes = 64 * 1024 * 1024;  ///< of all values together
};

/// The rows of a statement came to more than `ReadLimits::bytes`; it was cancelled.
class TooMuch : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Runs a statement that a person wrote: `take` gets its rows one by one while they come, so that no result is ever
/// held whole, and the server is not trusted to end it in time. `name`: what it is prepared under, once for each
/// connection; empty: not at all.
/// Throws what libpqxx throws (see failure_of; a statement that was cancelled timed out), TooMuch, and
/// base::Unavailable when the server did not answer: the connection is of no use any more.
void read_rows(pqxx::connection_base& connection, std::string const& name, std::string const& sql,
               std::span<std::string const> parameters, ReadLimits const& limits,
               std::function<void(RowView)> const& take);

}  // namespace storage
