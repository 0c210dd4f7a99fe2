#pragma once

#include "provisioning/condition_check.hpp"
#include "provisioning/vocabulary.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace provisioning {

/// What matters of the result of an expression.
struct Traits {
    bool has_device_text = false;    ///< it may hold text that a device chose
    std::size_t growth = 1;          ///< how many times longer than its inputs it may be
    std::size_t constant_bytes = 0;  ///< of the string constants in it

    Traits& operator|=(Traits const& other)
    {
        has_device_text = has_device_text || other.has_device_text;
        growth = std::max(growth, other.growth);
        constant_bytes += other.constant_bytes;
        return *this;
    }
};

/// "device.id" of a column, "pg_catalog.lower" of a function, as the user is told.
[[nodiscard]] std::string dotted(std::vector<std::string> const& parts);

/// The walk behind `check_condition`. Each kind of node has a handler that checks it and what is below it; kinds
/// without one are refused. What calls and casts need is in condition_calls.cpp, the rest in condition_check.cpp.
class ConditionCheck {
public:
    ConditionCheck(std::size_t text_start, SecretPredicate const& is_secret, GuardLimits const& limits)
        : text_start_{text_start}, is_secret_{is_secret}, limits_{limits}
    {
    }

    [[nodiscard]] ConditionFacts run(boost::json::value const& expression);

private:
    using Handler = Traits (ConditionCheck::*)(boost::json::object const& node);
    struct NodeRule {
        std::string_view type;
        std::array<std::string_view, 5> fields;  ///< besides "location"; any other one is a clause nobody asked for
        Handler handler;
    };
    static std::span<NodeRule const> rules();

    [[noreturn]] void refuse(std::string reason, std::string hint) const;
    /// Remembers where the user's text has this node, if the tree says so.
    void move_to(boost::json::object const& node);
    void check_fields(NodeRule const& rule, boost::json::object const& node) const;
    Traits check(boost::json::value const& node);
    /// Checks one member, a node or a list of nodes; absent ones have no traits.
    Traits check_member(boost::json::object const& node, std::string_view name);

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
    [[nodiscard]] std::size_t grown(FunctionFacts const& function, boost::json::array const* arguments,
                                    std::size_t before) const;
    Traits value_call(boost::json::object const& node);
    [[nodiscard]] TypeClass type_class(boost::json::object const& type_node) const;
    [[noreturn]] void refuse_cast(boost::json::value const& argument, TypeClass target, std::string const& type) const;
    void check_number_text(boost::json::value const& argument, TypeClass target) const;

    std::size_t text_start_;
    SecretPredicate const& is_secret_;
    GuardLimits const& limits_;
    ConditionFacts facts_;
    std::size_t offset_ = 0;  ///< where in the user's text we are
    std::size_t depth_ = 0;
    bool is_about_time_ = false;
    std::optional<std::size_t> moving_time_;  ///< where the first 'now' or the like is
};

}  // namespace provisioning
