#include "base/csv.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace base {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::array separators{',', ';', '\t'};

bool is_control(char c)
{
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f;
}

/// How often `c` stands in a line outside of quotes.
std::size_t count_outside_quotes(std::string_view line, char c)
{
    std::size_t count = 0;
    bool is_quoted = false;
    for (char const one : line) {
        is_quoted = is_quoted != (one == '"');
        count += one == c && !is_quoted ? 1 : 0;
    }
    return count;
}

}  // namespace

std::optional<CsvReader::Item> CsvReader::next()
{
    if (items_.empty())
        return std::nullopt;
    auto item = std::move(items_.front());
    items_.pop_front();
    return item;
}

void CsvReader::push(std::string_view piece)
{
    if (has_begun_) {
        read(piece);
        return;
    }
    auto const room = limits_.record_bytes - std::min(limits_.record_bytes, first_.size());
    auto const taken = piece.substr(0, room + 1);
    first_ += taken;
    bool const is_whole = first_.size() > limits_.record_bytes || first_.find_first_of("\r\n", 3) != std::string::npos;
    if (is_whole) {
        begin();
        read(piece.substr(taken.size()));
    }
}

void CsvReader::begin()
{
    has_begun_ = true;
    auto const text = std::exchange(first_, {});
    std::string_view rest = text;
    if (rest.starts_with(byte_order_mark))
        rest.remove_prefix(byte_order_mark.size());
    auto const first_line = rest.substr(0, rest.find_first_of("\r\n"));
    if (rest.starts_with("\xff\xfe") || rest.starts_with("\xfe\xff") || first_line.contains('\0')) {
        is_unreadable_ = true;
        items_.emplace_back(CsvProblem{1, 1, "is not UTF-8 text: save the list as CSV in UTF-8"});
        return;
    }
    choose_separator(first_line);
    read(rest);
}

/// Some programs say it in a line of its own.
void CsvReader::choose_separator(std::string_view first_line)
{
    bool const is_said = first_line.size() == 5 && first_line.starts_with("sep=");
    auto const said = is_said ? std::ranges::find(separators, first_line.back()) : separators.end();
    if (said != separators.end()) {
        separator_ = *said;
        state_ = State::skipping;
        return;
    }
    std::size_t most = 0;
    for (char const c : separators)
        if (auto const count = count_outside_quotes(first_line, c); count > most) {
            most = count;
            separator_ = c;
        }
}

void CsvReader::read(std::string_view text)
{
    if (is_unreadable_)
        return;
    for (char const c : text) {
        bool const belongs_to_return = c == '\n' && was_return_;
        was_return_ = c == '\r';
        if (!belongs_to_return)
            read_one(c == '\r' ? '\n' : c);
    }
}

void CsvReader::read_one(char c)
{
    if (state_ == State::quoted || state_ == State::quote_seen)
        raw_ += c;
    if (++bytes_ > limits_.record_bytes && state_ != State::skipping) {
        auto reason = fmt::format("makes the record longer than {} bytes", limits_.record_bytes);
        if (state_ == State::quoted) {
            recover(reason + ": probably a quote is not closed");
            return;
        }
        fail(std::move(reason));
    }
    if (c == '\n' && state_ != State::quoted)
        end_line();
    else if (state_ != State::skipping)
        read_in_field(c);
}

void CsvReader::read_in_field(char c)
{
    if (state_ == State::quote_seen) {
        after_quote(c);
    } else if (state_ == State::quoted) {
        line_ += c == '\n' ? 1 : 0;
        if (c == '"')
            state_ = State::quote_seen;
        else
            field_ += c;
    } else if (c == separator_) {
        end_field();
    } else if (state_ == State::field_start && c == '"') {
        state_ = State::quoted;
        was_quoted_ = true;
        quote_line_ = line_;
        raw_.clear();
    } else if (state_ != State::field_start || (c != ' ' && c != '\t')) {
        state_ = State::plain;
        field_ += c;
    }
}

void CsvReader::after_quote(char c)
{
    if (c == '"') {
        field_ += c;
        state_ = State::quoted;
    } else if (c == separator_) {
        end_field();
    } else if (c != ' ' && c != '\t') {
        std::string reason = "has text behind its closing quote: write quotes within a text twice";
        if (line_ > quote_line_)
            recover(std::move(reason));
        else
            fail(std::move(reason));
    }
}

void CsvReader::end_line()
{
    bool const is_blank = record_.fields.empty() && field_.empty() && !was_quoted_;
    if (state_ != State::skipping && !is_blank) {
        end_field();
        if (state_ != State::skipping)
            items_.emplace_back(std::move(record_));
    }
    ++line_;
    begin_record();
}

void CsvReader::end_field()
{
    if (!was_quoted_)
        field_.erase(field_.find_last_not_of(" \t") + 1);
    if (record_.fields.size() == limits_.fields)
        fail(fmt::format("is one too many: a record has at most {}", limits_.fields));
    else if (!is_utf8(field_))
        fail("is not UTF-8 text: save the list as CSV in UTF-8");
    else if (std::ranges::any_of(field_, is_control))
        fail("holds a control character: remove it");
    else
        record_.fields.push_back(std::move(field_));
    field_.clear();
    was_quoted_ = false;
    if (state_ != State::skipping)
        state_ = State::field_start;
}

void CsvReader::begin_record()
{
    record_ = {.line = line_};
    field_.clear();
    raw_.clear();
    bytes_ = 0;
    was_quoted_ = false;
    state_ = State::field_start;
}

void CsvReader::fail(std::string reason)
{
    items_.emplace_back(CsvProblem{record_.line, record_.fields.size() + 1, std::move(reason)});
    state_ = State::skipping;
}

/// A quote swallowed lines that are not its own: they are read again.
void CsvReader::recover(std::string reason)
{
    auto const raw = std::exchange(raw_, {});
    auto const end = raw.find('\n');
    fail(std::move(reason));
    if (end == std::string::npos || ++recoveries_ > limits_.recoveries)
        return;
    line_ = quote_line_ + 1;
    begin_record();
    for (char const c : std::string_view{raw}.substr(end + 1))
        read_one(c);
}

void CsvReader::finish()
{
    if (!has_begun_)
        begin();
    while (state_ == State::quoted)
        recover("has a quote that is never closed");
    if (!is_unreadable_)
        end_line();
}

}  // namespace base
