#include "api/operator_book.hpp"

#include "base/log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace api {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto poll = 1s;
constexpr auto between_writes = 60s;

/// What roles see whose condition does not pass the guard (any more).
domain::Condition const nothing{"(false)", {}};

}  // namespace

/// One moment's operators, ready to be looked up.
struct OperatorBook::Picture {
    /// What all callers of one operator have in common.
    struct Person {
        domain::Operator who;
        domain::Permissions permissions;
        std::shared_ptr<domain::Condition const> devices;
        std::string devices_text;
    };

    domain::OperatorDirectory directory;
    std::map<domain::OperatorId, Person> people;
    std::unordered_map<std::string, domain::ApiToken const*> tokens;
    std::unordered_map<std::string, domain::OperatorSession const*> sessions;

    /// The operator, unless it is disabled.
    [[nodiscard]] Person const* active(domain::OperatorId id) const
    {
        auto const found = people.find(id);
        return found == people.end() || found->second.who.is_disabled ? nullptr : &found->second;
    }
};

namespace {

template <class Person>
Caller caller_of(Person const& person, CallerKind kind)
{
    Caller caller;
    caller.name = person.who.name;
    caller.kind = kind;
    caller.id = person.who.id;
    caller.permissions = person.permissions;
    caller.devices = person.devices;
    caller.devices_text = person.devices_text;
    return caller;
}

Caller administrator(domain::ApiToken const& token)
{
    Caller caller;
    caller.name = "one-time";
    caller.kind = CallerKind::one_time_token;
    caller.token_id = token.id;
    caller.permissions = domain::Permissions::all();
    return caller;
}

}  // namespace

OperatorBook::OperatorBook(domain::OperatorStore& store, domain::ConditionGuard& guard, base::Clock const& clock,
                           OperatorSettings settings)
    : store_{store}, guard_{guard}, clock_{clock}, settings_{settings}, picture_{std::make_shared<Picture const>()}
{
}

OperatorBook::~OperatorBook() = default;

std::shared_ptr<OperatorBook::Picture const> OperatorBook::picture() const
{
    std::scoped_lock const lock{mutex_};
    return picture_;
}

std::optional<Caller> OperatorBook::by_token(std::string const& hash)
{
    auto const now = clock_.now();
    auto const seen = picture();
    auto const found = seen->tokens.find(hash);
    if (found == seen->tokens.end() || found->second->expires_at <= now)
        return std::nullopt;
    auto const& token = *found->second;
    if (token.is_one_time())
        return administrator(token);
    auto const* const person = seen->active(token.owner);
    if (person == nullptr)
        return std::nullopt;
    auto caller = caller_of(*person, CallerKind::token);
    caller.token = token.name;
    caller.token_id = token.id;
    if (token.permissions)
        caller.permissions = caller.permissions & *token.permissions;
    std::scoped_lock const lock{mutex_};
    used_tokens_[token.id] = now;
    return caller;
}

std::optional<Caller> OperatorBook::by_session(std::string const& hash)
{
    auto const now = clock_.now();
    auto const seen = picture();
    auto const found = seen->sessions.find(hash);
    if (found == seen->sessions.end() || found->second->expires_at <= now)
        return std::nullopt;
    auto const* const person = seen->active(found->second->owner);
    if (person == nullptr)
        return std::nullopt;
    std::scoped_lock const lock{mutex_};
    auto const used = used_sessions_.find(hash);
    auto const last =
        used == used_sessions_.end() ? found->second->last_used : std::max(found->second->last_used, used->second);
    if (now - last >= settings_.session_idle)
        return std::nullopt;
    used_sessions_[hash] = now;
    auto caller = caller_of(*person, CallerKind::session);
    caller.session = hash;
    return caller;
}

std::optional<domain::Role> OperatorBook::role(std::string const& name) const
{
    auto const seen = picture();
    auto const found = std::ranges::find(seen->directory.roles, name, &domain::Role::name);
    return found == seen->directory.roles.end() ? std::nullopt : std::optional{*found};
}

domain::OperatorDirectory OperatorBook::directory() const
{
    return picture()->directory;
}

std::shared_ptr<OperatorBook::Picture const> OperatorBook::draw(domain::OperatorDirectory directory) const
{
    auto drawn = std::make_shared<Picture>();
    drawn->directory = std::move(directory);
    auto const& [version, roles, operators, tokens, sessions] = drawn->directory;
    std::map<std::string, std::shared_ptr<domain::Condition const>> conditions;
    for (auto const& role : roles)
        if (!role.devices.empty()) {
            auto checked = guard_.check(role.devices);
            if (!checked)
                base::log::error("api.role_devices", {{"role", role.name}, {"reason", checked.error().what}});
            conditions[role.name] = std::make_shared<domain::Condition const>(checked ? *std::move(checked) : nothing);
        }
    for (auto const& each : operators) {
        auto const role = std::ranges::find(roles, each.role, &domain::Role::name);
        if (role == roles.end())
            continue;
        auto const condition = conditions.find(role->name);
        bool const sees_all = condition == conditions.end();
        drawn->people.emplace(each.id, Picture::Person{each, role->permissions, sees_all ? nullptr : condition->second,
                                                       sees_all                                ? ""
                                                       : condition->second->sql == nothing.sql ? "false"
                                                                                               : role->devices});
    }
    for (auto const& token : tokens)
        drawn->tokens.emplace(token.hash, &token);
    for (auto const& session : sessions)
        drawn->sessions.emplace(session.hash, &session);
    return drawn;
}

base::Awaitable<void> OperatorBook::refresh()
{
    auto const began = Steady::now();
    auto const known = picture()->directory.version;
    auto const version = co_await store_.version();
    std::shared_ptr<Picture const> fresh;
    if (version != known)
        fresh = draw(co_await store_.directory());
    std::scoped_lock const lock{mutex_};
    read_since_ = std::max(read_since_, began);
    if (fresh && fresh->directory.version >= picture_->directory.version)
        picture_ = fresh;
}

std::chrono::steady_clock::duration OperatorBook::claim_reading()
{
    std::scoped_lock const lock{mutex_};
    auto const now = Steady::now();
    auto const next = begun_for_stranger_ + settings_.stranger_pause;
    if (now < next)
        return next - now;
    begun_for_stranger_ = now;
    return Steady::duration::zero();
}

bool OperatorBook::was_read_since(std::chrono::steady_clock::time_point moment) const
{
    std::scoped_lock const lock{mutex_};
    return read_since_ >= moment;
}

base::Awaitable<void> OperatorBook::refresh_for_stranger()
{
    auto const came = Steady::now();
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    while (!was_read_since(came)) {
        auto const pause = claim_reading();
        if (pause == Steady::duration::zero()) {
            co_await refresh();
            co_return;
        }
        timer.expires_after(pause);
        auto const [error] = co_await timer.async_wait(base::as_tuple);
        if (error)
            co_return;
    }
}

base::Awaitable<void> OperatorBook::write_uses()
{
    domain::OperatorStore::Uses uses;
    {
        std::scoped_lock const lock{mutex_};
        uses.tokens.assign(used_tokens_.begin(), used_tokens_.end());
        uses.sessions.assign(used_sessions_.begin(), used_sessions_.end());
    }
    co_await store_.note_uses(uses, clock_.now());
    co_await refresh();
    std::scoped_lock const lock{mutex_};
    for (auto const& [id, at] : uses.tokens)
        if (auto const found = used_tokens_.find(id); found != used_tokens_.end() && found->second == at)
            used_tokens_.erase(found);
    for (auto const& [hash, at] : uses.sessions)
        if (auto const found = used_sessions_.find(hash); found != used_sessions_.end() && found->second == at)
            used_sessions_.erase(found);
}

base::Awaitable<void> OperatorBook::follow()
{
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    auto next_write = Steady::now() + between_writes;
    for (;;) {
        try {
            co_await refresh();
            if (Steady::now() >= next_write) {
                next_write = Steady::now() + between_writes;
                co_await write_uses();
            }
        } catch (std::exception const& problem) {
            base::log::warning("api.operators_not_read", {{"reason", problem.what()}});
        }
        timer.expires_after(poll);
        auto const [error] = co_await timer.async_wait(base::as_tuple);
        if (error)
            co_return;
    }
}

}  // namespace api
