#pragma once

#include "domain/rule_plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace domain {

/// Makes one round of a RulePlanner.
class RoundMaker {
public:
    RoundMaker(RulePlanner& planner, datamodel::ParameterTree const& tree, base::TimePoint now)
        : planner_{planner}, tree_{tree}, now_{now}
    {
    }

    struct Made {
        RuleRound round;
        std::vector<std::vector<std::string>> tried;  ///< what the tasks try, those of downloads last
    };
    [[nodiscard]] Made make();

private:
    using Names = std::vector<std::pair<std::string, std::string>>;
    /// One value to be written, and for whom.
    struct Write {
        Setting setting;
        std::string rule;
    };

    [[nodiscard]] WishState take(DeviceWish const& wish);
    [[nodiscard]] WishState set(std::string const& rule, std::string const& path, RuleAction const& action);
    [[nodiscard]] WishState instance(DeviceWish const& wish);
    [[nodiscard]] WishState keep(std::string const& rule, std::string const& object, Names const& settings);
    [[nodiscard]] WishState notify(DeviceWish const& wish);
    [[nodiscard]] WishState tag(DeviceWish const& wish);
    [[nodiscard]] WishState once(DeviceWish const& wish);
    [[nodiscard]] bool is_full() const noexcept;
    [[nodiscard]] bool add_task(DeviceWish const& wish);

    [[nodiscard]] WishState look(std::string const& path);
    [[nodiscard]] WishState is_fine(std::string const& what, bool is_remembered);
    /// Counts an attempt when its time has come: `wanted`, else `waits` or `given_up`.
    [[nodiscard]] WishState attempt(std::string const& rule, std::string const& what, std::string const& wanted,
                                    std::string const& told);
    void give_up(RuleAttempt const& attempt, std::string const& told);
    void give_up(RuleGivenUp given_up);
    [[nodiscard]] bool is_given_up(std::string const& rule, std::string const& what);
    void wait_until(base::TimePoint when);
    [[nodiscard]] RuleAttempt const* known_attempt(std::string const& what, std::string const& wanted) const;

    /// The object of the table's instance that has these values. `is_known`: false when the device must be asked.
    [[nodiscard]] std::optional<std::string> find_instance(std::string const& table, Names const& keys,
                                                           bool& is_known) const;

    void order(TaskArguments arguments, std::set<std::string> const& rules, std::vector<std::string> tried);
    void order_writing();
    void order_writes(std::vector<Write> writes);
    void order_reading(std::vector<std::string> paths);
    void forget_attempts();

    RulePlanner& planner_;
    datamodel::ParameterTree const& tree_;
    base::TimePoint now_;
    Made made_;
    std::set<std::string> seen_;  ///< attempts that some wish is about
    std::vector<std::string> questions_, tables_;
    std::vector<Write> settings_, alone_, last_;
    std::vector<DeviceWish> late_;  ///< done once, after everything else
};

}  // namespace domain
