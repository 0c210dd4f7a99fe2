#include "net/http_client.hpp"

#include "net/client_state.hpp"
#include "net/compression.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace net {

namespace {

constexpr std::size_t join_bytes = 64 * 1024;  ///< bodies up to this are sent together with their header
constexpr int most_attempts = 3;               ///< of one exchange with a login: unasked, challenged, stale

/// What is sent before the body; the body's size is known by now.
std::string request_head(ClientRequest const& request, Url const& server, std::string const& authorization,
                         std::uint64_t body_size)
{
    std::string text;
    text.reserve(256 + request.headers.wire().size());
    fmt::format_to(std::back_inserter(text), "{} {} HTTP/{}.{}\r\n", request.method, request.target,
                   request.version / 10, request.version % 10);
    if (!request.headers.has("Host"))
        fmt::format_to(std::back_inserter(text), "Host: {}\r\n", server.authority());
    text += request.headers.wire();
    if (!authorization.empty())
        fmt::format_to(std::back_inserter(text), "Authorization: {}\r\n", authorization);
    if (request.accept_gzip)
        text += "Accept-Encoding: gzip\r\n";
    if (request.gzip)
        text += "Content-Encoding: gzip\r\n";
    if (body_size > 0 || request.has_body)
        fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", body_size);
    if (request.close)
        text += "Connection: close\r\n";
    else if (request.version < 11)
        text += "Connection: keep-alive\r\n";
    return text += "\r\n";
}

/// A request line that another request could hide in must not be sent.
bool is_sendable(ClientRequest const& request)
{
    auto const is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
    return !request.method.empty() && !request.target.empty() && std::ranges::none_of(request.method, is_bad) &&
           std::ranges::none_of(request.target, is_bad);
}

}  // namespace

base::Awaitable<bool> ClientConnection::State::send_bytes(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const outcome = stream->try_write(bytes.data(), bytes.size());
        if (outcome.step == Stream::Step::done) {
            bytes.remove_prefix(outcome.bytes);
            progress();
            continue;
        }
        bool const is_ready = co_await stream->wait(outcome.step);
        if (!is_ready)
            co_return false;
    }
    co_return true;
}

base::Awaitable<bool> ClientConnection::State::send_file(FileBody const& file)
{
    std::string piece;
    for (std::uint64_t sent = 0; sent < file.length; sent += piece.size()) {
        piece.resize(std::min<std::uint64_t>(file.length - sent, join_bytes));
        auto const got = ::pread(file.descriptor(), piece.data(), piece.size(), static_cast<off_t>(file.offset + sent));
        if (got <= 0) {
            close();  // what was announced cannot be sent any more
            co_return false;
        }
        piece.resize(static_cast<std::size_t>(got));
        bool const is_sent = co_await send_bytes(piece);
        if (!is_sent)
            co_return false;
    }
    co_return true;
}

base::Awaitable<std::expected<void, ClientFailure>> ClientConnection::State::send(ClientRequest const& request,
                                                                                  std::string authorization)
{
    auto const* const file = std::get_if<FileBody>(&request.body);
    auto const* text = std::get_if<std::string>(&request.body);
    std::string zipped;
    if (text && request.gzip) {
        zipped = gzip(*text);
        text = &zipped;
    }
    auto head = request_head(request, server, authorization, text ? text->size() : file->length);
    bool const is_joined = text && text->size() <= join_bytes;
    if (is_joined)
        head += *text;
    bool is_sent = co_await send_bytes(head);
    if (is_sent && text && !is_joined)
        is_sent = co_await send_bytes(*text);
    if (is_sent && file)
        is_sent = co_await send_file(*file);
    if (!stream)
        co_return failure(ClientErrc::bad_request, "the file to send is shorter than announced");
    if (timed_out || cancelled)
        co_return broken(ClientErrc::closed, "", false);
    // A server may answer and close before it has read everything, so a failure to send is not the end: read on.
    co_return std::expected<void, ClientFailure>{};
}

base::Awaitable<ClientResult> ClientConnection::State::talk(ClientRequest const& request, std::string authorization,
                                                            BodySink* sink)
{
    if (!is_sendable(request))
        co_return failure(ClientErrc::bad_request, "the request line has characters that cannot be sent");
    if (!stream) {
        auto const opened = co_await open();
        if (!opened)
            co_return std::unexpected{opened.error()};
    }
    start_watch(settings.limits.exchange, settings.limits.stall);
    auto const sent = co_await send(request, std::move(authorization));
    if (!sent)
        co_return std::unexpected{sent.error()};
    auto received = co_await receive(request, sink);
    co_return received;
}

base::Awaitable<ClientResult> ClientConnection::State::once(ClientRequest const& request, std::string authorization,
                                                            BodySink* sink)
{
    if (!timer)
        timer.emplace(co_await boost::asio::this_coro::executor);
    cancelled = false;
    auto result = co_await talk(request, std::move(authorization), sink);
    unwatch();
    if (!result || !result->connection_alive)
        close();
    co_return result;
}

ClientConnection::ClientConnection(Url const& server, ClientSettings settings)
    : state_{std::make_shared<State>(server, std::move(settings))}
{
}

ClientConnection::~ClientConnection()
{
    if (!state_)
        return;
    state_->unwatch();
    state_->close();
}

ClientConnection::ClientConnection(ClientConnection&&) noexcept = default;
ClientConnection& ClientConnection::operator=(ClientConnection&& other) noexcept
{
    std::swap(state_, other.state_);
    return *this;
}

base::Awaitable<ClientResult> ClientConnection::exchange(ClientRequest request, BodySink* sink)
{
    auto const state = state_;
    auto result = co_await state->once(request, {}, sink);
    co_return result;
}

base::Awaitable<ClientResult> ClientConnection::exchange(ClientRequest request, ClientLogin& login, BodySink* sink)
{
    auto const state = state_;
    bool challenged = false;
    for (int attempt = 1;; ++attempt) {
        auto result =
            co_await state->once(request, login.authorization(request.method, request.target).value_or(""), sink);
        bool const is_refused = result && result->status == 401;
        if (!is_refused || attempt == most_attempts || !login.learn(result->headers) ||
            (challenged && !login.was_stale()))
            co_return result;
        challenged = true;
    }
}

bool ClientConnection::is_open() const noexcept
{
    return state_->stream != nullptr;
}
std::uint64_t ClientConnection::connects() const noexcept
{
    return state_->connects;
}

std::optional<Endpoint> ClientConnection::local() const
{
    if (!state_->stream)
        return std::nullopt;
    boost::system::error_code error;
    auto const end = state_->stream->socket().local_endpoint(error);
    return error ? std::nullopt : std::optional{Endpoint{unmapped(end.address()), end.port()}};
}

bool ClientConnection::tls_resumed() const noexcept
{
    return state_->stream && state_->resumed;
}

std::string_view ClientConnection::tls_version() const noexcept
{
    return state_->stream && state_->stream->is_tls() ? SSL_get_version(state_->stream->ssl()) : "";
}

void ClientConnection::close() noexcept
{
    state_->close();
}

void ClientConnection::cancel() noexcept
{
    state_->cancelled = true;
    if (state_->stream)
        state_->stream->abort();
}

base::Awaitable<ClientResult> fetch(Url url, ClientRequest request, ClientSettings settings, BodySink* sink)
{
    request.target = url.target;
    request.close = true;
    ClientConnection connection{url, std::move(settings)};
    auto result = co_await connection.exchange(std::move(request), sink);
    co_return result;
}

}  // namespace net
