#include "session/machine.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using enum Heard;

Machine informed(bool held = false)
{
    Machine machine;
    EXPECT_EQ(machine.hear(inform), Step::open);
    machine.opened(held);
    return machine;
}

Machine with_rpc_outstanding()
{
    auto machine = informed();
    EXPECT_EQ(machine.hear(empty), Step::dispatch);
    machine.sent_rpc();
    return machine;
}

Machine closed()
{
    auto machine = informed();
    EXPECT_EQ(machine.hear(empty), Step::dispatch);
    machine.sent_nothing();
    return machine;
}

TEST(Machine, AnInformOpensASession)
{
    EXPECT_EQ(informed().state(), Machine::State::informed);
}

TEST(Machine, AnEmptyPostWithoutASessionIsAProbe)
{
    Machine machine;
    EXPECT_EQ(machine.hear(empty), Step::probe);
    EXPECT_EQ(machine.state(), Machine::State::idle);
}

TEST(Machine, AnythingElseWithoutASessionIsRefused)
{
    for (auto heard : {request, unknown_method, response, fault}) {
        Machine machine;
        EXPECT_EQ(machine.hear(heard), Step::refuse);
    }
}

TEST(Machine, RequestsOfTheCpeAreAnsweredAnyNumberOfTimes)
{
    auto machine = informed();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(machine.hear(request), Step::answer_request);
    EXPECT_EQ(machine.hear(unknown_method), Step::answer_unknown);
    EXPECT_EQ(machine.state(), Machine::State::informed);
}

TEST(Machine, AnEmptyPostMakesItOurTurn)
{
    auto machine = informed();
    EXPECT_EQ(machine.hear(empty), Step::dispatch);
    EXPECT_EQ(machine.state(), Machine::State::active);
}

TEST(Machine, ASecondInformStartsAnew)
{
    auto machine = informed();
    EXPECT_EQ(machine.hear(inform), Step::reopen);
    machine.opened();
    EXPECT_EQ(machine.hear(empty), Step::dispatch);
}

TEST(Machine, AnInformInMidSessionGivesUpTheOutstandingRpc)
{
    auto machine = with_rpc_outstanding();
    EXPECT_EQ(machine.hear(inform), Step::reopen);
    EXPECT_TRUE(machine.is_outstanding()) << "the driver still sees what it has to give up";
    machine.opened();
    EXPECT_FALSE(machine.is_outstanding());
}

TEST(Machine, AnAnswerIsSettledAndTheNextRpcMayLeave)
{
    auto machine = with_rpc_outstanding();
    EXPECT_EQ(machine.hear(response), Step::settle);
    EXPECT_FALSE(machine.is_outstanding());
    machine.sent_rpc();
    EXPECT_EQ(machine.hear(fault), Step::settle);
    machine.sent_nothing();
    EXPECT_TRUE(machine.ended());
}

TEST(Machine, AnEmptyPostAlthoughAResponseIsDueLosesTheRpc)
{
    auto machine = with_rpc_outstanding();
    EXPECT_EQ(machine.hear(empty), Step::lost);
    EXPECT_FALSE(machine.is_outstanding());
    machine.sent_rpc();
    EXPECT_EQ(machine.hear(response), Step::settle) << "the session goes on";
}

TEST(Machine, ALateRequestOfTheCpeIsAnsweredWhileOursIsOutstanding)
{
    auto machine = with_rpc_outstanding();
    EXPECT_EQ(machine.hear(request), Step::answer_request);
    EXPECT_EQ(machine.hear(unknown_method), Step::answer_unknown);
    EXPECT_TRUE(machine.is_outstanding());
    EXPECT_EQ(machine.hear(response), Step::settle);
}

TEST(Machine, AnAnswerToNothingIsRefusedAndEndsTheSession)
{
    for (auto heard : {response, fault}) {
        auto machine = informed();
        EXPECT_EQ(machine.hear(heard), Step::refuse);
        EXPECT_TRUE(machine.ended());
    }
}

TEST(Machine, AfterOur204AnEmptyPostGetsAnother204)
{
    auto machine = closed();
    EXPECT_TRUE(machine.ended());
    EXPECT_EQ(machine.hear(empty), Step::empty_again);
    EXPECT_EQ(machine.hear(empty), Step::empty_again);
}

TEST(Machine, AClosedSessionIsNoSession)
{
    for (auto heard : {request, unknown_method, response, fault}) {
        auto machine = closed();
        EXPECT_EQ(machine.hear(heard), Step::refuse);
    }
    auto machine = closed();
    EXPECT_EQ(machine.hear(inform), Step::open);
}

TEST(Machine, ASessionThatWasCutOffIsNotToldNothingAgain)
{
    auto machine = with_rpc_outstanding();
    machine.end();
    EXPECT_TRUE(machine.ended());
    EXPECT_EQ(machine.hear(empty), Step::probe);
}

TEST(Machine, AHeldCpeMustBeReleasedBeforeTheEnd)
{
    auto machine = informed(true);
    EXPECT_TRUE(machine.must_release());
    EXPECT_EQ(machine.hear(empty), Step::dispatch);
    machine.sent_rpc(true);
    EXPECT_EQ(machine.hear(response), Step::settle);
    EXPECT_TRUE(machine.must_release());
    machine.sent_rpc(false);
    EXPECT_FALSE(machine.must_release());
}

TEST(Machine, ACpeThatWasHeldMaySendItsRequestsAfterTheEmptyAnswer)
{
    auto machine = informed(true);
    EXPECT_EQ(machine.hear(empty), Step::dispatch);
    machine.sent_rpc(false);
    EXPECT_EQ(machine.hear(response), Step::settle);
    machine.sent_nothing();
    EXPECT_FALSE(machine.ended());
    EXPECT_EQ(machine.hear(request), Step::answer_request);
    EXPECT_EQ(machine.hear(empty), Step::dispatch);
    machine.sent_nothing();
    EXPECT_TRUE(machine.ended());
}

TEST(Machine, ASessionGoesOnWhereAnotherNodeLeftIt)
{
    auto machine = Machine::resumed(Machine::State::active, true, false);
    EXPECT_EQ(machine.hear(response), Step::settle);
}

}  // namespace
}  // namespace session
