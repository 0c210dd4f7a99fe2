#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace net {

/// How often each source asked within a second, for what needs no connection. Its memory is fixed: sources whose secret
/// hashes meet share what they may do. Used by one thread.
class SourceRates {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// Of one source (see source_of) and of all together.
    SourceRates(std::uint32_t most_of_a_source, std::uint32_t most_of_all);

    /// False: that was too often.
    [[nodiscard]] bool take(boost::asio::ip::address const& source, Moment now);

private:
    struct Slot {
        std::int64_t second = 0;
        std::uint32_t count = 0;
        [[nodiscard]] bool take(std::uint32_t most, std::int64_t now);
    };
    static constexpr std::size_t slots = 65'536;

    std::uint32_t most_of_a_source_;
    std::uint32_t most_of_all_;
    std::uint64_t secret_;
    Slot all_;
    std::unique_ptr<std::array<Slot, slots>> slots_ = std::make_unique<std::array<Slot, slots>>();
};

}  // namespace net
