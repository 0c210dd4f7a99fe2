#include "load/answer_reader.hpp"

#include "net/body_receiver.hpp"
#include "net/response_reader.hpp"

#include <charconv>

namespace sim {

/// The reader for what is not plain.
struct AnswerReader::Thorough {
    net::ResponseReader reader{static_cast<std::uint32_t>(header_bytes), false};
    net::BodyReceiver receiver{{nullptr, false, net::ContentCoding::identity, {body_bytes, 50}, nullptr}};
    bool was_interim = false;
};

AnswerReader::AnswerReader() = default;
AnswerReader::~AnswerReader() = default;
AnswerReader::AnswerReader(AnswerReader&&) noexcept = default;
AnswerReader& AnswerReader::operator=(AnswerReader&&) noexcept = default;

namespace {

/// Calls `visit(name, value)` for each "Name: value" line; false when a line is none.
template <class Visit>
bool for_each_field(std::string_view lines, Visit const& visit)
{
    while (!lines.empty()) {
        auto const end = lines.find("\r\n");
        auto const line = lines.substr(0, end);
        lines.remove_prefix(end == lines.npos ? lines.size() : end + 2);
        auto const colon = line.find(':');
        if (colon == line.npos || colon == 0 || line[colon - 1] == ' ' || line[0] == ' ' || line[0] == '\t')
            return false;
        auto value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        value.remove_suffix(value.size() - (value.find_last_not_of(" \t") + 1));
        visit(line.substr(0, colon), value);
    }
    return true;
}

bool is_plain(std::string_view head)
{
    for (auto const c : head)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\r' && c != '\n') || c == 0x7f)
            return false;
    for (auto at = head.find_first_of("\r\n"); at != head.npos; at = head.find_first_of("\r\n", at + 2))
        if (head.substr(at, 2) != "\r\n")
            return false;
    return true;
}

}  // namespace

/// Reads a head that is as it should be; false when the thorough reader must have it.
bool AnswerReader::read_head(std::size_t end)
{
    auto const head = std::string_view{buffer_}.substr(0, end + 2);
    if (!head.starts_with("HTTP/1.1 ") || head.size() < 15 || (head[12] != ' ' && head[12] != '\r') || !is_plain(head))
        return false;
    auto const [after, error] = std::from_chars(head.data() + 9, head.data() + 12, status_);
    if (error != std::errc{} || after != head.data() + 12 || status_ < 200 || status_ > 599)
        return false;
    auto const fields = head.substr(head.find("\r\n") + 2);
    auto const has_no_body = status_ == 204 || status_ == 304;
    bool is_usual = true;
    std::optional<std::size_t> length;
    keep_alive_ = true;
    auto const visit = [&](std::string_view name, std::string_view value) {
        if (net::equal_ignoring_case(name, "Content-Length")) {
            std::size_t number = 0;
            auto const [stop, wrong] = std::from_chars(value.data(), value.data() + value.size(), number);
            is_usual = is_usual && wrong == std::errc{} && stop == value.data() + value.size() && !length;
            length = number;
        } else if (net::equal_ignoring_case(name, "Connection")) {
            auto const stays = net::equal_ignoring_case(value, "keep-alive");
            is_usual = is_usual && (stays || net::equal_ignoring_case(value, "close"));
            keep_alive_ = stays;
        } else if (net::equal_ignoring_case(name, "Transfer-Encoding")) {
            is_usual = false;
        }
    };
    if (!for_each_field(fields.substr(0, fields.empty() ? 0 : fields.size() - 2), visit) || !is_usual)
        return false;
    if ((!length && !has_no_body) || length.value_or(0) > body_bytes)
        return false;
    length_ = has_no_body ? 0 : *length;
    head_end_ = end + 4;
    return true;
}

AnswerReader::Progress AnswerReader::feed(std::string_view bytes)
{
    if (thorough_)
        return read_thoroughly(bytes);
    buffer_ += bytes;
    if (head_end_ == 0) {
        auto const end = buffer_.find("\r\n\r\n");
        auto const is_odd = buffer_.find("\n\n") != buffer_.npos ||
                            !std::string_view{buffer_}.starts_with(
                                std::string_view{"HTTP/1.1 "}.substr(0, std::min<std::size_t>(buffer_.size(), 9)));
        if (!is_odd && end == buffer_.npos && buffer_.size() <= header_bytes)
            return Progress::need_more;
        if (is_odd || end == buffer_.npos || !read_head(end)) {
            auto const all = std::exchange(buffer_, {});
            return read_thoroughly(all);
        }
    }
    if (buffer_.size() < head_end_ + length_)
        return Progress::need_more;
    keep_alive_ = keep_alive_ && buffer_.size() == head_end_ + length_;
    return Progress::complete;
}

AnswerReader::Progress AnswerReader::read_thoroughly(std::string_view bytes)
{
    using Step = net::ResponseReader::Progress;
    if (!thorough_)
        thorough_ = std::make_unique<Thorough>();
    buffer_ += bytes.substr(0, bytes.empty() ? 0 : 1);  // something has come
    while (!bytes.empty()) {
        std::size_t used = 0;
        auto const step = thorough_->reader.feed(bytes, used);
        bytes.remove_prefix(used);
        switch (step) {
            case Step::failed: return Progress::failed;
            case Step::head:
                if (thorough_->reader.content_length().value_or(0) > body_bytes)
                    return Progress::failed;
                thorough_->reader.receive_body(thorough_->receiver);
                break;
            case Step::complete:
                if (thorough_->reader.head().status >= 200) {
                    keep_alive_ = bytes.empty() && thorough_->reader.keep_alive();
                    return take_thorough();
                }
                thorough_ = std::make_unique<Thorough>();  // 1xx: the answer comes after it
                break;
            case Step::need_more:
                if (used == 0)
                    return Progress::failed;
                break;
        }
    }
    return Progress::need_more;
}

AnswerReader::Progress AnswerReader::take_thorough()
{
    status_ = thorough_->reader.head().status;
    return Progress::complete;
}

AnswerReader::Progress AnswerReader::end()
{
    keep_alive_ = false;
    if (!thorough_ || thorough_->reader.end() != net::ResponseReader::Progress::complete)
        return Progress::failed;
    return take_thorough();
}

void AnswerReader::next()
{
    buffer_.clear();
    head_end_ = 0;
    length_ = 0;
    status_ = 0;
    keep_alive_ = true;
    thorough_.reset();
}

std::string_view AnswerReader::body() const noexcept
{
    if (thorough_)
        return thorough_->receiver.memory();
    return std::string_view{buffer_}.substr(head_end_, length_);
}

std::string_view AnswerReader::field(std::string_view name) const noexcept
{
    if (thorough_)
        return thorough_->reader.head().headers.get(name);
    std::string_view found;
    auto const head = std::string_view{buffer_}.substr(0, head_end_ < 4 ? 0 : head_end_ - 4);
    auto const first = head.find("\r\n");
    if (first == head.npos)
        return found;
    static_cast<void>(for_each_field(head.substr(first + 2), [&](std::string_view field_name, std::string_view value) {
        if (found.data() == nullptr && net::equal_ignoring_case(field_name, name))
            found = value;
    }));
    return found;
}

net::Headers AnswerReader::headers() const
{
    if (thorough_)
        return thorough_->reader.head().headers;
    net::Headers headers;
    auto const head = std::string_view{buffer_}.substr(0, head_end_ < 4 ? 0 : head_end_ - 4);
    auto const first = head.find("\r\n");
    if (first != head.npos)
        static_cast<void>(for_each_field(
            head.substr(first + 2), [&](std::string_view name, std::string_view value) { headers.add(name, value); }));
    return headers;
}

}  // namespace sim
