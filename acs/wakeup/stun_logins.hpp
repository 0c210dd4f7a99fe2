#pragma once

#include "domain/device_bindings.hpp"
#include "wakeup/recent_map.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wakeup {

/// What user names stand for, as the database said of late; also that a name stands for nothing. Bounded: names that
/// somebody makes up push out neither those of devices, nor much memory. Used by one thread.
class StunLogins {
public:
    using Moment = std::chrono::steady_clock::time_point;
    using Logins = std::shared_ptr<std::vector<domain::StunLogin> const>;

    static constexpr std::size_t most_strangers = 10'000;  ///< names that stand for nothing

    explicit StunLogins(std::size_t most) : known_{most} {}

    /// Null: ask the database.
    [[nodiscard]] Logins find(std::string const& username, Moment now) const;
    /// The same for a request that these do not fit: passwords change. Null when it is worth asking again.
    [[nodiscard]] Logins find_again(std::string const& username, Moment now) const;

    /// What the database says of these names.
    void take(std::vector<std::string> const& usernames, std::vector<domain::StunLogin> logins, Moment now);

private:
    struct Known {
        Logins logins;
        Moment at;
    };
    [[nodiscard]] Logins younger_than(std::chrono::seconds age, std::string const& username, Moment now) const;

    RecentMap<std::string, Known> known_;
    RecentMap<std::string, Moment> strangers_{most_strangers};  ///< and when the database was asked
};

}  // namespace wakeup
