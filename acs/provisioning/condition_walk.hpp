#pragma once

#include "provisioning/condition_check.hpp"
#include "provisioning/guard_walk.hpp"
#include "provisioning/vocabulary.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <span>

namespace provisioning {

/// The walk behind `check_condition`. What calls and casts need is in condition_calls.cpp, the rest in
/// condition_check.cpp.
class ConditionCheck : private TreeWalk<ConditionCheck> {
public:
    ConditionCheck(std::size_t text_start, SecretPredicate const& is_secret, GuardLimits const& limits);

    [[nodiscard]] ConditionFacts run(boost::json::value const& expression);

private:
    friend TreeWalk<ConditionCheck>;
    static std::span<NodeRule const> rules();
    [[nodiscard]] std::string reason_for_node(std::string_view type) const override;
    void refuse_field(std::string_view what) const override;

    // One handler for each kind of node.
    Traits constant(boost::json::object const& node);
    Traits column(boost::json::object const& node);
    Traits operation(boost::json::object const& node);
    Traits call(boost::json::object const& node);
    Traits cast(boost::json::object const& node);
    Traits clock(boost::json::object const& node);
    Traits test(boost::json::object const& node);
    Traits logic(boost::json::object const& node);
    Traits choice(boost::json::object const& node);
    Traits choice_branch(boost::json::object const& node);
    Traits first_or_best(boost::json::object const& node);
    Traits array(boost::json::object const& node);
    Traits items(boost::json::object const& node);
    Traits element(boost::json::object const& node);
    Traits indices(boost::json::object const& node);

    // Parts of the handlers.
    [[nodiscard]] static Traits result_of(std::string_view kind, std::string_view name, Traits const& left,
                                          Traits const& right);
    void check_pattern(Traits const& pattern) const;
    /// As the vocabulary has it; "" for names of other schemas, and for quoted ones with a dot of their own.
    [[nodiscard]] static std::string function_name(std::vector<std::string> const& parts);
    Traits check_arguments(boost::json::object const& node, FunctionFacts const& function);
    void check_own_argument(FunctionFacts const& function, Traits const& argument) const;
    Traits value_call(boost::json::object const& node);
    [[nodiscard]] TypeClass type_class(boost::json::object const& type_node) const;
    [[noreturn]] void refuse_cast(boost::json::value const& argument, TypeClass target, std::string const& type) const;
    void check_number_text(boost::json::value const& argument, TypeClass target) const;

    SecretPredicate const& is_secret_;
    GuardLimits const& limits_;
    ConditionFacts facts_;
    bool is_about_time_ = false;
    std::optional<std::size_t> moving_time_;  ///< where the first 'now' or the like is
};

}  // namespace provisioning
