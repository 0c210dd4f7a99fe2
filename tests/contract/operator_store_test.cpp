// Operators, roles, tokens and sessions, kept by the fake and by PostgreSQL.
#include "base/crypto.hpp"
#include "rare_stores.hpp"
#include "storage/pg_audit.hpp"
#include "storage/pg_operators.hpp"
#include "support/fake_operators.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using domain::OperatorRefusal;
using domain::Permission;
using testing::ElementsAre;
using testing::IsEmpty;

class InMemory {
public:
    domain::OperatorStore& store() { return store_; }
    domain::AuditTrail& audit() { return audit_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }
    void add_one_time(std::string hash, base::TimePoint expires)
    {
        domain::ApiToken token;
        token.hash = std::move(hash);
        token.expires_at = expires;
        store_.all.tokens.push_back(token);
        ++store_.all.version;
    }

private:
    boost::asio::io_context context_{1};
    support::FakeAuditTrail audit_;
    support::FakeOperators store_{audit_};
};

class InPostgres {
public:
    domain::OperatorStore& store() { return store_; }
    domain::AuditTrail& audit() { return audit_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }
    void add_one_time(std::string const& hash, base::TimePoint expires)
    {
        storage::add_one_time_token(stores.writes, hash, expires, {});
    }

    RareStores stores;

private:
    storage::PgOperators store_{stores.writes};
    storage::PgAuditTrail audit_{stores.writes};
};

domain::AuditEntry entry(std::string action)
{
    return {"anna", "session", "192.0.2.1", std::move(action), "", {}, "", ""};
}

template <class Backend>
class OperatorContract : public testing::Test {
protected:
    domain::OperatorStore& store() { return backend_.store(); }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return backend_.run(std::move(work));
    }
    domain::OperatorId add(std::string name, std::string role = "administrator", std::string password = "hash")
    {
        domain::Operator person;
        person.name = std::move(name);
        person.role = std::move(role);
        return *run(store().add_operator(std::move(person), std::move(password), entry("operator.added")));
    }
    domain::OperatorDirectory directory() { return run(store().directory()); }
    std::vector<std::string> names()
    {
        std::vector<std::string> list;
        for (auto const& each : directory().operators)
            list.push_back(each.name);
        return list;
    }
    domain::ApiToken token(domain::OperatorId owner, std::string hash)
    {
        domain::ApiToken made;
        made.owner = owner;
        made.name = "ci";
        made.hash = base::sha256(hash);
        made.permissions = domain::Permissions{Permission::tasks_read};
        made.expires_at = now + 1h;
        return made;
    }
    std::size_t entries() { return run(backend_.audit().list({})).size(); }

    Backend backend_;
    base::TimePoint now = base::SystemClock{}.now();
};

using Backends = testing::Types<InMemory, InPostgres>;
TYPED_TEST_SUITE(OperatorContract, Backends);

TYPED_TEST(OperatorContract, OperatorsAreKeptWithTheirEntryInTheAuditTrail)
{
    auto const before = this->run(this->store().version());
    auto const id = this->add("anna");
    this->add("tokens", "viewer", "");
    EXPECT_GT(this->run(this->store().version()), before);
    auto const all = this->directory();
    ASSERT_EQ(all.operators.size(), 2u);
    EXPECT_EQ(all.operators[0].id, id);
    EXPECT_EQ(all.operators[0].name, "anna");
    EXPECT_TRUE(all.operators[0].has_password);
    EXPECT_FALSE(all.operators[1].has_password);
    EXPECT_EQ(this->entries(), 2u);
    auto const login = this->run(this->store().find_login("anna"));
    ASSERT_TRUE(login);
    EXPECT_EQ(login->password, "hash");
    EXPECT_FALSE(this->run(this->store().find_login("Anna")));
    EXPECT_FALSE(this->run(this->store().find_login("a'; DROP TABLE operator --")));
}

TYPED_TEST(OperatorContract, WhatIsRefusedChangesNothingAndIsNotAudited)
{
    this->add("anna");
    domain::Operator again;
    again.name = "anna";
    again.role = "viewer";
    EXPECT_EQ(this->run(this->store().add_operator(again, "", entry("x"))).error(), OperatorRefusal::taken);
    again.name = "bert";
    again.role = "nothing";
    EXPECT_EQ(this->run(this->store().add_operator(again, "", entry("x"))).error(), OperatorRefusal::unknown_role);
    EXPECT_EQ(this->run(this->store().change_operator("bert", {}, entry("x"))).error(), OperatorRefusal::unknown);
    EXPECT_EQ(this->run(this->store().change_operator("anna", {.role = "nothing"}, entry("x"))).error(),
              OperatorRefusal::unknown_role);
    EXPECT_EQ(this->run(this->store().remove_operator("bert", entry("x"))).error(), OperatorRefusal::unknown);
    EXPECT_EQ(this->entries(), 1u);
}

TYPED_TEST(OperatorContract, TheLastAdministratorStays)
{
    this->add("anna");
    this->add("tokens", "administrator", "");
    domain::OperatorChange disabled;
    disabled.is_disabled = true;
    auto& store = this->store();
    EXPECT_EQ(this->run(store.change_operator("anna", disabled, entry("x"))).error(),
              OperatorRefusal::last_administrator);
    EXPECT_EQ(this->run(store.change_operator("anna", {.role = "viewer"}, entry("x"))).error(),
              OperatorRefusal::last_administrator);
    EXPECT_EQ(this->run(store.remove_operator("anna", entry("x"))).error(), OperatorRefusal::last_administrator);
    EXPECT_EQ(this->directory().operators[0].role, "administrator");
    this->add("otto");
    EXPECT_TRUE(this->run(store.change_operator("anna", disabled, entry("x"))));
    EXPECT_EQ(this->run(store.remove_operator("otto", entry("x"))).error(), OperatorRefusal::last_administrator);
}

TYPED_TEST(OperatorContract, RolesAreKeptAndThoseOfTheServerStay)
{
    auto& store = this->store();
    domain::Role const north{"north", {Permission::devices_read}, "'north' = any(tags)", false};
    EXPECT_TRUE(this->run(store.add_role(north, entry("x"))));
    EXPECT_EQ(this->run(store.add_role(north, entry("x"))).error(), OperatorRefusal::taken);
    EXPECT_TRUE(this->run(store.change_role("north", {.devices = "true"}, entry("x"))));
    auto const roles = this->directory().roles;
    auto const found = std::ranges::find(roles, "north", &domain::Role::name);
    ASSERT_NE(found, roles.end());
    EXPECT_EQ(found->permissions, north.permissions);
    EXPECT_EQ(found->devices, "true");
    this->add("bert", "north");
    EXPECT_EQ(this->run(store.remove_role("north", entry("x"))).error(), OperatorRefusal::role_in_use);
    EXPECT_EQ(this->run(store.remove_role("viewer", entry("x"))).error(), OperatorRefusal::builtin);
    EXPECT_EQ(this->run(store.change_role("administrator", {}, entry("x"))).error(), OperatorRefusal::builtin);
    EXPECT_EQ(this->run(store.remove_role("nothing", entry("x"))).error(), OperatorRefusal::unknown);
}

TYPED_TEST(OperatorContract, TokensBelongToTheirOperatorAndGoWithIt)
{
    auto& store = this->store();
    this->add("anna");
    auto const bert = this->add("bert", "viewer");
    auto const first = this->run(store.add_token(this->token(bert, "1"), 2, entry("x")));
    ASSERT_TRUE(first);
    EXPECT_TRUE(this->run(store.add_token(this->token(bert, "2"), 2, entry("x"))));
    EXPECT_EQ(this->run(store.add_token(this->token(bert, "3"), 2, entry("x"))).error(), OperatorRefusal::too_many);
    auto const tokens = this->directory().tokens;
    ASSERT_EQ(tokens.size(), 2u);
    EXPECT_EQ(tokens[0].id, *first);
    EXPECT_EQ(tokens[0].owner, bert);
    EXPECT_EQ(tokens[0].hash, base::sha256("1"));
    EXPECT_EQ(tokens[0].permissions, domain::Permissions{Permission::tasks_read});
    EXPECT_FALSE(tokens[0].is_one_time());
    EXPECT_TRUE(this->run(store.remove_token(*first, entry("x"))));
    EXPECT_EQ(this->run(store.remove_token(*first, entry("x"))).error(), OperatorRefusal::unknown);
    EXPECT_TRUE(this->run(store.remove_operator("bert", entry("x"))));
    EXPECT_THAT(this->directory().tokens, IsEmpty());
}

TYPED_TEST(OperatorContract, OneTimeTokensEndWithANewOperatorAndWithANewPassword)
{
    this->backend_.add_one_time(base::sha256("1"), this->now + 1h);
    ASSERT_EQ(this->directory().tokens.size(), 1u);
    EXPECT_TRUE(this->directory().tokens[0].is_one_time());
    this->add("anna");
    EXPECT_THAT(this->directory().tokens, IsEmpty());
    this->backend_.add_one_time(base::sha256("2"), this->now + 1h);
    EXPECT_TRUE(this->run(this->store().change_operator("anna", {.role = "administrator"}, entry("x"))));
    EXPECT_EQ(this->directory().tokens.size(), 1u);
    EXPECT_TRUE(this->run(this->store().change_operator("anna", {.password = "new"}, entry("x"))));
    EXPECT_THAT(this->directory().tokens, IsEmpty());
}

TYPED_TEST(OperatorContract, SessionsEndWithTheirOperatorsPasswordAndTheOldestWhenThereAreTooMany)
{
    auto& store = this->store();
    auto const anna = this->add("anna");
    for (auto const* const hash : {"1", "2", "3"})
        this->run(store.add_session({base::sha256(hash), anna, this->now, this->now + 1h}, 2, entry("x")));
    auto const sessions = this->directory().sessions;
    ASSERT_EQ(sessions.size(), 2u);
    for (auto const& session : sessions)
        EXPECT_NE(session.hash, base::sha256("1"));
    this->run(store.remove_session(base::sha256("2"), entry("x")));
    EXPECT_EQ(this->directory().sessions.size(), 1u);
    EXPECT_TRUE(this->run(store.change_operator("anna", {.password = "new"}, entry("x"))));
    EXPECT_THAT(this->directory().sessions, IsEmpty());
}

TYPED_TEST(OperatorContract, UsesAreNotedAndWhatHasExpiredIsForgotten)
{
    auto& store = this->store();
    auto const anna = this->add("anna");
    auto const id = *this->run(store.add_token(this->token(anna, "1"), 9, entry("x")));
    this->run(store.add_session({base::sha256("2"), anna, this->now, this->now + 1h}, 9, entry("x")));
    this->run(store.note_uses({{{id, this->now + 5s}}, {{base::sha256("2"), this->now + 6s}}}, this->now + 10s));
    EXPECT_EQ(this->directory().tokens[0].last_used, this->now + 5s);
    EXPECT_EQ(this->directory().sessions[0].last_used, this->now + 6s);
    this->run(store.note_uses({}, this->now + 1h));
    EXPECT_THAT(this->directory().sessions, IsEmpty());
    EXPECT_EQ(this->directory().tokens.size(), 1u) << "an expired token is shown for some weeks";
    this->run(store.note_uses({}, this->now + 31 * 24h));
    EXPECT_THAT(this->directory().tokens, IsEmpty());
}

TYPED_TEST(OperatorContract, LoginsAreLockedAfterTooManyAndForgivenBySuccess)
{
    domain::LockOutPolicy const policy{.by_name_and_source = 2, .by_name = 4, .by_source = 100};
    auto const begin = [&](std::string const& name, std::string const& source, base::TimePoint at) {
        return this->run(this->store().begin_login(domain::login_counters(policy, name, source), policy, at));
    };
    EXPECT_EQ(begin("anna", "192.0.2.1", this->now), 0s);
    EXPECT_EQ(begin("anna", "192.0.2.1", this->now), 0s);
    EXPECT_EQ(begin("anna", "192.0.2.1", this->now), policy.lock);
    EXPECT_EQ(begin("anna", "192.0.2.2", this->now), 0s) << "from elsewhere";
    EXPECT_EQ(begin("otto", "192.0.2.1", this->now), 0s) << "somebody else";
    EXPECT_EQ(begin("anna", "192.0.2.3", this->now), 0s);
    EXPECT_EQ(begin("anna", "192.0.2.4", this->now), policy.lock) << "from too many places";
    auto const anna = this->add("anna");
    EXPECT_FALSE(this->directory().operators[0].last_login);
    this->run(this->store().login_succeeded(anna, domain::login_counters(policy, "anna", "192.0.2.1")));
    EXPECT_TRUE(this->directory().operators[0].last_login);
    EXPECT_EQ(begin("anna", "192.0.2.1", this->now), 0s);
    EXPECT_EQ(begin("anna", "192.0.2.1", this->now), 0s);
    EXPECT_GT(begin("anna", "192.0.2.1", this->now + 60s), 0s);
    EXPECT_EQ(begin("anna", "192.0.2.1", this->now + policy.lock + 60s), 0s);
}

TEST(OperatorsInPostgres, AnAuditEntryIsUndoneTogetherWithWhatItIsAbout)
{
    InPostgres backend;
    domain::Operator anna;
    anna.name = "anna";
    anna.role = "administrator";
    ASSERT_TRUE(backend.run(backend.store().add_operator(anna, "hash", entry("operator.added"))));
    EXPECT_FALSE(backend.run(backend.store().remove_operator("anna", entry("operator.removed"))));
    auto const records = backend.run(backend.audit().list({}));
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].entry.action, "operator.added");
    EXPECT_EQ(backend.run(backend.audit().verify({})).problem, "");
}

TEST(OperatorsInPostgres, WhoIsLockedOutLeavesNoRowsBehindWhateverNamesAreTried)
{
    InPostgres backend;
    domain::LockOutPolicy const policy{.by_source = 2};
    auto const begin = [&](std::string const& name) {
        return backend.run(backend.store().begin_login(domain::login_counters(policy, name, "192.0.2.1"), policy,
                                                       backend.stores.clock.now()));
    };
    EXPECT_EQ(begin("a"), 0s);
    EXPECT_EQ(begin("b"), 0s);
    auto const rows = backend.stores.number("SELECT count(*) FROM login_failure");
    EXPECT_EQ(rows, 5) << "two names, twice, and the source";
    for (auto const* const name : {"c", "d", "e"})
        EXPECT_GT(begin(name), 0s);
    EXPECT_EQ(backend.stores.number("SELECT count(*) FROM login_failure"), rows);
}

TEST(OperatorsInPostgres, WhoeverChangesSomethingTheNodesSeeIt)
{
    InPostgres backend;
    auto version = backend.run(backend.store().version());
    for (auto const* const sql :
         {"INSERT INTO operator (name, role) VALUES ('x', 'viewer')", "UPDATE operator SET is_disabled = true",
          "INSERT INTO api_token (name, hash, expires_at) VALUES ('x', 'x', now())", "DELETE FROM api_token",
          "TRUNCATE operator_session", "UPDATE role SET devices = '' WHERE name = 'viewer'"}) {
        backend.stores.database.exec(sql);
        auto const next = backend.run(backend.store().version());
        EXPECT_GT(next, version) << sql;
        version = next;
    }
}

TEST(OperatorsInPostgres, TheAdministratorsRoleHasEveryPermission)
{
    InPostgres backend;
    for (auto const& role : backend.run(backend.store().directory()).roles)
        if (role.name == "administrator") {
            EXPECT_EQ(role.permissions, domain::Permissions::all());
        }
    EXPECT_FALSE(storage::has_operators(backend.stores.writes));
}

}  // namespace
}  // namespace contract
