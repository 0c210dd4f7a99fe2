#include "provisioning/rule_brakes.hpp"

#include "support/hand_clock.hpp"

#include <gtest/gtest.h>

namespace provisioning {
namespace {

using namespace std::chrono_literals;

class RuleBrakesTest : public testing::Test {
protected:
    RuleBrakesTest()
    {
        for (auto const* const name : {"slow", "good"}) {
            CheckedRule rule;
            rule.rule.name = name;
            compiled.rules.push_back(std::move(rule));
            compiled.versions.push_back(1);
        }
    }

    /// Both match a device; the first one's body came to this.
    void run_once(bool is_failed, bool is_cut_off)
    {
        domain::RuleFinding finding;
        finding.matched = {0, 1};
        if (is_failed)
            finding.failures[0] = "division by zero";
        if (is_cut_off)
            finding.cut_off.insert(0);
        brakes.learn(compiled, {true, true}, finding);
    }
    [[nodiscard]] std::vector<bool> due()
    {
        std::vector<bool> due{true, true};
        brakes.apply(compiled, due);
        return due;
    }

    support::HandClock clock;
    CompiledRules compiled;
    RuleBrakes brakes{clock};
};

TEST_F(RuleBrakesTest, ARuleThatIsCutOffAgainAndAgainRestsForAWhile)
{
    run_once(true, true);
    run_once(true, true);
    EXPECT_EQ(due(), (std::vector<bool>{true, true}));
    run_once(true, true);
    EXPECT_EQ(due(), (std::vector<bool>{false, true}));
    clock.advance(10min);
    EXPECT_EQ(due(), (std::vector<bool>{true, true}));
}

TEST_F(RuleBrakesTest, OneSlowMomentIsForgiven)
{
    for (int i = 0; i < 10; ++i) {
        run_once(true, true);
        run_once(false, false);
    }
    EXPECT_EQ(due(), (std::vector<bool>{true, true}));
}

TEST_F(RuleBrakesTest, ARuleThatFailsForSingleDevicesGoesOn)
{
    for (int i = 0; i < 10'000; ++i)
        run_once(i % 200 == 199, false);
    EXPECT_EQ(due(), (std::vector<bool>{true, true}));
}

TEST_F(RuleBrakesTest, ARuleThatFailsForManyDevicesIsStoppedUntilItHasAnotherText)
{
    for (int i = 0; i < 400; ++i)
        run_once(i % 10 == 9, false);
    EXPECT_EQ(due(), (std::vector<bool>{false, true}));
    clock.advance(48h);
    EXPECT_EQ(due(), (std::vector<bool>{false, true}));
    compiled.versions[0] = 2;
    EXPECT_EQ(due(), (std::vector<bool>{true, true}));
}

}  // namespace
}  // namespace provisioning
