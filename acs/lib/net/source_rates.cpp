#include "net/source_rates.hpp"

#include "net/source_counts.hpp"

#include <random>

namespace net {

namespace {

/// Spreads the bits of a source so that nobody who does not know the secret can choose one that meets another.
std::uint64_t spread(std::uint64_t value)
{
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

std::uint64_t random_number()
{
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
}

}  // namespace

SourceRates::SourceRates(std::uint32_t most_of_a_source, std::uint32_t most_of_all)
    : most_of_a_source_{most_of_a_source}, most_of_all_{most_of_all}, secret_{random_number()}
{
}

bool SourceRates::Slot::take(std::uint32_t most, std::int64_t now)
{
    if (second != now)
        *this = {now, 0};
    return ++count <= most;
}

bool SourceRates::take(boost::asio::ip::address const& source, Moment now)
{
    auto const second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    auto& slot = (*slots_)[spread(spread(source_of(source)) ^ secret_) % slots];
    // First its own: what one source sends too much takes nothing from the others.
    return slot.take(most_of_a_source_, second) && all_.take(most_of_all_, second);
}

}  // namespace net
