#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace base {

/// One record of a list.
struct CsvRecord {
    std::size_t line = 0;  ///< that it begins in, from 1
    std::vector<std::string> fields;
    friend bool operator==(CsvRecord const&, CsvRecord const&) = default;
};

/// A record that could not be read; those after it are.
struct CsvProblem {
    std::size_t line = 0;    ///< that it begins in, from 1
    std::size_t column = 0;  ///< the number of the field, from 1
    std::string reason;      ///< what is wrong, and what to do: a clause about the field
    friend bool operator==(CsvProblem const&, CsvProblem const&) = default;
};

/// What a list may hold.
struct CsvLimits {
    std::size_t record_bytes = 16 * 1024;
    std::size_t fields = 64;
    std::size_t recoveries = 1'000;  ///< quotes that are never closed; what follows further ones is not read again
};

/// Reads lists as people save them: RFC 4180, with or without a byte order mark, lines that end in CRLF, LF or CR,
/// fields separated by comma, semicolon or tab (whichever the first line has most of, or as "sep=;" says), blank lines
/// between, blanks around fields. The text comes in pieces of any size; what is kept is bounded by the limits. A record
/// that is wrong is told and skipped; a quote that is never closed costs its own line only.
class CsvReader {
public:
    using Item = std::variant<CsvRecord, CsvProblem>;

    explicit CsvReader(CsvLimits limits = {}) : limits_{limits} {}

    /// Takes the next piece. Take all items out before the one after it.
    void push(std::string_view piece);
    /// The text is over: what is still open is read, or told.
    void finish();
    /// The next record or problem; none: more text is needed.
    [[nodiscard]] std::optional<Item> next();

private:
    enum class State { field_start, plain, quoted, quote_seen, skipping };

    void begin();
    void choose_separator(std::string_view first_line);
    void read(std::string_view text);
    void read_one(char c);
    void read_in_field(char c);
    void after_quote(char c);
    void end_line();
    void end_field();
    void begin_record();
    void fail(std::string reason);
    void recover(std::string reason);

    CsvLimits limits_;
    std::deque<Item> items_;
    std::string first_;  ///< the beginning of the text, until its first line is whole
    bool has_begun_ = false;
    bool is_unreadable_ = false;  ///< not a text that we know: told once
    char separator_ = ',';
    State state_ = State::field_start;
    CsvRecord record_{.line = 1};
    std::string field_;
    std::string raw_;             ///< of the present record from its last opening quote on
    std::size_t line_ = 1;        ///< that is being read
    std::size_t quote_line_ = 0;  ///< of that quote
    std::size_t bytes_ = 0;       ///< of the present record
    std::size_t recoveries_ = 0;
    bool was_return_ = false;  ///< the last byte was CR: an LF after it belongs to it
    bool was_quoted_ = false;  ///< the present field
};

}  // namespace base
