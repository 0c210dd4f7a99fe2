#include "provisioning/guard_walk.hpp"

#include "provisioning/literals.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/vocabulary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace provisioning {

namespace {

constexpr auto operator_kinds = std::to_array<std::string_view>(
    {"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_NULLIF", "AEXPR_IN",
     "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR", "AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN", "AEXPR_BETWEEN_SYM",
     "AEXPR_NOT_BETWEEN_SYM"});
constexpr auto moments =
    std::to_array<std::string_view>({"SVFOP_CURRENT_DATE", "SVFOP_CURRENT_TIMESTAMP", "SVFOP_CURRENT_TIMESTAMP_N",
                                     "SVFOP_LOCALTIMESTAMP", "SVFOP_LOCALTIMESTAMP_N"});
/// Fields that say where a node is.
constexpr auto positions = std::to_array<std::string_view>({"location", "stmt_location", "stmt_len"});

}  // namespace

std::string dotted(std::vector<std::string> const& parts)
{
    return fmt::format("{}", fmt::join(parts, "."));
}

void GuardWalk::refuse(std::string reason, std::string hint) const
{
    throw Refusal{offset_, std::move(reason), std::move(hint)};
}

void GuardWalk::move_to(Object const& node)
{
    auto const* const location = tree::member(node, "location");
    auto const* const byte = location ? location->if_int64() : nullptr;
    if (byte && *byte >= static_cast<std::int64_t>(text_start_))
        offset_ = static_cast<std::size_t>(*byte) - text_start_;
}

void GuardWalk::check_fields(std::string_view what, Fields allowed, Object const& node) const
{
    for (auto const& [key, content] : node) {
        std::string_view const name{key.data(), key.size()};
        if (is_among(positions, name) || is_among(allowed, name))
            continue;
        refuse_field(what);
        refuse(fmt::format("{} with {} is not allowed in {}", what, name, rules_.where), "Write it in another way.");
    }
}

void GuardWalk::go_deeper()
{
    if (++depth_ > rules_.nesting)
        refuse(fmt::format("{} nests deeper than {} levels", rules_.what, rules_.nesting), std::string{rules_.flatter});
}

void GuardWalk::check_digits(std::string_view number) const
{
    if (!is_moderate_number(number, rules_.number_characters))
        refuse("the number is too long", "Write a number of fewer digits and an exponent below 100.");
}

void GuardWalk::check_number(Object const& constant) const
{
    auto const* const number = tree::member(constant, "fval");
    if (number && number->is_object())
        check_digits(tree::text(number->get_object(), "fval"));
}

std::string GuardWalk::operator_of(Object const& node) const
{
    auto const kind = tree::text(node, "kind");
    auto parts = tree::names(node, "name");
    bool const is_between = kind.contains("BETWEEN");
    if (!is_among(operator_kinds, kind) || parts.size() != 1 || !(is_between || is_allowed_operator(parts.front())))
        refuse(fmt::format("the operator {} is not allowed", dotted(parts)),
               "Use comparisons, arithmetic, ||, LIKE, ~, IN, BETWEEN, and @>, <@, && for arrays and addresses.");
    return std::move(parts.front());
}

void GuardWalk::check_moment(Object const& node) const
{
    if (!is_among(moments, tree::text(node, "op")))
        refuse(fmt::format("users, roles, schemas and times of day are not allowed in {}", rules_.where),
               "Write now(), current_date or current_timestamp for the time.");
}

void GuardWalk::check_indices(Object const& node, std::string hint) const
{
    auto const* const steps = tree::list(node, "indirection");
    bool const are_indices =
        steps && std::ranges::all_of(*steps, [](auto const& step) { return tree::as(step, "A_Indices") != nullptr; });
    if (!are_indices)
        refuse("fields of a value are not allowed", std::move(hint));
}

std::size_t GuardWalk::grown(std::string_view function, Object const& call, std::size_t before) const
{
    auto const* const arguments = tree::list(call, "args");
    auto const* const put_in = arguments && arguments->size() > 2 ? tree::string_constant((*arguments)[2]) : nullptr;
    if (!put_in)
        refuse(fmt::format("{} needs a constant to put in", function), "Write it as '...'.");
    auto const growth = before * std::max<std::size_t>(1, tree::text(*put_in, "sval").size());
    if (growth > rules_.growth)
        refuse(fmt::format("{} may lengthen the text more than {} times", function, rules_.growth),
               "Put in shorter texts, or call it fewer times on the same text.");
    return growth;
}

}  // namespace provisioning
