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
class FleetList;
class IncidentLog;
class Inventory;
class ParameterCheck;
class DeviceAdmin;
class DeviceLife;
class FailedTasks;
class OperatorStore;
class Promotions;
class Rotations;
class Rules;
class StrangerList;
class Waker;
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
    domain::FleetList& fleet_lists;
    domain::FailedTasks& failed_tasks;
};

}  // namespace api
