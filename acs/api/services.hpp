#pragma once

#include "api/settings.hpp"

namespace base {
class Clock;
class Metrics;
}  // namespace base

namespace domain {
class Announcements;
class AuditTrail;
class ConditionGuard;
class FileDirectory;
class FileStore;
class FleetStatistics;
class FleetList;
class IncidentLog;
class Inventory;
class ParameterCheck;
class ParameterValues;
class DeviceAdmin;
class DeviceLife;
class EventLog;
class EventTail;
class EditLocks;
class Faults;
class IdempotencyKeys;
class OpenSessions;
class Fleet;
class Groups;
class Jobs;
class FailedTasks;
class OperatorStore;
class PastSessions;
class Promotions;
class ReachabilityView;
class Rotations;
class RuleSettings;
class Rules;
class StrangerList;
class Traces;
class Waker;
class WebhookSender;
class WebhookStore;
}  // namespace domain

namespace api {

/// What every endpoint may use of the rest of the server. All must outlive the connections that the API serves.
struct Services {
    domain::Inventory& inventory;
    domain::FileStore& files;
    domain::FileDirectory& directory;
    domain::Waker& waker;
    domain::ConditionGuard& guard;
    domain::ParameterCheck const* parameter_check;  ///< null: values are not held against a data model
    base::Clock const& clock;
    base::Metrics& metrics;
    domain::DeviceAdmin& admin;
    domain::Promotions& promotions;
    domain::Rules& rules;
    domain::AuditTrail& audit;
    domain::IncidentLog& incidents;
    domain::Announcements& announcements;
    domain::StrangerList& strangers;
    domain::OperatorStore& operators;
    domain::DeviceLife& life;
    domain::Rotations& rotations;
    domain::PastSessions& sessions;
    domain::OpenSessions& open_sessions;
    domain::Traces& traces;
    domain::IdempotencyKeys& keys;
    domain::EditLocks& locks;
    domain::ParameterValues& values;
    domain::RuleSettings& rule_settings;
    domain::Faults& faults;
    domain::FleetStatistics& fleet;
    domain::ReachabilityView& reachability;
    domain::Fleet& fleet_search;
    domain::Groups& groups;
    domain::Jobs& jobs;
    domain::EventLog& events;
    domain::EventTail& event_tail;
    domain::WebhookStore& webhooks;
    domain::WebhookSender& webhook_sender;
    domain::FleetList& fleet_lists;
    domain::FailedTasks& failed_tasks;
};

}  // namespace api
