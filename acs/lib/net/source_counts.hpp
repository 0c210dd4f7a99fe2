#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace net {

/// A source of connections or datagrams: an IPv4 address, or the /64 of an IPv6 address, for whoever has one address
/// there has them all.
[[nodiscard]] std::uint64_t source_of(boost::asio::ip::address const& address);

/// How many connections each source has now, so that one source cannot take the places of all. Holds only sources that
/// have connections. Safe from any thread.
class SourceCounts {
public:
    explicit SourceCounts(std::size_t most) : most_{most} {}

    using Source = std::uint64_t;

    /// One connection of a source, as long as it lives. Must not outlive the counts.
    class Place {
    public:
        Place(SourceCounts& counts, Source source) noexcept : counts_{&counts}, source_{source} {}
        Place(Place&& other) noexcept : counts_{std::exchange(other.counts_, nullptr)}, source_{other.source_} {}
        Place& operator=(Place&& other) noexcept
        {
            std::swap(counts_, other.counts_);
            std::swap(source_, other.source_);
            return *this;
        }
        ~Place()
        {
            if (counts_ != nullptr)
                counts_->leave(source_);
        }

    private:
        SourceCounts* counts_;
        Source source_;
    };

    /// None when the source has as many connections as it may have.
    [[nodiscard]] std::optional<Place> enter(boost::asio::ip::address const& address);

    [[nodiscard]] std::size_t most() const noexcept { return most_; }

private:
    struct Shard {
        std::mutex mutex;
        std::unordered_map<Source, std::uint32_t> counts;
    };
    void leave(Source source) noexcept;
    [[nodiscard]] Shard& shard_of(Source source) noexcept { return shards_[source % shards_.size()]; }

    std::size_t most_;
    std::array<Shard, 31> shards_;
};

}  // namespace net
