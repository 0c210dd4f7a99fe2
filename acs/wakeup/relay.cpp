#include "wakeup/relay.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace wakeup {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds answers_within{5};  ///< a node that is alive; it needs far less

std::int64_t new_id()
{
    return static_cast<std::int64_t>(std::stoull(base::random_hex(8), nullptr, 16) >> 1);
}

domain::WakeReply reply_of(std::int64_t id, Asked asked)
{
    return {id, asked.is_sent, asked.is_busy, asked.result, std::move(asked.cause)};
}

}  // namespace

Relay::Relay(RelayParts parts)
    : parts_{std::move(parts)},
      asked_{parts_.metrics.counter("acs_wakes_relayed_total", "Devices that another node was told to ask")},
      answered_{parts_.metrics.counter("acs_wakes_for_others_total", "Devices asked because another node said so")},
      unanswered_{parts_.metrics.counter("acs_wakes_relayed_unanswered_total", "Of those relayed: no answer in time")}
{
}

base::Awaitable<Asked> Relay::ask(std::string node, domain::DeviceKey device, std::string method, Moment until)
{
    if (open_.size() >= most)
        co_return Asked{.cause = "too many devices are being asked by other nodes"};
    until = std::min(until, parts_.timers.now() + answers_within);
    auto const timer = parts_.timers.make();
    auto const open = std::make_shared<Open>(Open{timer.get(), {}});
    auto const id = new_id();
    open_.emplace(id, open);
    auto const time = std::chrono::ceil<std::chrono::milliseconds>(until - parts_.timers.now());
    requests_.push_back({id, device, node, std::move(method), std::max(time, std::chrono::milliseconds{1})});
    asked_.add();
    send();
    while (!open->reply && parts_.timers.now() < until)
        co_await timer->wait_until(until);
    open_.erase(id);
    if (open->reply)
        co_return Asked{open->reply->is_sent, open->reply->cause, open->reply->is_busy, open->reply->result};
    unanswered_.add();
    co_return Asked{.cause = fmt::format("the node {}, which hears the device, did not answer", node),
                    .result = domain::WakeResult::timeout};
}

void Relay::take(domain::WakeMail mail)
{
    asio::post(parts_.home, [this, mail = std::move(mail)]() mutable { deliver(std::move(mail)); });
}

void Relay::deliver(domain::WakeMail mail)
{
    for (auto& reply : mail.replies)
        if (auto const found = open_.find(reply.id); found != open_.end()) {
            found->second->reply = std::move(reply);
            found->second->timer->ring();
        }
    for (auto& request : mail.requests) {
        if (answering_ >= most) {
            replies_.push_back(reply_of(request.id, {.cause = "the node that hears the device has too much to do"}));
            continue;
        }
        ++answering_;
        asio::co_spawn(parts_.home, answer(std::move(request)), asio::detached);
    }
    send();
}

base::Awaitable<void> Relay::answer(domain::WakeRequest request)
{
    answered_.add();
    auto const id = request.id;
    Asked asked;
    try {
        asked = co_await ask_here(std::move(request));
    } catch (std::exception const& failure) {
        base::log::warning("wakeup.relay", {{"reason", failure.what()}});
        asked = {.cause = "the node that hears the device could not ask it now"};
    }
    replies_.push_back(reply_of(id, std::move(asked)));
    --answering_;
    send();
}

base::Awaitable<Asked> Relay::ask_here(domain::WakeRequest request)
{
    auto const found = std::ranges::find(methods_, request.method, [](WakeMethod* each) { return each->name(); });
    auto device = co_await parts_.inventory.find(request.device);
    if (found == methods_.end() || !device)
        co_return Asked{.cause = "the node that hears the device does not know it, or the method"};
    auto logins = co_await parts_.inventory.wake_credentials(request.device);
    auto const facts = co_await parts_.store.facts(request.device);
    WakeTarget target{*std::move(device), std::move(logins), facts.udp_address, facts.jabber_id, facts.udp_node};
    co_return co_await (*found)->ask(std::move(target), parts_.timers.now() + request.most);
}

/// What gathers while a batch is on its way is the next one.
void Relay::send()
{
    bool const is_empty = requests_.empty() && replies_.empty();
    if (!is_empty && !std::exchange(is_posting_, true))
        asio::co_spawn(parts_.home, post(), asio::detached);
}

base::Awaitable<void> Relay::post()
{
    while (!requests_.empty() || !replies_.empty()) {
        auto requests = std::exchange(requests_, {});
        auto replies = std::exchange(replies_, {});
        bool failed = false;
        try {
            co_await parts_.requests.post(parts_.node, requests, std::move(replies));
        } catch (std::exception const& failure) {
            base::log::warning("wakeup.relay", {{"reason", failure.what()}});
            failed = true;
        }
        if (failed)
            give_up(requests);
    }
    is_posting_ = false;
}

/// Who asked need not wait for what never left.
void Relay::give_up(std::vector<domain::WakeRequest> const& requests)
{
    for (auto const& request : requests)
        if (auto const found = open_.find(request.id); found != open_.end()) {
            found->second->reply = reply_of(
                request.id, {.cause = "the node that hears the device could not be told: the database is away"});
            found->second->timer->ring();
        }
}

bool RelayedMethod::is_elsewhere(WakeTarget const& target) const
{
    return !target.udp_node.empty() && target.udp_node != relay_.node();
}

bool RelayedMethod::applies(WakeTarget const& target, std::string& why) const
{
    return is_elsewhere(target) || here_.applies(target, why);
}

base::Awaitable<Asked> RelayedMethod::ask(WakeTarget target, std::chrono::steady_clock::time_point until)
{
    if (!is_elsewhere(target))
        co_return co_await here_.ask(std::move(target), until);
    auto asked = co_await relay_.ask(target.udp_node, target.device.key, std::string{name()}, until);
    std::string why;
    if (asked.is_sent || !here_.applies(target, why))
        co_return asked;
    // What the device told of itself may be good enough from here.
    co_return co_await here_.ask(std::move(target), until);
}

}  // namespace wakeup
