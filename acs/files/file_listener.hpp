#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "domain/file.hpp"
#include "domain/file_directory.hpp"
#include "domain/file_token.hpp"
#include "net/digest.hpp"
#include "net/http.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace files {

struct FileLimits {
    std::uint64_t upload_bytes = 64ull << 20;  ///< the largest upload; more: 413
    std::size_t uploads_at_once = 200;         ///< being received; more: 503
};

/// What the file listener needs. All references must outlive it.
struct FileServices {
    domain::FileStore& files;
    domain::FileDirectory& directory;
    domain::FileTokens const& tokens;
    base::Clock const& clock;
    base::Metrics& metrics;
};

/// Serves what CPEs download and takes what they upload: GET and HEAD with ranges and conditions, PUT and POST.
/// A token is good for one task of one device until it expires. Where the transfer has a login, Digest or Basic is
/// asked for.
class FileListener final : public net::Handler {
public:
    FileListener(FileServices services, FileLimits limits, net::DigestSettings digest);

    [[nodiscard]] net::BodyPolicy on_head(net::RequestHead const& head) override;
    base::Awaitable<net::Response> handle(net::Request& request) override;

private:
    base::Awaitable<net::Response> serve(net::Request& request, domain::Transfer transfer);
    base::Awaitable<net::Response> receive(net::Request& request, domain::Transfer transfer);
    base::Awaitable<void> forget(domain::FileId id);
    /// None when the request may go on; else the 401.
    [[nodiscard]] std::optional<net::Response> refuse_login(net::Request const& request,
                                                            domain::Transfer const& transfer) const;
    [[nodiscard]] net::Response challenge(bool stale) const;

    FileServices services_;
    FileLimits limits_;
    net::DigestServer digest_;
    std::atomic<std::size_t> uploads_{0};
    base::Counter& downloads_served_;
    base::Counter& download_bytes_;
    base::Counter& uploads_taken_;
    base::Counter& refused_;
};

}  // namespace files
