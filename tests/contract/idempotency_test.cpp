// Requests that may be repeated, and edits that are kept apart, by the fakes and by PostgreSQL.
#include "rare_stores.hpp"
#include "storage/pg_edit_locks.hpp"
#include "storage/pg_idempotency_keys.hpp"
#include "support/fake_keys.hpp"

namespace contract {
namespace {

using domain::KeptAnswer;
using domain::KeyClaim;
using domain::KeyedRequest;
using domain::KeyInUse;
using domain::KeyOfAnother;

class InMemory {
public:
    domain::IdempotencyKeys& keys() { return keys_; }
    domain::EditLocks& locks() { return locks_; }
    void end_leases() { keys_.end_leases(); }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

private:
    support::FakeIdempotencyKeys keys_;
    support::FakeEditLocks locks_;
};

class InPostgres {
public:
    domain::IdempotencyKeys& keys() { return keys_; }
    domain::EditLocks& locks() { return locks_; }
    void end_leases() { stores.database.exec("UPDATE idempotency_key SET lease_until = now() - interval '1 second'"); }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }
    RareStores stores;

private:
    storage::IdSource ids_{stores.clock, 3};
    storage::PgIdempotencyKeys keys_{stores.writes, stores.sealer, ids_, 10};
    storage::PgEditLocks locks_{stores.writes, ids_};
};

KeyedRequest request(std::string key, std::string digest = "what is asked for", std::string caller = "operator 1")
{
    return {std::move(caller), std::move(key), std::move(digest)};
}

template <class Backend>
class IdempotencyContract : public testing::Test {
protected:
    domain::KeyState ask(KeyedRequest what) { return backend_.run(backend_.keys().claim(std::move(what), 30s)); }
    /// The claim of a request that may be carried out.
    KeyClaim claim(KeyedRequest what)
    {
        auto const state = ask(std::move(what));
        EXPECT_TRUE(std::holds_alternative<KeyClaim>(state));
        return std::holds_alternative<KeyClaim>(state) ? std::get<KeyClaim>(state) : KeyClaim{};
    }
    void keep(KeyedRequest what, KeyClaim claim, std::string answer)
    {
        backend_.run(backend_.keys().keep(std::move(what), claim, std::move(answer)));
    }

    Backend backend_;
};

using Backends = testing::Types<InMemory, InPostgres>;
TYPED_TEST_SUITE(IdempotencyContract, Backends);

TYPED_TEST(IdempotencyContract, TheFirstAnswerIsGivenAgain)
{
    auto const first = this->claim(request("a"));
    EXPECT_EQ(first.attempt, 1U);
    EXPECT_NE(first.reserved_id, 0);
    this->keep(request("a"), first, "made");
    this->keep(request("a"), first, "made twice");
    EXPECT_EQ(std::get<KeptAnswer>(this->ask(request("a"))).text, "made");
}

TYPED_TEST(IdempotencyContract, WhileItIsCarriedOutOthersAreTold)
{
    static_cast<void>(this->claim(request("a")));
    auto const state = this->ask(request("a"));
    ASSERT_TRUE(std::holds_alternative<KeyInUse>(state));
    EXPECT_GE(std::get<KeyInUse>(state).left, 1s);
    EXPECT_LE(std::get<KeyInUse>(state).left, 30s);
}

TYPED_TEST(IdempotencyContract, AKeyOfAnotherRequestIsRefusedBeforeAndAfterItsAnswer)
{
    auto const first = this->claim(request("a"));
    EXPECT_TRUE(std::holds_alternative<KeyOfAnother>(this->ask(request("a", "something else"))));
    this->keep(request("a"), first, "made");
    EXPECT_TRUE(std::holds_alternative<KeyOfAnother>(this->ask(request("a", "something else"))));
}

TYPED_TEST(IdempotencyContract, KeysOfDifferentCallersAreDifferent)
{
    auto const first = this->claim(request("a"));
    auto const other = this->claim(request("a", "something else", "operator 2"));
    EXPECT_NE(first.reserved_id, other.reserved_id);
}

TYPED_TEST(IdempotencyContract, WhoTakesUpWhatWasLeftGetsTheSameIdAndKnowsIt)
{
    auto const first = this->claim(request("a"));
    this->backend_.end_leases();
    auto const second = this->claim(request("a"));
    EXPECT_EQ(second.reserved_id, first.reserved_id);
    EXPECT_EQ(second.attempt, 2U);
    this->keep(request("a"), second, "made");
    EXPECT_EQ(std::get<KeptAnswer>(this->ask(request("a"))).text, "made");
}

TYPED_TEST(IdempotencyContract, GivenUpItMayBeTakenUpAtOnce)
{
    auto const first = this->claim(request("a"));
    this->backend_.run(this->backend_.keys().give_up(request("a"), first));
    auto const second = this->claim(request("a"));
    EXPECT_EQ(second.reserved_id, first.reserved_id);
    this->backend_.run(this->backend_.keys().give_up(request("a"), first));
    EXPECT_TRUE(std::holds_alternative<KeyInUse>(this->ask(request("a")))) << "the first is not the holder any more";
}

TYPED_TEST(IdempotencyContract, GivenBackTheKeyIsNewAgain)
{
    auto const first = this->claim(request("a"));
    this->backend_.run(this->backend_.keys().give_back(request("a"), first));
    auto const second = this->claim(request("a", "something else"));
    EXPECT_EQ(second.attempt, 1U);
    EXPECT_NE(second.reserved_id, first.reserved_id);
    this->backend_.run(this->backend_.keys().give_back(request("a"), first));
    EXPECT_TRUE(std::holds_alternative<KeyInUse>(this->ask(request("a", "something else"))));
}

TYPED_TEST(IdempotencyContract, AnEditHoldsOffAnotherOfTheSameThingOnly)
{
    auto& locks = this->backend_.locks();
    auto const holder = this->backend_.run(locks.try_lock("/thing", 30s));
    ASSERT_TRUE(holder);
    EXPECT_FALSE(this->backend_.run(locks.try_lock("/thing", 30s)));
    EXPECT_TRUE(this->backend_.run(locks.try_lock("/other", 30s)));
    this->backend_.run(locks.unlock("/thing", *holder + 1));
    EXPECT_FALSE(this->backend_.run(locks.try_lock("/thing", 30s))) << "it is not somebody else's to unlock";
    this->backend_.run(locks.unlock("/thing", *holder));
    EXPECT_TRUE(this->backend_.run(locks.try_lock("/thing", 30s)));
}

using InTheDatabase = IdempotencyContract<InPostgres>;

TEST_F(InTheDatabase, AfterADayAKeyIsNewAgainAndSwept)
{
    auto const first = claim(request("a"));
    keep(request("a"), first, "made");
    keep(request("b"), claim(request("b")), "made");
    auto& database = backend_.stores.database;
    database.exec("UPDATE idempotency_key SET at = at - interval '25 hours'");
    auto const second = claim(request("a", "something else"));
    EXPECT_NE(second.reserved_id, first.reserved_id);
    backend_.stores.clock.set(base::SystemClock{}.now() + 1s);
    storage::Chores chores{backend_.stores.chores(), backend_.stores.node(), backend_.stores.clock};
    EXPECT_TRUE(chores.run_once());
    EXPECT_EQ(database.value("SELECT string_agg(key, ' ') FROM idempotency_key"), "a");
}

TEST_F(InTheDatabase, TheOldestKeysOfOneCallerAreForgottenWhenThereAreTooMany)
{
    keep(request("of another", "x", "operator 2"), claim(request("of another", "x", "operator 2")), "made");
    for (unsigned i = 0; i < 2 * storage::PgIdempotencyKeys::claims_between_looks; ++i)
        keep(request(std::to_string(i)), claim(request(std::to_string(i))), "made");
    auto& database = backend_.stores.database;
    EXPECT_LE(std::stoi(database.value("SELECT count(*) FROM idempotency_key WHERE caller = 'operator 1'")), 15);
    EXPECT_EQ(database.value("SELECT count(*) FROM idempotency_key WHERE caller = 'operator 2'"), "1");
}

TEST_F(InTheDatabase, AnswersAreNotReadable)
{
    keep(request("a"), claim(request("a")), "the text of a token");
    EXPECT_EQ(backend_.stores.database.value("SELECT count(*) FROM idempotency_key WHERE answer LIKE '%token%'"), "0");
}

TEST_F(InTheDatabase, AnEditThatDiedEndsByItself)
{
    ASSERT_TRUE(backend_.run(backend_.locks().try_lock("/thing", 30s)));
    backend_.stores.database.exec("UPDATE edit_lock SET until = now()");
    EXPECT_TRUE(backend_.run(backend_.locks().try_lock("/thing", 30s)));
}

}  // namespace
}  // namespace contract
