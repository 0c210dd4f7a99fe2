#pragma once

#include "net/body_receiver.hpp"
#include "net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace net {

/// Reads one request from bytes as they come; no I/O. Beast's parser underneath, without its message types.
class RequestReader {
public:
    enum class Progress {
        need_more,  ///< give the bytes not used again, with more behind them
        head,       ///< the header is done and a body follows: call receive_body(), then go on feeding
        complete,
        failed,  ///< see status()
    };

    explicit RequestReader(std::uint32_t header_bytes);
    ~RequestReader();

    /// Reads from the start of `bytes` and says in `used` how many it needs no more.
    [[nodiscard]] Progress feed(std::string_view bytes, std::size_t& used);

    /// Where the body goes; must outlive the reader. Without a receiver a body fails.
    void receive_body(BodyReceiver& receiver) noexcept;

    /// The request line and fields, to be moved from once the progress is `head` or `complete`.
    [[nodiscard]] RequestHead& head() noexcept;
    /// What the client announced; none when it did not or the body is chunked.
    [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
    [[nodiscard]] bool keep_alive() const noexcept;
    [[nodiscard]] bool expects_continue() const noexcept;
    /// After a failure, the status to answer with: 400, 413, 431, 500, 501, 503.
    [[nodiscard]] unsigned status() const noexcept;
    /// True when a body's fault is to be told: the header itself was fine.
    [[nodiscard]] bool head_done() const noexcept;

private:
    class Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace net
