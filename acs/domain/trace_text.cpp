#include "domain/trace_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace domain {

namespace {

using base::fail;
using base::Result;

constexpr std::string_view first_line = "ACS-Trace/1";
constexpr std::string_view from_cpe = ">>>";
constexpr std::string_view from_acs = "<<<";
constexpr std::string_view unread = "-";  ///< stands for a method that is not known
constexpr std::string_view note_name = "Note: ";
constexpr std::size_t most_messages = 100'000;

/// Foreign text as a part of a line.
std::string on_one_line(std::string_view text)
{
    std::string line{text};
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return line;
}

/// Foreign text as one word of a line.
std::string as_word(std::string_view text)
{
    auto word = on_one_line(text);
    std::ranges::replace(word, ' ', '_');
    return word.empty() ? std::string{unread} : word;
}

void append(std::string& out, TracedMessage const& message)
{
    out += fmt::format("{} {}.{:03} {}", message.is_from_cpe ? from_cpe : from_acs, message.at.count() / 1'000,
                       message.at.count() % 1'000, as_word(message.method));
    if (message.status != 0)
        out += fmt::format(" status={}", message.status);
    out += fmt::format(" bytes={} text={}\n", message.bytes, message.text.size());
    for (auto const& header : message.headers)
        if (!header.empty())
            out += fmt::format("{}\n", on_one_line(header));
    if (!message.note.empty())
        out += fmt::format("{}{}\n", note_name, on_one_line(message.note));
    out += '\n';
    out += message.text;
    out += '\n';
}

template <class Number>
bool read_number(std::string_view text, Number& number)
{
    auto const* const end = text.data() + text.size();
    auto const [stop, failure] = std::from_chars(text.data(), end, number);
    return failure == std::errc{} && stop == end;
}

/// "12.345" as milliseconds.
bool read_seconds(std::string_view text, std::chrono::milliseconds& time)
{
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000 - 1;
    auto const point = text.find('.');
    std::int64_t seconds = 0;
    std::int64_t rest = 0;
    if (point == std::string_view::npos || text.size() - point != 4 || !read_number(text.substr(0, point), seconds) ||
        !read_number(text.substr(point + 1), rest) || seconds < 0 || seconds > most || rest < 0)
        return false;
    time = std::chrono::milliseconds{seconds * 1'000 + rest};
    return true;
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {}

    Result<Trace> read()
    {
        if (line() != first_line)
            return wrong("is no trace");
        for (auto one = line(); !one.empty(); one = line())
            field(one);
        while (at_ < text_.size()) {
            if (trace_.messages.size() == most_messages)
                return wrong("has too many messages");
            if (!message())
                return wrong("has no message here, or one that is cut short");
        }
        return std::move(trace_);
    }

private:
    base::Result<Trace> wrong(std::string_view what) const
    {
        return fail(fmt::format("{} (at byte {})", what, begin_));
    }

    std::string_view line()
    {
        begin_ = at_;
        auto const end = std::min(text_.find('\n', at_), text_.size());
        auto const found = text_.substr(at_, end - at_);
        at_ = std::min(end + 1, text_.size());
        return found;
    }

    void field(std::string_view line)
    {
        auto const colon = line.find(": ");
        auto const name = line.substr(0, colon);
        auto const value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 2);
        if (name == "Session")
            static_cast<void>(read_number(value, trace_.session));
        else if (name == "Missing")
            static_cast<void>(read_number(value, trace_.missing));
        else if (name == "Device")
            trace_.device = value;
        else if (name == "Node")
            trace_.node = value;
        else if (name == "Started")
            trace_.started = value;
        else if (name == "Outcome")
            trace_.outcome = value;
    }

    bool message()
    {
        TracedMessage message;
        std::size_t size = 0;
        if (!head(line(), message, size))
            return false;
        for (;;) {
            if (at_ >= text_.size())
                return false;
            auto one = on_one_line(line());  // as it is written, or a header could become a note
            if (one.empty())
                break;
            if (one.starts_with(note_name))
                message.note = one.substr(note_name.size());
            else
                message.headers.push_back(std::move(one));
        }
        if (size >= text_.size() - at_ || text_[at_ + size] != '\n')
            return false;
        message.text = text_.substr(at_, size);
        at_ += size + 1;
        trace_.messages.push_back(std::move(message));
        return true;
    }

    static bool head(std::string_view line, TracedMessage& message, std::size_t& size)
    {
        auto const word = [&line] {
            auto const end = std::min(line.find(' '), line.size());
            auto const found = line.substr(0, end);
            line.remove_prefix(std::min(end + 1, line.size()));
            return found;
        };
        auto const who = word();
        message.is_from_cpe = who == from_cpe;
        if (!message.is_from_cpe && who != from_acs)
            return false;
        if (!read_seconds(word(), message.at))
            return false;
        if (auto const method = word(); method != unread)
            message.method = method;
        bool has_size = false;
        while (!line.empty()) {
            auto const one = word();
            if (one.starts_with("status="))
                static_cast<void>(read_number(one.substr(7), message.status));
            else if (one.starts_with("bytes="))
                static_cast<void>(read_number(one.substr(6), message.bytes));
            else if (one.starts_with("text="))
                has_size = read_number(one.substr(5), size);
        }
        return has_size;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;  ///< of the last line
    Trace trace_;
};

}  // namespace

std::string to_text(Trace const& trace)
{
    auto out = fmt::format("{}\nSession: {}\nDevice: {}\nNode: {}\nStarted: {}\nOutcome: {}\nMissing: {}\n\n",
                           first_line, trace.session, on_one_line(trace.device), on_one_line(trace.node),
                           on_one_line(trace.started), on_one_line(trace.outcome), trace.missing);
    for (auto const& message : trace.messages)
        append(out, message);
    return out;
}

Result<Trace> trace_of(std::string_view text)
{
    return Reader{text}.read();
}

bool is_trace(std::string_view text) noexcept
{
    return text.starts_with(first_line);
}

}  // namespace domain
