#pragma once

#include "base/broken_assumption.hpp"
#include "net/body_receiver.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace net {

[[nodiscard]] inline std::string_view native(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

/// What the parsers of requests and of answers have in common: the body's way to its receiver. For the two readers.
template <bool is_request>
class BodyParser : public boost::beast::http::basic_parser<is_request> {
public:
    BodyReceiver* receiver = nullptr;  ///< without one a request's body is an error and an answer's is dropped
    bool head_given = false;           ///< from here on fields are trailers

    /// What the header announced; none when it did not or the body is chunked.
    [[nodiscard]] std::optional<std::uint64_t> announced() const
    {
        auto const length = this->content_length();
        return length ? std::optional<std::uint64_t>{*length} : std::nullopt;
    }

protected:
    using Error = boost::system::error_code;
    using Text = boost::beast::string_view;
    using Verb = boost::beast::http::verb;

    void on_request_impl(Verb, Text, Text, int, Error&) override {}
    void on_response_impl(int, Text, int, Error&) override {}
    void on_header_impl(Error&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
    void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}

    std::size_t on_body_impl(Text body, Error& error) override
    {
        if (receiver ? receiver->take(native(body)) : !is_request)
            return body.size();
        error = boost::beast::http::error::body_limit;
        return 0;
    }

    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error& error) override
    {
        return on_body_impl(body, error);
    }

    void on_finish_impl(Error& error) override
    {
        if (receiver && !receiver->finish())
            error = boost::beast::http::error::partial_message;
    }
};

/// Gives bytes to the parser. What Beast asserts although a peer can break it (a lone CR in the line of the last chunk,
/// come in pieces) is malformed like anything else.
template <bool is_request>
std::size_t put(BodyParser<is_request>& parser, std::string_view bytes, boost::system::error_code& error)
{
    try {
        return parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    } catch (base::BrokenAssumption const&) {
        error = boost::beast::http::error::bad_chunk;
        return 0;
    }
}

}  // namespace net
