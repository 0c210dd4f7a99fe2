#pragma once

#include "agent/http_exchange.hpp"
#include "base/awaitable.hpp"
#include "load/answer_reader.hpp"
#include "load/load_context.hpp"
#include "net/client_login.hpp"
#include "net/stream.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

/// The way of one session to the ACS, made for little work: no copies, no decoding, one buffer out and one in. It does
/// what HttpExchange does but for redirects and quirks.
class AcsConnection {
public:
    AcsConnection(LoadContext& context, std::uint32_t device) : context_{context}, device_{device} {}
    ~AcsConnection();
    AcsConnection(AcsConnection const&) = delete;
    AcsConnection& operator=(AcsConnection const&) = delete;

    /// Begins a POST whose body has `size` bytes; append exactly these to what is returned.
    std::string& begin(std::size_t size);

    /// Sends what was begun and takes the answer, with connection and login as they are needed. True when there is an
    /// answer, whatever its status; else failure() tells.
    base::Awaitable<bool> exchange(Timed what);

    /// Sends what was begun in small pieces with pauses.
    base::Awaitable<bool> send_slowly();
    /// Sends what was begun and then resets the connection.
    base::Awaitable<void> send_and_reset();
    /// Waits, saying nothing, until the ACS closes the connection or its time is over.
    base::Awaitable<void> stay_silent();

    [[nodiscard]] unsigned status() const noexcept { return reader_.status(); }
    [[nodiscard]] std::string_view body() const noexcept { return reader_.body(); }
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept { return reader_.field(name); }
    /// In one word why there was no answer.
    [[nodiscard]] std::string_view failure() const noexcept { return failure_; }
    void close() noexcept;

private:
    base::Awaitable<bool> open();
    base::Awaitable<bool> secure();
    base::Awaitable<bool> send();
    base::Awaitable<bool> send_and_receive();
    base::Awaitable<bool> receive();
    void write_head(std::size_t size);
    void take_cookies();
    [[nodiscard]] bool fails(std::string_view kind) noexcept;
    [[nodiscard]] bool learn_login();
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const;

    LoadContext& context_;
    std::uint32_t device_;
    std::optional<net::Stream> stream_;
    std::optional<std::size_t> watch_;
    std::string out_;
    std::size_t body_start_ = 0;
    AnswerReader reader_;
    std::string cookie_;
    std::optional<net::ClientLogin> login_;
    std::string_view failure_;
    std::chrono::steady_clock::time_point asked_;  ///< when the present message began to be sent
};

}  // namespace sim
