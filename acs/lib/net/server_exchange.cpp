// The part of ServerConnection that reads one request and has it answered.
#include "net/forwarded.hpp"
#include "net/server_connection.hpp"

#include "base/log.hpp"
#include "base/unavailable.hpp"

#include <fmt/format.h>

#include <exception>
#include <optional>

namespace net {

namespace {

using Progress = RequestReader::Progress;

constexpr std::string_view continue_answer = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr int retry_after_outage = 30;  ///< seconds

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
    feed(exchange, input);
    bool const is_waiting = exchange.progress == Progress::need_more || exchange.progress == Progress::head;
    if (is_waiting && input.size() > limits().header_bytes)
        exchange.progress = Progress::failed;  // a chunk's header or trailer without end
    if (exchange.progress == Progress::failed) {
        unread_ = true;
        return;
    }
    if (!is_waiting)
        exchange.owes_continue = false;
    carry_.assign(input);
}

void ServerConnection::feed(Exchange& exchange, std::string_view& input)
{
    std::size_t used = 0;
    exchange.progress = exchange.reader.feed(input, used);
    input.remove_prefix(used);
    if (!exchange.reader.head_done() || exchange.receiver)
        return;
    admit(exchange);
    if (exchange.progress != Progress::head)
        return;
    if (refuses_unread(exchange, !input.empty())) {
        exchange.keep = false;
        exchange.progress = Progress::complete;
        unread_ = true;
        return;
    }
    if (input.empty())
        return;
    exchange.progress = exchange.reader.feed(input, used);
    input.remove_prefix(used);
}

bool ServerConnection::refuses_unread(Exchange& exchange, bool body_began)
{
    if (!exchange.early)
        return false;
    bool const waits = exchange.reader.expects_continue() && exchange.request.version >= 11 && !body_began;
    return waits || exchange.reader.content_length().value_or(0) > limits().discard_bytes;
}

void ServerConnection::admit(Exchange& exchange)
{
    auto& request = exchange.request;
    static_cast<RequestHead&>(request) = std::move(exchange.reader.head());
    request.connection = this;
    request.via_trusted_proxy = trusted_;
    request.peer = trusted_ ? forwarded_peer(request.headers, peer_, port_->listener->trusted) : peer_;
    request.is_https = is_tls_ || https_at_proxy_ ||
                       (trusted_ && equal_ignoring_case(request.headers.get("X-Forwarded-Proto"), "https"));
    exchange.keep = exchange.reader.keep_alive();
    exchange.body_began = home_->now();

    exchange.receiver.emplace(choose_body(exchange));
    exchange.reader.receive_body(*exchange.receiver);
    if (exchange.progress != Progress::head)
        return;
    if (auto const announced = exchange.reader.content_length())
        exchange.receiver->reserve(*announced);
    exchange.owes_continue = !exchange.early && exchange.reader.expects_continue() && exchange.request.version >= 11;
    expect_within(limits().stall);
}

BodyReceiver::Settings ServerConnection::choose_body(Exchange& exchange)
{
    auto& request = exchange.request;
    auto policy = port_->listener->handler.on_head(request);
    bool const has_body = exchange.progress == Progress::head;
    auto const announced = exchange.reader.content_length();
    auto const coding = parse_content_coding(request.headers.get("Content-Encoding"));
    request.was_compressed = has_body && coding && *coding != ContentCoding::identity;

    BodyReceiver::Settings body;
    body.budget = &port_->listener->bodies;
    body.limits.ratio = limits().inflate_ratio;
    body.limits.bytes = policy.limit.value_or(limits().body_bytes);
    if (!policy.sink)
        body.limits.bytes = std::min(body.limits.bytes, limits().body_bytes);
    auto const refuse = [&](unsigned status) {
        policy.answer = refusal(status);
        counters().bad_requests.add();
    };
    if (!policy.answer && has_body && policy.inflate && !coding)
        refuse(415);
    if (!policy.answer && announced && *announced > body.limits.bytes)
        refuse(413);

    exchange.early = std::move(policy.answer);
    if (exchange.early) {
        body.discard = true;
        body.limits.bytes = limits().discard_bytes;
    } else if (policy.inflate && coding) {
        body.coding = *coding;
    }
    request.sink = std::move(policy.sink);
    body.sink = request.sink.get();
    return body;
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

Response ServerConnection::bad_request(Exchange& exchange)
{
    auto response = refusal(exchange.reader.status());
    if (exchange.receiver && exchange.receiver->fault() == BodyReceiver::Fault::sink)
        base::log::error("net.body_not_stored",
                         {{"path", exchange.request.path()}, {"error", exchange.receiver->reason()}});
    if (response.status == 503)
        response.headers.add("Retry-After", std::to_string(retry_after_outage));
    return response;
}

base::Awaitable<bool> ServerConnection::answer(Exchange& exchange)
{
    auto& request = exchange.request;
    std::optional<Response> response = std::move(exchange.early);
    bool keep = exchange.keep;
    if (exchange.progress == Progress::failed) {
        keep = false;
        counters().bad_requests.add();
        if (!response)
            response = bad_request(exchange);
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
    keep = co_await send(std::move(*response), request, keep);
    co_return keep;
}

}  // namespace net
