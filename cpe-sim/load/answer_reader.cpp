#include "load/answer_reader.hpp"

#include "net/body_receiver.hpp"
#include "net/response_reader.hpp"

namespace sim {

struct AnswerReader::Answer {
    net::ResponseReader reader{static_cast<std::uint32_t>(header_bytes), false};
    net::BodyReceiver body{{nullptr, false, net::ContentCoding::identity, {body_bytes, 50}, nullptr}};
};

AnswerReader::AnswerReader() = default;
AnswerReader::~AnswerReader() = default;
AnswerReader::AnswerReader(AnswerReader&&) noexcept = default;
AnswerReader& AnswerReader::operator=(AnswerReader&&) noexcept = default;

AnswerReader::Progress AnswerReader::feed(std::string_view bytes)
{
    using Step = net::ResponseReader::Progress;
    if (!answer_ && !bytes.empty())
        answer_ = std::make_unique<Answer>();
    while (!bytes.empty()) {
        std::size_t used = 0;
        auto const step = answer_->reader.feed(bytes, used);
        bytes.remove_prefix(used);
        switch (step) {
            case Step::failed: return Progress::failed;
            case Step::head:
                if (answer_->reader.content_length().value_or(0) > body_bytes)
                    return Progress::failed;
                answer_->reader.receive_body(answer_->body);
                break;
            case Step::complete:
                if (status() >= 200) {
                    keep_alive_ = bytes.empty() && answer_->reader.keep_alive();
                    return Progress::complete;
                }
                answer_ = std::make_unique<Answer>();  // 1xx: the answer comes after it
                break;
            case Step::need_more:
                if (used == 0)
                    return Progress::failed;
                break;
        }
    }
    return Progress::need_more;
}

AnswerReader::Progress AnswerReader::end()
{
    keep_alive_ = false;
    bool const is_whole = answer_ && answer_->reader.end() == net::ResponseReader::Progress::complete;
    return is_whole ? Progress::complete : Progress::failed;
}

void AnswerReader::next()
{
    answer_.reset();
    keep_alive_ = true;
}

unsigned AnswerReader::status() const noexcept
{
    return answer_ ? answer_->reader.head().status : 0;
}

std::string_view AnswerReader::body() const noexcept
{
    return answer_ ? std::string_view{answer_->body.memory()} : std::string_view{};
}

std::string_view AnswerReader::field(std::string_view name) const noexcept
{
    return answer_ ? answer_->reader.head().headers.get(name) : std::string_view{};
}

net::Headers AnswerReader::headers() const
{
    return answer_ ? answer_->reader.head().headers : net::Headers{};
}

}  // namespace sim
