#include "net/request_reader.hpp"

#include "net/body_parser.hpp"

namespace net {

namespace http = boost::beast::http;

namespace {

unsigned status_of(BodyReceiver::Fault fault)
{
    switch (fault) {
        case BodyReceiver::Fault::too_large: return 413;
        case BodyReceiver::Fault::malformed: return 400;
        case BodyReceiver::Fault::busy: return 503;
        case BodyReceiver::Fault::none:
        case BodyReceiver::Fault::sink: break;
    }
    return 500;
}

}  // namespace

class RequestReader::Parser final : public BodyParser<true> {
public:
    RequestHead head;
    std::optional<unsigned> refusal;  ///< what to answer to a fault of the header, when it is not 400
    bool expects_continue = false;

    [[nodiscard]] bool has_odd_transfer_coding() const
    {
        auto const coding = head.headers.find("Transfer-Encoding");
        return coding && !equal_ignoring_case(*coding, "chunked");
    }

    [[nodiscard]] unsigned status() const
    {
        if (refusal)
            return *refusal;
        return receiver && receiver->fault() != BodyReceiver::Fault::none ? status_of(receiver->fault()) : 400;
    }

private:
    void on_request_impl(Verb, Text method, Text target, int version, Error&) override
    {
        head.method = native(method);
        head.target = native(target);
        head.version = version;
    }

    void on_field_impl(http::field name, Text text, Text value, Error&) override
    {
        if (head_given)
            return;  // a trailer behind a chunked body
        head.headers.add(native(text), native(value));
        if (name == http::field::expect)
            expects_continue = equal_ignoring_case(native(value), "100-continue");
    }
};

RequestReader::RequestReader(std::uint32_t header_bytes) : parser_{std::make_unique<Parser>()}
{
    parser_->header_limit(header_bytes);
    parser_->body_limit(boost::none);  // BodyReceiver counts, what it keeps and what it inflates
}

RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::feed(std::string_view bytes, std::size_t& used)
{
    auto& parser = *parser_;
    used = 0;
    while (used < bytes.size()) {
        boost::system::error_code error;
        auto const taken = put(parser, bytes.substr(used), error);
        used += taken;
        if (error == http::error::need_more)
            return Progress::need_more;
        if (error) {
            if (error == http::error::header_limit)
                parser.refusal = 431;
            return Progress::failed;
        }
        if (parser.is_header_done() && !parser.head_given) {
            parser.head_given = true;
            if (parser.has_odd_transfer_coding()) {
                parser.refusal = 501;
                return Progress::failed;
            }
            return parser.is_done() ? Progress::complete : Progress::head;
        }
        if (parser.is_done())
            return Progress::complete;
        if (taken == 0)
            break;
    }
    return Progress::need_more;
}

void RequestReader::receive_body(BodyReceiver& receiver) noexcept
{
    parser_->receiver = &receiver;
}
RequestHead& RequestReader::head() noexcept
{
    return parser_->head;
}

std::optional<std::uint64_t> RequestReader::content_length() const noexcept
{
    return parser_->announced();
}

bool RequestReader::keep_alive() const noexcept
{
    return parser_->keep_alive();
}
bool RequestReader::expects_continue() const noexcept
{
    return parser_->expects_continue;
}
unsigned RequestReader::status() const noexcept
{
    return parser_->status();
}
bool RequestReader::head_done() const noexcept
{
    return parser_->head_given;
}

}  // namespace net
