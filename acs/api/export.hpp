#pragma once

#include "api/router.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace api {

/// How many exports run.
class Exports {
public:
    explicit Exports(std::uint32_t most) : most_{most} {}

    /// A place for one more, until it is destroyed; null when all are taken. Must not outlive this.
    [[nodiscard]] std::shared_ptr<void> enter();

private:
    std::uint32_t most_;
    std::atomic<std::uint32_t> running_{0};
};

/// Carries a GET out. A list that is wanted as CSV or NDJSON is given whole: its endpoint is asked page after page, for
/// the same caller, while the pages before are sent, so that no more than one is in memory. A failure on the way cuts
/// the connection; NDJSON ends with {"end":true,"items":N}.
[[nodiscard]] Answer read_or_export(Route const& route, Call call);

}  // namespace api
