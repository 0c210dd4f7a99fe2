#include "domain/rule_round.hpp"

#include "base/crypto.hpp"
#include "cwmp/path.hpp"
#include "datamodel/well_known.hpp"
#include "domain/task_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace domain {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_kept = 256;    ///< bytes of a wanted value; of a longer one the hash is kept
constexpr std::size_t longest_origin = 120;  ///< bytes

/// What is sent after what: enabling after what it enables, then what the connection hangs on, then what leads the
/// device away from us.
enum Rank { common, enabling, login, leaving };

Rank rank_of(std::string_view path)
{
    bool const is_ours = path.contains(".ManagementServer.");
    if (is_ours && path.ends_with(".URL"))
        return leaving;
    bool const is_line = path.contains(".PPP.") || path.contains(".WANPPPConnection.");
    if ((is_ours || is_line) && (path.ends_with(".Username") || path.ends_with(".Password")))
        return login;
    return path.ends_with(".Enable") || path.ends_with("Enabled") ? enabling : common;
}

/// Two phases are needed to change it, and only one may do it.
constexpr std::string_view login_is_given =
    "the login of a device is given to it by the server: import it with an announcement, or have it changed with "
    "acsctl rotate";

bool is_acs_login(std::string_view path)
{
    namespace known = datamodel::well_known;
    auto const root = cwmp::root_of(path);
    return !path.empty() && (path == known::acs_username(root) || path == known::acs_password(root));
}

/// What is remembered of a value: itself, or of a secret or long one its hash.
std::string remembered(std::string_view path, std::string const& value)
{
    if (!cwmp::is_secret_path(path) && value.size() <= longest_kept)
        return value;
    return "sha256:" + base::to_hex(base::sha256(fmt::format("{}\n{}", path, value)));
}

std::vector<std::pair<std::string, std::string>> names_in(json::object const& object, char const* member)
{
    std::vector<std::pair<std::string, std::string>> names;
    auto const* const found = object.if_contains(member);
    if (found && found->is_object())
        for (auto const& [key, value] : found->get_object())
            if (value.is_string())
                names.emplace_back(std::string{key}, std::string{value.get_string()});
    return names;
}

/// "Device.NAT.PortMapping.[ExternalPort=80,Protocol=TCP]"
std::string instance_label(std::string const& table, std::vector<std::pair<std::string, std::string>> const& keys)
{
    std::vector<std::string> parts;
    for (auto const& [name, value] : keys)
        parts.push_back(fmt::format("{}={}", name, cwmp::shown_value(table + name, value)));
    std::ranges::sort(parts);
    return fmt::format("{}[{}]", table, fmt::join(parts, ","));
}

std::string notification_label(std::string const& path)
{
    return path + " notification";
}

std::string origin_of(std::set<std::string> const& rules, std::size_t number)
{
    auto text = rules.empty() ? std::string{"rules"} : fmt::format("rule:{}", fmt::join(rules, "+"));
    if (text.size() > longest_origin)
        text = text.substr(0, longest_origin) + "...";
    return number == 0 ? text : fmt::format("{}#{}", text, number + 1);
}

}  // namespace

base::TimePoint next_try(RuleAttempt const& attempt, RuleLimits const& limits)
{
    if (attempt.times < 2)
        return attempt.last;
    auto const pause = limits.first_pause * (1U << std::min(attempt.times - 2, 16U));
    return attempt.last + std::min(pause, limits.longest_pause);
}

std::string attempted_by(RuleAction const& action)
{
    if (action.kind == "notify")
        return notification_label(action.path);
    if (action.kind == "task")
        return "task " + action.path;
    boost::system::error_code error;
    auto const parsed = json::parse(action.kind == "ensure" || action.kind == "delete" ? action.value : "", error);
    return error || !parsed.is_object() ? action.path
                                        : instance_label(action.path, names_in(parsed.get_object(), "keys"));
}

RoundMaker::Made RoundMaker::make()
{
    for (auto const& wish : planner_.verdict_.wishes) {
        bool const is_left_out = planner_.left_out_.contains(wish.rule);
        made_.round.states.push_back(is_left_out ? WishState::waits : take(wish));
    }
    planner_.again_.clear();
    order_reading(std::move(questions_));
    for (auto& table : tables_)
        order(RefreshTask{{table}, false}, {}, {});
    order_writing();
    for (auto const& wish : late_)
        if (wish.action.kind == "reboot")
            order(RebootTask{}, {wish.rule}, {});
    made_.tried.resize(made_.round.tasks.size() + made_.round.downloads.size());
    forget_attempts();
    return std::move(made_);
}

/// The others are a matter of the next round, when these tasks have ended: a device never has more of them open.
bool RoundMaker::is_full() const noexcept
{
    return made_.round.tasks.size() + made_.round.downloads.size() + late_.size() >= planner_.limits_.tasks;
}

WishState RoundMaker::take(DeviceWish const& wish)
{
    if (planner_.verdict_.given_up.contains({wish.rule, ""}))
        return WishState::given_up;
    auto const& kind = wish.action.kind;
    bool const has_a_task_of_its_own = kind != "set" && kind != "notify" && kind != "tag" && kind != "emit";
    if (has_a_task_of_its_own && is_full()) {
        seen_.insert(attempted_by(wish.action));
        wait_until(now_);
        return WishState::waits;
    }
    if (kind == "set")
        return set(wish.rule, wish.action.path, wish.action);
    if (kind == "ensure" || kind == "delete")
        return instance(wish);
    if (kind == "notify")
        return notify(wish);
    return kind == "tag" ? tag(wish) : once(wish);
}

WishState RoundMaker::set(std::string const& rule, std::string const& path, RuleAction const& action)
{
    if (is_acs_login(path)) {
        if (!is_given_up(rule, path))
            give_up({rule, path, std::string{login_is_given}, "{}"});
        return WishState::given_up;
    }
    seen_.insert(path);
    auto const node = tree_.find(path);
    bool const is_stale =
        (planner_.is_reset_ && !planner_.asked_.contains(path)) || (node && (node->marks & datamodel::doubtful) != 0);
    bool const is_told = node && node->value && !is_stale;
    auto const wanted = remembered(path, action.value);
    bool const is_secret = cwmp::is_secret_path(path);
    auto const* const before = known_attempt(path, wanted);
    bool const is_taken = is_secret && before != nullptr && before->confirmed;
    if (is_taken || (is_told && is_in_place(action, *node->value, node->type)))
        return is_fine(path, is_secret);
    if (is_given_up(rule, path))
        return WishState::given_up;
    if (!is_told && !is_secret && !planner_.asked_.contains(path))
        return look(path);
    bool const is_alone =
        planner_.alone_.contains(path) || (before != nullptr && before->times > 0 && !planner_.again_.contains(path));
    if (is_alone && alone_.size() >= planner_.limits_.alone)
        return WishState::waits;
    auto const state = attempt(rule, path, wanted, is_told ? cwmp::shown_value(path, *node->value) : std::string{});
    if (state != WishState::wanted)
        return state;
    auto& list = rank_of(path) >= login ? last_ : is_alone ? alone_ : settings_;
    list.push_back({{path, action.value, std::nullopt}, rule});
    return state;
}

WishState RoundMaker::instance(DeviceWish const& wish)
{
    boost::system::error_code error;
    auto const parsed = json::parse(wish.action.value, error);
    auto const& table = wish.action.path;
    if (error || !parsed.is_object() || !cwmp::is_partial(table)) {
        give_up({wish.rule, table, "it is no table of instances", "{}"});
        return WishState::given_up;
    }
    auto const keys = names_in(parsed.get_object(), "keys");
    auto const settings = names_in(parsed.get_object(), "set");
    auto const label = instance_label(table, keys);
    if (is_given_up(wish.rule, label))
        return WishState::given_up;
    bool is_known = true;
    auto const found = find_instance(table, keys, is_known);
    if (!is_known)
        return look(table);
    seen_.insert(label);
    bool const is_delete = wish.action.kind == "delete";
    if (found && !is_delete)
        return keep(wish.rule, *found, settings);
    if (!found && is_delete)
        return is_fine(label, false);
    auto const wanted = remembered(table, wish.action.value);
    auto const* const before = known_attempt(label, wanted);
    if (!is_delete && before != nullptr && before->confirmed && before->times > 1) {
        give_up(*before, "instances were made, but none shows these values");
        return WishState::given_up;
    }
    auto const state = attempt(wish.rule, label, wanted, found.value_or(""));
    if (state != WishState::wanted)
        return state;
    if (is_delete) {
        order(DeleteTask{*found}, {wish.rule}, {label});
        return state;
    }
    AddTask add{table, {}};
    for (auto const* const list : {&keys, &settings})
        for (auto const& [name, value] : *list)
            add.settings.push_back({name, value, std::nullopt});
    order(std::move(add), {wish.rule}, {label});
    return state;
}

/// What is done for some of its settings says more than what is not done for others.
WishState RoundMaker::keep(std::string const& rule, std::string const& object, Names const& settings)
{
    using enum WishState;
    constexpr auto order = std::to_array({in_place, given_up, waits, unknown, wanted});
    auto told = order.begin();
    for (auto const& [name, value] : settings) {
        auto const state = set(rule, object + name, {"set", object + name, value, "text"});
        told = std::max(told, std::ranges::find(order, state));
    }
    return *told;
}

std::optional<std::string> RoundMaker::find_instance(std::string const& table, Names const& keys, bool& is_known) const
{
    bool const was_asked = planner_.asked_.contains(table);
    auto const instances = tree_.instances(table);
    is_known = was_asked || (!planner_.is_reset_ && (!instances.empty() || tree_.contains(table)));
    for (auto const number : instances) {
        auto object = fmt::format("{}{}.", table, number);
        std::size_t same = 0;
        for (auto const& [name, value] : keys) {
            auto const node = tree_.find(object + name);
            is_known = is_known && (was_asked || (node && node->value));
            same += node && node->value && is_in_place({"set", "", value, "text"}, *node->value, node->type) ? 1 : 0;
        }
        if (same == keys.size() && is_known)
            return object;
    }
    return std::nullopt;
}

WishState RoundMaker::notify(DeviceWish const& wish)
{
    unsigned level = 0;
    auto const& [kind, path, text, type] = wish.action;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
    auto const what = notification_label(path);
    seen_.insert(what);
    if (is_given_up(wish.rule, what))
        return WishState::given_up;
    if (error != std::errc{} || end != text.data() + text.size() || level > 6) {
        give_up({wish.rule, what, fmt::format("{} is no notification level", text), "{}"});
        return WishState::given_up;
    }
    auto const node = tree_.find(path);
    bool const is_told = node && node->notification != datamodel::notification_unknown && !planner_.is_reset_;
    auto const* const before = known_attempt(what, text);
    bool const is_taken = !is_told && before != nullptr && before->confirmed;
    if (is_taken || (is_told && node->notification == level))
        return is_fine(what, is_taken);
    auto const state = attempt(wish.rule, what, text, is_told ? std::to_string(node->notification) : "");
    if (state == WishState::wanted)
        order(AttributesTask{{{path, level, std::nullopt}}}, {wish.rule}, {what});
    return state;
}

WishState RoundMaker::tag(DeviceWish const& wish)
{
    bool const is_wanted = wish.action.value == "true";
    auto& tags = planner_.verdict_.tags;
    if (tags.contains(wish.action.path) == is_wanted)
        return WishState::in_place;
    (is_wanted ? made_.round.tags_added : made_.round.tags_removed).push_back(wish.action.path);
    if (is_wanted)
        tags.insert(wish.action.path);
    else
        tags.erase(wish.action.path);
    made_.round.rules.insert(wish.rule);
    return WishState::wanted;
}

WishState RoundMaker::once(DeviceWish const& wish)
{
    auto& done = planner_.verdict_.done;
    auto const before = done.find(wish.once);
    if (before != done.end() && before->second >= base::seconds_since_1970(planner_.started_))
        return WishState::in_place;
    auto const& kind = wish.action.kind;
    if (kind == "refresh")
        order(RefreshTask{{wish.action.path}, false}, {wish.rule}, {});
    else if (kind == "download")
        made_.round.downloads.push_back(wish);
    else if (kind == "emit")
        made_.round.events.push_back(wish);
    else if (kind == "reboot")
        late_.push_back(wish);
    else if (!add_task(wish))
        return WishState::given_up;
    done[wish.once] = base::seconds_since_1970(now_);
    made_.round.rules.insert(wish.rule);
    return WishState::wanted;
}

/// False when it is none; then it is given up.
bool RoundMaker::add_task(DeviceWish const& wish)
{
    if (is_given_up(wish.rule, "task " + wish.action.path))
        return false;
    boost::system::error_code error;
    auto const parsed = json::parse(wish.action.value, error);
    auto arguments = !error && parsed.is_object() ? task_arguments(wish.action.path, parsed.get_object())
                                                  : base::fail("the arguments are no JSON object");
    if (arguments && std::holds_alternative<RetireTask>(*arguments))
        arguments = base::fail("devices are retired by people only");
    if (!arguments) {
        give_up({wish.rule, "task " + wish.action.path, arguments.error().what, "{}"});
        return false;
    }
    order(*std::move(arguments), {wish.rule}, {});
    return true;
}

/// The device is asked; once in a session.
WishState RoundMaker::look(std::string const& path)
{
    if (planner_.asked_.insert(path).second)
        (cwmp::is_partial(path) ? tables_ : questions_).push_back(path);
    return WishState::unknown;
}

/// What has stayed for long needs no memory of how it came about, unless nobody could tell otherwise.
WishState RoundMaker::is_fine(std::string const& what, bool is_remembered)
{
    auto const* const before = planner_.find_attempt(what);
    if (!is_remembered && before != nullptr && now_ >= before->last + planner_.limits_.memory)
        seen_.erase(what);
    return WishState::in_place;
}

RuleAttempt const* RoundMaker::known_attempt(std::string const& what, std::string const& wanted) const
{
    auto const* const found = planner_.find_attempt(what);
    return found != nullptr && found->wanted == wanted ? found : nullptr;
}

WishState RoundMaker::attempt(std::string const& rule, std::string const& what, std::string const& wanted,
                              std::string const& told)
{
    auto* attempt = planner_.find_attempt(what);
    if (attempt == nullptr || attempt->wanted != wanted) {
        RuleAttempt fresh{what, wanted, rule};
        attempt = attempt == nullptr ? &planner_.verdict_.attempts.emplace_back() : attempt;
        *attempt = std::move(fresh);
    }
    attempt->rule = rule;
    bool const is_free = planner_.alone_.erase(what) + planner_.again_.erase(what) > 0;
    auto const& limits = planner_.limits_;
    if (attempt->times >= (attempt->told.empty() ? limits.attempts : limits.refusals)) {
        give_up(*attempt, told);
        return WishState::given_up;
    }
    auto const next = next_try(*attempt, limits);
    bool const is_of_now = attempt->times > 0 && attempt->last >= planner_.started_;
    if (!is_free && (is_of_now || now_ < next)) {
        wait_until(next);
        return WishState::waits;
    }
    ++attempt->times;
    attempt->last = now_;
    attempt->confirmed = false;
    attempt->told.clear();
    made_.round.rules.insert(rule);
    return WishState::wanted;
}

void RoundMaker::wait_until(base::TimePoint when)
{
    planner_.until_ = std::min(planner_.until_, std::max(when, now_));
}

void RoundMaker::give_up(RuleAttempt const& attempt, std::string const& told)
{
    bool const is_hash = attempt.wanted.starts_with("sha256:") || attempt.wanted.starts_with('{');
    json::object evidence{{"attempts", attempt.times}, {"told", told}};
    if (!is_hash)
        evidence["wanted"] = attempt.wanted;
    if (!attempt.told.empty())
        evidence["fault"] = attempt.told;
    auto const reason = attempt.told.empty() ? fmt::format("the device did not keep it, {} times", attempt.times)
                                             : fmt::format("the device refused it: {}", attempt.told);
    give_up({attempt.rule, attempt.what, reason, json::serialize(evidence)});
    seen_.erase(attempt.what);
}

void RoundMaker::give_up(RuleGivenUp given_up)
{
    planner_.verdict_.given_up.emplace(given_up.rule, given_up.what);
    made_.round.given_up.push_back(std::move(given_up));
}

/// What was tried for it then is of no use any more.
bool RoundMaker::is_given_up(std::string const& rule, std::string const& what)
{
    bool const is_so = planner_.verdict_.given_up.contains({rule, what});
    if (is_so)
        seen_.erase(what);
    return is_so;
}

void RoundMaker::order(TaskArguments arguments, std::set<std::string> const& rules, std::vector<std::string> tried)
{
    auto const kind = kind_of(arguments);
    std::size_t number = 0;
    auto const is_taken = [&](Task const& task) {
        return kind_of(task.arguments) == kind && task.origin == origin_of(rules, number);
    };
    while (std::ranges::any_of(made_.round.tasks, is_taken))
        ++number;
    Task task;
    task.arguments = std::move(arguments);
    task.priority = Priority::automation;
    task.origin = origin_of(rules, number);
    made_.round.tasks.push_back(std::move(task));
    made_.tried.push_back(std::move(tried));
}

void RoundMaker::order_writing()
{
    auto const order_of = [](Write const& write) { return std::pair{rank_of(write.setting.path), write.setting.path}; };
    std::ranges::sort(settings_, {}, order_of);
    std::ranges::sort(last_, {}, order_of);
    std::vector<std::string> read;
    auto const read_back = [&](std::vector<Write> const& writes) {
        for (auto const& write : writes)
            if (!cwmp::is_secret_path(write.setting.path))
                read.push_back(write.setting.path);
    };
    read_back(settings_);
    read_back(alone_);
    order_writes(std::move(settings_));
    for (auto& write : alone_)
        order_writes({std::move(write)});
    order_reading(std::exchange(read, {}));
    auto const away = std::ranges::find(last_, leaving, [](Write const& write) { return rank_of(write.setting.path); });
    std::vector<Write> const leave{away, last_.end()};
    last_.erase(away, last_.end());
    read_back(last_);
    order_writes(std::move(last_));
    order_reading(std::move(read));
    order_writes(leave);
}

void RoundMaker::order_writes(std::vector<Write> writes)
{
    if (writes.empty())
        return;
    SetTask set;
    std::set<std::string> rules;
    std::vector<std::string> tried;
    for (auto& write : writes) {
        rules.insert(write.rule);
        tried.push_back(write.setting.path);
        set.settings.push_back(std::move(write.setting));
    }
    order(std::move(set), rules, std::move(tried));
}

void RoundMaker::order_reading(std::vector<std::string> paths)
{
    if (!paths.empty())
        order(GetTask{std::move(paths)}, {}, {});
}

/// Attempts that no wish is about any more, or that are long settled.
void RoundMaker::forget_attempts()
{
    std::erase_if(planner_.verdict_.attempts, [&](RuleAttempt const& attempt) {
        return !seen_.contains(attempt.what) && !planner_.left_out_.contains(attempt.rule);
    });
}

}  // namespace domain
