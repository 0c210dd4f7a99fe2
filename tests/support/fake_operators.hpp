#pragma once

#include "base/unavailable.hpp"
#include "domain/operator_store.hpp"
#include "support/fake_audit.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace support {

/// Operators in memory. One thread.
class FakeOperators final : public domain::OperatorStore {
public:
    ~FakeOperators() override;
    /// Entries go there.
    explicit FakeOperators(FakeAuditTrail& audit) : audit_{audit}
    {
        all.roles = {{"administrator", domain::Permissions::all(), "", true},
                     {"viewer", {domain::Permission::devices_read}, "", true}};
        all.version = 1;
    }

    domain::OperatorDirectory all;
    std::map<domain::OperatorId, std::string> passwords;
    bool is_away = false;

    base::Awaitable<std::int64_t> version() override
    {
        demand_presence();
        co_return all.version;
    }
    base::Awaitable<domain::OperatorDirectory> directory() override
    {
        demand_presence();
        co_return all;
    }
    base::Awaitable<std::optional<domain::StoredLogin>> find_login(std::string name) override
    {
        demand_presence();
        auto const found = std::ranges::find(all.operators, name, &domain::Operator::name);
        if (found == all.operators.end())
            co_return std::nullopt;
        co_return domain::StoredLogin{found->id, found->name, passwords[found->id], found->is_disabled};
    }

    base::Awaitable<domain::OperatorOutcome<domain::OperatorId>>
    add_operator(domain::Operator added, std::string password, domain::AuditEntry entry) override
    {
        if (!has_role(added.role))
            co_return std::unexpected{domain::OperatorRefusal::unknown_role};
        if (has(all.operators, added.name, &domain::Operator::name))
            co_return std::unexpected{domain::OperatorRefusal::taken};
        added.id = domain::OperatorId{++last_};
        added.has_password = !password.empty();
        passwords[added.id] = std::move(password);
        all.operators.push_back(added);
        std::ranges::sort(all.operators, {}, &domain::Operator::name);
        end_one_time_tokens();
        co_await note(std::move(entry));
        co_return added.id;
    }
    base::Awaitable<domain::OperatorOutcome<void>> change_operator(std::string name, domain::OperatorChange change,
                                                                   domain::AuditEntry entry) override
    {
        if (change.role && !has_role(*change.role))
            co_return std::unexpected{domain::OperatorRefusal::unknown_role};
        auto const before = all.operators;
        auto const found = std::ranges::find(all.operators, name, &domain::Operator::name);
        if (found == all.operators.end())
            co_return std::unexpected{domain::OperatorRefusal::unknown};
        auto const id = found->id;
        auto const had = administrators();
        found->role = change.role.value_or(found->role);
        found->is_disabled = change.is_disabled.value_or(found->is_disabled);
        if (change.password)
            found->has_password = true;
        if (had > 0 && administrators() == 0) {
            all.operators = before;
            co_return std::unexpected{domain::OperatorRefusal::last_administrator};
        }
        if (change.password) {
            passwords[id] = *change.password;
            end_one_time_tokens();
        }
        if (change.password || change.is_disabled.value_or(false))
            std::erase_if(all.sessions, [&](auto const& session) { return session.owner == id; });
        co_await note(std::move(entry));
        co_return domain::OperatorOutcome<void>{};
    }
    base::Awaitable<domain::OperatorOutcome<void>> remove_operator(std::string name, domain::AuditEntry entry) override
    {
        auto const before = all.operators;
        auto const found = std::ranges::find(all.operators, name, &domain::Operator::name);
        if (found == all.operators.end())
            co_return std::unexpected{domain::OperatorRefusal::unknown};
        auto const id = found->id;
        auto const had = administrators();
        all.operators.erase(found);
        if (had > 0 && administrators() == 0) {
            all.operators = before;
            co_return std::unexpected{domain::OperatorRefusal::last_administrator};
        }
        std::erase_if(all.sessions, [&](auto const& session) { return session.owner == id; });
        std::erase_if(all.tokens, [&](auto const& token) { return token.owner == id; });
        co_await note(std::move(entry));
        co_return domain::OperatorOutcome<void>{};
    }
    base::Awaitable<void> renew_password(domain::OperatorId id, std::string password) override
    {
        passwords[id] = std::move(password);
        co_return;
    }

    base::Awaitable<domain::OperatorOutcome<void>> add_role(domain::Role role, domain::AuditEntry entry) override
    {
        if (has_role(role.name))
            co_return std::unexpected{domain::OperatorRefusal::taken};
        all.roles.push_back(std::move(role));
        std::ranges::sort(all.roles, {}, &domain::Role::name);
        co_await note(std::move(entry));
        co_return domain::OperatorOutcome<void>{};
    }
    base::Awaitable<domain::OperatorOutcome<void>> change_role(std::string name, domain::RoleChange change,
                                                               domain::AuditEntry entry) override
    {
        auto const found = std::ranges::find(all.roles, name, &domain::Role::name);
        if (found == all.roles.end())
            co_return std::unexpected{domain::OperatorRefusal::unknown};
        if (found->is_builtin)
            co_return std::unexpected{domain::OperatorRefusal::builtin};
        auto const before = *found;
        auto const had = administrators();
        found->permissions = change.permissions.value_or(found->permissions);
        found->devices = change.devices.value_or(found->devices);
        if (had > 0 && administrators() == 0) {
            *found = before;
            co_return std::unexpected{domain::OperatorRefusal::last_administrator};
        }
        co_await note(std::move(entry));
        co_return domain::OperatorOutcome<void>{};
    }
    base::Awaitable<domain::OperatorOutcome<void>> remove_role(std::string name, domain::AuditEntry entry) override
    {
        auto const found = std::ranges::find(all.roles, name, &domain::Role::name);
        if (found == all.roles.end())
            co_return std::unexpected{domain::OperatorRefusal::unknown};
        if (found->is_builtin)
            co_return std::unexpected{domain::OperatorRefusal::builtin};
        if (has(all.operators, name, &domain::Operator::role))
            co_return std::unexpected{domain::OperatorRefusal::role_in_use};
        all.roles.erase(found);
        co_await note(std::move(entry));
        co_return domain::OperatorOutcome<void>{};
    }

    base::Awaitable<domain::OperatorOutcome<domain::ApiTokenId>> add_token(domain::ApiToken token, unsigned most,
                                                                           domain::AuditEntry entry) override
    {
        if (!has(all.operators, token.owner, &domain::Operator::id))
            co_return std::unexpected{domain::OperatorRefusal::unknown};
        if (std::ranges::count(all.tokens, token.owner, &domain::ApiToken::owner) >= most)
            co_return std::unexpected{domain::OperatorRefusal::too_many};
        token.id = domain::ApiTokenId{++last_};
        all.tokens.push_back(token);
        co_await note(std::move(entry));
        co_return token.id;
    }
    base::Awaitable<domain::OperatorOutcome<void>> remove_token(domain::ApiTokenId id,
                                                                domain::AuditEntry entry) override
    {
        if (std::erase_if(all.tokens, [&](auto const& token) { return token.id == id; }) == 0)
            co_return std::unexpected{domain::OperatorRefusal::unknown};
        co_await note(std::move(entry));
        co_return domain::OperatorOutcome<void>{};
    }

    base::Awaitable<void> add_session(domain::OperatorSession session, unsigned most, domain::AuditEntry entry) override
    {
        auto const owner = session.owner;
        all.sessions.push_back(std::move(session));
        while (std::ranges::count(all.sessions, owner, &domain::OperatorSession::owner) > most)
            all.sessions.erase(std::ranges::find(all.sessions, owner, &domain::OperatorSession::owner));
        co_await note(std::move(entry));
    }
    base::Awaitable<void> remove_session(std::string hash, domain::AuditEntry entry) override
    {
        std::erase_if(all.sessions, [&](auto const& session) { return session.hash == hash; });
        co_await note(std::move(entry));
    }
    base::Awaitable<void> note_uses(Uses uses, base::TimePoint now) override
    {
        for (auto const& [id, at] : uses.tokens)
            for (auto& token : all.tokens)
                if (token.id == id)
                    token.last_used = at;
        for (auto const& [hash, at] : uses.sessions)
            for (auto& session : all.sessions)
                if (session.hash == hash)
                    session.last_used = at;
        std::erase_if(all.sessions, [&](auto const& session) { return session.expires_at <= now; });
        std::erase_if(all.tokens, [&](auto const& token) { return token.expires_at + std::chrono::days{30} <= now; });
        ++all.version;
        co_return;
    }

    base::Awaitable<std::chrono::seconds> begin_login(std::vector<domain::LoginCounter> counters,
                                                      domain::LockOutPolicy policy, base::TimePoint now) override
    {
        std::chrono::seconds locked{0};
        for (auto const& counter : counters)
            locked = std::max(locked, domain::locked_for(failures_[counter.key], now));
        if (locked.count() == 0)
            for (auto const& counter : counters)
                failures_[counter.key] = domain::after_attempt(failures_[counter.key], counter.limit, policy, now);
        co_return locked;
    }
    base::Awaitable<void> login_succeeded(domain::OperatorId id, std::vector<domain::LoginCounter> counters) override
    {
        auto& source = failures_[counters.back().key];
        source.count -= source.count > 0 ? 1 : 0;
        source.locked_until.reset();
        counters.pop_back();
        for (auto const& counter : counters)
            failures_.erase(counter.key);
        if (auto const found = std::ranges::find(all.operators, id, &domain::Operator::id);
            found != all.operators.end())
            found->last_login = base::SystemClock{}.now();
        ++all.version;
        co_return;
    }

private:
    template <class List, class Value, class Member>
    static bool has(List const& list, Value const& value, Member member)
    {
        return std::ranges::find(list, value, member) != list.end();
    }
    void demand_presence() const
    {
        if (is_away)
            throw base::Unavailable{"the operators are away"};
    }
    [[nodiscard]] bool has_role(std::string const& name) const { return has(all.roles, name, &domain::Role::name); }
    [[nodiscard]] int administrators() const
    {
        int count = 0;
        for (auto const& each : all.operators)
            for (auto const& role : all.roles)
                if (role.name == each.role && !each.is_disabled && each.has_password && role.devices.empty() &&
                    role.permissions.has(domain::Permission::operators_manage))
                    ++count;
        return count;
    }
    void end_one_time_tokens()
    {
        std::erase_if(all.tokens, [](auto const& token) { return token.is_one_time(); });
    }
    base::Awaitable<void> note(domain::AuditEntry entry)
    {
        ++all.version;
        static_cast<void>(co_await audit_.append(std::move(entry)));
    }

    FakeAuditTrail& audit_;
    std::int64_t last_ = 0;
    std::map<std::string, domain::LoginFailures> failures_;
};

}  // namespace support
