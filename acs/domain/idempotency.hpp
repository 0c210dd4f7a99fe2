#pragma once

#include "base/awaitable.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace domain {

/// A request that its sender may repeat without having it carried out twice.
struct KeyedRequest {
    std::string caller;  ///< whose key it is: keys of different callers have nothing to do with each other
    std::string key;     ///< chosen by the caller
    std::string digest;  ///< SHA-256 of all that is asked for
    friend bool operator==(KeyedRequest const&, KeyedRequest const&) = default;
};

/// Leave to carry a keyed request out.
struct KeyClaim {
    /// What it makes gets this id, which is durable before anything is made: whoever takes the request up after a crash
    /// finds by it what was made.
    std::int64_t reserved_id = 0;
    unsigned attempt = 1;  ///< beyond 1, what it makes may have been made already
    friend bool operator==(KeyClaim const&, KeyClaim const&) = default;
};

/// It was carried out.
struct KeptAnswer {
    std::string text;  ///< as it was given to keep()
    friend bool operator==(KeptAnswer const&, KeptAnswer const&) = default;
};

/// Somebody is at it, or was when it died.
struct KeyInUse {
    std::chrono::seconds left{};  ///< until it may be claimed; at least 1
};

/// The key was used for something else.
struct KeyOfAnother {};

using KeyState = std::variant<KeyClaim, KeptAnswer, KeyInUse, KeyOfAnother>;

/// What is known of keyed requests, on all nodes. A key is remembered for 24 hours; beyond a bound the oldest keys of a
/// caller are forgotten earlier. Throws base::Unavailable.
class IdempotencyKeys {
public:
    virtual ~IdempotencyKeys() = default;

    /// Asks to carry a request out. A claim ends with keep(), give_back() or give_up(), or by itself after `lease`.
    virtual base::Awaitable<KeyState> claim(KeyedRequest request, std::chrono::seconds lease) = 0;
    /// It was carried out; this is what it is answered with from now on. The first answer counts.
    virtual base::Awaitable<void> keep(KeyedRequest request, KeyClaim claim, std::string answer) = 0;
    /// Nothing was made: the key is as if it had never been used.
    virtual base::Awaitable<void> give_back(KeyedRequest request, KeyClaim claim) = 0;
    /// Nobody knows what became of it, or its answer is not kept: the next one may take it up at once.
    virtual base::Awaitable<void> give_up(KeyedRequest request, KeyClaim claim) = 0;
};

}  // namespace domain
