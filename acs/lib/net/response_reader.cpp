#include "net/response_reader.hpp"

#include "net/body_parser.hpp"

#include <algorithm>

namespace net {

namespace http = boost::beast::http;
using Error = boost::system::error_code;

namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t status_line_size = 12;  ///< "HTTP/1.1 200"

/// Takes a line off `rest`, without its CR LF or LF.
std::string_view take_line(std::string_view& rest)
{
    auto const end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

void append_field(std::string& out, std::string_view line)
{
    bool const is_folded = blanks.find(line.front()) != std::string_view::npos;
    auto const colon = line.find(':');
    if (is_folded) {
        out += line;
    } else {
        if (colon == std::string_view::npos || colon == 0)
            return;
        auto const last = line.find_last_not_of(blanks, colon - 1);
        if (last == std::string_view::npos)
            return;
        out += line.substr(0, last + 1);
        out += line.substr(colon);
    }
    out += "\r\n";
}

/// Where a header ends in `text`, behind its empty line; npos when it does not.
std::size_t header_end(std::string_view text, std::size_t from)
{
    for (auto at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        auto next = at + 1;
        if (next < text.size() && text[next] == '\r')
            ++next;
        if (next < text.size() && text[next] == '\n')
            return next + 1;
    }
    return std::string_view::npos;
}

}  // namespace

std::string repaired_header(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + 32);
    auto const status = take_line(text);
    out += status;
    if (status.size() == status_line_size)
        out += ' ';
    out += "\r\n";
    while (!text.empty()) {
        auto const line = take_line(text);
        if (!line.empty())
            append_field(out, line);
    }
    return out += "\r\n";
}

class ResponseReader::Parser final : public BodyParser<false> {
public:
    ResponseHead head;

private:
    void on_response_impl(int code, Text reason, int version, Error&) override
    {
        head.status = static_cast<unsigned>(code);
        head.reason = native(reason);
        head.version = version;
    }

    void on_field_impl(http::field, Text name, Text value, Error&) override
    {
        if (!head_given)
            head.headers.add(native(name), native(value));
    }
};

ResponseReader::ResponseReader(std::uint32_t header_bytes, bool is_head)
    : parser_{std::make_unique<Parser>()}, header_bytes_{header_bytes}
{
    parser_->header_limit(header_bytes + header_bytes / 2);  // a repaired header may have grown by its CRs
    parser_->body_limit(boost::none);
    parser_->skip(is_head);
}

ResponseReader::~ResponseReader() = default;

ResponseReader::Progress ResponseReader::fail(std::string reason)
{
    reason_ = std::move(reason);
    return Progress::failed;
}

ResponseReader::Progress ResponseReader::feed_header(std::string_view bytes, std::size_t& used)
{
    auto const known = header_.size();
    header_ += bytes;
    if (known == 0)
        header_.erase(0, std::min(header_.find_first_not_of("\r\n"), header_.size()));
    auto const gone = known + bytes.size() - header_.size();
    auto const end = header_end(header_, known < 3 ? 0 : known - 3);
    if (std::min(end, header_.size()) > header_bytes_)
        return fail("its header is too large");
    used = bytes.size();
    if (end == std::string::npos)
        return Progress::need_more;
    used = end + gone - known;
    auto const text = repaired_header(std::string_view{header_}.substr(0, end));
    Error error;
    // A field line that starts a block of continuation lines may be consumed apart from the status line.
    for (std::size_t at = 0; at < text.size() && !parser_->is_header_done();) {
        auto const taken = put(*parser_, std::string_view{text}.substr(at), error);
        at += taken;
        if (error || taken == 0)
            return fail("its header is malformed: " + error.message());
    }
    std::string{}.swap(header_);
    parser_->head_given = true;
    return parser_->is_done() ? Progress::complete : Progress::head;
}

ResponseReader::Progress ResponseReader::feed(std::string_view bytes, std::size_t& used)
{
    used = 0;
    if (!parser_->is_header_done())
        return feed_header(bytes, used);
    std::string joined;
    auto const held = pending_.size();
    if (held > 0) {
        joined = std::move(pending_);
        pending_.clear();
        joined += bytes;
    }
    std::string_view const input = held > 0 ? std::string_view{joined} : bytes;
    std::size_t at = 0;
    Error error;
    while (at < input.size() && !parser_->is_done()) {
        auto const taken = put(*parser_, input.substr(at), error);
        at += taken;
        if (error == http::error::need_more || (!error && taken == 0))
            break;
        if (error)
            return fail("its body is malformed: " + error.message());
    }
    if (parser_->is_done()) {
        used = at - held;
        return Progress::complete;
    }
    pending_.assign(input.substr(at));
    used = bytes.size();
    return pending_.size() > header_bytes_ ? fail("its chunks are malformed") : Progress::need_more;
}

ResponseReader::Progress ResponseReader::end()
{
    if (!parser_->is_header_done())
        return fail("the connection ended before its header");
    if (parser_->is_done())
        return Progress::complete;
    Error error;
    parser_->put_eof(error);
    return error ? fail("the connection ended before its body did") : Progress::complete;
}

void ResponseReader::receive_body(BodyReceiver& receiver) noexcept
{
    parser_->receiver = &receiver;
}
ResponseHead& ResponseReader::head() noexcept
{
    return parser_->head;
}

std::optional<std::uint64_t> ResponseReader::content_length() const noexcept
{
    return parser_->announced();
}

bool ResponseReader::keep_alive() const noexcept
{
    return parser_->keep_alive();
}
bool ResponseReader::ends_with_connection() const noexcept
{
    return parser_->is_header_done() && parser_->need_eof();
}
bool ResponseReader::began() const noexcept
{
    return parser_->is_header_done() || !header_.empty();
}
std::string const& ResponseReader::reason() const noexcept
{
    return reason_;
}

}  // namespace net
