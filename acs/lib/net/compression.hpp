#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace net {

enum class ContentCoding { identity, gzip, deflate };

/// Reads a Content-Encoding value ("gzip", "x-gzip", "deflate", "identity", empty); none for any other or several.
[[nodiscard]] std::optional<ContentCoding> parse_content_coding(std::string_view value) noexcept;

struct InflateLimits {
    std::uint64_t bytes = 32 * 1024 * 1024;  ///< inflated
    std::uint32_t ratio = 200;               ///< inflated / deflated, checked beyond 1 MiB inflated
};

enum class InflateError {
    malformed = 1,  ///< not what its Content-Encoding says, or ends too early
    too_large,      ///< beyond InflateLimits
    refused,        ///< the receiver would not take more
};

/// Inflates a body piece by piece. `deflate` is taken with or without zlib's wrapping: senders disagree.
class Inflater {
public:
    Inflater(ContentCoding coding, InflateLimits limits);
    ~Inflater();
    Inflater(Inflater&&) noexcept;
    Inflater& operator=(Inflater&&) noexcept;

    /// Gives what `piece` inflates to, in parts of at most 32 KiB, to `take`, which returns false to refuse. What
    /// follows the end of the compressed data is passed over.
    [[nodiscard]] std::expected<void, InflateError> inflate(std::string_view piece,
                                                            std::function<bool(std::string_view)> const& take);

    /// True when the compressed data was complete.
    [[nodiscard]] bool is_complete() const noexcept;
    /// True when not one byte has been given.
    [[nodiscard]] bool is_untouched() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Inflates a whole body.
[[nodiscard]] std::expected<std::string, InflateError> inflate(ContentCoding coding, std::string_view body,
                                                               InflateLimits limits = {});

/// `text` in gzip form (level 1..9).
[[nodiscard]] std::string gzip(std::string_view text, int level = 5);

/// Makes one gzip form of a text that comes piece by piece.
class GzipWriter {
public:
    explicit GzipWriter(int level = 5);
    ~GzipWriter();
    GzipWriter(GzipWriter&&) noexcept;
    GzipWriter& operator=(GzipWriter&&) noexcept;

    /// What may be sent now; often nothing, until more has come.
    [[nodiscard]] std::string add(std::string_view piece);
    /// The rest. Nothing is added afterwards.
    [[nodiscard]] std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace net
