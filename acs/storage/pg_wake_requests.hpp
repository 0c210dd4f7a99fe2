#pragma once

#include "domain/wake_requests.hpp"
#include "storage/connection.hpp"
#include "storage/database.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace storage {

/// The table `wake_request`, sending.
class PgWakeRequests final : public domain::WakeRequests {
public:
    /// Must outlive this.
    explicit PgWakeRequests(Database& writes) : writes_{writes} {}

    base::Awaitable<void> post(std::string node, std::vector<domain::WakeRequest> requests,
                               std::vector<domain::WakeReply> replies) override;

private:
    Database& writes_;
};

struct WakeMailSettings {
    ConnectionSettings connection;
    std::string node;                           ///< whose mail it is
    std::chrono::milliseconds interval{1'000};  ///< between two looks when nobody tells
};

/// The table `wake_request`, receiving: hands what came for a node to a function, on a thread of its own. It is told by
/// NOTIFY, and looks now and then all the same.
class WakeMailWatch {
public:
    static constexpr int most = 1'000;  ///< requests that are taken at once

    WakeMailWatch(WakeMailSettings settings, std::function<void(domain::WakeMail)> take);
    ~WakeMailWatch();  ///< stops
    WakeMailWatch(WakeMailWatch const&) = delete;
    WakeMailWatch& operator=(WakeMailWatch const&) = delete;

    void start();
    void stop();

    /// One look on the calling thread; gives what it found. Throws what libpqxx throws.
    [[nodiscard]] domain::WakeMail look();

private:
    class Listener;
    void loop();
    void watch_once();

    WakeMailSettings settings_;
    std::function<void(domain::WakeMail)> take_;
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<Listener> listener_;
    std::chrono::steady_clock::time_point looked_at_{};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace storage
