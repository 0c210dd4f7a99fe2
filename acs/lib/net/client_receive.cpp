// The part of ClientConnection that reads an answer.
#include "net/client_state.hpp"
#include "net/compression.hpp"

#include <fmt/format.h>

namespace net {

namespace {

using Progress = ResponseReader::Progress;

ClientErrc errc_of(BodyReceiver::Fault fault)
{
    switch (fault) {
        case BodyReceiver::Fault::too_large:
        case BodyReceiver::Fault::busy: return ClientErrc::too_large;
        case BodyReceiver::Fault::sink: return ClientErrc::sink;
        case BodyReceiver::Fault::malformed:
        case BodyReceiver::Fault::none: break;
    }
    return ClientErrc::malformed;
}

}  // namespace

/// One answer on its way: interim answers (1xx) are passed over.
struct ClientConnection::State::Reception {
    ClientRequest const& request;
    BodySink* sink;
    std::uint32_t header_bytes;
    std::unique_ptr<ResponseReader> reader;
    std::optional<BodyReceiver> receiver;
    Progress progress = Progress::need_more;
    bool began = false;     ///< some byte has come
    bool is_clean = false;  ///< nothing stands behind the answer

    Reception(ClientRequest const& r, BodySink* s, std::uint32_t bytes) : request{r}, sink{s}, header_bytes{bytes}
    {
        restart();
    }

    void restart()
    {
        reader = std::make_unique<ResponseReader>(header_bytes, request.method == "HEAD");
        progress = Progress::need_more;
    }

    [[nodiscard]] bool is_interim() const
    {
        auto const status = reader->head().status;
        return status >= 100 && status < 200 && status != 101;
    }

    [[nodiscard]] ClientResponse result()
    {
        auto& head = reader->head();
        ClientResponse response;
        response.connection_alive =
            is_clean && reader->keep_alive() && !reader->ends_with_connection() && !request.close;
        response.status = head.status;
        response.version = head.version;
        response.reason = std::move(head.reason);
        response.headers = std::move(head.headers);
        if (receiver) {
            response.body_bytes = receiver->bytes();
            response.body = std::move(receiver->memory());
        }
        return response;
    }
};

base::Awaitable<ClientResult> ClientConnection::State::receive(ClientRequest const& request, BodySink* sink)
{
    Reception reception{request, sink, settings.limits.header_bytes};
    while (reception.progress != Progress::complete) {
        auto const outcome = stream->try_read(scratch(), scratch_bytes);
        if (outcome.step == Stream::Step::ended || outcome.step == Stream::Step::failed) {
            if (auto const ended = end(reception, outcome.step == Stream::Step::failed); !ended)
                co_return std::unexpected{ended.error()};
            break;
        }
        if (outcome.step != Stream::Step::done) {
            bool const is_ready = co_await stream->wait(outcome.step);
            if (!is_ready)
                co_return broken(ClientErrc::closed, "the connection was closed", reception.began);
            continue;
        }
        progress();
        reception.began = true;
        if (auto const taken = take(reception, {scratch(), outcome.bytes}); !taken)
            co_return std::unexpected{taken.error()};
    }
    co_return reception.result();
}

std::expected<void, ClientFailure> ClientConnection::State::end(Reception& reception, bool is_broken) const
{
    bool const is_cut = is_broken && (reception.sink || !reception.reader->ends_with_connection());
    if (timed_out || cancelled || is_cut || reception.reader->end() != Progress::complete)
        return broken(ClientErrc::closed,
                      reception.began ? "the connection ended in the middle of the answer"
                                      : "the connection ended without an answer",
                      reception.began);
    return {};
}

std::expected<void, ClientFailure> ClientConnection::State::take(Reception& reception, std::string_view input) const
{
    while (!input.empty() && reception.progress != Progress::complete) {
        auto& reader = *reception.reader;
        std::size_t used = 0;
        reception.progress = reader.feed(input, used);
        input.remove_prefix(used);
        if (reception.progress == Progress::failed) {
            auto const& receiver = reception.receiver;
            if (receiver && receiver->fault() != BodyReceiver::Fault::none)
                return failure(errc_of(receiver->fault()),
                               "its answer cannot be taken: " + reader.reason() + receiver->reason(), true);
            return failure(ClientErrc::malformed, reader.reason(), true);
        }
        if (reception.progress == Progress::complete && reception.is_interim())
            reception.restart();
        else if (reception.progress == Progress::head)
            if (auto const chosen = choose_body(reception); !chosen)
                return chosen;
    }
    reception.is_clean = input.empty();
    return {};
}

std::expected<void, ClientFailure> ClientConnection::State::choose_body(Reception& reception) const
{
    auto& reader = *reception.reader;
    bool const is_for_sink = reception.sink && reader.head().status / 100 == 2;
    BodyReceiver::Settings body;
    body.sink = is_for_sink ? reception.sink : nullptr;
    body.limits.bytes = is_for_sink ? settings.limits.sink_bytes : settings.limits.body_bytes;
    if (reception.request.accept_gzip)
        body.coding =
            parse_content_coding(reader.head().headers.get("Content-Encoding")).value_or(ContentCoding::identity);
    if (reader.content_length().value_or(0) > body.limits.bytes)
        return failure(ClientErrc::too_large,
                       fmt::format("its answer of {} bytes is too large", *reader.content_length()), true);
    reception.receiver.emplace(body);
    reader.receive_body(*reception.receiver);
    return {};
}

}  // namespace net
