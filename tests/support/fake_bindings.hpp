#pragma once

#include "base/unavailable.hpp"
#include "domain/device_bindings.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace support {

/// What STUN servers know, in memory. Safe from several threads.
class FakeBindings final : public domain::DeviceBindings {
public:
    ~FakeBindings() override;
    void add(domain::StunLogin login)
    {
        std::scoped_lock const lock{mutex_};
        logins_.push_back(std::move(login));
    }
    void forget_logins()
    {
        std::scoped_lock const lock{mutex_};
        logins_.clear();
    }
    /// Every call throws base::Unavailable while it is set.
    void set_away(bool is_away)
    {
        std::scoped_lock const lock{mutex_};
        is_away_ = is_away;
    }
    /// How often logins were asked for, and bindings written.
    [[nodiscard]] std::size_t questions() const
    {
        std::scoped_lock const lock{mutex_};
        return questions_;
    }
    [[nodiscard]] std::size_t writes() const
    {
        std::scoped_lock const lock{mutex_};
        return writes_;
    }
    [[nodiscard]] std::vector<domain::DeviceBinding> all() const
    {
        std::scoped_lock const lock{mutex_};
        std::vector<domain::DeviceBinding> found;
        for (auto const& [key, binding] : bindings_)
            found.push_back(binding);
        return found;
    }

    base::Awaitable<void> write(std::string node, std::vector<domain::DeviceBinding> kept,
                                std::vector<domain::DeviceKey> gone) override
    {
        std::scoped_lock const lock{mutex_};
        answer();
        ++writes_;
        for (auto& binding : kept) {
            binding.node = node;
            bindings_[{binding.device.value(), node}] = binding;
        }
        for (auto const device : gone)
            bindings_.erase({device.value(), node});
        co_return;
    }
    base::Awaitable<std::vector<domain::DeviceBinding>> of_device(domain::DeviceKey device) override
    {
        auto found = all();
        std::erase_if(found, [device](auto const& binding) { return binding.device != device; });
        std::ranges::sort(found, [](auto const& a, auto const& b) {
            return std::tuple{b.is_verified, b.seen, a.node} < std::tuple{a.is_verified, a.seen, b.node};
        });
        co_return found;
    }
    base::Awaitable<std::vector<domain::DeviceBinding>> of_node(std::string node, domain::DeviceKey after,
                                                                unsigned limit) override
    {
        {
            std::scoped_lock const lock{mutex_};
            answer();
        }
        auto found = all();
        std::erase_if(found, [&](auto const& binding) { return binding.node != node || binding.device <= after; });
        found.resize(std::min<std::size_t>(found.size(), limit));
        co_return found;
    }
    base::Awaitable<std::vector<domain::StunLogin>> logins(std::vector<std::string> usernames) override
    {
        std::scoped_lock const lock{mutex_};
        answer();
        ++questions_;
        std::vector<domain::StunLogin> found;
        for (auto const& login : logins_)
            if (std::ranges::find(usernames, login.username) != usernames.end())
                found.push_back(login);
        co_return found;
    }

private:
    void answer() const
    {
        if (is_away_)
            throw base::Unavailable{"the database is away"};
    }

    mutable std::mutex mutex_;
    std::map<std::pair<std::int64_t, std::string>, domain::DeviceBinding> bindings_;
    std::vector<domain::StunLogin> logins_;
    std::size_t questions_ = 0;
    std::size_t writes_ = 0;
    bool is_away_ = false;
};

}  // namespace support
