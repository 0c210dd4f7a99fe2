#include "session/tasks/runner.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <deque>
#include <set>

namespace session {
namespace {

namespace json = boost::json;

/// GetParameterValues of what somebody asked for. When a list is refused it is halved until the bad name stands alone;
/// a CPE that refuses a partial path is asked for what is known below it, name by name.
class GetRunner final : public Runner {
public:
    explicit GetRunner(domain::Task t) : Runner{std::move(t)} {}

    Move start(Desk& desk) override
    {
        left_.clear();
        values_.clear();
        faults_.clear();
        by_name_.clear();
        first_fault_.reset();
        auto const& paths = std::get<domain::GetTask>(task.arguments).paths;
        auto const most = std::max<std::size_t>(1, desk.model.values_per_request);
        for (std::size_t at = 0; at < paths.size(); at += most)
            left_.emplace_back(paths.begin() + at, paths.begin() + std::min(at + most, paths.size()));
        return next();
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (left_.empty())
            return start(desk);  // another node asked: its list is not known here, and reading twice does no harm
        auto const asked = std::move(left_.front());
        left_.pop_front();
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            refused(asked, *fault, desk);
        else if (auto const* response = std::get_if<cwmp::GetParameterValuesResponse>(&answer))
            take(asked, response->parameter_list, desk);
        return next();
    }
    Move reconcile(Evidence const&, Desk&) override { return Again{}; }
    [[nodiscard]] bool only_reads() const override { return true; }

private:
    Move next()
    {
        if (!left_.empty())
            return Send{cwmp::GetParameterValues{left_.front()}};
        json::object result{{"values", values_}};
        if (!first_fault_)
            return Done{json::serialize(result)};
        result["faults"] = faults_;
        auto failed = failed_by(*first_fault_);
        failed.result = json::serialize(result);
        return failed;
    }
    void refused(std::vector<std::string> const& asked, cwmp::Fault const& fault, Desk& desk)
    {
        if (asked.size() == 1 && cwmp::is_partial(asked.front()) && ask_by_name(asked.front(), desk))
            return;
        if (asked.size() == 1 && by_name_.contains(asked.front()) &&
            fault.code == cwmp::fault_code::invalid_parameter_name) {
            desk.forget(asked.front());  // gone since it was read: nobody asked for it by this name
            return;
        }
        if (asked.size() > 1) {
            auto const middle = asked.begin() + static_cast<std::ptrdiff_t>(asked.size() / 2);
            left_.emplace_front(middle, asked.end());
            left_.emplace_front(asked.begin(), middle);
            return;
        }
        faults_[asked.front()] = {{"code", fault.code}, {"text", fault.string}};
        if (!first_fault_) {
            first_fault_ = fault;
            auto const text = fault.string.empty() ? std::string{cwmp::fault_text(fault.code)} : fault.string;
            first_fault_->string = asked.front() + ": " + text;
        }
    }
    /// False when nothing is known below the path.
    bool ask_by_name(std::string const& path, Desk const& desk)
    {
        std::vector<std::string> names;
        for (auto const node : desk.tree.subtree(path))
            if (!node.is_object())
                names.emplace_back(node.path);
        auto const most = std::max<std::size_t>(1, desk.model.values_per_request);
        for (auto at = names.size(); at > 0;) {
            auto const first = at > most ? at - most : 0;
            left_.emplace_front(names.begin() + static_cast<std::ptrdiff_t>(first),
                                names.begin() + static_cast<std::ptrdiff_t>(at));
            at = first;
        }
        by_name_.insert(names.begin(), names.end());
        return !names.empty();
    }
    void take(std::vector<std::string> const& asked, std::vector<cwmp::ParameterValue> const& told, Desk& desk)
    {
        for (auto const& path : asked)
            if (cwmp::is_partial(path) && !cwmp::has_wildcard(path))
                desk.replace_values(path, told);
        desk.take_values(told);
        for (auto const& value : told)
            values_[cwmp::trim_path(value.name)] = shown_value(value.name, value.value);
    }

    std::deque<std::vector<std::string>> left_;   ///< the first one is asked for
    std::set<std::string, std::less<>> by_name_;  ///< asked for because a partial path was refused
    json::object values_, faults_;
    std::optional<cwmp::Fault> first_fault_;
};

}  // namespace

std::unique_ptr<Runner> get_runner(domain::Task task)
{
    return std::make_unique<GetRunner>(std::move(task));
}

}  // namespace session
