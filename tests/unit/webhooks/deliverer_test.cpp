#include "receiver.hpp"

#include <boost/asio/steady_timer.hpp>

namespace webhooks {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// Takes a product class for a condition, and nothing with a blank.
class WordGuard final : public domain::ConditionGuard {
public:
    base::Result<domain::Condition> check(std::string_view text) override
    {
        if (text.contains(' '))
            return base::fail("there is no such column");
        return domain::Condition{std::string{text}, {}};
    }
};

class DelivererTest : public Delivery {
protected:
    Deliverer make()
    {
        DelivererSettings settings;
        settings.lane = quick();
        return Deliverer{{log, tail, inventory, queue, guard, clock, metrics}, settings};
    }
    void step(Deliverer& deliverer) { support::run(context, deliverer.step()); }
    /// Lets lanes run until the receiver has taken so many, for ten seconds at most.
    void wait_for(std::size_t count)
    {
        auto const until = std::chrono::steady_clock::now() + 10s;
        while (receiver.taken().size() < count && std::chrono::steady_clock::now() < until)
            context.restart(), context.run_for(10ms);
    }
    void leave(Deliverer& deliverer)
    {
        support::run(context, deliverer.leave([] {}));
    }

    WordGuard guard;
};

TEST_F(DelivererTest, DeliversTheEventsOfAllDevices)
{
    happen(2, 8);
    happen(2, 3);
    log.add("webhook.test");
    auto deliverer = make();
    step(deliverer);
    EXPECT_EQ(tail.followers(), 1U);
    wait_for(5);
    EXPECT_THAT(receiver.taken(), UnorderedElementsAre("1.1", "2.1", "3.1", "4.1", "5.1"));
    leave(deliverer);
    EXPECT_EQ(queue.releases, 1);
}

TEST_F(DelivererTest, AWebhookThatIsPausedGetsNothingAndAllOfItAfterwards)
{
    auto deliverer = make();
    step(deliverer);
    domain::WebhookChange change;
    change.is_paused = true;
    support::run(context, queue.change("oss", change));
    step(deliverer);
    EXPECT_EQ(tail.followers(), 0U);
    happen(2, 8);
    context.restart(), context.run_for(50ms);
    EXPECT_THAT(receiver.taken(), IsEmpty());
    change.is_paused = false;
    support::run(context, queue.change("oss", change));
    step(deliverer);
    wait_for(2);
    EXPECT_THAT(receiver.taken(), UnorderedElementsAre("1.1", "2.1"));
    leave(deliverer);
}

TEST_F(DelivererTest, AChangeTakesEffectAtTheNextSteps)
{
    auto deliverer = make();
    step(deliverer);
    domain::WebhookChange change;
    change.kinds = std::vector<std::string>{"device"};
    support::run(context, queue.change("oss", change));
    step(deliverer);
    context.restart(), context.run_for(20ms);
    step(deliverer);
    happen(1, 8);
    log.add("device.new", domain::DeviceKey{8}, "x");
    wait_for(1);
    EXPECT_THAT(receiver.taken(), UnorderedElementsAre("2.1"));
    leave(deliverer);
}

TEST_F(DelivererTest, AConditionThatIsNoneAnyMoreSendsNothingAndSaysSo)
{
    queue.kept.at("oss").lease.webhook.where = "is gone";
    happen(1, 8);
    auto deliverer = make();
    step(deliverer);
    step(deliverer);
    EXPECT_THAT(receiver.taken(), IsEmpty());
    EXPECT_THAT(queue.kept.at("oss").progress.problem, HasSubstr("no such column"));
    leave(deliverer);
}

TEST_F(DelivererTest, EventsThatAreGoneBeforeTheyWereDeliveredAreTold)
{
    queue.oldest = clock.now();
    auto deliverer = make();
    step(deliverer);
    step(deliverer);
    EXPECT_EQ(queue.kept.at("oss").progress.missed_before, queue.oldest);
    leave(deliverer);
}

TEST_F(DelivererTest, WhetherEventsAreGoneIsLookedAtBeforeTheLanesOfAWebhookLeaveTheirPlaces)
{
    auto deliverer = make();
    step(deliverer);
    queue.oldest = clock.now();
    auto late = webhook();
    late.name = "late";
    static_cast<void>(support::run(context, queue.add(std::move(late))));
    happen(1, 8);
    step(deliverer);
    step(deliverer);
    EXPECT_EQ(queue.kept.at("late").progress.missed_before, queue.oldest);
    leave(deliverer);
}

}  // namespace
}  // namespace webhooks
