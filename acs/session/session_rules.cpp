#include "session/session.hpp"

#include "base/log.hpp"
#include "domain/event_kind.hpp"
#include "session/rule_evaluation.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace session {

namespace log = base::log;

namespace {

/// Devices that had to wait for a budget ask again after it has begun anew.
constexpr std::chrono::hours budget_time{1};

/// See KnownDevice::rules_epoch.
bool is_inform_open(domain::KnownDevice const& known)
{
    return known.rules_epoch == 0 || known.rules_epoch == -2;
}

bool is_of_rules(domain::Task const& task)
{
    return task.origin.starts_with("rule") && !domain::is_final(task.state);
}

bool is_about_parameters(domain::DeviceWish const& wish)
{
    return domain::is_level(wish.action.kind) && wish.action.kind != "tag";
}

domain::RuleEvent event_of(domain::DeviceWish const& wish)
{
    boost::system::error_code error;
    auto detail = boost::json::parse(wish.action.value, error);
    boost::json::object told{{"rule", wish.rule}, {"name", wish.action.path}};
    told["detail"] = error ? boost::json::value{wish.action.value} : std::move(detail);
    return {domain::emitted_kind(wish.action.path), boost::json::serialize(told)};
}

}  // namespace

/// Whether something that rules read may be another than when they were last satisfied.
bool Session::are_rules_due(std::optional<domain::KnownDevice> const& known, Greeting const& greeting) const
{
    if (services_.rules == nullptr)
        return false;
    auto const epoch = services_.rules->epoch();
    auto const& contact = greeting.contact;
    auto const says_nothing = [](cwmp::Event const& event) {
        namespace code = cwmp::event_code;
        return event.code == code::periodic || event.code == code::connection_request || event.code == code::scheduled;
    };
    bool const is_time = epoch != 0 && known && (known->rules_epoch != epoch || known->rules_until <= started_);
    return !known || is_time || contact.values_changed || known->facts != contact.facts ||
           !std::ranges::all_of(contact.events, says_nothing);
}

/// For the events of this Inform, and for those of the one before when its session did not come to it.
base::Awaitable<void> Session::begin_rules(std::optional<domain::KnownDevice> const& known)
{
    if (!rules_are_due_ || services_.rules->epoch() == 0 || !permissions().writing || !permissions().automation ||
        state_ == domain::DeviceState::retiring)
        co_return;
    for (auto const& event : evidence_.events)
        rule_events_.push_back(event.code);
    if (known && is_inform_open(*known))
        for (auto const& event : known->last_events)
            rule_events_.push_back(event.code);
    evaluation_ = co_await RuleEvaluation::start(*services_.rules, device_, rule_events_);
}

/// Takes the verdict, once, before the first task of the session. What is not there in time leaves the device due.
base::Awaitable<void> Session::take_verdict()
{
    auto const evaluation = std::exchange(evaluation_, nullptr);
    if (!evaluation)
        co_return;
    auto verdict = co_await evaluation->wait(services_.limits.rules_wait);
    if (!verdict || verdict->epoch == 0)
        co_return;
    co_await load_tasks();
    if (planner_ && planner_->has(is_of_rules))
        co_return;  // what earlier sessions' rules ordered goes first
    bool const is_reset = std::ranges::find(rule_events_, cwmp::event_code::bootstrap) != rule_events_.end();
    rules_.emplace(*std::move(verdict), is_reset, started_);
}

/// Has the next round of what rules want ordered. False: there is none, or the one before is not done.
base::Awaitable<bool> Session::order_rules()
{
    co_await take_verdict();
    if (!rules_ || rules_->is_busy())
        co_return false;
    if (std::ranges::any_of(rules_->verdict().wishes, is_about_parameters))
        co_await load_tree();
    auto const round = co_await next_rules();
    bool const goes_on = co_await carry_out_rules(round);
    if (!goes_on)
        rules_.reset();
    co_return goes_on;
}

/// The next round; the rules that change the device in it have budgets left.
base::Awaitable<domain::RuleRound> Session::next_rules()
{
    auto const now = services_.clock.now();
    auto trial = *rules_;
    auto round = trial.next(desk_.tree, now);
    std::set<std::string> unpaid;
    std::ranges::set_difference(round.rules, rules_paid_, std::inserter(unpaid, unpaid.end()));
    if (!unpaid.empty()) {
        auto const spent = co_await services_.rules->spend(unpaid);
        rules_paid_.insert(unpaid.begin(), unpaid.end());
        if (!spent.empty()) {
            rules_->leave_out(spent, now + budget_time);
            co_return rules_->next(desk_.tree, now);
        }
    }
    *rules_ = std::move(trial);
    co_return round;
}

/// False: no task came of it, and the rules have nothing more to do in this session.
base::Awaitable<bool> Session::carry_out_rules(domain::RuleRound round)
{
    auto record = co_await record_of(std::move(round));
    for (auto const& each : record.given_up)
        log::warning("session.rule_given_up", {{"device", cwmp::external_id(identity_)},
                                               {"rule", each.rule},
                                               {"what", each.what},
                                               {"cause", each.reason}});
    rules_are_satisfied_ = record.is_satisfied;
    auto tasks = record.tasks;
    auto const ids = co_await services_.rules->save(std::move(record));
    if (!ids || tasks.empty())
        co_return false;
    rules_->ordered(*ids);
    for (std::size_t i = 0; i < tasks.size(); ++i)
        tasks[i].id = (*ids)[i];
    has_tasks_ = true;
    co_await load_tasks();
    planner_->add(std::move(tasks));
    co_return true;
}

/// All that is kept of a round, its tasks among it: an attempt that is lost counts.
base::Awaitable<domain::RuleRecord> Session::record_of(domain::RuleRound round)
{
    auto const& verdict = rules_->verdict();
    domain::RuleRecord record{.device = device_,
                              .session_epoch = epoch_,
                              .epoch = verdict.epoch,
                              .is_satisfied = rules_->is_satisfied() && !tree_was_changed_,
                              .until = rules_->until(),
                              .outcomes = {},
                              .attempts = {},
                              .done = {},
                              .given_up = std::move(round.given_up),
                              .tags_added = std::move(round.tags_added),
                              .tags_removed = std::move(round.tags_removed),
                              .tasks = std::move(round.tasks),
                              .events = {}};
    std::ranges::transform(round.events, std::back_inserter(record.events), event_of);
    rules_->take_changes(record);
    for (auto const& wish : round.downloads)
        if (auto task = co_await download_of(wish))
            record.tasks.push_back(*std::move(task));
    for (auto& task : record.tasks) {
        task.device = device_;
        task.created = task.not_before = services_.clock.now();
    }
    co_return record;
}

base::Awaitable<std::optional<domain::Task>> Session::download_of(domain::DeviceWish wish)
{
    auto const file = co_await services_.files.find_by_name(wish.action.path);
    bool const is_another_devices = file && file->uploaded_by && *file->uploaded_by != device_;
    if (!file || is_another_devices) {
        log::warning("session.rule_given_up", {{"device", cwmp::external_id(identity_)},
                                               {"rule", wish.rule},
                                               {"what", wish.action.path},
                                               {"cause", "there is no file of that name for it"}});
        co_return std::nullopt;
    }
    domain::DownloadTask download;
    download.file_type = file->file_type;
    download.file = file->id;
    download.expected_version = file->version;
    domain::Task task;
    task.arguments = std::move(download);
    task.priority = domain::Priority::automation;
    task.origin = "rule:" + wish.rule;
    co_return task;
}

/// At the end of a session: what it changed may be what rules read.
base::Awaitable<void> Session::mark_rules_due()
{
    bool const are_in_force = services_.rules != nullptr && services_.rules->epoch() != 0;
    bool const are_thought_satisfied = !rules_are_due_ || rules_are_satisfied_;
    if (std::exchange(tree_was_changed_, false) && are_in_force && are_thought_satisfied)
        co_await services_.rules->mark_due(device_);
}

}  // namespace session
