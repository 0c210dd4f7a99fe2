#pragma once

#include "domain/file_directory.hpp"
#include "net/http.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace api {

/// Writes a request's body into the file directory while it comes. After a failure (disk full) the rest is thrown away,
/// so that the client reads why instead of a broken connection.
class Upload final : public net::BodySink {
public:
    explicit Upload(std::unique_ptr<domain::FileReceiver> receiver) : receiver_{std::move(receiver)} {}

    [[nodiscard]] base::Result<void> write(std::string_view piece) override;

    /// True when no byte came.
    [[nodiscard]] bool is_empty() const noexcept { return is_empty_; }

    /// Of all that came, hexadecimal; empty after a failure. Nothing may be written afterwards.
    [[nodiscard]] std::string sha256() { return failure_.empty() ? receiver_->sha256() : std::string{}; }

    /// Makes the file durable, or tells what went wrong while it came. At most once.
    base::Awaitable<base::Result<domain::StoredFile>> commit();

private:
    std::unique_ptr<domain::FileReceiver> receiver_;
    std::string failure_;
    bool is_empty_ = true;
};

}  // namespace api
