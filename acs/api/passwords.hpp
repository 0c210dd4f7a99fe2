#pragma once

#include "base/awaitable.hpp"
#include "base/password_hash.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <optional>
#include <string>

namespace api {

/// Hashes passwords of operators on threads of its own, a few at a time: each takes tens of milliseconds and megabytes.
/// Safe from all I/O threads.
class Passwords {
public:
    /// `at_once`: threads; `waiting`: how many more may wait for one.
    Passwords(base::PasswordCosts costs, unsigned at_once, unsigned waiting = 32);
    ~Passwords();
    Passwords(Passwords const&) = delete;
    Passwords& operator=(Passwords const&) = delete;

    /// None: too many wait already.
    base::Awaitable<std::optional<std::string>> hash(std::string password);
    /// Whether it is the password behind `hash`. Without a hash it is not, which takes as long to find out. None: too
    /// many wait already.
    base::Awaitable<std::optional<bool>> verify(std::string hash, std::string password);
    [[nodiscard]] bool is_outdated(std::string const& hash) const { return base::has_other_costs(hash, costs_); }
    /// Waits for the work that is running and takes no more.
    void stop();

private:
    /// One place among those that work or wait.
    class Place;

    base::PasswordCosts costs_;
    unsigned most_;
    std::string nobodys_;  ///< the hash of a password that nobody knows
    std::atomic<unsigned> taken_ = 0;
    boost::asio::thread_pool threads_;
};

}  // namespace api
