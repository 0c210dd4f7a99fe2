#pragma once

#include "base/awaitable.hpp"
#include "net/network.hpp"
#include "net/tls_native.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace net {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, base::Executor>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>;

/// The bytes that this thread reads into: valid until the coroutine that read them waits again.
inline constexpr std::size_t scratch_bytes = 64 * 1024;
[[nodiscard]] char* scratch() noexcept;

/// A TCP connection, with or without TLS. OpenSSL works directly on the non-blocking descriptor and Asio only waits for
/// it, so an idle connection owns no buffer (an ssl_stream keeps 70 KB). Used by one coroutine at a time.
class Stream {
public:
    explicit Stream(Socket socket);

    /// What one attempt on the descriptor came to.
    enum class Step { done, wants_read, wants_write, ended, failed };
    struct Outcome {
        Step step;
        std::size_t bytes = 0;
    };

    [[nodiscard]] Outcome try_read(char* buffer, std::size_t size) noexcept;
    [[nodiscard]] Outcome try_write(char const* bytes, std::size_t size) noexcept;

    /// Waits until the descriptor is ready for `step`; false when the wait was cancelled.
    base::Awaitable<bool> wait(Step step);

    /// Reads what there is into scratch(); empty at the end of the connection, on failure and when cancelled.
    base::Awaitable<std::string_view> read_some();
    /// Writes everything; false on failure and when cancelled. `bytes` must outlive the call.
    base::Awaitable<bool> write_all(std::string_view bytes);
    /// TLS from now on, with a role and settings already in `ssl`. False when it fails: see tls_error().
    base::Awaitable<bool> handshake(SslPointer ssl);

    /// Says good-bye over TLS, if it can be said without waiting, and ends our direction.
    void say_goodbye() noexcept;
    /// Makes whatever waits fail, now and later. Safe at any time on the connection's thread.
    void abort() noexcept;
    /// Makes the present wait fail; the stream stays usable.
    void cancel() noexcept;

    [[nodiscard]] bool is_tls() const noexcept { return ssl_ != nullptr; }
    [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }
    [[nodiscard]] Socket& socket() noexcept { return socket_; }
    [[nodiscard]] int descriptor() noexcept { return socket_.native_handle(); }
    [[nodiscard]] std::string const& tls_error() const noexcept { return tls_error_; }
    [[nodiscard]] bool was_aborted() const noexcept { return aborted_; }

private:
    [[nodiscard]] Outcome tls_outcome(int result) noexcept;
    [[nodiscard]] Outcome plain_outcome(ssize_t result) noexcept;

    Socket socket_;
    SslPointer ssl_;
    std::string tls_error_;
    bool tls_broken_ = false;
    bool aborted_ = false;
};

}  // namespace net
