// The part of ServerConnection that reads one request, has it answered and sends the answer.
#include "net/forwarded.hpp"
#include "net/response_head.hpp"
#include "net/server_connection.hpp"

#include "base/log.hpp"
#include "base/unavailable.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>

namespace net {

namespace {

using Progress = RequestReader::Progress;

constexpr std::string_view continue_answer = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t join_bytes = 64 * 1024;   ///< bodies up to this are sent together with their header
constexpr std::size_t fair_bytes = 512 * 1024;  ///< sent of one file before other connections have their turn
constexpr int retry_after_outage = 30;          ///< seconds

/// What may stand between two requests: empty lines, and the NUL that some CPEs count as part of their text.
constexpr std::string_view between{"\r\n\t \0", 5};

Response refusal(unsigned status)
{
    return text_response(status, fmt::format("{}\n", status_phrase(status)));
}

}  // namespace

/// Everything that one exchange needs and that is gone between two of them.
struct ServerConnection::Exchange {
    explicit Exchange(std::uint32_t header_bytes) : reader{header_bytes} {}

    RequestReader reader;
    Progress progress = Progress::need_more;
    Request request;
    std::optional<BodyReceiver> receiver;
    std::optional<Response> early;  ///< the answer when the handler is not to be asked
    bool began = false;             ///< a byte of the request has come
    bool keep = false;
    bool owes_continue = false;
    std::uint64_t body_began = 0;  ///< second
    std::uint64_t body_bytes = 0;  ///< on the wire
};

base::Awaitable<bool> ServerConnection::exchange()
{
    auto const current = std::make_unique<Exchange>(limits().header_bytes);
    bool const is_read = co_await read_request(*current);
    if (!is_read)
        co_return false;
    ++requests_;
    counters().requests.add();
    bool const goes_on = co_await answer(*current);
    co_return goes_on;
}

base::Awaitable<bool> ServerConnection::read_request(Exchange& exchange)
{
    expect_within(requests_ == 0 ? limits().header : idle_);
    if (!carry_.empty())
        consume(exchange, {});
    while (exchange.progress == Progress::need_more || exchange.progress == Progress::head) {
        if (exchange.owes_continue) {
            exchange.owes_continue = false;
            bool const is_sent = co_await stream_.write_all(continue_answer);
            if (!is_sent)
                co_return false;
        }
        resting_ = !exchange.began;
        if (resting_ && requests_ > 0 && must_close())
            co_return false;
        auto const input = co_await stream_.read_some();
        resting_ = false;
        if (input.empty())
            co_return false;
        if (exchange.receiver)
            note_progress(exchange, input.size());
        consume(exchange, input);
    }
    co_return true;
}

void ServerConnection::note_progress(Exchange& exchange, std::size_t bytes)
{
    exchange.body_bytes += bytes;
    auto const elapsed = home_->now() - exchange.body_began;
    bool const is_too_slow = elapsed > static_cast<std::uint64_t>(limits().stall.count()) &&
                             exchange.body_bytes < elapsed * limits().bytes_per_second;
    if (is_too_slow)
        deadline_ = home_->now();  // the next tick ends it
    else
        expect_within(limits().stall);
}

void ServerConnection::consume(Exchange& exchange, std::string_view input)
{
    std::string joined;
    if (!carry_.empty()) {
        joined = std::move(carry_);
        carry_.clear();
        joined += input;
        input = joined;
    }
    if (!exchange.began) {
        input.remove_prefix(std::min(input.find_first_not_of(between), input.size()));
        if (input.empty())
            return;
        exchange.began = true;
        expect_within(limits().header);
    }
    std::size_t used = 0;
    exchange.progress = exchange.reader.feed(input, used);
    input.remove_prefix(used);
    if (exchange.reader.head_done() && !exchange.receiver) {
        admit(exchange);
        if (exchange.progress == Progress::head && !input.empty()) {
            exchange.progress = exchange.reader.feed(input, used);
            input.remove_prefix(used);
        }
    }
    if (exchange.progress == Progress::failed) {
        unread_ = true;
        return;
    }
    bool const is_waiting = exchange.progress != Progress::complete;
    if (is_waiting && input.size() > limits().header_bytes) {
        exchange.progress = Progress::failed;  // a chunk's header or trailer without end
        unread_ = true;
        return;
    }
    if (!is_waiting)
        exchange.owes_continue = false;
    carry_.assign(input);
}

void ServerConnection::admit(Exchange& exchange)
{
    auto& request = exchange.request;
    auto& listener = *port_->listener;
    static_cast<RequestHead&>(request) = std::move(exchange.reader.head());
    request.connection = this;
    request.via_trusted_proxy = trusted_;
    request.peer = trusted_ ? forwarded_peer(request.headers, peer_, listener.trusted) : peer_;
    request.is_https = is_tls_ || https_at_proxy_ ||
                       (trusted_ && equal_ignoring_case(request.headers.get("X-Forwarded-Proto"), "https"));
    exchange.keep = exchange.reader.keep_alive();
    exchange.body_began = home_->now();

    bool const has_body = exchange.progress == Progress::head;
    auto const announced = exchange.reader.content_length();
    auto policy = listener.handler.on_head(request);
    BodyReceiver::Settings body;
    auto const coding = parse_content_coding(request.headers.get("Content-Encoding"));
    request.was_compressed = has_body && coding && *coding != ContentCoding::identity;
    if (!policy.answer && has_body && policy.inflate && !coding)
        policy.answer = refusal(415);
    body.limits.bytes = policy.limit.value_or(limits().body_bytes);
    body.limits.ratio = limits().inflate_ratio;
    if (!policy.sink)
        body.limits.bytes = std::min(body.limits.bytes, limits().body_bytes);
    if (!policy.answer && announced && *announced > body.limits.bytes)
        policy.answer = refusal(413);
    exchange.early = std::move(policy.answer);
    if (exchange.early) {
        body.discard = true;
        body.limits.bytes = limits().discard_bytes;
    } else if (policy.inflate && coding) {
        body.coding = *coding;
    }
    request.sink = std::move(policy.sink);
    body.sink = request.sink.get();
    body.budget = &listener.bodies;
    exchange.receiver.emplace(body);
    exchange.reader.receive_body(*exchange.receiver);
    if (!has_body)
        return;
    if (exchange.early && announced && *announced > limits().discard_bytes) {
        exchange.progress = Progress::failed;
        return;
    }
    if (announced)
        exchange.receiver->reserve(*announced);
    exchange.owes_continue = exchange.reader.expects_continue() && request.version >= 11;
    expect_within(limits().stall);
}

base::Awaitable<Response> ServerConnection::ask(Request& request)
{
    auto const told = [&request](char const* id, std::string_view reason) {
        base::log::error(id, {{"method", request.method}, {"path", request.path()}, {"error", reason}});
    };
    try {
        co_return co_await port_->listener->handler.handle(request);
    } catch (base::Unavailable const& outage) {
        told("net.handler_unavailable", outage.what());
        auto response = refusal(503);
        response.headers.add("Retry-After", std::to_string(retry_after_outage));
        counters().failures.add();
        co_return response;
    } catch (std::exception const& error) {
        told("net.handler_failed", error.what());
    } catch (...) {
        told("net.handler_failed", "an exception that is no std::exception");
    }
    counters().failures.add();
    co_return refusal(500);
}

base::Awaitable<bool> ServerConnection::answer(Exchange& exchange)
{
    auto& request = exchange.request;
    std::optional<Response> response = std::move(exchange.early);
    bool keep = exchange.keep;
    if (exchange.progress == Progress::failed) {
        keep = false;
        counters().bad_requests.add();
        if (!response) {
            response = refusal(exchange.reader.status());
            if (exchange.receiver && exchange.receiver->fault() == BodyReceiver::Fault::sink)
                base::log::error("net.body_not_stored",
                                 {{"path", request.path()}, {"error", exchange.receiver->reason()}});
            if (response->status == 503)
                response->headers.add("Retry-After", std::to_string(retry_after_outage));
        }
    }
    if (!response) {
        request.body_bytes = exchange.receiver->bytes();
        request.body = std::move(exchange.receiver->memory());
        expect_within(limits().exchange);
        response = co_await ask(request);
        std::string{}.swap(request.body);
        exchange.receiver.reset();
    }
    keep = keep && !response->close && !must_close();
    bool const is_sent = co_await send(std::move(*response), request, keep);
    co_return is_sent&& keep;
}

base::Awaitable<bool> ServerConnection::send(Response response, Request const& request, bool keep)
{
    compress_if_wished(response, request);
    bool const is_head = request.method == "HEAD";
    Framing framing;
    auto* const text = std::get_if<std::string>(&response.body);
    auto* const file = std::get_if<FileBody>(&response.body);
    auto* const pushes = std::get_if<std::unique_ptr<PushStream>>(&response.body);
    if (response.status == 204)
        framing.length = 0;  // some CPEs hang on a 204 without it
    else if (text && response.status != 304)
        framing.length = text->size();
    else if (file)
        framing.length = file->length;
    bool const is_pushing = pushes && !is_head && !is_bodiless(response.status);
    framing.chunked = is_pushing && request.version >= 11;
    keep = keep && (!is_pushing || framing.chunked);

    auto head = response_head(response, request.version, keep, framing, home_->date());
    bool const has_body = !is_head && !is_bodiless(response.status);
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
    co_return is_sent&& keep;
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

base::Awaitable<bool> ServerConnection::send_pushes(std::unique_ptr<PushStream> pushes, bool chunked)
{
    struct Noted {
        PushStream*& place;
        ~Noted() { place = nullptr; }
    } const noted{pushes_};
    pushes_ = pushes.get();
    if (home_->draining() || stream_.was_aborted())
        pushes->cancel();
    for (;;) {
        expect_nothing();
        auto piece = co_await pushes->next();
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
