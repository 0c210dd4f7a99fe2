#pragma once

#include "base/counters.hpp"
#include "net/server.hpp"
#include "support/fake_events.hpp"
#include "support/fake_inventory.hpp"
#include "support/fake_webhooks.hpp"
#include "support/run.hpp"
#include "webhooks/deliverer.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace webhooks {

using namespace std::chrono_literals;

/// A real server that notes what it gets and answers as a test says.
class Receiver final : public net::Handler {
public:
    Receiver()
    {
        net::Listener listener;
        listener.name = "receiver";
        listener.address = "127.0.0.1";
        if (auto const listening = server_.listen(std::move(listener), *this); !listening)
            throw std::runtime_error{listening.error().what};
        threads_.start();
    }
    ~Receiver() override
    {
        server_.stop();
        threads_.stop();
    }

    [[nodiscard]] std::string url() const
    {
        return fmt::format("http://127.0.0.1:{}/acs", server_.local_port("receiver"));
    }
    /// The status for a list of cursors.
    void answer_with(std::function<unsigned(std::vector<std::string> const&)> status)
    {
        std::scoped_lock const lock{mutex_};
        status_ = std::move(status);
    }
    /// The cursors of each request, in order.
    [[nodiscard]] std::vector<std::vector<std::string>> requests() const
    {
        std::scoped_lock const lock{mutex_};
        return requests_;
    }
    /// The cursors that it has taken, in order.
    [[nodiscard]] std::vector<std::string> taken() const
    {
        std::scoped_lock const lock{mutex_};
        return taken_;
    }

    base::Awaitable<net::Response> handle(net::Request& request) override
    {
        auto const body = boost::json::parse(request.body);
        std::vector<std::string> cursors;
        for (auto const& event : body.at("events").as_array())
            cursors.emplace_back(event.at("cursor").as_string().c_str());
        std::scoped_lock const lock{mutex_};
        requests_.push_back(cursors);
        auto const status = status_(cursors);
        if (status / 100 == 2)
            taken_.insert(taken_.end(), cursors.begin(), cursors.end());
        co_return net::text_response(status, "");
    }

private:
    mutable std::mutex mutex_;
    std::function<unsigned(std::vector<std::string> const&)> status_ = [](auto const&) { return 200U; };
    std::vector<std::vector<std::string>> requests_;
    std::vector<std::string> taken_;
    base::Metrics metrics_;
    net::Threads threads_{1};
    net::Server server_{threads_, metrics_};
};

/// Events in a log, a webhook of the receiver, and what delivers them.
class Delivery : public testing::Test {
protected:
    Delivery()
    {
        domain::Webhook webhook;
        webhook.name = "oss";
        webhook.url = receiver.url();
        webhook.secret = "0123456789abcdef";
        webhook.batch = 3;
        static_cast<void>(support::run(context, queue.add(std::move(webhook))));
    }

    void happen(int count, std::int64_t device)
    {
        for (int i = 0; i < count; ++i)
            log.add("task.done", domain::DeviceKey{device}, fmt::format("00D09E-HG-{}", device));
    }
    [[nodiscard]] LaneServices services()
    {
        return {log,
                tail,
                inventory,
                queue,
                clock,
                metrics.counter("d", ""),
                metrics.counter("f", ""),
                metrics.counter("b", "")};
    }
    [[nodiscard]] domain::Webhook webhook() { return queue.kept.at("oss").lease.webhook; }
    [[nodiscard]] static LaneSettings quick()
    {
        LaneSettings settings;
        settings.poll = 1ms;
        settings.retry = {.first_pause = 1ms, .longest_pause = 2ms, .refusals = 3, .keep_for = 1h};
        return settings;
    }
    /// The lane of device 8: the first.
    [[nodiscard]] Lane lane() { return Lane{services(), quick(), webhook(), selection, 0, noted()}; }
    [[nodiscard]] domain::EventPosition noted() { return queue.kept.at("oss").lease.lanes[0]; }

    /// Steps until nothing waits, or so many requests were made. False: the lease is lost.
    bool work(Lane& lane, int requests = 100)
    {
        while (requests-- > 0) {
            bool const has_work = support::run(context, lane.fill());
            if (!has_work && !lane.progress().waiting_since)
                return true;
            if (lane.progress().waiting_since && !support::run(context, lane.attempt()))
                return false;
        }
        return true;
    }

    boost::asio::io_context context{1};
    base::SystemClock clock;
    base::Metrics metrics;
    Receiver receiver;
    support::FakeEventLog log;
    domain::EventTail tail;
    support::FakeInventory inventory;
    support::FakeWebhooks queue;
    domain::EventSelection selection;
};

}  // namespace webhooks
