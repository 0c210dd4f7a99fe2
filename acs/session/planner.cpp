#include "session/planner.hpp"

#include <algorithm>
#include <utility>

namespace session {
namespace {

using domain::TaskState;

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

}  // namespace

Planner::Planner(std::vector<domain::Task> tasks, Permissions permissions) : permissions_{permissions}
{
    add(std::move(tasks));
}

void Planner::add(std::vector<domain::Task> tasks)
{
    auto const current_id = current();
    for (auto& task : tasks) {
        auto const is_known = [&task](Entry const& entry) { return entry.runner->task.id == task.id; };
        if (std::ranges::none_of(entries_, is_known) && !domain::is_final(task.state))
            entries_.push_back({make_runner(std::move(task))});
    }
    if (current_ != nullptr)
        current_ = &*std::ranges::find(entries_, current_id, [](Entry const& entry) { return entry.runner->task.id; });
}

bool Planner::may_run(Entry const& entry) const noexcept
{
    auto const& task = entry.runner->task;
    bool const is_person = task.priority == domain::Priority::person;
    bool const is_open = !task.window_closes || now_ < *task.window_closes;
    return is_open && task.state == TaskState::queued && !entry.rests && permissions_.anything &&
           (permissions_.automation || is_person) && (permissions_.writing || entry.runner->only_reads());
}

/// By priority, then by age: what was added later may be more urgent.
std::size_t Planner::choose() const noexcept
{
    auto chosen = entries_.size();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        bool const is_first =
            chosen == entries_.size() || entries_[i].runner->task.priority < entries_[chosen].runner->task.priority;
        if (is_first && may_run(entries_[i]))
            chosen = i;
    }
    return chosen;
}

domain::Task const* Planner::upcoming() const noexcept
{
    auto const at = choose();
    return at == entries_.size() ? nullptr : &entries_[at].runner->task;
}

bool Planner::upcoming_moves_a_file() const noexcept
{
    auto const at = choose();
    return at != entries_.size() && entries_[at].runner->moves_a_file();
}

std::optional<domain::CredentialsTask> Planner::upcoming_logins() const
{
    auto const at = choose();
    return at == entries_.size() ? std::nullopt : entries_[at].runner->gives_logins();
}

bool Planner::needs_tree() const noexcept
{
    return std::ranges::any_of(entries_, [this](auto const& entry) {
        bool const is_open = entry.runner->task.state != TaskState::queued || may_run(entry);
        return is_open && !domain::is_final(entry.runner->task.state) && entry.runner->needs_tree();
    });
}

bool Planner::has(bool (*is_meant)(domain::Task const&)) const
{
    return std::ranges::any_of(entries_, [&](auto const& entry) { return is_meant(entry.runner->task); });
}

domain::TaskId Planner::current() const noexcept
{
    return current_ == nullptr ? domain::TaskId{} : current_->runner->task.id;
}

void Planner::resume(domain::TaskId task, std::string method)
{
    for (auto& entry : entries_)
        if (entry.runner->task.id == task) {
            current_ = &entry;
            entry.runner->task.state = TaskState::sent;
            marked_ = true;
            method_ = std::move(method);
            return;
        }
}

Plan Planner::next(Desk& desk)
{
    auto const at = choose();
    if (at == entries_.size())
        return {};
    auto& entry = entries_[at];
    auto& task = entry.runner->task;
    ++runs_;
    ++task.attempts;
    marked_ = false;
    task.sent_at = desk.now;
    return apply(entry, entry.runner->start(desk), desk);
}

Plan Planner::settle(cwmp::Message answer, Desk& desk)
{
    if (current_ == nullptr)
        return {};
    auto& entry = *std::exchange(current_, nullptr);
    if (domain::is_final(entry.runner->task.state))
        return {};  // a TransferComplete was faster than the answer to its Download
    if (auto const hidden = cwmp::hidden_fault(answer))
        answer = *hidden;
    auto const name = cwmp::method_name(answer);
    if (!std::holds_alternative<cwmp::Fault>(answer) && name != method_ + "Response")
        answer = cwmp::make_fault(cwmp::fault_code::internal_error,
                                  "The device answered " + method_ + " with " + std::string{name} + ".");
    if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
        if (fault->code == cwmp::fault_code::method_not_supported)
            desk.learn_unsupported(method_);
    return apply(entry, entry.runner->on_answer(answer, desk), desk);
}

Plan Planner::lose(Desk& desk)
{
    if (current_ == nullptr)
        return {};
    auto& entry = *std::exchange(current_, nullptr);
    entry.runner->on_lost(desk);
    entry.runner->task.state = TaskState::unknown;
    entry.rests = true;
    return {.store_tree = std::exchange(desk.tree_changed, false),
            .updates = {update_of(*entry.runner, TaskState::unknown)}};
}

Plan Planner::refuse(std::string text, Desk& desk)
{
    auto& entry = *std::exchange(current_, nullptr);
    auto update = update_of(*entry.runner, TaskState::failed);
    update.fault_text = std::move(text);
    return finish(entry, std::move(update), desk);
}

Plan Planner::put_away(Desk& desk) const
{
    if (current_ == nullptr)
        return {};
    return {.store_tree = std::exchange(desk.tree_changed, false),
            .updates = {update_of(*current_->runner, TaskState::sent)}};
}

Plan Planner::transfer_complete(cwmp::TransferComplete const& report, Desk& desk)
{
    auto const is_transfer = [](Entry const& entry) {
        return entry.runner->moves_a_file() && !domain::is_final(entry.runner->task.state);
    };
    Entry* only = nullptr;
    std::size_t open = 0;
    for (auto& entry : entries_) {
        if (!is_transfer(entry))
            continue;
        if (!report.command_key.empty() && entry.runner->task.command_key == report.command_key)
            return apply(entry, entry.runner->on_transfer_complete(report, desk), desk);
        if (entry.runner->task.state != TaskState::queued) {
            ++open;
            only = &entry;
        }
    }
    // Some lose the key; but a key that is there and is none of ours means another transfer.
    if (open != 1 || !report.command_key.empty())
        return {};
    return apply(*only, only->runner->on_transfer_complete(report, desk), desk);
}

Plan Planner::apply(Entry& entry, Move move, Desk& desk)
{
    auto const end = [&](TaskState state) { return update_of(*entry.runner, state); };
    return std::visit(Overloaded{
                          [&](Send& send) { return this->send(entry, std::move(send), desk); },
                          [&](Wait& wait) {
                              auto& deadline = entry.runner->task.deadline;
                              deadline = deadline.value_or(desk.now + wait.most);
                              entry.runner->lost = 0;
                              return finish(entry, end(TaskState::waiting), desk);
                          },
                          [&](Done& done) {
                              auto update = end(TaskState::done);
                              update.result = std::move(done.result);
                              return finish(entry, std::move(update), desk);
                          },
                          [&](Failed& failed) {
                              auto update = end(TaskState::failed);
                              update.fault_code = failed.code;
                              update.fault_text = std::move(failed.text);
                              update.result = std::move(failed.result);
                              return finish(entry, std::move(update), desk);
                          },
                          [&](Pause&) {
                              entry.runner->lost = 0;
                              return finish(entry, end(TaskState::queued), desk);
                          },
                          [&](Again&) {
                              entry.runner->task.state = TaskState::queued;
                              return Plan{};
                          },
                          [&](Stay&) { return Plan{}; },
                      },
                      move);
}

Plan Planner::send(Entry& entry, Send send, Desk& desk)
{
    Plan plan;
    auto& task = entry.runner->task;
    current_ = &entry;
    method_ = cwmp::method_name(send.request);
    bool const starts = !std::exchange(marked_, true);
    if (starts && task.state == TaskState::queued && entry.runner->moves_a_file() && desk.transfer)
        plan.grant = desk.transfer->grant;
    task.state = TaskState::sent;
    // A device that died during this task before is followed step by step, so that what kills it is found.
    if (starts || send.durable || entry.runner->is_careful())
        plan.updates.push_back(update_of(*entry.runner, TaskState::sent));
    plan.wake_login = wake_login_of(send.request);
    plan.acs_login = acs_login_of(send.request);
    plan.request = std::move(send.request);
    return plan;
}

Plan Planner::finish(Entry& entry, domain::TaskUpdate update, Desk& desk)
{
    entry.runner->task.state = update.state;
    entry.rests = true;
    Plan plan{.store_tree = std::exchange(desk.tree_changed, false) || !desk.read.empty()};
    plan.updates.push_back(std::move(update));
    return plan;
}

Plan Planner::reconcile(Evidence const& evidence, Desk& desk)
{
    Plan plan;
    for (auto& entry : entries_)
        if (auto update = reconciled(entry, evidence, desk))
            plan.updates.push_back(std::move(*update));
    plan.store_tree = std::exchange(desk.tree_changed, false);
    return plan;
}

std::optional<domain::TaskUpdate> Planner::reconciled(Entry& entry, Evidence const& evidence, Desk& desk)
{
    auto& runner = *entry.runner;
    auto const state = runner.task.state;
    if (state == TaskState::queued || domain::is_final(state))
        return std::nullopt;
    if (runner.was_sent())
        ++runner.lost;
    auto const most = desk.limits.lost_in_a_row * (runner.narrows_down() ? 4 : 1);
    auto const move = runner.reconcile(evidence, desk);
    if (runner.lost >= most && !std::holds_alternative<Done>(move)) {
        runner.on_set_aside(desk);
        return set_aside(entry);
    }
    bool const is_over = runner.task.deadline && *runner.task.deadline <= desk.now;
    if (is_over && (std::holds_alternative<Stay>(move) || std::holds_alternative<Wait>(move))) {
        auto update = update_of(runner, TaskState::failed);
        update.fault_text = "The device accepted it, but did not say in time what came of it.";
        return finish(entry, std::move(update), desk).updates.front();
    }
    auto plan = apply(entry, move, desk);
    entry.rests = entry.rests && runner.task.state != TaskState::queued;
    if (plan.updates.empty())
        return std::nullopt;
    return std::move(plan.updates.front());
}

domain::TaskUpdate Planner::set_aside(Entry& entry) const
{
    auto update = update_of(*entry.runner, TaskState::failed);
    update.fault_text = "Set aside: the device's session died " + std::to_string(entry.runner->lost) +
                        " times in a row during this task.";
    entry.runner->task.state = TaskState::failed;
    return update;
}

domain::TaskUpdate Planner::update_of(Runner const& runner, TaskState state) const
{
    domain::TaskUpdate update;
    update.device = runner.task.device;
    update.id = runner.task.id;
    update.state = state;
    update.attempts = runner.task.attempts;
    update.command_key = runner.task.command_key;
    update.deadline = runner.task.deadline;
    update.progress = domain::is_final(state) ? std::string{} : runner.progress();
    return update;
}

}  // namespace session
