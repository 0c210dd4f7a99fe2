// Webhooks on the fake and in PostgreSQL; leases only where there can be several nodes.
#include "rare_stores.hpp"
#include "storage/pg_webhooks.hpp"
#include "support/fake_webhooks.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct InMemory {
    support::FakeWebhooks webhooks;
    boost::asio::io_context context{1};
    domain::WebhookStore& store() { return webhooks; }
    domain::WebhookQueue& queue() { return webhooks; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context, std::move(work));
    }
};

struct InPostgres {
    RareStores stores;
    storage::PgWebhooks webhooks{stores.writes, stores.sealer, 3};
    domain::WebhookStore& store() { return webhooks; }
    domain::WebhookQueue& queue() { return webhooks; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }
};

template <class Backend>
class WebhookContract : public testing::Test {
protected:
    static domain::Webhook webhook(std::string name = "oss")
    {
        domain::Webhook webhook;
        webhook.name = std::move(name);
        webhook.url = "https://oss.example.net/acs";
        webhook.kinds = {"device", "task.failed"};
        webhook.where = "product_class = 'HG'";
        webhook.batch = 7;
        webhook.secret = "very secret";
        webhook.made_by = "anna";
        return webhook;
    }
    domain::WebhookStatus add(std::string name = "oss")
    {
        return *backend.run(backend.store().add(webhook(std::move(name))));
    }
    std::vector<domain::WebhookLease> lease(std::vector<domain::WebhookNote> notes = {})
    {
        return backend.run(backend.queue().lease(15s, std::move(notes)));
    }
    static domain::DeadLetter letter(std::uint64_t tx)
    {
        domain::DeadLetter dead;
        dead.event.position = {tx, 5};
        dead.event.at = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now());
        dead.event.device = domain::DeviceKey{8};
        dead.event.kind = "inform";
        dead.event.events = {{"1 BOOT", ""}, {"M Reboot", "k"}};
        dead.event.address = "192.0.2.7";
        dead.attempts = 8;
        dead.problem = "the receiver answered 400";
        return dead;
    }

    Backend backend;
};
using Backends = testing::Types<InMemory, InPostgres>;
TYPED_TEST_SUITE(WebhookContract, Backends);

TYPED_TEST(WebhookContract, IsKeptAsItWasAddedAndItsSecretIsForSendingOnly)
{
    auto const added = this->add();
    EXPECT_EQ(added.webhook.url, "https://oss.example.net/acs");
    EXPECT_THAT(added.webhook.kinds, ElementsAre("device", "task.failed"));
    EXPECT_EQ(added.webhook.where, "product_class = 'HG'");
    EXPECT_EQ(added.webhook.batch, 7U);
    EXPECT_EQ(added.webhook.made_by, "anna");
    EXPECT_EQ(added.webhook.secret, "");
    EXPECT_FALSE(added.progress.delivered_at);
    auto& store = this->backend.store();
    EXPECT_EQ(this->backend.run(store.open("oss"))->secret, "very secret");
    EXPECT_EQ(this->backend.run(store.find("oss"))->webhook.secret, "");
    EXPECT_FALSE(this->backend.run(store.find("nobody")));
    EXPECT_FALSE(this->backend.run(store.open("nobody")));
    EXPECT_FALSE(this->backend.run(store.add(this->webhook()))) << "the name is taken";
}

TYPED_TEST(WebhookContract, AreListedByNameAndBounded)
{
    this->add("b");
    this->add("a");
    auto& store = this->backend.store();
    auto const all = this->backend.run(store.list());
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].webhook.name, "a");
    for (std::size_t i = 2; i < domain::most_webhooks; ++i)
        this->add("n" + std::to_string(i));
    auto const refused = this->backend.run(store.add(this->webhook("more")));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("50"));
}

TYPED_TEST(WebhookContract, AChangeIsSeenByWhoDeliversIt)
{
    this->add();
    auto const before = this->lease().at(0);
    domain::WebhookChange change;
    change.url = "http://10.0.0.1/";
    change.secret = "another secret";
    auto const after = this->backend.run(this->backend.store().change("oss", change));
    EXPECT_EQ(after->webhook.url, "http://10.0.0.1/");
    EXPECT_EQ(after->webhook.batch, 7U);
    auto const lease = this->lease().at(0);
    EXPECT_NE(lease.webhook.revision, before.webhook.revision);
    EXPECT_EQ(lease.webhook.secret, "another secret");
    EXPECT_FALSE(this->backend.run(this->backend.store().change("nobody", change)));
}

TYPED_TEST(WebhookContract, PlacesOfLanesAreKept)
{
    auto const id = this->add().webhook.id;
    auto const from = this->lease().at(0).lanes[3];
    EXPECT_TRUE(this->backend.run(this->backend.queue().advance(id, 3, from, {99, 7})));
    auto const lanes = this->lease().at(0).lanes;
    EXPECT_EQ(lanes[3], (domain::EventPosition{99, 7}));
    EXPECT_NE(lanes[2], (domain::EventPosition{99, 7}));
}

TYPED_TEST(WebhookContract, WhoDoesNotKnowWhereTheLaneIsDoesNotMoveIt)
{
    auto const id = this->add().webhook.id;
    auto const from = this->lease().at(0).lanes[0];
    auto& queue = this->backend.queue();
    EXPECT_TRUE(this->backend.run(queue.advance(id, 0, from, {99, 7})));
    EXPECT_TRUE(this->backend.run(queue.advance(id, 0, from, {99, 7}))) << "it may be asked twice";
    EXPECT_FALSE(this->backend.run(queue.advance(id, 0, from, {98, 1})));
    EXPECT_FALSE(this->backend.run(queue.bury(id, 0, from, this->letter(98))));
    EXPECT_EQ(this->lease().at(0).lanes[0], (domain::EventPosition{99, 7}));
    EXPECT_THAT(this->backend.run(this->backend.store().dead_letters(id, domain::DeadLetterId{0}, 10)), IsEmpty());
}

TYPED_TEST(WebhookContract, APausedOneIsNotDelivered)
{
    this->add();
    EXPECT_THAT(this->lease(), SizeIs(1));
    domain::WebhookChange change;
    change.is_paused = true;
    EXPECT_TRUE(this->backend.run(this->backend.store().change("oss", change))->webhook.is_paused);
    EXPECT_THAT(this->lease(), IsEmpty());
    change.is_paused = false;
    this->backend.run(this->backend.store().change("oss", change));
    EXPECT_THAT(this->lease(), SizeIs(1));
}

TYPED_TEST(WebhookContract, WhatIsNotedIsShown)
{
    auto const id = this->add().webhook.id;
    this->lease();
    auto const now = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now());
    this->lease({{id, {.delivered_at = now, .waiting_since = now - 1h, .problem = "503", .missed_before = now - 2h}}});
    auto const shown = this->backend.run(this->backend.store().find("oss"))->progress;
    EXPECT_EQ(shown.delivered_at, now);
    EXPECT_EQ(shown.waiting_since, now - 1h);
    EXPECT_EQ(shown.problem, "503");
    EXPECT_EQ(shown.missed_before, now - 2h);
}

TYPED_TEST(WebhookContract, ADeadLetterHasTheEventAndTheLaneGoesOnBehindIt)
{
    auto const id = this->add().webhook.id;
    auto const from = this->lease().at(0).lanes[0];
    EXPECT_TRUE(this->backend.run(this->backend.queue().bury(id, 0, from, this->letter(4))));
    EXPECT_TRUE(this->backend.run(this->backend.queue().bury(id, 0, {4, 5}, this->letter(5))));
    EXPECT_EQ(this->lease().at(0).lanes[0], (domain::EventPosition{5, 5}));
    auto& store = this->backend.store();
    auto const letters = this->backend.run(store.dead_letters(id, domain::DeadLetterId{0}, 10));
    ASSERT_EQ(letters.size(), 2U);
    EXPECT_EQ(letters[0].event.position, (domain::EventPosition{4, 5}));
    EXPECT_EQ(letters[0].event.kind, "inform");
    EXPECT_EQ(letters[0].event.events, this->letter(4).event.events);
    EXPECT_EQ(letters[0].event.address, "192.0.2.7");
    EXPECT_EQ(letters[0].attempts, 8U);
    EXPECT_EQ(letters[0].problem, "the receiver answered 400");
    EXPECT_EQ(this->backend.run(store.find("oss"))->dead_letters, 2U);
    this->backend.run(store.forget_dead_letter(id, letters[0].id));
    EXPECT_THAT(this->backend.run(store.dead_letters(id, domain::DeadLetterId{0}, 10)), SizeIs(1));
    EXPECT_THAT(this->backend.run(store.dead_letters(id, letters[1].id, 10)), IsEmpty());
}

TYPED_TEST(WebhookContract, IsRemovedOnceWithAllThatIsItsOwn)
{
    auto const id = this->add().webhook.id;
    auto const from = this->lease().at(0).lanes[0];
    EXPECT_TRUE(this->backend.run(this->backend.queue().bury(id, 0, from, this->letter(4))));
    EXPECT_TRUE(this->backend.run(this->backend.store().remove("oss")));
    EXPECT_FALSE(this->backend.run(this->backend.store().remove("oss")));
    EXPECT_THAT(this->lease(), IsEmpty());
    EXPECT_FALSE(this->backend.run(this->backend.queue().advance(id, 0, {4, 5}, {9, 9})));
}

class WebhookLeases : public WebhookContract<InPostgres> {
protected:
    storage::PgWebhooks other{backend.stores.writes, backend.stores.sealer, 4};
};

TEST_F(WebhookLeases, OneNodeDeliversUntilItIsSilentOrLeaves)
{
    auto const id = add().webhook.id;
    auto const leases = lease();
    ASSERT_THAT(leases, SizeIs(1));
    auto const from = leases[0].lanes[0];
    EXPECT_THAT(backend.run(other.lease(15s, {})), IsEmpty());
    EXPECT_FALSE(backend.run(other.advance(id, 0, from, {99, 7})));
    backend.stores.database.exec("UPDATE webhook SET lease_until = now() - interval '1 second'");
    EXPECT_THAT(backend.run(other.lease(15s, {})), SizeIs(1));
    EXPECT_FALSE(backend.run(backend.webhooks.advance(id, 0, from, {99, 7}))) << "it was silent and does not know";
    EXPECT_FALSE(backend.run(backend.webhooks.bury(id, 0, from, letter(4))));
    EXPECT_THAT(backend.run(backend.store().dead_letters(id, domain::DeadLetterId{0}, 10)), IsEmpty());
    EXPECT_THAT(lease(), IsEmpty());
    backend.run(other.release());
    EXPECT_THAT(lease(), SizeIs(1));
}

TEST_F(WebhookLeases, ANewOneBeginsBehindAllThatHappenedBefore)
{
    backend.stores.database.exec("INSERT INTO event (at, device_id, event_id, kind) VALUES (now(), 1, 1, 'old')");
    add();
    auto const row = backend.stores.database.value("SELECT count(*) FROM event e JOIN webhook_position p ON"
                                                   " (e.tx, e.event_id) > (p.tx, p.event_id)");
    EXPECT_EQ(row, "0");
}

TEST_F(WebhookLeases, TheSecretIsSealedAndDeadLettersAreBoundedAndPurgedWithTheirDevice)
{
    auto const id = add().webhook.id;
    EXPECT_THAT(backend.stores.database.dump("-a"), Not(HasSubstr("very secret")));
    auto const from = lease().at(0).lanes[0];
    backend.stores.database.exec(
        "INSERT INTO webhook_dead_letter (webhook_id, device_id, tx, event_id, at, kind, attempts, problem) SELECT " +
        std::to_string(id.value()) + ", 8, '1', n, now(), 'x', 1, '' FROM generate_series(1, 10000) n");
    EXPECT_TRUE(backend.run(backend.queue().bury(id, 0, from, letter(4))));
    EXPECT_EQ(backend.run(backend.store().find("oss"))->dead_letters, domain::most_dead_letters);
    EXPECT_EQ(backend.stores.number("SELECT count(*) FROM information_schema.columns WHERE table_name ="
                                    " 'webhook_dead_letter' AND column_name = 'device_id'"),
              1)
        << "by this column a purge finds them";
}

TEST_F(WebhookLeases, EventsAreKeptSinceTheOldestDayThatThereIs)
{
    backend.stores.database.exec("SELECT make_partitions('2026-01-05', 1)");
    EXPECT_EQ(backend.run(backend.queue().kept_since()),
              base::TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}});
}

}  // namespace
}  // namespace contract
