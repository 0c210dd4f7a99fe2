#include "session/session.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "session/dialect_options.hpp"

#include <boost/json.hpp>

#include <exception>
#include <utility>

namespace session {
namespace {

namespace json = boost::json;

json::array events_json(std::vector<cwmp::Event> const& events)
{
    json::array list;
    for (auto const& event : events)
        list.push_back({{"code", event.code}, {"key", event.command_key}});
    return list;
}

std::vector<cwmp::Event> events_in(json::object const& state)
{
    std::vector<cwmp::Event> found;
    auto const* list = state.if_contains("events");
    if (list != nullptr && list->is_array())
        for (auto const& event : list->get_array())
            if (event.is_object())
                found.push_back({text_in(event.get_object(), "code"), text_in(event.get_object(), "key")});
    return found;
}

json::object facts_json(domain::DeviceFacts const& facts)
{
    return {{"software", facts.software_version},
            {"hardware", facts.hardware_version},
            {"provisioning", facts.provisioning_code},
            {"key", facts.parameter_key}};
}

}  // namespace

base::Awaitable<bool> Session::suspend(std::string cookie)
{
    if (!is_admitted() || is_held_ || ended())
        co_return false;
    std::string failure;
    try {
        if (planner_ && !co_await carry_out(planner_->put_away(desk_)))
            co_return true;  // a newer session won: there is nothing to go on with, here either
        json::array roots;
        for (auto const root : desk_.roots)
            roots.push_back(static_cast<int>(root));
        json::object state{
            {"machine", static_cast<int>(machine_.state())},
            {"outstanding", machine_.is_outstanding()},
            {"held", machine_.must_release()},
            {"task", planner_ ? planner_->current().value() : 0},
            {"method", planner_ ? planner_->method() : std::string{}},
            {"dialect", options_of(dialect_)},
            {"oui", identity_.oui},
            {"product_class", identity_.product_class},
            {"serial_number", identity_.serial_number},
            {"state", domain::to_text(state_)},
            {"automation_stopped", automation_stopped_},
            {"failed_before", failed_before_},
            {"events", events_json(evidence_.events)},
            {"scheduled_before", json::value_from(evidence_.scheduled_before)},
            {"boot_epoch", evidence_.boot_epoch},
            {"bootstrap_epoch", evidence_.bootstrap_epoch},
            {"facts", facts_json(desk_.facts)},
            {"roots", std::move(roots)},
            {"tree_version", desk_.tree_version},
            {"timeout", static_cast<std::int64_t>(timeout_.count())},
            {"started", base::to_rfc3339(started_)},
            {"has_tasks", has_tasks_},
            {"reconciled", reconciled_},
            {"releasing", releasing_},
            {"authenticated", caller_.authenticated},
            {"https", caller_.is_https},
            {"shown", static_cast<int>(caller_.showing.by)},
            {"username", caller_.showing.username},
            {"uses_its_login", evidence_.uses_its_login},
            {"rpcs", rpcs_},
            {"requests", requests_},
            {"faults", faults_},
            {"tasks_done", tasks_done_},
            {"id", id_.value()},
            {"address", caller_.address},
        };
        if (evidence_.parameter_key)
            state["parameter_key"] = *evidence_.parameter_key;
        co_await services_.sessions.suspend({std::move(cookie), device_, epoch_, json::serialize(state)});
    } catch (std::exception const& exception) {
        failure = exception.what();
    }
    if (!failure.empty())
        base::log::warning("session.unavailable",
                           {{"device", cwmp::external_id(identity_)}, {"at", "suspend"}, {"cause", failure}});
    co_return true;  // after a failure, perhaps
}

bool Session::restore(domain::SuspendedSession const& kept)
{
    boost::system::error_code failure;
    auto const parsed = json::parse(kept.state, failure);
    if (failure || !parsed.is_object())
        return false;
    auto const& state = parsed.get_object();
    auto const flag = [&state](char const* name) {
        auto const* value = state.if_contains(name);
        return value != nullptr && value->is_bool() && value->get_bool();
    };
    auto const number = [&state](char const* name) { return number_in(state, name); };
    auto const text = [&state](char const* name) { return text_in(state, name); };
    device_ = kept.device;
    epoch_ = desk_.epoch = kept.epoch;
    identity_ = {.oui = text("oui"), .product_class = text("product_class"), .serial_number = text("serial_number")};
    state_ = domain::device_state(text("state")).value_or(domain::DeviceState::pending);
    automation_stopped_ = text("automation_stopped");
    failed_before_ = static_cast<std::uint32_t>(number("failed_before"));
    if (!apply_options(text("dialect"), dialect_) || number("machine") < 1 || number("machine") > 2)
        return false;
    machine_ = Machine::resumed(static_cast<Machine::State>(number("machine")), flag("outstanding"), flag("held"));
    evidence_.events = events_in(state);
    evidence_.scheduled_before = texts_in(state, "scheduled_before");
    evidence_.boot_epoch = number("boot_epoch");
    evidence_.bootstrap_epoch = number("bootstrap_epoch");
    if (state.contains("parameter_key"))
        evidence_.parameter_key = text("parameter_key");
    if (auto const* facts = state.if_contains("facts"); facts != nullptr && facts->is_object()) {
        auto const& told = facts->get_object();
        desk_.facts.software_version = text_in(told, "software");
        desk_.facts.hardware_version = text_in(told, "hardware");
        desk_.facts.provisioning_code = text_in(told, "provisioning");
        desk_.facts.parameter_key = text_in(told, "key");
    }
    evidence_.software_version = desk_.facts.software_version;
    if (auto const* roots = state.if_contains("roots"); roots != nullptr && roots->is_array())
        for (auto const& root : roots->get_array())
            if (root.is_int64() && root.get_int64() >= 0 && root.get_int64() <= 2)
                desk_.roots.push_back(static_cast<cwmp::Root>(root.get_int64()));
    if (desk_.roots.empty())
        desk_.roots.push_back(cwmp::Root::device);
    desk_.tree_version = text("tree_version");
    desk_.limits = services_.limits;
    desk_.booleans = dialect_.boolean_spelling;
    timeout_ = std::chrono::seconds{std::max<std::int64_t>(1, number("timeout"))};
    started_ = base::parse_rfc3339(text("started")).value_or(services_.clock.now());
    has_tasks_ = flag("has_tasks");
    reconciled_ = flag("reconciled");
    releasing_ = flag("releasing");
    caller_.authenticated = flag("authenticated");
    caller_.is_https = flag("https");
    caller_.showing.by = static_cast<Shown>(std::clamp<std::int64_t>(number("shown"), 0, 3));
    caller_.showing.username = text("username");
    evidence_.uses_its_login = flag("uses_its_login");
    rpcs_ = static_cast<std::uint32_t>(number("rpcs"));
    requests_ = static_cast<std::uint32_t>(number("requests"));
    faults_ = static_cast<std::uint32_t>(number("faults"));
    tasks_done_ = static_cast<std::uint32_t>(number("tasks_done"));
    id_ = domain::SessionId{number("id")};
    caller_.address = text("address");
    resumed_task_ = domain::TaskId{number("task")};
    resumed_method_ = text("method");
    return true;
}

}  // namespace session
