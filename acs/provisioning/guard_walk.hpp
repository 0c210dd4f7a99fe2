#pragma once

#include "provisioning/tree_access.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// How a walk speaks of what it walks through, and how far it goes.
struct WalkRules {
    std::string_view what;          ///< "the expression"
    std::string_view where;         ///< "a condition"
    std::string_view parts;         ///< a whole sentence: what it may be made of
    std::string_view flatter;       ///< a whole sentence: how to write what nests too deep
    std::size_t nesting;            ///< expressions within expressions
    std::size_t number_characters;  ///< of one numeric constant
    std::size_t growth;             ///< how many times a text may be lengthened
};

/// "device.id" of a column, "pg_catalog.lower" of a function, as the user is told.
[[nodiscard]] std::string dotted(std::vector<std::string> const& parts);

/// True when the name is one of the list.
[[nodiscard]] inline bool is_among(std::span<std::string_view const> names, std::string_view name) noexcept
{
    return std::ranges::find(names, name) != names.end();
}

/// What the walks through conditions and bodies have in common.
class GuardWalk {
protected:
    using Object = boost::json::object;
    using Value = boost::json::value;
    using Fields = std::span<std::string_view const>;

    /// `text_start` is the byte of the parsed SQL at which the user's text begins.
    GuardWalk(WalkRules const& rules, std::size_t text_start) : rules_{rules}, text_start_{text_start} {}
    virtual ~GuardWalk() = default;
    GuardWalk(GuardWalk const&) = delete;
    GuardWalk& operator=(GuardWalk const&) = delete;

    [[noreturn]] void refuse(std::string reason, std::string hint) const;
    /// Remembers where the user's text has this node, if the tree says so.
    void move_to(Object const& node);
    /// Refuses clauses that nobody asked for.
    void check_fields(std::string_view what, Fields allowed, Object const& node) const;
    void go_deeper();
    void come_back() noexcept { --depth_; }

    /// Why a kind of node is refused that is not on the list.
    [[nodiscard]] virtual std::string reason_for_node(std::string_view type) const = 0;
    /// Refuses a clause of a node in words of its own; comes back when there are none.
    virtual void refuse_field(std::string_view /*what*/) const {}

    // Parts of the handlers of both.
    void check_number(Object const& constant) const;
    void check_digits(std::string_view number) const;
    /// The operator's name; the kinds and operators that are not harmless are refused.
    [[nodiscard]] std::string operator_of(Object const& node) const;
    /// current_date and the like.
    void check_moment(Object const& node) const;
    void check_indices(Object const& node, std::string hint) const;
    /// How much a function that lengthens texts makes of them; refuses what is too much.
    [[nodiscard]] std::size_t grown(std::string_view function, Object const& call, std::size_t before) const;

    WalkRules rules_;
    std::size_t offset_ = 0;  ///< where in the user's text we are

private:
    std::size_t text_start_;
    std::size_t depth_ = 0;
};

/// A walk whose kinds of nodes each have a handler, a member of `Self`, which checks it and what is below it; kinds
/// without one are refused. Self::rules() is the list.
template <class Self>
class TreeWalk : protected GuardWalk {
    friend Self;
    TreeWalk(WalkRules const& rules, std::size_t text_start) : GuardWalk{rules, text_start} {}

protected:
    using Handler = Traits (Self::*)(Object const& node);
    struct NodeRule {
        std::string_view type;
        std::array<std::string_view, 8> fields;  ///< besides positions; any other one is a clause nobody asked for
        Handler handler;
    };

    Traits check(Value const& node)
    {
        auto const* const object = node.if_object();
        if (!object || object->size() != 1 || !object->begin()->value().is_object())
            refuse(std::string{rules_.what} + " has a part that is not understood", "Write it in another way.");
        std::string_view const type{object->begin()->key().data(), object->begin()->key().size()};
        auto const& content = object->begin()->value().get_object();
        move_to(content);
        auto const rule = std::ranges::find(Self::rules(), type, &NodeRule::type);
        if (rule == Self::rules().end())
            refuse(reason_for_node(type), std::string{rules_.parts});
        check_fields(type, rule->fields, content);
        go_deeper();
        auto const traits = (static_cast<Self*>(this)->*rule->handler)(content);
        come_back();
        return traits;
    }

    /// Checks one member, a node or a list of nodes; absent ones have no traits.
    Traits check_member(Object const& node, std::string_view name)
    {
        Traits traits;
        auto const* const found = tree::member(node, name);
        if (!found)
            return traits;
        auto const* const nodes = found->if_array();
        if (!nodes)
            return check(*found);
        for (auto const& each : *nodes)
            traits |= check(each);
        return traits;
    }
};

}  // namespace provisioning
