#pragma once

#include "net/tls.hpp"

#include <memory>
#include <mutex>

namespace net {

/// The ticket keys of a listener, shared by its OpenSSL contexts before and after a reload.
class TicketKeyRing {
public:
    explicit TicketKeyRing(TicketKeys keys) : keys_{std::move(keys)} {}

    void set(TicketKeys keys)
    {
        std::lock_guard const lock{mutex_};
        keys_ = std::move(keys);
    }

    [[nodiscard]] TicketKeys get() const
    {
        std::lock_guard const lock{mutex_};
        return keys_;
    }

    /// Makes `context` seal and open its tickets with these keys (RFC 5077 4). The ring must outlive it.
    void install(ssl_ctx_st* context);

private:
    mutable std::mutex mutex_;
    TicketKeys keys_;
};

}  // namespace net
