#include "net/source_counts.hpp"

#include "net/network.hpp"

namespace net {

// Addresses of IPv4 are 2^32 at most, below every prefix of IPv6 that is routed.
std::uint64_t source_of(boost::asio::ip::address const& given)
{
    auto const address = unmapped(given);
    if (address.is_v4())
        return address.to_v4().to_uint();
    std::uint64_t source = 0;
    auto const bytes = address.to_v6().to_bytes();
    for (std::size_t i = 0; i < bytes.size() / 2; ++i)
        source = source << 8U | bytes[i];
    return source;
}

std::optional<SourceCounts::Place> SourceCounts::enter(boost::asio::ip::address const& address)
{
    auto const source = source_of(address);
    auto& shard = shard_of(source);
    std::lock_guard const lock{shard.mutex};
    auto& count = shard.counts[source];
    if (count >= most_)
        return std::nullopt;
    ++count;
    return Place{*this, source};
}

void SourceCounts::leave(Source source) noexcept
{
    auto& shard = shard_of(source);
    std::lock_guard const lock{shard.mutex};
    auto const found = shard.counts.find(source);
    if (found != shard.counts.end() && --found->second == 0)
        shard.counts.erase(found);
}

}  // namespace net
