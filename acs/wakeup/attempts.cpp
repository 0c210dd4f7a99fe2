// How one device is woken.
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "wakeup/dispatcher.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace wakeup {

namespace asio = boost::asio;
using domain::WakeOutcome;
using domain::WakeResult;

namespace {

constexpr std::chrono::seconds expected_after{30};  ///< a device that was asked to come may come late

/// When several were tried, each with its name; then why the others were not.
std::string cause_of(Waking const& waking)
{
    auto const& attempts = waking.note.attempts;
    std::string all;
    for (auto const& attempt : attempts)
        all += fmt::format("{}{}{}", all.empty() ? "" : "; ",
                           attempts.size() + waking.plan.others.size() > 1 ? attempt.method + ": " : "", attempt.cause);
    for (auto const& [name, why] : waking.plan.others)
        all += fmt::format("{}{}: {}", all.empty() ? "" : "; ", name, why);
    return all;
}

/// The attempt that an Inform is owed to; null when it came by itself.
domain::WakeAttempt* merit(std::vector<domain::WakeAttempt>& attempts)
{
    auto const sent =
        std::ranges::find(attempts | std::views::reverse, WakeResult::no_inform, &domain::WakeAttempt::result);
    return sent == (attempts | std::views::reverse).end() ? nullptr : &*sent;
}

}  // namespace

base::Awaitable<WakeOutcome> Dispatcher::attempt(Shared waking)
{
    auto device = co_await parts_.inventory.find(waking->device);
    if (!device)
        co_return WakeOutcome{false, "there is no such device"};
    auto logins = co_await parts_.inventory.wake_credentials(waking->device);
    auto const facts = co_await parts_.store.facts(waking->device);
    auto const now = parts_.clock.now();
    auto const last = device->last_inform;
    waking->outlook = outlook(next_inform(facts, last), now);
    waking->network = network_of(facts.access_node, device->ip_address);
    waking->note.device = device->key;
    waking->note.identity = device->identity;
    waking->target = {*std::move(device), std::move(logins), facts.udp_address, facts.jabber_id, facts.udp_node};
    waking->plan = plan_of(parts_.methods, waking->target, facts);
    if (waking->priority != domain::Priority::person)
        if (auto why = postponed(limits_.backoff, facts.known, last, now); !why.empty())
            co_return WakeOutcome{.cause = std::move(why), .outlook = waking->outlook};
    if (waking->plan.methods.empty())
        co_return WakeOutcome{.cause = fmt::format("no method applies: {}", cause_of(*waking)),
                              .outlook = waking->outlook};
    bool const is_free = co_await session_ends(waking);
    if (!is_free)
        co_return finish(*waking);
    bool const is_its_turn = co_await turn(waking);
    if (!is_its_turn)
        co_return WakeOutcome{.cause = waking->stage, .outlook = waking->outlook};
    co_await ask_all(waking);
    if (!waking->has_informed)
        co_await look({waking->device});  // it may have come a moment ago
    co_return finish(*waking);
}

/// Waits while the device is in a session on this node; false: there is no need to ask it any more.
base::Awaitable<bool> Dispatcher::session_ends(Shared waking)
{
    if (!parts_.live.is_live(waking->device))
        co_return true;
    waking->stage = "busy in a session that does not end";
    watch_for(*waking);
    while (parts_.live.is_live(waking->device) && !waking->has_informed) {
        if (parts_.timers.now() >= waking->until)
            co_return false;
        co_await inform(waking, parts_.timers.now() + limits_.busy_pause);
    }
    co_return !waking->has_informed;
}

base::Awaitable<void> Dispatcher::ask_all(Shared waking)
{
    boost::system::error_code unreadable;
    auto const address = asio::ip::make_address(waking->target.device.ip_address, unreadable);
    auto const left = std::chrono::ceil<std::chrono::seconds>(waking->until - parts_.timers.now());
    if (parts_.expected && !unreadable)
        parts_.expected->expect(address, std::max(left, std::chrono::seconds{0}) + expected_after);
    waking->is_asked = true;
    watch_for(*waking);
    auto const methods = waking->plan.methods;
    for (auto* const method : methods) {
        if (waking->has_informed)
            break;
        co_await ask(waking, method, method == methods.back());
        if (waking->note.attempts.back().result == WakeResult::busy)
            break;  // it is there, and would be as busy for others
    }
}

base::Awaitable<void> Dispatcher::ask(Shared waking, WakeMethod* method, bool is_last)
{
    auto const began = parts_.timers.now();
    domain::WakeAttempt attempt{.method = std::string{method->name()}, .at = parts_.clock.now()};
    auto const asked = co_await ask_until_free(waking, method, is_last);
    attempt.result = asked.is_sent ? WakeResult::no_inform : asked.result;
    attempt.cause = asked.is_sent ? "the device took the request, but no Inform came in time" : asked.cause;
    if (asked.is_sent) {
        waking->stage = fmt::format("{}: {}", attempt.method, attempt.cause);
        if (is_last)
            release(*waking);
        co_await inform(waking, parts_.timers.now() + (is_last ? limits_.inform : limits_.fall_over));
    }
    attempt.took = std::chrono::floor<std::chrono::milliseconds>(parts_.timers.now() - began);
    waking->note.attempts.push_back(std::move(attempt));
}

/// A device that is in a session with another node, or was asked too often, is asked again while anybody waits. When it
/// may as well not be there at all, the next method has its turn soon.
base::Awaitable<Asked> Dispatcher::ask_until_free(Shared waking, WakeMethod* method, bool is_last)
{
    auto const soon = parts_.timers.now() + limits_.fall_over;
    for (;;) {
        waking->stage = fmt::format("{}: the device has not answered yet", method->name());
        auto asked = co_await method->ask(waking->target, parts_.timers.now() + limits_.request);
        auto const end = is_last || asked.result == WakeResult::busy ? waking->until : std::min(waking->until, soon);
        if (!asked.is_busy || waking->has_informed || parts_.timers.now() + limits_.busy_pause >= end)
            co_return asked;
        waking->stage = fmt::format("{}: {}", method->name(), asked.cause);
        bool const is_its_turn = co_await turn_again(waking, end);
        if (!is_its_turn)
            co_return asked;
    }
}

/// Waits until a busy device may be asked once more; false: it came, or that took too long. What is asked again and
/// again for automation must not use up what is meant for people.
base::Awaitable<bool> Dispatcher::turn_again(Shared waking, Moment end)
{
    for (;;) {
        co_await inform(waking, parts_.timers.now() + limits_.busy_pause);
        auto const now = parts_.timers.now();
        if (waking->has_informed || now >= end)
            co_return false;
        auto const lane = lane_of(waking->priority);
        if (lane == Lane::person || (pace_.admits(lane, now) && pace_.admits(waking->network, now))) {
            pace_.take(lane, waking->network, now);
            co_return true;
        }
    }
}

/// What came of it, for those who wait, the store, the log and the metrics.
WakeOutcome Dispatcher::finish(Waking& waking)
{
    auto& note = waking.note;
    WakeOutcome outcome{.reached = waking.has_informed};
    if (auto* const by = waking.has_informed ? merit(note.attempts) : nullptr) {
        by->result = WakeResult::reached;
        by->cause.clear();
        outcome.method = by->method;
        note.reached = true;
    }
    auto const last = note.attempts.empty() ? WakeResult::busy : note.attempts.back().result;
    if (!waking.has_informed) {
        outcome.cause = note.attempts.empty() ? waking.stage : cause_of(waking);
        outcome.is_busy = last == WakeResult::busy;
        outcome.method = note.attempts.empty() ? "" : note.attempts.back().method;
        outcome.outlook = waking.outlook;
        note.failed = !outcome.is_busy;
    }
    for (auto const& attempt : note.attempts)
        counters_.find(attempt.method)->second.at(static_cast<std::size_t>(attempt.result))->add();
    base::log::info("wakeup.request", {{"device", cwmp::external_id(note.identity)},
                                       {"outcome", outcome.reached ? "reached" : outcome.cause},
                                       {"method", outcome.method},
                                       {"attempts", note.attempts.size()}});
    if (!note.attempts.empty())
        parts_.store.note(note);
    return outcome;
}

base::Awaitable<std::optional<Dispatcher::Picture>> Dispatcher::picture(domain::DeviceKey key)
{
    auto const device = co_await parts_.inventory.find(key);
    if (!device)
        co_return std::nullopt;
    Picture picture;
    picture.facts = co_await parts_.store.facts(key);
    auto logins = co_await parts_.inventory.wake_credentials(key);  // without one some methods do not apply
    auto const now = parts_.clock.now();
    WakeTarget const target{*device, std::move(logins), picture.facts.udp_address, picture.facts.jabber_id,
                            picture.facts.udp_node};
    auto plan = plan_of(parts_.methods, target, picture.facts);
    for (auto const* const method : plan.methods)
        picture.methods.push_back({std::string{method->name()}, true, {}});
    for (auto& other : plan.others)
        picture.methods.push_back({std::move(other.name), false, std::move(other.why)});
    picture.in_session = parts_.live.is_live(key);
    picture.next_inform = next_inform(picture.facts, device->last_inform);
    picture.outlook = outlook(picture.next_inform, now);
    picture.postponed = postponed(limits_.backoff, picture.facts.known, device->last_inform, now);
    co_return picture;
}

}  // namespace wakeup
