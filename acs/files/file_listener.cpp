#include "files/file_listener.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "files/byte_range.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace files {

namespace {

constexpr std::string_view root = "/f/";

/// "/f/TOKEN/NAME" -> TOKEN; empty for any other path.
std::string_view token_of(std::string_view path)
{
    if (!path.starts_with(root))
        return {};
    path.remove_prefix(root.size());
    return path.substr(0, path.find('/'));
}

bool is_upload(std::string_view method)
{
    return method == "PUT" || method == "POST";
}

/// Writes an upload's body into the directory and counts it among the uploads in flight.
class UploadSink final : public net::BodySink {
public:
    UploadSink(std::unique_ptr<domain::FileReceiver> receiver, std::atomic<std::size_t>& count)
        : receiver_{std::move(receiver)}, count_{count}
    {
        ++count_;
    }
    ~UploadSink() override { --count_; }

    [[nodiscard]] base::Result<void> write(std::string_view piece) override { return receiver_->write(piece); }
    [[nodiscard]] domain::FileReceiver& receiver() { return *receiver_; }

private:
    std::unique_ptr<domain::FileReceiver> receiver_;
    std::atomic<std::size_t>& count_;
};

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7).
std::string http_date(base::TimePoint time)
{
    using namespace std::chrono;
    static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const day = floor<std::chrono::days>(time);
    year_month_day const date{day};
    auto const seconds_of_day = floor<seconds>(time - day).count();
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[weekday{day}.c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), seconds_of_day / 3600, seconds_of_day / 60 % 60,
                       seconds_of_day % 60);
}

/// True when the client has the file already (If-None-Match, else If-Modified-Since by exact date).
bool is_not_modified(net::Request const& request, std::string const& etag, std::string const& modified)
{
    if (auto const tags = request.headers.find("If-None-Match"))
        return *tags == "*" || tags->find(etag) != std::string_view::npos;
    auto const since = request.headers.find("If-Modified-Since");
    return since && *since == modified;
}

/// The part that Range asks for, unless If-Range names another version of the file.
RangeVerdict wanted_range(net::Request const& request, std::string const& etag, std::string const& modified,
                          std::uint64_t size)
{
    auto const range = request.method == "GET" ? request.headers.find("Range") : std::nullopt;
    auto const condition = request.headers.find("If-Range");
    if (!range || (condition && *condition != etag && *condition != modified))
        return {};
    return judge_range(*range, size);
}

}  // namespace

FileListener::FileListener(FileServices services, FileLimits limits, net::DigestSettings digest)
    : services_{services},
      limits_{limits},
      digest_{std::move(digest)},
      downloads_served_{services.metrics.counter("acs_files_served_total", "Downloads served to devices")},
      download_bytes_{services.metrics.counter("acs_files_served_bytes_total", "Bytes of files served to devices")},
      uploads_taken_{services.metrics.counter("acs_files_taken_total", "Uploads taken from devices")},
      refused_{services.metrics.counter("acs_files_refused_total", "File requests refused")}
{
}

net::BodyPolicy FileListener::on_head(net::RequestHead const& head)
{
    net::BodyPolicy policy;
    auto const refuse = [&](unsigned status, std::string_view text) {
        refused_.add();
        policy.answer = net::text_response(status, text);
    };
    if (!services_.tokens.is_genuine(token_of(head.path()))) {
        refuse(404, "there is no such file\n");
        return policy;
    }
    if (!is_upload(head.method)) {
        policy.limit = 0;
        return policy;
    }
    if (uploads_.load() >= limits_.uploads_at_once) {
        refuse(503, "too many uploads at once\n");
        policy.answer->headers.add("Retry-After", "30");
        return policy;
    }
    auto receiver = services_.directory.receive();
    if (!receiver) {
        base::log::error("files.receive", {{"reason", receiver.error().what}});
        refuse(500, "the file cannot be stored now\n");
        return policy;
    }
    policy.limit = limits_.upload_bytes;
    policy.sink = std::make_unique<UploadSink>(*std::move(receiver), uploads_);
    return policy;
}

base::Awaitable<net::Response> FileListener::handle(net::Request& request)
{
    bool const upload = is_upload(request.method);
    if (!upload && request.method != "GET" && request.method != "HEAD") {
        auto refused = net::text_response(405, "GET, HEAD, PUT and POST are answered here\n");
        refused.headers.add("Allow", "GET, HEAD, PUT, POST");
        co_return refused;
    }
    auto transfer = co_await services_.files.find_transfer(std::string{token_of(request.path())});
    if (!transfer || transfer->expires_at < services_.clock.now() || transfer->is_upload != upload) {
        refused_.add();
        request.sink.reset();  // what was received goes before the answer does
        co_return net::text_response(404, "there is no such file, or its URL has expired\n");
    }
    if (auto refused = refuse_login(request, *transfer)) {
        request.sink.reset();
        co_return *std::move(refused);
    }
    if (upload)
        co_return co_await receive(request, *std::move(transfer));
    co_return co_await serve(request, *std::move(transfer));
}

base::Awaitable<net::Response> FileListener::serve(net::Request& request, domain::Transfer transfer)
{
    auto const file = transfer.file ? co_await services_.files.find(*transfer.file) : std::nullopt;
    if (!file) {
        refused_.add();
        co_return net::text_response(404, "the file was removed\n");
    }
    auto const path = services_.directory.path_of(file->stored_as);
    auto body = path ? net::FileBody::open(*path) : std::unexpected{path.error()};
    if (!body) {
        base::log::error("files.missing", {{"file", file->name}, {"reason", body.error().what}});
        co_return net::text_response(404, "the file is missing\n");
    }
    auto const etag = fmt::format("\"{}\"", file->sha256);
    auto const modified = http_date(file->created);
    net::Response response;
    response.headers.add("Content-Type", "application/octet-stream");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("ETag", etag);
    response.headers.add("Last-Modified", modified);
    response.headers.add("Accept-Ranges", "bytes");
    if (is_not_modified(request, etag, modified)) {
        response.status = 304;
        co_return response;
    }
    auto const verdict = wanted_range(request, etag, modified, body->size());
    if (verdict.unsatisfiable) {
        response.status = 416;
        response.headers.add("Content-Range", fmt::format("bytes */{}", body->size()));
        co_return response;
    }
    if (verdict.range) {
        response.status = 206;
        body->offset = verdict.range->first;
        body->length = verdict.range->length;
        response.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", body->offset,
                                                          body->offset + body->length - 1, body->size()));
    }
    auto const length = body->length;
    response.body = *std::move(body);
    if (request.method == "GET") {
        static_cast<void>(
            co_await services_.files.note_transfer(transfer.token, length, response.status, std::nullopt));
        downloads_served_.add();
        download_bytes_.add(length);
        base::log::info("files.served", {{"file", file->name},
                                         {"bytes", length},
                                         {"status", response.status},
                                         {"address", request.peer.address.to_string()}});
    }
    co_return response;
}

base::Awaitable<net::Response> FileListener::receive(net::Request& request, domain::Transfer transfer)
{
    auto* const sink = dynamic_cast<UploadSink*>(request.sink.get());
    if (sink == nullptr)
        co_return net::text_response(400, "an upload needs a body\n");
    auto const stored = co_await sink->receiver().commit();
    if (!stored) {
        base::log::error("files.receive", {{"reason", stored.error().what}});
        co_return net::text_response(500, "the file could not be stored\n");
    }
    domain::File file;
    file.name = transfer.file_name;
    file.file_type = transfer.file_type;
    file.size = stored->size;
    file.sha256 = stored->sha256;
    file.stored_as = stored->stored_as;
    file.uploaded_by = transfer.device;
    file.created = services_.clock.now();
    auto const added = co_await services_.files.add(file);
    auto const useless = co_await services_.files.note_transfer(transfer.token, stored->size, 201, added.id);
    if (useless)
        co_await forget(*useless);
    uploads_taken_.add();
    base::log::info("files.taken",
                    {{"file", file.name}, {"bytes", file.size}, {"address", request.peer.address.to_string()}});
    co_return net::text_response(201, "stored\n");
}

/// A CPE that sends a file again replaces what it sent before: one token fills no disk.
base::Awaitable<void> FileListener::forget(domain::FileId id)
{
    auto const file = co_await services_.files.find(id);
    if (!file)
        co_return;
    co_await services_.files.remove(id);
    auto const removed = co_await services_.directory.remove(file->stored_as);
    if (!removed)
        base::log::warning("files.remove", {{"file", file->name}, {"reason", removed.error().what}});
}

std::optional<net::Response> FileListener::refuse_login(net::Request const& request,
                                                        domain::Transfer const& transfer) const
{
    if (transfer.username.empty())
        return std::nullopt;
    auto const given = net::parse_authorization(request.headers.find("Authorization").value_or(""));
    if (given.scheme == net::Authorization::Scheme::none)
        return challenge(false);
    bool const is_user = base::equal_in_constant_time(given.username, transfer.username);
    if (given.scheme == net::Authorization::Scheme::basic) {
        if (is_user && base::equal_in_constant_time(given.password, transfer.password))
            return std::nullopt;
        return challenge(false);
    }
    auto const secret = net::make_digest_secret(transfer.username, digest_.settings().realm, transfer.password);
    auto const verdict = digest_.check(given, request.method, secret, services_.clock.now());
    if (is_user && verdict.accepted())
        return std::nullopt;
    return challenge(verdict.outcome == net::DigestVerdict::Outcome::stale);
}

net::Response FileListener::challenge(bool stale) const
{
    auto response = net::text_response(401, "a login is needed\n");
    for (auto const& value : digest_.challenges(services_.clock.now(), stale))
        response.headers.add("WWW-Authenticate", value);
    response.headers.add("WWW-Authenticate", net::basic_challenge(digest_.settings().realm));
    return response;
}

}  // namespace files
