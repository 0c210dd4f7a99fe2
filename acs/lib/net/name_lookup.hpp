#pragma once

#include "base/awaitable.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace net {

/// Finds the addresses of host names, on threads of its own and with bounds: names that others choose may be served by
/// the slowest name server that they could find. Who shares one waits for the others' names at worst; give those that
/// must not wait for each other one each. Safe from any thread; outlives all who wait.
class NameLookup {
public:
    using Found = std::expected<std::vector<boost::asio::ip::address>, std::string>;
    using Look = std::function<Found(std::string const& host)>;  ///< may take its time

    /// `most`: names that may be looked for at once, those included that nobody waits for any more.
    explicit NameLookup(unsigned threads = 4, unsigned most = 64);
    NameLookup(unsigned threads, unsigned most, Look look);
    NameLookup(NameLookup const&) = delete;
    NameLookup& operator=(NameLookup const&) = delete;

    /// The addresses of `host`, or why there are none: not in `patience`, too many are being looked for, no such name.
    [[nodiscard]] base::Awaitable<Found> find(std::string host, std::chrono::milliseconds patience);

private:
    unsigned most_;
    Look look_;
    std::atomic<unsigned> running_ = 0;
    boost::asio::thread_pool threads_;  // last: joins before the rest goes
};

}  // namespace net
