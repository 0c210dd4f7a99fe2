#include "wakeup/pace.hpp"

#include "net/network.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>

namespace wakeup {

namespace asio = boost::asio;

Lane lane_of(domain::Priority priority) noexcept
{
    if (priority == domain::Priority::person)
        return Lane::person;
    return priority < domain::Priority::bulk ? Lane::automation : Lane::bulk;
}

Pace::Pace(Rates rates, Moment now)
    : rates_{rates},
      all_{rates.all, now},
      lanes_{Bucket{rates.all, now}, Bucket{rates.automation, now}, Bucket{rates.bulk, now}}
{
}

bool Pace::admits(Lane lane, Moment now) const
{
    return all_.has_one(now) && lanes_.at(static_cast<std::size_t>(lane)).has_one(now);
}

bool Pace::admits(std::string_view network, Moment now) const
{
    auto const found = networks_.find(std::string{network});
    return found == networks_.end() ? rates_.network > 0 : found->second.has_one(now);
}

void Pace::take(Lane lane, std::string const& network, Moment now)
{
    all_.take(now);
    lanes_.at(static_cast<std::size_t>(lane)).take(now);
    networks_.try_emplace(network, rates_.network, now).first->second.take(now);
    if (networks_.size() >= forget_at_)
        forget_full(now);
}

/// A full bucket is as good as none. Those that are left are at most as many as are asked in a second.
void Pace::forget_full(Moment now)
{
    std::erase_if(networks_, [now](auto const& entry) { return entry.second.is_full(now); });
    forget_at_ = std::max<std::size_t>(1'000, 2 * networks_.size());
}

std::string network_of(std::string_view access_node, std::string_view address)
{
    if (!access_node.empty())
        return std::string{access_node};
    boost::system::error_code not_numeric;
    auto const parsed = net::unmapped(asio::ip::make_address(std::string{address}, not_numeric));
    if (not_numeric)
        return {};
    return parsed.is_v4() ? asio::ip::make_network_v4(parsed.to_v4(), 24).canonical().to_string()
                          : asio::ip::make_network_v6(parsed.to_v6(), 48).canonical().to_string();
}

}  // namespace wakeup
