// The fakes are compiled once, here: a class whose destructor is not inline has its functions in one place.
#include "support/fake_admin.hpp"
#include "support/fake_announcements.hpp"
#include "support/fake_audit.hpp"
#include "support/fake_bindings.hpp"
#include "support/fake_device_rules.hpp"
#include "support/fake_events.hpp"
#include "support/fake_failed_tasks.hpp"
#include "support/fake_faults.hpp"
#include "support/fake_files.hpp"
#include "support/fake_fleet_list.hpp"
#include "support/fake_groups.hpp"
#include "support/fake_incidents.hpp"
#include "support/fake_inventory.hpp"
#include "support/fake_jobs.hpp"
#include "support/fake_keys.hpp"
#include "support/fake_life.hpp"
#include "support/fake_models.hpp"
#include "support/fake_operators.hpp"
#include "support/fake_reachability.hpp"
#include "support/fake_rule_settings.hpp"
#include "support/fake_rules.hpp"
#include "support/fake_sessions.hpp"
#include "support/fake_strangers.hpp"
#include "support/fake_traces.hpp"
#include "support/fake_values.hpp"
#include "support/fake_waker.hpp"
#include "support/fake_webhooks.hpp"

namespace support {

FakeDeviceAdmin::~FakeDeviceAdmin() = default;
FakePromotions::~FakePromotions() = default;
FakeAnnouncements::~FakeAnnouncements() = default;
FakeAuditTrail::~FakeAuditTrail() = default;
FakeBindings::~FakeBindings() = default;
FakeDeviceRules::~FakeDeviceRules() = default;
FakeEventLog::~FakeEventLog() = default;
FakeFailedTasks::~FakeFailedTasks() = default;
FakeFaults::~FakeFaults() = default;
FakeFleetStatistics::~FakeFleetStatistics() = default;
FakeFileStore::~FakeFileStore() = default;
FakeFileDirectory::~FakeFileDirectory() = default;
FakeFleetList::~FakeFleetList() = default;
FakeGroups::~FakeGroups() = default;
FakeIncidents::~FakeIncidents() = default;
FakeInventory::~FakeInventory() = default;
FakeJobs::~FakeJobs() = default;
FakeIdempotencyKeys::~FakeIdempotencyKeys() = default;
FakeEditLocks::~FakeEditLocks() = default;
FakeDeviceLife::~FakeDeviceLife() = default;
FakeRotations::~FakeRotations() = default;
FakeModelStore::~FakeModelStore() = default;
FakeOperators::~FakeOperators() = default;
FakeReachability::~FakeReachability() = default;
FakeReachabilityView::~FakeReachabilityView() = default;
FakeLiveDevices::~FakeLiveDevices() = default;
FakeRuleSettings::~FakeRuleSettings() = default;
FakeRules::~FakeRules() = default;
FakeSessions::~FakeSessions() = default;
FakeOpenSessions::~FakeOpenSessions() = default;
FakeStrangers::~FakeStrangers() = default;
FakeTraces::~FakeTraces() = default;
FakeParameterValues::~FakeParameterValues() = default;
FakeWaker::~FakeWaker() = default;
FakeWebhooks::~FakeWebhooks() = default;
FakeWebhookSender::~FakeWebhookSender() = default;

}  // namespace support
