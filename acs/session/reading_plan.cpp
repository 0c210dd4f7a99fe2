#include "session/reading_plan.hpp"

#include "cwmp/path.hpp"

#include <algorithm>

namespace session {
namespace {

struct Unit {
    std::string path;
    std::size_t parameters;
};

class SubtreeWalk {
public:
    /// For what is `top` or below it.
    SubtreeWalk(datamodel::ParameterTree const& tree, std::string_view top, ReadingRules const& rules)
        : tree_{tree}, rules_{rules}
    {
        if (!cwmp::is_partial(top))
            return;  // nothing is counted for one parameter
        auto const below = tree.subtree(top);
        first_ = below.first_index();
        before_.resize(below.size() + 1);
        for (std::size_t index = 0; index < below.size(); ++index) {
            auto const node = tree[first_ + index];
            before_[index + 1] = before_[index];
            before_[index + 1].all += node.is_object() ? 0 : 1;
            before_[index + 1].wanted += is_wanted(node) && !is_skipped(node.path) ? 1 : 0;
        }
    }

    void visit(std::string_view path)
    {
        if (is_skipped(path))
            return;
        if (!cwmp::is_partial(path)) {
            auto const node = tree_.find(path);
            if (node && is_wanted(*node))
                units_.push_back({std::string{path}, 1});
            return;
        }
        auto const [all, wanted] = count(path);
        if (wanted == 0)
            return;
        if (rules_.by_subtree && !path.empty() && wanted == all && all <= rules_.per_request && is_sound(path)) {
            units_.push_back({std::string{path}, all});
            return;
        }
        for (auto const child : tree_.children(path))
            visit(child);
    }
    [[nodiscard]] std::vector<Unit> take() { return std::move(units_); }

private:
    struct Count {
        std::size_t all = 0, wanted = 0;
    };
    [[nodiscard]] Count count(std::string_view path) const
    {
        auto const below = tree_.subtree(path);
        auto const& first = before_[below.first_index() - first_];
        auto const& last = before_[below.first_index() - first_ + below.size()];
        return {last.all - first.all, last.wanted - first.wanted};
    }
    [[nodiscard]] static bool is_sound(std::string_view path) { return cwmp::form_of(path) == cwmp::PathForm::sound; }
    [[nodiscard]] static bool is_wanted(datamodel::Node const& node)
    {
        bool const known = node.value && (node.marks & datamodel::doubtful) == 0;
        return !node.is_object() && !known && (node.marks & datamodel::dangerous) == 0 && is_sound(node.path);
    }
    [[nodiscard]] bool is_skipped(std::string_view path) const
    {
        if (rules_.skip.empty())
            return false;
        for (auto above = path; !above.empty(); above = cwmp::parent(above))
            if (rules_.skip.contains(above))
                return true;
        return false;
    }

    datamodel::ParameterTree const& tree_;
    ReadingRules const& rules_;
    std::size_t first_ = 0;      ///< index of the first entry at or below the top
    std::vector<Count> before_;  ///< parameters among the entries from there on before each
    std::vector<Unit> units_;
};

std::size_t parameters_below(datamodel::ParameterTree const& tree, std::string_view path)
{
    std::size_t parameters = 0;
    for (auto const node : tree.subtree(path))
        parameters += node.is_object() ? 0 : 1;
    return parameters;
}

std::vector<Reading> packed(std::vector<Unit> units, std::size_t per_request)
{
    std::vector<Reading> readings;
    for (auto& unit : units) {
        bool const fits = !readings.empty() && readings.back().expected + unit.parameters <= per_request;
        if (!fits)
            readings.emplace_back();
        readings.back().expected += unit.parameters;
        readings.back().paths.push_back(std::move(unit.path));
    }
    return readings;
}

}  // namespace

std::vector<Reading> plan_readings(datamodel::ParameterTree const& tree, std::string_view path,
                                   ReadingRules const& rules)
{
    SubtreeWalk walk{tree, path, rules};
    walk.visit(path);
    return packed(walk.take(), std::max<std::size_t>(1, rules.per_request));
}

std::vector<Reading> halves(datamodel::ParameterTree const& tree, Reading const& reading, ReadingRules const& rules)
{
    std::vector<Reading> parts;
    if (reading.paths.size() > 1) {
        auto const middle = reading.paths.begin() + static_cast<std::ptrdiff_t>(reading.paths.size() / 2);
        parts.push_back({{reading.paths.begin(), middle}, 0, reading.deaths, false});
        parts.push_back({{middle, reading.paths.end()}, 0, reading.deaths, false});
        for (auto& part : parts)
            for (auto const& path : part.paths)
                part.expected += parameters_below(tree, path);
        return parts;
    }
    if (reading.paths.empty() || !cwmp::is_partial(reading.paths.front()))
        return parts;
    auto const& object = reading.paths.front();
    auto narrower = rules;
    narrower.per_request =
        std::clamp<std::size_t>(parameters_below(tree, object) / 2, 1, std::max<std::size_t>(1, rules.per_request));
    narrower.skip.erase(object);
    SubtreeWalk walk{tree, object, narrower};
    for (auto const child : tree.children(object))
        walk.visit(child);
    parts = packed(walk.take(), narrower.per_request);
    for (auto& part : parts)
        part.deaths = reading.deaths;
    return parts;
}

}  // namespace session
