#include "net/expected_peers.hpp"

#include "net/network.hpp"

#include <algorithm>

namespace net {

void ExpectedPeers::expect(boost::asio::ip::address const& address, std::chrono::seconds time)
{
    auto const now = std::chrono::steady_clock::now();
    std::lock_guard const lock{mutex_};
    if (until_.size() >= most_)
        std::erase_if(until_, [now](auto const& entry) { return entry.second <= now; });
    if (until_.size() < most_ || until_.contains(unmapped(address)))
        until_[unmapped(address)] = now + time;
    count_.store(until_.size(), std::memory_order_relaxed);
}

bool ExpectedPeers::contains(boost::asio::ip::address const& address) const
{
    if (count_.load(std::memory_order_relaxed) == 0)
        return false;
    std::lock_guard const lock{mutex_};
    auto const found = until_.find(unmapped(address));
    return found != until_.end() && std::chrono::steady_clock::now() < found->second;
}

}  // namespace net
