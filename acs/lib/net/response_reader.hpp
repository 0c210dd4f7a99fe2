#pragma once

#include "net/body_receiver.hpp"
#include "net/headers.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace net {

/// The header of an answer.
struct ResponseHead {
    unsigned status = 0;
    int version = 11;
    std::string reason;
    Headers headers;
};

/// Reads one answer from bytes as they come; no I/O. The header is collected whole and put right first - bare LF,
/// blanks before a colon, lines that are no fields, a status line without a reason - because the servers in CPEs send
/// such.
class ResponseReader {
public:
    enum class Progress {
        need_more,
        head,  ///< the header is done and a body may follow: call receive_body(), then go on
        complete,
        failed,
    };

    /// `is_head`: the request was a HEAD, whose answer has no body whatever its header says.
    ResponseReader(std::uint32_t header_bytes, bool is_head);
    ~ResponseReader();

    /// Reads from the start of `bytes` and says in `used` how many it needs no more.
    [[nodiscard]] Progress feed(std::string_view bytes, std::size_t& used);
    /// The connection has ended: `complete` when the answer was to end so.
    [[nodiscard]] Progress end();

    /// Where the body goes; must outlive the reader.
    void receive_body(BodyReceiver& receiver) noexcept;

    [[nodiscard]] ResponseHead& head() noexcept;
    [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
    [[nodiscard]] bool keep_alive() const noexcept;
    /// True when the body goes on until the connection ends.
    [[nodiscard]] bool ends_with_connection() const noexcept;
    [[nodiscard]] bool began() const noexcept;
    /// After a failure, what was wrong.
    [[nodiscard]] std::string const& reason() const noexcept;

private:
    class Parser;
    [[nodiscard]] Progress feed_header(std::string_view bytes, std::size_t& used);
    [[nodiscard]] Progress fail(std::string reason);

    std::unique_ptr<Parser> parser_;
    std::string header_;
    std::string pending_;  ///< of a body: what the parser wants to see again
    std::string reason_;
    std::uint32_t header_bytes_;
};

/// A header's text with each fault that a reader may overlook put right; ends with an empty line.
[[nodiscard]] std::string repaired_header(std::string_view text);

}  // namespace net
