#include "wakeup/stun_logins.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace wakeup {

namespace {

constexpr std::chrono::seconds good_for{600};
constexpr std::chrono::seconds doubtful_after{10};  ///< when something does not fit

}  // namespace

StunLogins::Logins StunLogins::younger_than(std::chrono::seconds age, std::string const& username, Moment now) const
{
    static auto const nobody = std::make_shared<std::vector<domain::StunLogin> const>();
    if (auto const* const known = known_.find(username))
        return now - known->at < age ? known->logins : nullptr;
    auto const* const asked = strangers_.find(username);
    return asked != nullptr && now - *asked < age ? nobody : nullptr;
}

StunLogins::Logins StunLogins::find(std::string const& username, Moment now) const
{
    return younger_than(good_for, username, now);
}

StunLogins::Logins StunLogins::find_again(std::string const& username, Moment now) const
{
    return younger_than(doubtful_after, username, now);
}

void StunLogins::take(std::vector<std::string> const& usernames, std::vector<domain::StunLogin> logins, Moment now)
{
    std::map<std::string, std::vector<domain::StunLogin>> by_name;
    for (auto const& name : usernames)
        by_name[name];
    for (auto& login : logins)
        if (auto const found = by_name.find(login.username); found != by_name.end())
            found->second.push_back(std::move(login));
    for (auto& [name, all] : by_name) {
        if (all.empty()) {
            known_.erase(name);
            strangers_.put(name, now);
        } else {
            strangers_.erase(name);
            known_.put(name, {std::make_shared<std::vector<domain::StunLogin> const>(std::move(all)), now});
        }
    }
}

}  // namespace wakeup
