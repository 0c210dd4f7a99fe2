#pragma once

#include "provisioning/body.hpp"
#include "provisioning/guard_walk.hpp"

#include <boost/json/object.hpp>

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

/// The walk behind `guard_body`. Statements and FROM are in body_select.cpp, expressions in body_check.cpp.
class BodyCheck : private TreeWalk<BodyCheck> {
public:
    BodyCheck(TablePredicate const& may_read, BodyLimits const& limits);

    /// `select` is the content of the only statement's SelectStmt. Throws Refusal.
    [[nodiscard]] GuardedBody run(boost::json::object const& select);

private:
    friend TreeWalk<BodyCheck>;
    /// What a SELECT adds to the names that may be used.
    struct Scope {
        std::vector<Relation> relations;
        std::vector<std::string> ctes;
    };

    // body_check.cpp: expressions
    static std::span<NodeRule const> rules();
    [[nodiscard]] std::string reason_for_node(std::string_view type) const override;
    Traits everything(Object const& node);
    Traits constant(Object const& node);
    Traits column(Object const& node);
    Traits operation(Object const& node);
    Traits call(Object const& node);
    Traits own_call(std::string const& name, Object const& node);
    Traits cast(Object const& node);
    Traits clock(Object const& node);
    Traits element(Object const& node);
    Traits sub_select(Object const& node);
    Traits named_argument(Object const& node);
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
};

}  // namespace provisioning
