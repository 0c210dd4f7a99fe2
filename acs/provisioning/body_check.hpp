#pragma once

#include "provisioning/body.hpp"
#include "provisioning/sql_parser.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace provisioning {

/// One table, sub-select or common table expression of a FROM.
struct Relation {
    std::string alias;
    bool is_device = false;  ///< acs.device: its column 1 must be id
    std::size_t group = 0;   ///< relations that conditions connect have the same
};

/// The walk behind `guard_body`: each kind of node has a handler that checks it and what is below it; kinds without
/// one are refused. Statements and FROM are in body_select.cpp, expressions in body_check.cpp.
class BodyCheck {
public:
    BodyCheck(TablePredicate const& may_read, BodyLimits const& limits) : may_read_{may_read}, limits_{limits} {}

    /// `select` is the content of the only statement's SelectStmt. Throws Refusal.
    [[nodiscard]] GuardedBody run(boost::json::object const& select);

private:
    using Object = boost::json::object;
    using Value = boost::json::value;
    using Fields = std::span<std::string_view const>;
    /// Gives how many times longer than its inputs a text may be.
    using Handler = std::size_t (BodyCheck::*)(Object const& node);
    struct NodeRule {
        std::string_view type;
        std::array<std::string_view, 8> fields;
        Handler handler;
    };
    /// What a SELECT adds to the names that may be used.
    struct Scope {
        std::vector<Relation> relations;
        std::vector<std::string> ctes;
    };

    [[noreturn]] void refuse(std::string reason, std::string hint) const;
    void move_to(Object const& node);
    void check_fields(std::string_view what, Fields allowed, Object const& node) const;
    void go_deeper();

    // body_check.cpp: expressions
    static std::span<NodeRule const> rules();
    std::size_t check(Value const& node);
    std::size_t check_member(Object const& node, std::string_view name);
    std::size_t everything(Object const& node);
    std::size_t constant(Object const& node);
    std::size_t column(Object const& node);
    std::size_t operation(Object const& node);
    std::size_t call(Object const& node);
    std::size_t own_call(std::string const& name, Object const& node);
    std::size_t cast(Object const& node);
    std::size_t clock(Object const& node);
    std::size_t element(Object const& node);
    std::size_t sub_select(Object const& node);
    std::size_t named_argument(Object const& node);
    void check_window(Object const& window);

    // body_select.cpp: statements
    void select(Object const& node, bool is_top);
    void plain_select(Object const& node, bool is_top);
    void union_of(Object const& node, bool is_top);
    void with(Object const& clause);
    void targets(Object const& node, bool is_top);
    void first_column(Object const& target) const;
    void from(Value const& item);
    void table(Object const& node);
    void nested(Object const& node);
    void join(Object const& node);
    void add_relation(std::string alias, bool is_device);
    void connect(Value const& condition, std::size_t depth = 0);
    void connect_aliases(std::set<std::string> const& left, std::set<std::string> const& right);
    void connect_lateral(Object const& subquery, std::string const& alias);
    void check_connected() const;
    [[nodiscard]] std::set<std::string> aliases_in(Value const& node) const;
    [[nodiscard]] Relation const* find_relation(std::string_view alias) const noexcept;
    [[nodiscard]] bool is_cte(std::string_view name) const noexcept;

    TablePredicate const& may_read_;
    BodyLimits const& limits_;
    GuardedBody body_;
    std::set<std::string> tables_;
    std::set<std::string> actions_;
    std::vector<Scope> scopes_;
    std::size_t offset_ = 0;
    std::size_t depth_ = 0;
};

/// Fields that every node of a kind may have besides those of its rule.
[[nodiscard]] bool is_position_field(std::string_view name) noexcept;

/// Throws Refusal for parentheses that do not match, and for tokens whose end the scanner does not know.
void check_balance(std::string const& text, std::vector<Token> const& tokens);

}  // namespace provisioning
