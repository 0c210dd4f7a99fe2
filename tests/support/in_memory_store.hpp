#pragma once

#include "base/clock.hpp"
#include "domain/login_store.hpp"
#include "domain/session_store.hpp"
#include "domain/task_store.hpp"
#include "domain/tree_store.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// SessionStore, TaskStore, TreeStore and LoginStore in memory, over the same devices. Passes the same contract suite
/// as PostgreSQL. For the threads of one io_context; every call comes back through the event loop, as the real stores
/// do.
class InMemoryStore final : public domain::SessionStore,
                            public domain::TaskStore,
                            public domain::TreeStore,
                            public domain::LoginStore {
public:
    /// `clock` decides which tasks are due; must outlive the store.
    explicit InMemoryStore(base::Clock const& clock) : clock_{clock} {}

    // ---- the ports
    base::Awaitable<domain::LookupAnswer> look_up(cwmp::DeviceId identity, std::string username) override;
    base::Awaitable<domain::Admission> commit_contact(domain::Contact contact) override;
    base::Awaitable<void> record_report(domain::DeviceKey device, std::string kind, std::string detail) override;
    base::Awaitable<void> note_end(domain::DeviceKey device, bool failed, std::string reason) override;
    base::Awaitable<void> set_automation(domain::DeviceKey device, std::string stopped_reason) override;
    base::Awaitable<void> mark_conflict(domain::DeviceKey device, std::string reason) override;
    base::Awaitable<void> keep_wake_credentials(domain::DeviceKey device, std::string username,
                                                std::string password) override;
    base::Awaitable<void> suspend(domain::SuspendedSession session) override;
    base::Awaitable<std::optional<domain::SuspendedSession>> resume(std::string cookie) override;

    base::Awaitable<std::vector<domain::Task>> open_tasks(domain::DeviceKey device) override;
    base::Awaitable<bool> update(domain::TaskUpdate change) override;
    base::Awaitable<void> add(domain::Task task) override;

    base::Awaitable<datamodel::ParameterTree> load(domain::DeviceKey device) override;
    base::Awaitable<bool> store(domain::DeviceKey device, std::int64_t epoch, datamodel::ParameterTree tree,
                                std::vector<std::string> read, std::string software_version) override;

    base::Awaitable<std::optional<domain::GivenLogin>> offer(domain::LoginOffer offer) override;
    base::Awaitable<void> prove(domain::DeviceKey device, std::string username, std::string ha1_md5) override;
    base::Awaitable<void> mark(domain::DeviceKey device, domain::LoginState state, base::TimePoint until) override;
    base::Awaitable<std::optional<domain::GivenLogin>> told(domain::DeviceKey device, std::string username) override;
    base::Awaitable<void> shorten(domain::LoginOffer kept) override;
    base::Awaitable<bool> agree(domain::DeviceKey device, base::TimePoint until, std::uint32_t most,
                                domain::AuditEntry entry) override;
    base::Awaitable<std::optional<domain::GivenLogin>> offer_wake(domain::DeviceKey device, domain::GivenLogin login,
                                                                  bool force) override;
    base::Awaitable<void> confirm_wake(domain::DeviceKey device) override;
    base::Awaitable<void> retire(domain::DeviceKey device) override;

    // ---- what tests arrange and look at

    /// A row of the table `event`.
    struct Event {
        domain::DeviceKey device;
        std::string kind;  ///< see domain/event_kind.hpp
        std::vector<cwmp::Event> events;
        std::uint32_t retry_count = 0;
        bool redelivered = false;
        std::string detail;
    };
    /// A task with what became of it.
    struct KeptTask {
        domain::Task task;
        std::string result;
        std::optional<unsigned> fault_code;
        std::string fault_text;
    };

    void add_login(domain::Login login);
    /// A device of this serial number is announced.
    void expect(std::string serial_number, domain::ExpectedDevice expected);
    /// A device that is known already; gives its key.
    domain::DeviceKey add_device(cwmp::DeviceId identity, domain::DeviceState state);
    void set_state(domain::DeviceKey device, domain::DeviceState state);
    /// A person's task; gives its id.
    domain::TaskId add_person_task(domain::Task task);
    void cancel(domain::TaskId task);
    /// Which rules the device satisfies until when.
    void set_gate(domain::DeviceKey device, std::int64_t rules_epoch, base::TimePoint until);
    /// From now on every call throws base::Unavailable, or works again.
    void set_away(bool away) noexcept { away_ = away; }

    [[nodiscard]] std::vector<Event> const& events() const noexcept { return events_; }
    [[nodiscard]] KeptTask const* task(domain::TaskId id) const;
    [[nodiscard]] std::vector<KeptTask> tasks_of(domain::DeviceKey device) const;
    [[nodiscard]] std::optional<domain::DeviceKey> find(cwmp::DeviceId const& identity) const;
    [[nodiscard]] domain::KnownDevice const* device(domain::DeviceKey key) const;
    [[nodiscard]] datamodel::ParameterTree tree(domain::DeviceKey device) const;
    /// When each partial path was last read completely.
    [[nodiscard]] std::map<std::string, base::TimePoint> read_times(domain::DeviceKey device) const;
    [[nodiscard]] std::string last_failure(domain::DeviceKey device) const;
    /// User name and password that connection requests to the device log in with.
    [[nodiscard]] std::pair<std::string, std::string> wake_credentials(domain::DeviceKey device) const;
    /// What was written down of agreements.
    [[nodiscard]] std::vector<domain::AuditEntry> const& agreements() const noexcept { return agreements_; }
    /// The logins that are kept for the device.
    [[nodiscard]] std::vector<domain::Login> logins_of(domain::DeviceKey device) const;

private:
    struct Device {
        domain::KnownDevice known;
        cwmp::DeviceId identity;
        datamodel::ParameterTree tree;
        std::map<std::string, base::TimePoint> read;
        std::string last_failure;
        std::vector<base::TimePoint> re_enrolled_at;
    };

    base::Awaitable<void> arrive();
    void tell(domain::DeviceKey device, std::string_view kind);
    void end(domain::Task& task, domain::TaskState state);
    Device& make(cwmp::DeviceId const& identity, domain::DeviceState state);
    [[nodiscard]] std::optional<base::TimePoint> window_closes(domain::TaskWindow const& window) const;
    [[nodiscard]] bool is_due(domain::Task const& task) const;
    [[nodiscard]] bool has_open_tasks(domain::DeviceKey device) const;
    void take_values(Device& device, std::vector<cwmp::ParameterValue> const& values, base::TimePoint at);

    base::Clock const& clock_;
    bool away_ = false;
    std::int64_t last_key_ = 0, last_task_ = 0;
    std::map<domain::DeviceKey, Device> devices_;
    std::map<std::string, domain::ExpectedDevice> expected_;  // by serial number
    struct KeptLogin {
        domain::Login login;
        std::string password, next_password;
    };
    struct KeptWake {
        domain::GivenLogin now, before;
        bool is_generated = false, is_confirmed = false;
    };
    std::map<std::string, KeptLogin> logins_;
    std::map<domain::TaskId, KeptTask> tasks_;
    std::map<std::string, domain::SuspendedSession> suspended_;
    std::map<domain::DeviceKey, KeptWake> wake_credentials_;
    std::vector<Event> events_;
    std::vector<domain::AuditEntry> agreements_;
};

}  // namespace support
