#include "receiver.hpp"

namespace webhooks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(Delivery, EventsComeInOrderInBatchesAndThePlaceIsNotedAfterEach)
{
    happen(7, 8);
    auto one = lane();
    EXPECT_TRUE(work(one));
    EXPECT_THAT(receiver.taken(), ElementsAre("1.1", "2.1", "3.1", "4.1", "5.1", "6.1", "7.1"));
    EXPECT_THAT(receiver.requests(), SizeIs(3));
    EXPECT_GE(noted(), (domain::EventPosition{7, 1}));
    EXPECT_FALSE(one.progress().waiting_since);
    EXPECT_TRUE(one.progress().delivered_at);
}

TEST_F(Delivery, EventsOfOtherLanesAndOtherKindsAreNotSentAndThePlacePassesThem)
{
    happen(1, 9);
    log.add("device.new", domain::DeviceKey{8}, "x");
    happen(1, 8);
    selection.kinds = domain::KindFilter{std::vector<std::string>{"task"}};
    auto one = lane();
    EXPECT_TRUE(work(one));
    EXPECT_THAT(receiver.taken(), ElementsAre("3.1"));
}

TEST_F(Delivery, WhatIsNotTakenComesAgainAndNothingOvertakesIt)
{
    happen(4, 8);
    int failures = 0;
    receiver.answer_with([&](auto const&) { return ++failures <= 3 ? 503U : 200U; });
    auto one = lane();
    EXPECT_TRUE(work(one, 1));
    EXPECT_THAT(one.progress().problem, HasSubstr("503"));
    EXPECT_EQ(noted(), (domain::EventPosition{0, 0}));
    EXPECT_TRUE(work(one));
    EXPECT_THAT(receiver.taken(), ElementsAre("1.1", "2.1", "3.1", "4.1"));
    EXPECT_THAT(receiver.requests().at(1), ElementsAre("1.1")) << "one by one after a failure";
    EXPECT_EQ(one.progress().problem, "");
}

TEST_F(Delivery, AnEventThatTheReceiverNeverTakesIsADeadLetterAndTheLaneGoesOn)
{
    happen(3, 8);
    receiver.answer_with([](auto const& cursors) { return std::ranges::count(cursors, "2.1") > 0 ? 400U : 200U; });
    auto one = lane();
    EXPECT_TRUE(work(one));
    EXPECT_THAT(receiver.taken(), ElementsAre("1.1", "3.1"));
    auto const& dead = queue.kept.at("oss").dead;
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(domain::to_text(dead[0].event.position), "2.1");
    EXPECT_THAT(dead[0].problem, HasSubstr("400"));
}

TEST_F(Delivery, AReceiverThatIsNotThereCostsNothing)
{
    happen(1, 8);
    queue.kept.at("oss").lease.webhook.url = "http://127.0.0.1:1/";
    auto one = lane();
    EXPECT_TRUE(work(one, 20));
    EXPECT_THAT(queue.kept.at("oss").dead, IsEmpty());
    EXPECT_THAT(one.progress().problem, HasSubstr("127.0.0.1:1"));
    EXPECT_TRUE(one.progress().waiting_since);
}

TEST_F(Delivery, ARedirectIsNotFollowed)
{
    happen(1, 8);
    receiver.answer_with([](auto const&) { return 302U; });
    auto one = lane();
    EXPECT_TRUE(work(one, 2));
    EXPECT_THAT(one.progress().problem, HasSubstr("not followed"));
    EXPECT_THAT(receiver.taken(), IsEmpty());
}

TEST_F(Delivery, WhoLostTheLeaseStopsAndHisSuccessorSendsAgainWhatWasNotNoted)
{
    happen(2, 8);
    auto one = lane();
    queue.is_lost = true;
    EXPECT_FALSE(work(one));
    EXPECT_EQ(noted(), (domain::EventPosition{0, 0}));
    queue.is_lost = false;
    auto next = lane();
    EXPECT_TRUE(work(next));
    EXPECT_THAT(receiver.taken(), ElementsAre("1.1", "2.1", "1.1", "2.1")) << "at least once";
}

TEST_F(Delivery, WhatWasDeliveredIsNotSentAgainWhileItCannotBeWrittenDown)
{
    happen(4, 8);
    auto one = lane();
    support::run(context, one.fill());
    queue.is_away = true;
    EXPECT_THROW(support::run(context, one.attempt()), base::Unavailable);
    EXPECT_THROW(support::run(context, one.fill()), base::Unavailable);
    EXPECT_EQ(noted(), (domain::EventPosition{0, 0}));
    queue.is_away = false;
    EXPECT_TRUE(work(one));
    EXPECT_THAT(receiver.taken(), ElementsAre("1.1", "2.1", "3.1", "4.1"));
    EXPECT_GE(noted(), (domain::EventPosition{4, 1}));
}

TEST_F(Delivery, WhoWasFollowedByAnotherMeanwhileDoesNotTakeTheLaneBackToWhereHeWas)
{
    happen(4, 8);
    auto one = lane();
    queue.kept.at("oss").lease.lanes[0] = {4, 1};
    EXPECT_FALSE(work(one));
    EXPECT_EQ(noted(), (domain::EventPosition{4, 1}));
}

TEST_F(Delivery, OneStuckLaneDoesNotHoldUpAnother)
{
    happen(1, 8);
    happen(1, 9);
    receiver.answer_with([](auto const& cursors) { return cursors.front() == "1.1" ? 500U : 200U; });
    auto stuck = lane();
    EXPECT_TRUE(work(stuck, 3));
    Lane other{services(), quick(), webhook(), selection, 1, {0, 0}};
    EXPECT_TRUE(work(other));
    EXPECT_THAT(receiver.taken(), ElementsAre("2.1"));
}

TEST_F(Delivery, ThePlacesThatMayNotBeCalledAreNot)
{
    net::Networks const nothing;
    auto const address = [](char const* text) { return boost::asio::ip::make_address(text); };
    for (auto const* const text : {"169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1",
                                   "255.255.255.255", "::ffff:169.254.169.254"})
        EXPECT_FALSE(may_go_to(nothing, address(text))) << text;
    for (auto const* const text : {"127.0.0.1", "10.0.0.1", "198.51.100.7", "2001:db8::1"})
        EXPECT_TRUE(may_go_to(nothing, address(text))) << text;
    EXPECT_TRUE(may_go_to(*net::Networks::parse({"169.254.0.0/16"}), address("169.254.1.1")));
}

TEST_F(Delivery, AUrlIsCheckedBeforeItIsKept)
{
    Sender const sender{{}, clock};
    EXPECT_TRUE(sender.check("https://oss.example.net/acs"));
    EXPECT_FALSE(sender.check("ftp://oss.example.net/"));
    EXPECT_FALSE(sender.check("http://me:secret@oss.example.net/"));
    EXPECT_FALSE(sender.check("http://169.254.169.254/latest/meta-data"));
}

}  // namespace
}  // namespace webhooks
