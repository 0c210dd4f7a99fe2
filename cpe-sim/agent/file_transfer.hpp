#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "device/device.hpp"
#include "net/http.hpp"
#include "net/http_client.hpp"
#include "net/tls.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim {

/// A SHA-256 that is fed piece by piece.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256 const&) = delete;
    Sha256& operator=(Sha256 const&) = delete;
    void update(std::string_view piece);
    /// In hexadecimal; ends the computation.
    [[nodiscard]] std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Takes a downloaded file: counts and hashes it, keeps its beginning.
///
/// A file may begin with lines "name=value" that end with an empty line; `version=2.1.0` tells the software in it,
/// `sha256=...` is the checksum of everything after the empty line, `product=...` the product class it is for.
class FileSink final : public net::BodySink {
public:
    static constexpr std::size_t kept_bytes = 256 * 1024;

    [[nodiscard]] base::Result<void> write(std::string_view piece) override;

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::string const& beginning() const noexcept { return beginning_; }
    /// Of the whole file; once.
    [[nodiscard]] std::string sha256() { return whole_.finish(); }
    /// Of what follows the header lines; once. Empty when there are none.
    [[nodiscard]] std::string payload_sha256();
    /// A header line's value; empty when there is none of that name.
    [[nodiscard]] std::string header(std::string_view name) const;

private:
    void feed_payload(std::string_view piece, std::uint64_t offset);

    std::uint64_t size_ = 0;
    std::string beginning_;
    std::optional<std::uint64_t> payload_start_;
    Sha256 whole_;
    Sha256 payload_;
};

/// The version that a file's name tells: "2.1.0" of "fibre-2.1.0.bin"; empty when it tells none.
[[nodiscard]] std::string version_in_name(std::string_view file_name);

/// The lines "path=value" of a vendor configuration file; none when a line is neither that nor empty nor a comment
/// ("#").
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> read_settings(std::string_view text);

/// How files are moved.
struct TransferSettings {
    std::shared_ptr<net::TlsClientContext> tls;  ///< needed for https
    net::ClientLimits limits{};
};

/// What was moved, for statistics and the log.
struct MovedFile {
    TransferOutcome outcome;
    std::uint64_t bytes = 0;
    std::string sha256;  ///< of a downloaded file
};

/// Fetches or sends the file of `job` over HTTP or HTTPS with Basic or Digest (TR-069 3.2.1, A.3.2.8, A.4.1.5) and
/// finds out what it means for `device`: faults 9010 to 9018 as what went wrong, the new version of firmware, the
/// settings of a configuration. Does not change the device.
base::Awaitable<MovedFile> move_file(TransferJob job, Device const& device, base::Clock const& clock,
                                     TransferSettings settings);

}  // namespace sim
