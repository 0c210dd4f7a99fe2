#include "support/in_memory_store.hpp"

#include "base/unavailable.hpp"
#include "domain/event_kind.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <set>
#include <tuple>

namespace support {

namespace {

constexpr std::size_t most_recent_values = 64;
constexpr std::size_t most_recent_bytes = 1800;
constexpr std::size_t most_open_tasks = 64;

std::int32_t seconds(base::TimePoint time)
{
    return static_cast<std::int32_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

bool same_device(cwmp::DeviceId const& a, cwmp::DeviceId const& b)
{
    return std::tie(a.oui, a.product_class, a.serial_number) == std::tie(b.oui, b.product_class, b.serial_number);
}

bool only_periodic(std::vector<cwmp::Event> const& events)
{
    return std::ranges::all_of(events, [](auto const& event) { return event.code == cwmp::event_code::periodic; });
}

std::size_t bytes_of(std::vector<domain::RecentValue> const& values)
{
    std::size_t bytes = 0;
    for (auto const& value : values)
        bytes += value.value.size() + 12;
    return bytes;
}

void lay_over(datamodel::ParameterTree& tree, std::vector<domain::RecentValue> const& values)
{
    for (auto const& value : values)
        tree.set_values({{value.path, value.value}}, seconds(value.changed));
}

/// An open task takes another one of the same kind and origin in.
void merge(domain::Task& open, domain::Task const& other)
{
    open.priority = std::min(open.priority, other.priority);
    open.not_before = std::min(open.not_before, other.not_before);
    auto* const mine = std::get_if<domain::RefreshTask>(&open.arguments);
    auto const* const theirs = std::get_if<domain::RefreshTask>(&other.arguments);
    if (mine == nullptr || theirs == nullptr || mine->paths.empty())
        return;
    if (theirs->paths.empty()) {
        mine->paths.clear();
        return;
    }
    std::set<std::string> all{mine->paths.begin(), mine->paths.end()};
    all.insert(theirs->paths.begin(), theirs->paths.end());
    mine->paths.assign(all.begin(), all.end());
}

}  // namespace

base::Awaitable<void> InMemoryStore::arrive()
{
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, base::use_awaitable);
    if (away_)
        throw base::Unavailable{"the database did not answer"};
}

void InMemoryStore::tell(domain::DeviceKey device, std::string_view kind)
{
    events_.push_back({device, std::string{kind}, {}, 0, false, "{}"});
}

void InMemoryStore::end(domain::Task& task, domain::TaskState state)
{
    if (!is_final(task.state))
        tell(task.device, "task." + std::string{domain::to_text(state)});
    task.state = state;
}

base::Awaitable<domain::LookupAnswer> InMemoryStore::look_up(cwmp::DeviceId identity, std::string username)
{
    co_await arrive();
    domain::LookupAnswer answer;
    if (auto const key = find(identity)) {
        answer.device = devices_.at(*key).known;
        answer.device->has_open_tasks = has_open_tasks(*key);
    }
    if (auto const expected = expected_.find(identity.serial_number); !answer.device && expected != expected_.end())
        answer.expected = expected->second;
    if (auto const login = logins_.find(username); !username.empty() && login != logins_.end())
        answer.login = login->second.login;
    co_return answer;
}

void InMemoryStore::expect(std::string serial_number, domain::ExpectedDevice expected)
{
    expected_[std::move(serial_number)] = std::move(expected);
}

InMemoryStore::Device& InMemoryStore::make(cwmp::DeviceId const& identity, domain::DeviceState state)
{
    domain::DeviceKey const key{++last_key_};
    auto& device = devices_[key];
    device.identity = identity;
    device.known.key = key;
    device.known.state = state;
    return device;
}

base::Awaitable<domain::Admission> InMemoryStore::commit_contact(domain::Contact contact)
{
    co_await arrive();
    auto const key = contact.key && devices_.contains(*contact.key) ? contact.key : find(contact.identity);
    auto& device = key ? devices_.at(*key) : make(contact.identity, contact.state_if_new);
    auto& known = device.known;
    if (!key) {
        tell(known.key, domain::event_kind::device_new);
        if (contact.state_if_new == domain::DeviceState::active)
            tell(known.key, domain::event_kind::enrolled);
    } else if (!contact.software_before.empty()) {
        tell(known.key, domain::event_kind::software_changed);
    }
    ++known.session_epoch;
    if (cwmp::has_event(contact.events, cwmp::event_code::bootstrap))
        known.bootstrap_epoch = known.session_epoch;
    if (cwmp::has_booted(contact.events))
        known.boot_epoch = known.session_epoch;
    known.login_mark = std::max(known.login_mark, contact.login_mark);
    if (contact.rules_due)
        known.rules_epoch = 0;
    known.facts = contact.facts;
    known.address = contact.address;
    known.last_inform = contact.at;
    known.last_events = contact.events;
    auto const failed = known.activity.failed_in_row;
    known.activity = contact.activity;
    known.activity.failed_in_row = failed;
    if (contact.values_changed)
        take_values(device, contact.values, contact.at);
    if (!only_periodic(contact.events))
        events_.push_back({known.key, std::string{domain::event_kind::inform}, contact.events, contact.retry_count,
                           contact.redelivered, ""});
    co_return domain::Admission{known.key, known.session_epoch, !key};
}

void InMemoryStore::set_gate(domain::DeviceKey device, std::int64_t rules_epoch, base::TimePoint until)
{
    devices_.at(device).known.rules_epoch = rules_epoch;
    devices_.at(device).known.rules_until = until;
}

void InMemoryStore::take_values(Device& device, std::vector<cwmp::ParameterValue> const& values, base::TimePoint at)
{
    auto recent = device.known.recent;
    for (auto const& value : values) {
        auto const place = std::ranges::find(recent, value.name, &domain::RecentValue::path);
        if (place == recent.end())
            recent.push_back({value.name, value.value, at});
        else if (place->value != value.value)
            *place = {value.name, value.value, at};
    }
    if (recent.size() > most_recent_values || bytes_of(recent) > most_recent_bytes) {
        lay_over(device.tree, recent);
        recent.clear();
    }
    std::ranges::sort(recent, {}, &domain::RecentValue::path);
    device.known.recent = std::move(recent);
    ++device.known.recent_version;
}

base::Awaitable<void> InMemoryStore::record_report(domain::DeviceKey device, std::string kind, std::string detail)
{
    co_await arrive();
    events_.push_back({device, std::move(kind), {}, 0, false, std::move(detail)});
}

base::Awaitable<void> InMemoryStore::note_end(domain::DeviceKey device, bool failed, std::string reason)
{
    co_await arrive();
    auto const place = devices_.find(device);
    if (place == devices_.end())
        co_return;
    auto& row = place->second;
    row.known.activity.failed_in_row = failed ? row.known.activity.failed_in_row + 1 : 0;
    if (failed)
        row.last_failure = std::move(reason);
}

base::Awaitable<void> InMemoryStore::set_automation(domain::DeviceKey device, std::string stopped_reason)
{
    co_await arrive();
    auto const place = devices_.find(device);
    if (place == devices_.end() || place->second.known.automation_stopped == stopped_reason)
        co_return;
    tell(device,
         stopped_reason.empty() ? domain::event_kind::automation_resumed : domain::event_kind::automation_stopped);
    place->second.known.automation_stopped = std::move(stopped_reason);
}

base::Awaitable<void> InMemoryStore::mark_conflict(domain::DeviceKey device, std::string reason)
{
    co_await arrive();
    auto const place = devices_.find(device);
    if (place == devices_.end())
        co_return;
    auto& known = place->second.known;
    if (known.state != domain::DeviceState::pending && known.state != domain::DeviceState::active)
        co_return;
    tell(device, domain::event_kind::conflict);
    known.state = domain::DeviceState::conflict;
    known.automation_stopped = std::move(reason);
}

base::Awaitable<void> InMemoryStore::keep_wake_credentials(domain::DeviceKey device, std::string username,
                                                           std::string password)
{
    co_await arrive();
    auto& kept = wake_credentials_[device];
    domain::GivenLogin const now{username.empty() ? kept.now.username : username,
                                 password.empty() ? kept.now.password : password};
    if (now != kept.now)
        kept = {now, kept.now};
}

base::Awaitable<std::optional<domain::GivenLogin>> InMemoryStore::offer(domain::LoginOffer offer)
{
    co_await arrive();
    auto const [place, is_new] = logins_.try_emplace(offer.login.username);
    auto& kept = place->second;
    if (is_new) {
        kept.login = {.username = offer.login.username,
                      .ha1_md5 = offer.ha1_md5,
                      .ha1_sha256 = offer.ha1_sha256,
                      .device = offer.device,
                      .is_used = false};
        kept.password = offer.login.password;
    } else if (kept.login.device != offer.device || kept.login.is_revoked) {
        co_return std::nullopt;
    } else if ((kept.login.is_used || kept.password.empty()) && kept.login.next_ha1_md5.empty()) {
        kept.login.next_ha1_md5 = offer.ha1_md5;
        kept.login.next_ha1_sha256 = offer.ha1_sha256;
        kept.next_password = offer.login.password;
    }
    if (auto const device = devices_.find(offer.device); device != devices_.end()) {
        auto& known = device->second.known;
        if (known.login != domain::LoginState::allowed)
            known.login_until = {};
        using enum domain::LoginState;
        if (known.login == none || known.login == allowed || known.login == ignored)
            known.login = given;
    }
    co_return domain::GivenLogin{kept.login.username, kept.next_password.empty() ? kept.password : kept.next_password};
}

base::Awaitable<void> InMemoryStore::prove(domain::DeviceKey device, std::string username, std::string ha1_md5)
{
    co_await arrive();
    auto const place = logins_.find(username);
    if (place == logins_.end() || place->second.login.device != device)
        co_return;
    auto& kept = place->second;
    bool const is_next = kept.login.next_ha1_md5 == ha1_md5;
    if (!is_next && kept.login.ha1_md5 != ha1_md5)
        co_return;
    bool const is_new = is_next || !kept.login.is_used;
    if (is_next) {
        kept.login.ha1_md5 = kept.login.next_ha1_md5;
        kept.login.ha1_sha256 = kept.login.next_ha1_sha256;
        kept.password = kept.next_password;
    }
    kept.login.next_ha1_md5.clear();
    kept.login.next_ha1_sha256.clear();
    kept.next_password.clear();
    kept.login.is_used = true;
    if (is_new)
        tell(device, domain::event_kind::credentials_rotated);
    if (is_new)
        std::erase_if(
            logins_, [&](auto const& entry) { return entry.second.login.device == device && entry.first != username; });
    devices_.at(device).known.login = domain::LoginState::proven;
    devices_.at(device).known.login_until = {};
}

base::Awaitable<void> InMemoryStore::mark(domain::DeviceKey device, domain::LoginState state, base::TimePoint until)
{
    co_await arrive();
    auto const place = devices_.find(device);
    if (place == devices_.end())
        co_return;
    auto& known = place->second.known;
    if (state == domain::LoginState::ignored && known.login != domain::LoginState::given)
        co_return;
    if (state == domain::LoginState::re_enrolling && known.login != state)
        tell(device, domain::event_kind::re_enrolling);
    known.login = state;
    known.login_until = until;
}

base::Awaitable<std::optional<domain::GivenLogin>> InMemoryStore::told(domain::DeviceKey device, std::string username)
{
    co_await arrive();
    auto const place = logins_.find(username);
    if (place == logins_.end() || place->second.login.device != device || place->second.login.is_revoked)
        co_return std::nullopt;
    auto const& kept = place->second;
    auto const& password = kept.next_password.empty() && !kept.login.is_used ? kept.password : kept.next_password;
    co_return password.empty() ? std::nullopt : std::optional{domain::GivenLogin{username, password}};
}

base::Awaitable<void> InMemoryStore::shorten(domain::LoginOffer offer)
{
    co_await arrive();
    auto const place = logins_.find(offer.login.username);
    if (place == logins_.end() || place->second.login.device != offer.device || place->second.login.is_revoked)
        co_return;
    auto& kept = place->second;
    if (!kept.next_password.empty()) {
        kept.login.next_ha1_md5 = offer.ha1_md5;
        kept.login.next_ha1_sha256 = offer.ha1_sha256;
        kept.next_password = offer.login.password;
    } else if (!kept.login.is_used) {
        kept.login.ha1_md5 = offer.ha1_md5;
        kept.login.ha1_sha256 = offer.ha1_sha256;
        kept.password = offer.login.password;
    }
}

base::Awaitable<bool> InMemoryStore::agree(domain::DeviceKey device, base::TimePoint until, std::uint32_t most,
                                           domain::AuditEntry entry)
{
    co_await arrive();
    auto& row = devices_.at(device);
    std::erase_if(row.re_enrolled_at,
                  [now = clock_.now()](base::TimePoint at) { return at <= now - std::chrono::hours{24}; });
    if (row.re_enrolled_at.size() >= most)
        co_return false;
    row.re_enrolled_at.push_back(clock_.now());
    row.known.login = domain::LoginState::allowed;
    row.known.login_until = until;
    agreements_.push_back(std::move(entry));
    co_return true;
}

base::Awaitable<std::optional<domain::GivenLogin>> InMemoryStore::offer_wake(domain::DeviceKey device,
                                                                             domain::GivenLogin login, bool force)
{
    co_await arrive();
    auto const [place, is_new] = wake_credentials_.try_emplace(device);
    auto& kept = place->second;
    if (!is_new && !force && !kept.is_generated)
        co_return std::nullopt;
    if (is_new || !kept.is_generated || kept.is_confirmed)
        kept = {std::move(login), kept.now, true, false};
    co_return kept.now;
}

base::Awaitable<void> InMemoryStore::confirm_wake(domain::DeviceKey device)
{
    co_await arrive();
    auto const place = wake_credentials_.find(device);
    if (place == wake_credentials_.end() || !place->second.is_generated || place->second.is_confirmed)
        co_return;
    place->second.is_confirmed = true;
    tell(device, domain::event_kind::credentials_rotated);
}

base::Awaitable<void> InMemoryStore::retire(domain::DeviceKey device)
{
    co_await arrive();
    auto const place = devices_.find(device);
    if (place == devices_.end() || place->second.known.state != domain::DeviceState::retiring)
        co_return;
    auto& known = place->second.known;
    known.state = domain::DeviceState::retired;
    known.login = domain::LoginState::none;
    known.login_until = {};
    known.automation_stopped.clear();
    for (auto& [name, kept] : logins_)
        if (kept.login.device == device) {
            kept.login.is_revoked = true;
            kept.login.next_ha1_md5.clear();
            kept.login.next_ha1_sha256.clear();
            kept.password.clear();
            kept.next_password.clear();
        }
    for (auto& [id, kept] : tasks_)
        if (kept.task.device == device && !is_final(kept.task.state))
            end(kept.task, domain::TaskState::cancelled);
    tell(device, domain::event_kind::retired);
    wake_credentials_.erase(device);
}

base::Awaitable<void> InMemoryStore::suspend(domain::SuspendedSession session)
{
    co_await arrive();
    auto const cookie = session.cookie;
    suspended_.insert_or_assign(cookie, std::move(session));
}

base::Awaitable<std::optional<domain::SuspendedSession>> InMemoryStore::resume(std::string cookie)
{
    co_await arrive();
    auto kept = suspended_.extract(cookie);
    if (kept.empty())
        co_return std::nullopt;
    auto const device = devices_.find(kept.mapped().device);
    if (device == devices_.end() || device->second.known.session_epoch != kept.mapped().epoch)
        co_return std::nullopt;
    co_return std::move(kept.mapped());
}

/// When the window that is open now closes, as a clock in UTC shows it; none when it is closed.
std::optional<base::TimePoint> InMemoryStore::window_closes(domain::TaskWindow const& window) const
{
    auto const now = clock_.now();
    auto const midnight = std::chrono::floor<std::chrono::days>(now);
    auto const time = now - midnight;
    bool const is_open = window.from <= window.until ? time >= window.from && time < window.until
                                                     : time >= window.from || time < window.until;
    if (!is_open)
        return std::nullopt;
    return midnight + window.until + (time < window.until ? std::chrono::days{0} : std::chrono::days{1});
}

bool InMemoryStore::is_due(domain::Task const& task) const
{
    if (task.state != domain::TaskState::queued)
        return !is_final(task.state);
    return task.not_before <= clock_.now() && (!task.window || window_closes(*task.window));
}

bool InMemoryStore::has_open_tasks(domain::DeviceKey device) const
{
    return std::ranges::any_of(
        tasks_, [&](auto const& entry) { return entry.second.task.device == device && is_due(entry.second.task); });
}

base::Awaitable<std::vector<domain::Task>> InMemoryStore::open_tasks(domain::DeviceKey device)
{
    co_await arrive();
    std::vector<domain::Task> open;
    for (auto& [id, kept] : tasks_) {
        auto& task = kept.task;
        if (task.device != device)
            continue;
        if (task.state == domain::TaskState::queued && task.expires_at && *task.expires_at <= clock_.now())
            end(task, domain::TaskState::expired);
        if (!is_due(task))
            continue;
        open.push_back(task);
        if (task.window)
            open.back().window_closes = window_closes(*task.window);
    }
    std::ranges::sort(open, {}, [](domain::Task const& task) { return std::pair{task.priority, task.id}; });
    if (open.size() > most_open_tasks)
        open.resize(most_open_tasks);
    co_return open;
}

base::Awaitable<bool> InMemoryStore::update(domain::TaskUpdate change)
{
    co_await arrive();
    auto const place = tasks_.find(change.id);
    auto const device = devices_.find(change.device);
    if (place == tasks_.end() || device == devices_.end() || device->second.known.session_epoch != change.epoch)
        co_return false;
    auto& [task, result, fault_code, fault_text] = place->second;
    if (task.device != change.device || (is_final(task.state) && task.state != change.state))
        co_return false;
    if (domain::is_final(change.state))
        end(task, change.state);
    task.state = change.state;
    task.attempts = change.attempts;
    task.command_key = change.command_key;
    task.progress = change.progress;
    task.deadline = change.deadline;
    if (change.not_before)
        task.not_before = *change.not_before;
    if (change.state == domain::TaskState::sent)
        task.sent_at = clock_.now();
    if (!change.result.empty())
        result = change.result;
    fault_code = change.fault_code;
    fault_text = change.fault_text;
    co_return true;
}

base::Awaitable<void> InMemoryStore::add(domain::Task task)
{
    co_await arrive();
    for (auto& [id, kept] : tasks_) {
        auto& open = kept.task;
        if (open.device == task.device && !is_final(open.state) && open.origin == task.origin &&
            kind_of(open.arguments) == kind_of(task.arguments)) {
            merge(open, task);
            co_return;
        }
    }
    add_person_task(std::move(task));
}

base::Awaitable<datamodel::ParameterTree> InMemoryStore::load(domain::DeviceKey device)
{
    co_await arrive();
    co_return tree(device);
}

base::Awaitable<bool> InMemoryStore::store(domain::DeviceKey device, std::int64_t epoch, datamodel::ParameterTree tree,
                                           std::vector<std::string> read, std::string software_version)
{
    co_await arrive();
    auto const place = devices_.find(device);
    if (place == devices_.end() || place->second.known.session_epoch != epoch)
        co_return false;
    auto& row = place->second;
    row.tree = std::move(tree);
    row.known.recent.clear();
    ++row.known.recent_version;
    row.known.has_tree = true;
    row.known.tree_software_version = std::move(software_version);
    for (auto& path : read)
        row.read[std::move(path)] = clock_.now();
    co_return true;
}

void InMemoryStore::add_login(domain::Login login)
{
    auto const name = login.username;
    logins_.insert_or_assign(name, KeptLogin{std::move(login), "", ""});
}

domain::DeviceKey InMemoryStore::add_device(cwmp::DeviceId identity, domain::DeviceState state)
{
    return make(identity, state).known.key;
}

void InMemoryStore::set_state(domain::DeviceKey device, domain::DeviceState state)
{
    devices_.at(device).known.state = state;
}

domain::TaskId InMemoryStore::add_person_task(domain::Task task)
{
    if (task.id.value() == 0)
        task.id = domain::TaskId{++last_task_};
    if (task.created == base::TimePoint{})
        task.created = clock_.now();
    auto const id = task.id;
    tasks_.insert_or_assign(id, KeptTask{std::move(task), "", std::nullopt, ""});
    return id;
}

void InMemoryStore::cancel(domain::TaskId task)
{
    if (auto const place = tasks_.find(task); place != tasks_.end())
        place->second.task.state = domain::TaskState::cancelled;
}

InMemoryStore::KeptTask const* InMemoryStore::task(domain::TaskId id) const
{
    auto const place = tasks_.find(id);
    return place == tasks_.end() ? nullptr : &place->second;
}

std::vector<InMemoryStore::KeptTask> InMemoryStore::tasks_of(domain::DeviceKey device) const
{
    std::vector<KeptTask> found;
    for (auto const& [id, kept] : tasks_)
        if (kept.task.device == device)
            found.push_back(kept);
    return found;
}

std::optional<domain::DeviceKey> InMemoryStore::find(cwmp::DeviceId const& identity) const
{
    for (auto const& [key, device] : devices_)
        if (same_device(device.identity, identity))
            return key;
    return std::nullopt;
}

domain::KnownDevice const* InMemoryStore::device(domain::DeviceKey key) const
{
    auto const place = devices_.find(key);
    return place == devices_.end() ? nullptr : &place->second.known;
}

datamodel::ParameterTree InMemoryStore::tree(domain::DeviceKey device) const
{
    auto const place = devices_.find(device);
    if (place == devices_.end())
        return datamodel::ParameterTree{};
    auto tree = place->second.tree;
    lay_over(tree, place->second.known.recent);
    return tree;
}

std::map<std::string, base::TimePoint> InMemoryStore::read_times(domain::DeviceKey device) const
{
    auto const place = devices_.find(device);
    return place == devices_.end() ? std::map<std::string, base::TimePoint>{} : place->second.read;
}

std::string InMemoryStore::last_failure(domain::DeviceKey device) const
{
    auto const place = devices_.find(device);
    return place == devices_.end() ? "" : place->second.last_failure;
}

std::pair<std::string, std::string> InMemoryStore::wake_credentials(domain::DeviceKey device) const
{
    auto const place = wake_credentials_.find(device);
    return place == wake_credentials_.end() ? std::pair<std::string, std::string>{}
                                            : std::pair{place->second.now.username, place->second.now.password};
}

std::vector<domain::Login> InMemoryStore::logins_of(domain::DeviceKey device) const
{
    std::vector<domain::Login> found;
    for (auto const& [name, kept] : logins_)
        if (kept.login.device == device)
            found.push_back(kept.login);
    return found;
}

}  // namespace support
