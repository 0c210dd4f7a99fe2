#include "load/ledger.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace sim {
namespace {

namespace json = boost::json;

constexpr std::array kind_names{"start", "inform", "rpc", "transfer", "report", "restart", "periodic"};
constexpr std::size_t longest_line = 1U << 20;  ///< bytes

void add_text(std::string& out, std::string_view text)
{
    out += '"';
    for (auto const c : text) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (static_cast<unsigned char>(c) < 0x20)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    out += '"';
}

void add_field(std::string& out, std::string_view name, std::string_view text)
{
    if (text.empty())
        return;
    fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
    add_text(out, text);
}

void add_field(std::string& out, std::string_view name, std::uint64_t number)
{
    if (number != 0)
        fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, number);
}

void begin(std::string& out, LedgerKind kind, base::TimePoint at)
{
    fmt::format_to(std::back_inserter(out), "{{\"e\":\"{}\",\"at\":{}", kind_names[static_cast<std::size_t>(kind)],
                   at.time_since_epoch().count());
}

void add_device(std::string& out, std::string_view oui, std::string_view product_class, std::string_view serial)
{
    out += ",\"d\":[";
    add_text(out, oui);
    out += ',';
    add_text(out, product_class);
    out += ',';
    add_text(out, serial);
    out += ']';
}

/// Codes, and their keys when any has one.
void add_events(std::string& out, std::span<cwmp::Event const> events)
{
    out += ",\"c\":[";
    bool has_keys = false;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i > 0)
            out += ',';
        add_text(out, events[i].code);
        has_keys = has_keys || !events[i].command_key.empty();
    }
    out += ']';
    if (!has_keys)
        return;
    out += ",\"k\":[";
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i > 0)
            out += ',';
        add_text(out, events[i].command_key);
    }
    out += ']';
}

std::string text_of(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    if (value == nullptr)
        return {};
    return std::string{value->as_string()};  // throws when it is none: see parse_line()
}

template <class Number>
Number number_of(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    return value == nullptr ? Number{} : value->to_number<Number>();
}

void read_device(json::object const& object, LedgerEntry& entry)
{
    auto const* device = object.if_contains("d");
    if (device == nullptr)
        return;
    auto const& parts = device->as_array();
    entry.oui = std::string{parts.at(0).as_string()};
    entry.product_class = std::string{parts.at(1).as_string()};
    entry.serial_number = std::string{parts.at(2).as_string()};
}

void read_events(json::object const& object, LedgerEntry& entry)
{
    auto const* codes = object.if_contains("c");
    if (codes == nullptr)
        return;
    auto const* keys = object.if_contains("k");
    for (auto const& code : codes->as_array())
        entry.events.push_back({std::string{code.as_string()}, {}});
    for (std::size_t i = 0; keys != nullptr && i < entry.events.size(); ++i)
        entry.events[i].command_key = std::string{keys->as_array().at(i).as_string()};
}

LedgerEntry entry_of(json::object const& object)
{
    LedgerEntry entry;
    auto const kind = text_of(object, "e");
    auto const* found = std::find(kind_names.begin(), kind_names.end(), kind);
    if (found == kind_names.end())
        throw std::invalid_argument{"there is no line of the kind \"" + kind + "\""};
    entry.kind = static_cast<LedgerKind>(found - kind_names.begin());
    entry.at = base::TimePoint{std::chrono::microseconds{number_of<std::int64_t>(object, "at")}};
    read_device(object, entry);
    entry.retry_count = number_of<std::uint32_t>(object, "r");
    entry.method = text_of(object, "m");
    if (entry.kind == LedgerKind::inform)
        read_events(object, entry);
    else
        entry.command_key = text_of(object, "k");
    entry.fault = number_of<std::uint32_t>(object, "f");
    entry.count = number_of<std::uint64_t>(object, "n");
    entry.text = text_of(object, "t");
    return entry;
}

}  // namespace

std::string to_line(LedgerEntry const& entry)
{
    std::string out;
    begin(out, entry.kind, entry.at);
    if (!entry.serial_number.empty())
        add_device(out, entry.oui, entry.product_class, entry.serial_number);
    if (entry.kind == LedgerKind::inform)
        add_events(out, entry.events);
    add_field(out, "r", entry.retry_count);
    add_field(out, "m", entry.method);
    add_field(out, "k", entry.command_key);
    add_field(out, "f", entry.fault);
    add_field(out, "n", entry.count);
    add_field(out, "t", entry.text);
    return out += '}';
}

base::Result<LedgerEntry> parse_line(std::string_view line)
{
    if (line.size() > longest_line)
        return base::fail("the line is too long");
    try {
        return entry_of(json::parse(line).as_object());
    } catch (std::exception const& error) {
        return base::fail(error.what());
    }
}

base::Result<void> read_ledger(std::string const& file, std::function<void(LedgerEntry&&)> const& visit)
{
    std::ifstream stream{file, std::ios::binary};
    if (!stream)
        return base::fail(fmt::format("the ledger {} cannot be opened: {}", file, std::strerror(errno)));
    std::string line;
    for (std::size_t number = 1; std::getline(stream, line); ++number) {
        if (stream.eof())
            break;  // no end: the generator was killed while it wrote
        if (line.empty())
            continue;
        auto entry = parse_line(line);
        if (!entry)
            return base::fail(fmt::format("{} line {}: {}", file, number, entry.error().what));
        visit(std::move(*entry));
    }
    return {};
}

base::Result<LedgerWriter> LedgerWriter::open(std::string const& file)
{
    auto const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return base::fail(fmt::format("the ledger {} cannot be written: {}", file, std::strerror(errno)));
    LedgerWriter writer{descriptor};
    auto const size = ::lseek(descriptor, 0, SEEK_END);
    // What a killed run left half-written is taken away: with an end put to it, it would be a broken line.
    for (auto keep = size; keep > 0; --keep) {
        char last = 0;
        if (::pread(descriptor, &last, 1, keep - 1) != 1)
            return base::fail(fmt::format("the ledger {} cannot be read: {}", file, std::strerror(errno)));
        if (last != '\n' && keep > 1)
            continue;
        auto const whole = last == '\n' ? keep : 0;
        if (whole != size && ::ftruncate(descriptor, whole) != 0)
            return base::fail(fmt::format("the ledger {} cannot be cut: {}", file, std::strerror(errno)));
        break;
    }
    return writer;
}

LedgerWriter::LedgerWriter(LedgerWriter&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, buffer_{std::move(other.buffer_)}
{
}

LedgerWriter::~LedgerWriter()
{
    if (descriptor_ < 0)
        return;
    try {
        flush();
    } catch (std::system_error const& error) {
        fmt::print(stderr, "cpe-sim: {}\n", error.what());
    }
    ::close(descriptor_);
}

void LedgerWriter::inform(base::TimePoint at, std::string_view oui, std::string_view product_class,
                          std::string_view serial, std::span<cwmp::Event const> events, std::uint32_t retry_count)
{
    begin(buffer_, LedgerKind::inform, at);
    add_device(buffer_, oui, product_class, serial);
    add_events(buffer_, events);
    add_field(buffer_, "r", retry_count);
    buffer_ += "}\n";
    if (buffer_.size() >= buffer_bytes)
        flush();
}

void LedgerWriter::write(LedgerEntry const& entry)
{
    (buffer_ += to_line(entry)) += '\n';
    if (buffer_.size() >= buffer_bytes)
        flush();
}

void LedgerWriter::flush()
{
    for (std::string_view rest = buffer_; !rest.empty();) {
        auto const written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            throw std::system_error{errno, std::generic_category(), "the ledger cannot be written"};
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    buffer_.clear();
}

}  // namespace sim
