#pragma once

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>

namespace net {

/// Addresses that were just asked to come: their TLS handshakes go before those of others. Safe from any thread.
class ExpectedPeers {
public:
    /// At most `most` addresses at once; beyond them no more are taken until some have had their time.
    explicit ExpectedPeers(std::size_t most = 10'000) : most_{most} {}

    /// `address` is expected for `time` from now on.
    void expect(boost::asio::ip::address const& address, std::chrono::seconds time);
    [[nodiscard]] bool contains(boost::asio::ip::address const& address) const;

private:
    using Moment = std::chrono::steady_clock::time_point;

    std::size_t const most_;
    std::atomic<std::size_t> count_{0};  ///< so that nobody takes the lock while there is none
    mutable std::mutex mutex_;
    std::map<boost::asio::ip::address, Moment> until_;
};

}  // namespace net
