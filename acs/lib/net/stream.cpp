#include "net/stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace net {

char* scratch() noexcept
{
    thread_local auto const buffer = std::make_unique_for_overwrite<char[]>(scratch_bytes);
    return buffer.get();
}

Stream::Stream(Socket socket) : socket_{std::move(socket)}
{
    boost::system::error_code ignored;
    socket_.native_non_blocking(true, ignored);
    socket_.set_option(Tcp::no_delay{true}, ignored);
}

Stream::Outcome Stream::plain_outcome(ssize_t result) noexcept
{
    if (result > 0)
        return {Step::done, static_cast<std::size_t>(result)};
    if (result == 0)
        return {Step::ended};
    if (errno == EAGAIN || errno == EINTR)
        return {Step::wants_read};
    return {Step::failed};
}

Stream::Outcome Stream::tls_outcome(int result) noexcept
{
    if (result > 0)
        return {Step::done, static_cast<std::size_t>(result)};
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ: return {Step::wants_read};
        case SSL_ERROR_WANT_WRITE: return {Step::wants_write};
        case SSL_ERROR_ZERO_RETURN: return {Step::ended};
        default: break;
    }
    tls_broken_ = true;
    tls_error_ = take_tls_error();
    return {Step::failed};
}

Stream::Outcome Stream::try_read(char* buffer, std::size_t size) noexcept
{
    if (!ssl_)
        return plain_outcome(::recv(descriptor(), buffer, size, 0));
    if (tls_broken_)
        return {Step::failed};
    ERR_clear_error();
    return tls_outcome(SSL_read(ssl_.get(), buffer, static_cast<int>(size)));
}

Stream::Outcome Stream::try_write(char const* bytes, std::size_t size) noexcept
{
    if (!ssl_) {
        auto outcome = plain_outcome(::send(descriptor(), bytes, size, MSG_NOSIGNAL));
        if (outcome.step == Step::wants_read)
            outcome.step = Step::wants_write;
        return outcome;
    }
    if (tls_broken_)
        return {Step::failed};
    ERR_clear_error();
    constexpr std::size_t most = 1 << 30;  // OpenSSL counts in int
    return tls_outcome(SSL_write(ssl_.get(), bytes, static_cast<int>(std::min(size, most))));
}

base::Awaitable<bool> Stream::wait(Step step)
{
    if (aborted_ || (step != Step::wants_read && step != Step::wants_write))
        co_return false;
    auto const kind = step == Step::wants_read ? Socket::wait_read : Socket::wait_write;
    auto const [error] = co_await socket_.async_wait(kind, base::as_tuple);
    co_return !error && !aborted_;
}

base::Awaitable<std::string_view> Stream::read_some()
{
    for (;;) {
        auto const outcome = try_read(scratch(), scratch_bytes);
        if (outcome.step == Step::done)
            co_return std::string_view{scratch(), outcome.bytes};
        bool const is_ready = co_await wait(outcome.step);
        if (!is_ready)
            co_return std::string_view{};
    }
}

base::Awaitable<bool> Stream::write_all(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const outcome = try_write(bytes.data(), bytes.size());
        if (outcome.step == Step::done) {
            bytes.remove_prefix(outcome.bytes);
            continue;
        }
        bool const is_ready = co_await wait(outcome.step);
        if (!is_ready)
            co_return false;
    }
    co_return true;
}

base::Awaitable<bool> Stream::handshake(SslPointer ssl)
{
    ssl_ = std::move(ssl);
    if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor()) != 1)
        co_return false;
    for (;;) {
        ERR_clear_error();
        auto const outcome = tls_outcome(SSL_do_handshake(ssl_.get()));
        if (outcome.step == Step::done)
            co_return true;
        bool const is_ready = co_await wait(outcome.step);
        if (!is_ready)
            co_return false;
    }
}

void Stream::say_goodbye() noexcept
{
    if (ssl_ && !tls_broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::abort() noexcept
{
    aborted_ = true;
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.cancel(ignored);
}

void Stream::cancel() noexcept
{
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

}  // namespace net
