#include "agent/file_transfer.hpp"

#include "base/crypto.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace sim {

namespace fault = cwmp::fault_code;

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_{std::make_unique<State>()}
{
    EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}
Sha256::~Sha256() = default;
void Sha256::update(std::string_view piece)
{
    EVP_DigestUpdate(state_->context, piece.data(), piece.size());
}

std::string Sha256::finish()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(state_->context, digest.data(), &size);
    return base::to_hex({reinterpret_cast<char const*>(digest.data()), size});
}

base::Result<void> FileSink::write(std::string_view piece)
{
    whole_.update(piece);
    auto const offset = size_;
    size_ += piece.size();
    if (beginning_.size() < kept_bytes)
        beginning_.append(piece.substr(0, kept_bytes - beginning_.size()));
    if (!payload_start_) {
        auto const blank_line = beginning_.find("\n\n");
        if (blank_line == beginning_.npos)
            return {};
        payload_start_ = blank_line + 2;
        // What came in earlier pieces is still in the beginning that was kept.
        if (offset > *payload_start_)
            payload_.update(std::string_view{beginning_}.substr(*payload_start_, offset - *payload_start_));
    }
    feed_payload(piece, offset);
    return {};
}

void FileSink::feed_payload(std::string_view piece, std::uint64_t offset)
{
    if (offset < *payload_start_)
        piece.remove_prefix(std::min<std::uint64_t>(*payload_start_ - offset, piece.size()));
    payload_.update(piece);
}

std::string FileSink::payload_sha256()
{
    return payload_start_ ? payload_.finish() : std::string{};
}

std::string FileSink::header(std::string_view name) const
{
    auto rest = std::string_view{beginning_}.substr(0, 4096);
    while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        auto const equals = line.find('=');
        if (equals == line.npos || equals > 64)
            return {};
        if (line.substr(0, equals) == name)
            return std::string{line.substr(equals + 1, 64)};
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

std::string version_in_name(std::string_view file_name)
{
    auto const is_part = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.'; };
    for (std::size_t start = 0; start < file_name.size(); ++start) {
        if (std::isdigit(static_cast<unsigned char>(file_name[start])) == 0)
            continue;
        auto end = start;
        while (end < file_name.size() && is_part(file_name[end]))
            ++end;
        auto version = file_name.substr(start, end - start);
        while (version.ends_with('.'))
            version.remove_suffix(1);
        if (version.find('.') != version.npos)
            return std::string{version.substr(0, 64)};
        start = end;
    }
    return {};
}

std::optional<std::vector<std::pair<std::string, std::string>>> read_settings(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> settings;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#'))
            continue;
        auto const equals = line.find('=');
        if (equals == line.npos || equals == 0)
            return std::nullopt;
        settings.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    }
    return settings;
}

namespace {

/// Redirects that a file server may make.
constexpr int max_redirects = 5;

void fail(MovedFile& moved, unsigned code, std::string why)
{
    moved.outcome.fault_code = code;
    moved.outcome.fault_string = std::move(why);
    moved.outcome.fault_string.resize(std::min<std::size_t>(moved.outcome.fault_string.size(), 256));
}

unsigned download_fault(net::ClientErrc code)
{
    switch (code) {
        case net::ClientErrc::not_found:
        case net::ClientErrc::not_allowed:
        case net::ClientErrc::refused:
        case net::ClientErrc::unreachable:
        case net::ClientErrc::connect_timeout:
        case net::ClientErrc::tls: return fault::cannot_contact_file_server;
        case net::ClientErrc::timeout:
        case net::ClientErrc::closed: return fault::cannot_complete_download;
        default: return fault::transfer_failure;
    }
}

std::string_view last_segment(std::string_view url)
{
    url = url.substr(0, url.find_first_of("?#"));
    return url.substr(url.rfind('/') + 1);
}

/// What a file that came whole means: checks it and finds version or settings.
void judge(MovedFile& moved, TransferJob const& job, FileSink& sink, Device const& device)
{
    if (job.file_size != 0 && job.file_size != sink.size())
        return fail(moved, fault::file_corrupted,
                    fmt::format("{} bytes came, {} were announced", sink.size(), job.file_size));
    auto const checksum = sink.header("sha256");
    if (!checksum.empty() && checksum != sink.payload_sha256())
        return fail(moved, fault::file_corrupted, "the file's checksum is wrong");
    if (job.file_type.starts_with("3 ")) {
        auto settings = read_settings(sink.beginning());
        if (!settings || sink.size() > FileSink::kept_bytes)
            return fail(moved, fault::file_corrupted, "not a configuration of lines path=value");
        moved.outcome.settings = std::move(*settings);
    }
    if (!job.is_firmware())
        return;
    auto const product = sink.header("product");
    if (!product.empty() && product != device.identity().product_class)
        return fail(moved, fault::file_corrupted, fmt::format("the software is for {}", product));
    auto version = sink.header("version");
    if (version.empty())
        version = version_in_name(job.target_file_name);
    if (version.empty())
        version = version_in_name(last_segment(job.url));
    moved.outcome.new_version = version.empty() ? moved.sha256.substr(0, 8) : version;
}

/// One exchange with the file server, redirects followed.
base::Awaitable<net::ClientResult> talk(net::Url url, TransferJob const& job, std::string body,
                                        TransferSettings const& settings, FileSink* sink)
{
    net::ClientSettings const client{.limits = settings.limits, .tls = settings.tls, .source = {}, .allow_address = {}};
    for (int hop = 0;; ++hop) {
        net::ClientConnection connection{url, client};
        net::ClientLogin login{{job.username, job.password}};
        net::ClientRequest request{
            .method = job.is_download() ? "GET" : "PUT", .target = url.target, .headers = {}, .body = body};
        request.headers.add("User-Agent", "cpe-sim");
        request.close = true;
        request.has_body = !job.is_download();
        if (!job.is_download())
            request.headers.add("Content-Type", "text/plain");
        auto answer = job.username.empty() ? co_await connection.exchange(std::move(request), sink)
                                           : co_await connection.exchange(std::move(request), login, sink);
        if (!answer || answer->status < 301 || answer->status > 308 || hop == max_redirects)
            co_return answer;
        auto next = net::resolve_url(url, answer->headers.get("Location"));
        if (!next)
            co_return answer;
        url = std::move(*next);
    }
}

base::Awaitable<void> download(MovedFile& moved, net::Url url, TransferJob const& job, Device const& device,
                               TransferSettings const& settings)
{
    FileSink sink;
    auto const answer = co_await talk(std::move(url), job, {}, settings, &sink);
    moved.bytes = sink.size();
    if (!answer)
        co_return fail(moved, download_fault(answer.error().code), answer.error().what);
    if (answer->status == 401 || answer->status == 403)
        co_return fail(moved, fault::file_server_authentication_failure, fmt::format("HTTP status {}", answer->status));
    if (answer->status != 200)
        co_return fail(moved, fault::cannot_access_file, fmt::format("HTTP status {}", answer->status));
    moved.sha256 = sink.sha256();
    judge(moved, job, sink, device);
}

base::Awaitable<void> upload(MovedFile& moved, net::Url url, TransferJob const& job, std::string text,
                             TransferSettings const& settings)
{
    moved.bytes = text.size();
    auto const answer = co_await talk(std::move(url), job, std::move(text), settings, nullptr);
    if (!answer)
        co_return fail(moved, fault::upload_failure, answer.error().what);
    if (answer->status == 401 || answer->status == 403)
        co_return fail(moved, fault::file_server_authentication_failure, fmt::format("HTTP status {}", answer->status));
    if (answer->status < 200 || answer->status > 299)
        co_return fail(moved, fault::upload_failure, fmt::format("HTTP status {}", answer->status));
}

}  // namespace

base::Awaitable<MovedFile> move_file(TransferJob job, Device const& device, base::Clock const& clock,
                                     TransferSettings settings)
{
    MovedFile moved;
    moved.outcome.started = clock.now();
    auto url = net::parse_url(job.url);
    if (!url)
        fail(moved, fault::transfer_failure, url.error().what);
    else if (job.is_download())
        co_await download(moved, std::move(*url), job, device, settings);
    else
        co_await upload(moved, std::move(*url), job, device.file_to_upload(job.file_type, clock.now()), settings);
    // CWMP 1.0 does not know what 1.1 tells apart.
    auto& code = moved.outcome.fault_code;
    if (device.cwmp_minor() == 0 && code >= fault::cannot_join_multicast_group)
        code = fault::transfer_failure;
    co_return moved;
}

}  // namespace sim
