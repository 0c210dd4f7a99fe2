#include "domain/lock_out.hpp"

#include "base/crypto.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace domain {

namespace {

std::string source_of(std::string const& address)
{
    boost::system::error_code error;
    auto const parsed = boost::asio::ip::make_address(address, error);
    if (error || !parsed.is_v6())
        return address;
    auto bytes = parsed.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return boost::asio::ip::address_v6{bytes}.to_string();
}

std::string key_of(std::string_view kind, std::string_view name, std::string_view source)
{
    return base::sha256(fmt::format("{}:{}:{}:{}", kind, name.size(), name, source));
}

}  // namespace

std::vector<LoginCounter> login_counters(LockOutPolicy const& policy, std::string const& name,
                                         std::string const& source)
{
    auto const from = source_of(source);
    return {{key_of("both", name, from), policy.by_name_and_source},
            {key_of("name", name, ""), policy.by_name},
            {key_of("source", "", from), policy.by_source}};
}

std::chrono::seconds locked_for(LoginFailures const& failures, base::TimePoint now) noexcept
{
    if (!failures.locked_until || *failures.locked_until <= now)
        return std::chrono::seconds{0};
    return std::chrono::ceil<std::chrono::seconds>(*failures.locked_until - now);
}

LoginFailures after_attempt(LoginFailures failures, std::uint32_t limit, LockOutPolicy const& policy,
                            base::TimePoint now) noexcept
{
    bool const is_over = failures.locked_until.has_value() || now - failures.first_at >= policy.window;
    if (failures.count == 0 || is_over)
        failures = {0, now, std::nullopt};
    ++failures.count;
    if (failures.count >= limit)
        failures.locked_until = now + policy.lock;
    return failures;
}

}  // namespace domain
