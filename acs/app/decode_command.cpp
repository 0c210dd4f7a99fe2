#include "app/decode_command.hpp"

#include "cwmp/codec/codec.hpp"
#include "cwmp/message_json.hpp"
#include "domain/trace_text.hpp"
#include "net/body_receiver.hpp"
#include "net/request_reader.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string_view>

namespace app {
namespace {

using base::fail;
using base::Result;

/// Bytes of the header of a captured request.
constexpr std::uint32_t header_limit = 64 * 1024;

Result<std::string> contents(std::string const& file)
{
    if (file == "-")
        return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
    std::ifstream stream{file, std::ios::binary};
    if (!stream)
        return fail("cannot be opened; check the name and the permissions");
    std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
    if (stream.bad())
        return fail("cannot be read");
    return bytes;
}

bool is_http(std::string_view bytes)
{
    return bytes.starts_with("POST ") || bytes.starts_with("PUT ") || bytes.starts_with("HTTP/1.");
}

std::string lower_case(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    return result;
}

/// The body of a captured request that was sent in chunks or compressed.
Result<std::string> decoded_body(std::string_view bytes)
{
    net::RequestReader reader{header_limit};
    std::optional<net::BodyReceiver> receiver;
    while (true) {
        std::size_t used = 0;
        auto const progress = reader.feed(bytes, used);
        bytes.remove_prefix(used);
        if (progress == net::RequestReader::Progress::complete)
            return receiver ? std::move(receiver->memory()) : std::string{};
        if (progress == net::RequestReader::Progress::head) {
            auto const coding = net::parse_content_coding(reader.head().headers.get("Content-Encoding"));
            if (!coding)
                return fail("is an HTTP request in a Content-Encoding that is not known");
            receiver.emplace(net::BodyReceiver::Settings{.coding = *coding, .limits = {}});
            reader.receive_body(*receiver);
        } else {
            return fail("is an HTTP request whose body is cut short or does not fit its header");
        }
    }
}

/// The body of a captured HTTP message, whose headers end with an empty line. Content-Length is not believed: some
/// senders count characters.
Result<std::string> http_body(std::string_view bytes)
{
    auto const crlf = bytes.find("\r\n\r\n");
    auto const lf = bytes.find("\n\n");
    auto const end = std::min(crlf, lf);
    if (end == std::string_view::npos)
        return fail("is an HTTP message whose headers do not end");
    auto const headers = lower_case(bytes.substr(0, end));
    for (std::string_view const coding : {"\ntransfer-encoding:", "\ncontent-encoding:"})
        if (headers.find(coding) != std::string::npos)
            return decoded_body(bytes);
    return std::string{bytes.substr(end + (end == crlf ? 4 : 2))};
}

Result<boost::json::object> decoded(std::string_view body)
{
    auto const envelope = cwmp::decode(body);
    if (!envelope)
        return fail(fmt::format("refused, {}: {}", cwmp::to_text(envelope.error().code), envelope.error().what));
    return cwmp::to_json(*envelope);
}

/// The JSON line for a body, or a captured HTTP message.
Result<std::string> line_of(std::string const& bytes)
{
    auto const body = is_http(bytes) ? http_body(bytes) : Result<std::string>{bytes};
    if (!body)
        return std::unexpected{body.error()};
    auto const object = decoded(*body);
    if (!object)
        return std::unexpected{object.error()};
    return boost::json::serialize(*object);
}

/// One message of a trace: what it says, who said it and when. Of one that is not kept as it was, what is known of it.
Result<std::string> line_of(domain::TracedMessage const& message)
{
    boost::json::object object;
    if (message.note.empty()) {
        auto read = decoded(message.text);
        if (!read)
            return std::unexpected{read.error()};
        object = *std::move(read);
    } else {
        object = {{"method", message.method}, {"id", nullptr}, {"namespace", nullptr}, {"note", message.note}};
    }
    object["from"] = message.is_from_cpe ? "cpe" : "acs";
    object["seconds"] = static_cast<double>(message.at.count()) / 1'000.0;
    if (message.status != 0)
        object["status"] = message.status;
    return boost::json::serialize(object);
}

/// Prints lines, and tells of what is refused.
class Printer {
public:
    Printer(std::ostream& out, std::ostream& err) : out_{out}, err_{err} {}

    void print(std::string const& name, Result<std::string> const& line)
    {
        if (line)
            out_ << *line << '\n';
        else
            refuse(name, line.error().what);
    }
    void refuse(std::string const& name, std::string const& why)
    {
        err_ << name << ": " << why << '\n';
        result_ = 1;
    }
    [[nodiscard]] int result() const { return result_; }

private:
    std::ostream& out_;
    std::ostream& err_;
    int result_ = 0;
};

void print_trace(Printer& printer, std::string const& file, std::string_view text)
{
    auto const trace = domain::trace_of(text);
    if (!trace)
        return printer.refuse(file, trace.error().what);
    for (std::size_t i = 0; i < trace->messages.size(); ++i)
        printer.print(fmt::format("{}, message {}", file, i + 1), line_of(trace->messages[i]));
}

}  // namespace

int decode_command(std::span<std::string const> files, std::ostream& out, std::ostream& err)
{
    Printer printer{out, err};
    for (auto const& file : files) {
        auto const bytes = contents(file);
        if (!bytes)
            printer.refuse(file, bytes.error().what);
        else if (domain::is_trace(*bytes))
            print_trace(printer, file, *bytes);
        else
            printer.print(file, line_of(*bytes));
    }
    return printer.result();
}

}  // namespace app
