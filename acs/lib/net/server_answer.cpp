// The part of ServerConnection that sends an answer.
#include "net/response_head.hpp"
#include "net/server_connection.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace net {

namespace {

constexpr std::size_t join_bytes = 64 * 1024;   ///< bodies up to this are sent together with their header
constexpr std::size_t fair_bytes = 512 * 1024;  ///< sent of one file before other connections have their turn

/// The Content-Length that is known before the answer is sent.
Framing known_length(Response const& response)
{
    Framing framing;
    auto const* const text = std::get_if<std::string>(&response.body);
    auto const* const file = std::get_if<FileBody>(&response.body);
    if (response.status == 204)
        framing.length = 0;  // some CPEs hang on a 204 without it
    else if (text && response.status != 304)
        framing.length = text->size();
    else if (file)
        framing.length = file->length;
    return framing;
}

}  // namespace

base::Awaitable<bool> ServerConnection::send(Response response, Request const& request, bool keep)
{
    compress_if_wished(response, request);
    auto* const text = std::get_if<std::string>(&response.body);
    auto* const file = std::get_if<FileBody>(&response.body);
    auto* const pushes = std::get_if<std::unique_ptr<PushStream>>(&response.body);
    bool const has_body = request.method != "HEAD" && !is_bodiless(response.status);
    bool const is_pushing = pushes && has_body;
    auto framing = known_length(response);
    framing.chunked = is_pushing && request.version >= 11;
    keep = keep && (!is_pushing || framing.chunked);

    auto head = response_head(response, request.version, keep, framing, home_->date());
    if (text && has_body && text->size() <= join_bytes) {
        head += *text;
        std::string{}.swap(*text);
    }
    bool is_sent = co_await send_bytes(head);
    std::string{}.swap(head);
    if (is_sent && text && has_body)
        is_sent = co_await send_bytes(*text);
    if (is_sent && file && has_body)
        is_sent = co_await send_file(std::move(*file));
    if (is_sent && is_pushing)
        is_sent = co_await send_pushes(std::move(*pushes), framing.chunked);
    keep = keep && is_sent;
    co_return keep;
}

base::Awaitable<bool> ServerConnection::send_bytes(std::string_view bytes)
{
    auto const began = home_->now();
    auto const total = bytes.size();
    expect_within(limits().stall);
    while (!bytes.empty()) {
        auto const outcome = stream_.try_write(bytes.data(), bytes.size());
        if (outcome.step == Stream::Step::done) {
            bytes.remove_prefix(outcome.bytes);
            auto const elapsed = home_->now() - began;
            bool const is_too_slow = elapsed > static_cast<std::uint64_t>(limits().stall.count()) &&
                                     total - bytes.size() < elapsed * limits().bytes_per_second;
            if (is_too_slow) {
                counters().timeouts.add();
                co_return false;
            }
            expect_within(limits().stall);
            continue;
        }
        bool const is_ready = co_await stream_.wait(outcome.step);
        if (!is_ready)
            co_return false;
    }
    co_return true;
}

base::Awaitable<bool> ServerConnection::send_file(FileBody file)
{
    std::string piece;
    std::size_t in_turn = 0;
    while (file.length > 0) {
        piece.resize(std::min<std::uint64_t>(file.length, join_bytes));
        auto const got = ::pread(file.descriptor(), piece.data(), piece.size(), static_cast<off_t>(file.offset));
        if (got <= 0) {
            base::log::error("net.file_not_read", {{"error", got == 0 ? "the file has become shorter"
                                                                      : std::generic_category().message(errno)}});
            co_return false;
        }
        piece.resize(static_cast<std::size_t>(got));
        file.offset += piece.size();
        file.length -= piece.size();
        bool const is_sent = co_await send_bytes(piece);
        if (!is_sent)
            co_return false;
        in_turn += piece.size();
        if (in_turn >= fair_bytes) {
            in_turn = 0;
            co_await boost::asio::post(stream_.socket().get_executor(), base::use_awaitable);
        }
    }
    co_return true;
}

namespace {

/// The next piece; a failure is told, and none comes then although the answer is not over.
base::Awaitable<std::optional<std::string>> next_piece(PushStream& pushes, bool& has_failed)
{
    try {
        co_return co_await pushes.next();
    } catch (std::exception const& failure) {
        base::log::warning("net.stream_failed", {{"reason", failure.what()}});
        has_failed = true;
    }
    co_return std::nullopt;
}

}  // namespace

base::Awaitable<bool> ServerConnection::send_pushes(std::unique_ptr<PushStream> pushes, bool chunked)
{
    struct Noted {
        PushStream*& place;
        ~Noted() { place = nullptr; }
    } const noted{pushes_};
    pushes_ = pushes.get();
    if (home_->draining() || stream_.was_aborted())
        pushes->cancel();
    for (bool has_failed = false;;) {
        expect_nothing();
        auto piece = co_await next_piece(*pushes, has_failed);
        if (has_failed)
            co_return false;  // without the last chunk: the client sees that this is not all
        if (!piece)
            break;
        if (piece->empty())
            continue;
        if (chunked) {
            piece->insert(0, fmt::format("{:x}\r\n", piece->size()));
            *piece += "\r\n";
        }
        bool const is_sent = co_await send_bytes(*piece);
        if (!is_sent)
            co_return false;
    }
    if (!chunked)
        co_return true;
    bool const is_ended = co_await send_bytes("0\r\n\r\n");
    co_return is_ended;
}

}  // namespace net
