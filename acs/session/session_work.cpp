#include "session/session.hpp"

#include "base/log.hpp"
#include "session/file_url.hpp"

#include <utility>

namespace session {

namespace log = base::log;

Permissions Session::permissions() const
{
    using enum domain::DeviceState;
    return {.automation = automation_stopped_.empty(),
            .writing = state_ == active || state_ == retiring,
            .anything = state_ != conflict};
}

base::Awaitable<void> Session::load_tasks()
{
    if (planner_ || !has_tasks_)
        co_return;
    note_news();
    planner_.emplace(co_await services_.tasks.open_tasks(device_), permissions());
    if (resumed_task_.value() == 0)
        co_return;
    planner_->resume(std::exchange(resumed_task_, {}), std::exchange(resumed_method_, {}));
    desk_.model =
        co_await services_.models.find({identity_.oui, identity_.product_class, desk_.facts.software_version});
    if (planner_->needs_tree())
        co_await load_tree();
}

base::Awaitable<void> Session::load_tree()
{
    if (std::exchange(tree_loaded_, true))
        co_return;
    desk_.tree = co_await services_.trees.load(device_);
}

/// Tasks, what they need, and once what the Inform tells about earlier ones. False: stale.
base::Awaitable<bool> Session::prepare()
{
    co_await load_tasks();
    if (!planner_)
        co_return true;
    if (planner_->needs_tree())
        co_await load_tree();
    desk_.now = services_.clock.now();
    if (std::exchange(reconciled_, true))
        co_return true;
    co_return co_await carry_out(planner_->reconcile(evidence_, desk_));
}

base::Awaitable<Answer> Session::dispatch()
{
    if (!looks_.empty())
        co_return look();
    if (is_held_)
        co_return co_await finish();
    static_cast<void>(co_await take_news());
    if (!co_await prepare())
        co_return stale();
    static_cast<void>(co_await order_rules());
    while (planner_ && rpcs_ < services_.limits.rpcs_for_people && planner_->runs() < services_.limits.tasks) {
        co_await keep_automation_in_bounds();
        planner_->look_at(services_.clock.now());
        if (planner_->upcoming() == nullptr) {
            if (!co_await claim_more() && !co_await order_rules())
                break;
            continue;
        }
        if (planner_->needs_tree())
            co_await load_tree();
        co_await prepare_transfer();
        co_await prepare_logins();
        desk_.now = services_.clock.now();
        auto plan = co_await keep_login(planner_->next(desk_));
        auto request = std::exchange(plan.request, std::nullopt);
        if (!co_await carry_out(std::move(plan)))
            co_return stale();
        if (request)
            co_return send(std::move(*request), machine_.must_release());
    }
    co_return co_await finish();
}

base::Awaitable<Answer> Session::settle(cwmp::Message answer)
{
    bool const is_fault = std::holds_alternative<cwmp::Fault>(answer);
    faults_ += is_fault ? 1 : 0;
    if (is_fault)
        counters_.faults.add();
    if (std::exchange(is_looking_, false))
        co_return co_await take_look(std::move(answer));
    co_await load_tasks();
    if (std::exchange(releasing_, false) || !planner_)
        co_return co_await dispatch();
    desk_.now = services_.clock.now();
    auto plan = co_await keep_login(planner_->settle(std::move(answer), desk_));
    auto request = std::exchange(plan.request, std::nullopt);
    if (!co_await carry_out(std::move(plan)))
        co_return stale();
    if (request)
        co_return send(std::move(*request), machine_.must_release());
    co_return co_await dispatch();
}

base::Awaitable<Answer> Session::lose()
{
    if (std::exchange(is_looking_, false)) {
        looks_.clear();
        co_return co_await dispatch();
    }
    co_await load_tasks();
    if (!std::exchange(releasing_, false) && planner_) {
        desk_.now = services_.clock.now();
        log::info("session.rpc_lost", {{"device", cwmp::external_id(identity_)}, {"method", planner_->method()}});
        if (!co_await carry_out(planner_->lose(desk_)))
            co_return stale();
    }
    co_return co_await dispatch();
}

void Session::note_news()
{
    if (services_.news != nullptr)
        news_seen_ = services_.news->newest(device_);
}

bool Session::has_missed_tasks() const
{
    return services_.news != nullptr && services_.news->newest(device_) > news_seen_;
}

/// Tasks that were ordered since the store was last asked. False: there are none.
base::Awaitable<bool> Session::take_news()
{
    if (!has_missed_tasks())
        co_return false;
    has_tasks_ = true;
    if (!planner_) {
        co_await load_tasks();
    } else {
        note_news();
        planner_->add(co_await services_.tasks.open_tasks(device_));
    }
    co_return true;
}

/// Tasks that were made while the session ran, or found no room in the first batch. False: there are none that may run.
base::Awaitable<bool> Session::claim_more()
{
    if (co_await take_news())
        co_return planner_->upcoming() != nullptr;
    if (planner_->runs() == 0)
        co_return false;
    auto const before = planner_->runs();
    if (std::exchange(claimed_at_, before) == before)
        co_return false;
    planner_->add(co_await services_.tasks.open_tasks(device_));
    co_return planner_->upcoming() != nullptr;
}

bool Session::is_worn_out() const noexcept
{
    return rpcs_ >= services_.limits.rpcs || services_.clock.now() - started_ > services_.limits.duration;
}

base::Awaitable<void> Session::keep_automation_in_bounds()
{
    if (!is_worn_out() || !automation_stopped_.empty())
        co_return;
    automation_stopped_ = "restless: one session took " + std::to_string(rpcs_) + " RPCs without coming to an end";
    planner_->forbid_automation();
    co_await services_.sessions.set_automation(device_, automation_stopped_);
    log::warning("session.automation", {{"device", cwmp::external_id(identity_)}, {"stopped", automation_stopped_}});
}

/// Makes the URL and the right for the file that the next task moves.
base::Awaitable<void> Session::prepare_transfer()
{
    desk_.transfer.reset();
    if (!planner_->upcoming_moves_a_file())
        co_return;
    auto const task = *planner_->upcoming();
    PreparedTransfer prepared;
    auto& grant = prepared.grant;
    grant = {.token = services_.file_tokens.make(), .device = device_, .task = task.id};
    grant.expires_at = services_.clock.now() + services_.limits.file_url_life;
    if (auto const* download = std::get_if<domain::DownloadTask>(&task.arguments)) {
        if (!download->file)
            co_return;
        prepared.file = co_await services_.files.find(*download->file);
        if (!prepared.file)
            co_return;
        grant.file = download->file;
        grant.file_name = prepared.file->name;
        grant.file_type = download->file_type;
    } else {
        grant.is_upload = true;
        grant.file_name = "upload.bin";
        grant.file_type = std::get<domain::UploadTask>(task.arguments).file_type;
    }
    // A CPE that speaks plain HTTP to us may know no certificate authority, or no TLS at all.
    auto const& configured = desk_.model.file_scheme;
    auto const scheme = !configured.empty() ? configured
                        : caller_.is_https  ? std::string{"https"}
                                            : std::string{"http"};
    prepared.url = file_url(services_.file_urls, scheme, grant.token, grant.file_name);
    if (!prepared.url.empty())
        desk_.transfer = std::move(prepared);
}

base::Awaitable<bool> Session::carry_out(Plan plan)
{
    if (plan.grant)
        co_await services_.files.grant(std::move(*plan.grant));
    if (plan.wake_login && !(desk_.logins && desk_.logins->wake &&
                             *plan.wake_login == WakeLogin{desk_.logins->wake->username, desk_.logins->wake->password}))
        co_await services_.sessions.keep_wake_credentials(device_, std::move(plan.wake_login->username),
                                                          std::move(plan.wake_login->password));
    if (plan.store_tree && !co_await store_tree())
        co_return false;
    for (auto& update : plan.updates) {
        update.epoch = epoch_;
        tasks_done_ += update.state == domain::TaskState::done ? 1 : 0;
        if (update.state == domain::TaskState::failed)
            log::info(
                "session.task_failed",
                {{"device", cwmp::external_id(identity_)}, {"task", update.id.value()}, {"cause", update.fault_text}});
        if (rules_)
            rules_->settled(update);
        if (!co_await services_.tasks.update(std::move(update)))
            co_return false;
    }
    if (desk_.login_taken || desk_.wake_taken || desk_.is_retired || desk_.login_ignored)
        co_await confirm_logins();
    co_return true;
}

base::Awaitable<bool> Session::store_tree()
{
    tree_was_changed_ = tree_was_changed_ || tree_loaded_;
    desk_.tree_changed = false;
    if (!tree_loaded_)
        co_return true;  // nothing was read into it that is worth more than what is stored
    co_return co_await services_.trees.store(device_, epoch_, desk_.tree, std::exchange(desk_.read, {}),
                                             desk_.tree_version);
}

Answer Session::send(cwmp::Message request, bool hold)
{
    counters_.rpc(request);
    machine_.sent_rpc(hold);
    cwmp::Envelope envelope{.id = std::to_string(++rpcs_), .message = std::move(request)};
    envelope.hold_requests = hold;
    return {Answer::Kind::message, std::move(envelope)};
}

base::Awaitable<Answer> Session::finish()
{
    if (machine_.must_release()) {
        releasing_ = true;
        co_return send(cwmp::GetRPCMethods{}, false);
    }
    if (std::exchange(desk_.learnt, false))
        co_await services_.models.learn({identity_.oui, identity_.product_class, desk_.facts.software_version},
                                        device_.value(), caller_.authenticated, desk_.model);
    if (!is_held_)
        co_await mark_rules_due();
    if (std::exchange(failed_before_, 0) > 0)
        co_await services_.sessions.note_end(device_, false, {});
    machine_.sent_nothing();
    if (machine_.ended()) {
        auto const said_nothing = machine_;
        end("done", counters_.done, {});
        machine_ = said_nothing;  // an empty POST after this gets the same answer
    }
    co_return Answer{};
}

Answer Session::stale()
{
    log::info("session.stale", {{"device", cwmp::external_id(identity_)}});
    end("stale", counters_.stale, "another session of the device, or a cancelled task, won");
    return {Answer::Kind::close, {}};
}

}  // namespace session
