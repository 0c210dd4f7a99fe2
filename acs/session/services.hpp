#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "domain/device_rules.hpp"
#include "domain/file.hpp"
#include "domain/file_token.hpp"
#include "domain/incidents.hpp"
#include "domain/login_store.hpp"
#include "domain/model.hpp"
#include "domain/reachability.hpp"
#include "domain/session_store.hpp"
#include "domain/sessions.hpp"
#include "domain/stranger.hpp"
#include "domain/task_news.hpp"
#include "domain/task_store.hpp"
#include "domain/tree_store.hpp"
#include "domain/wakeup.hpp"
#include "session/failed_logins.hpp"
#include "session/limits.hpp"
#include "session/new_devices.hpp"
#include "session/trace_desk.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace session {

/// Where CPEs fetch and put files: "https://files.example.net:7567", without a path. Empty: there is no such listener.
struct FileUrls {
    std::string https;
    std::string http;
};

/// What devices log in with.
struct LoginSettings {
    bool give = true;                       ///< each device gets a login of its own, and one for connection requests
    std::string realm = "acs";              ///< of Digest, for the whole fleet
    std::vector<std::string> shared_names;  ///< that no device is given
    std::uint32_t resets_per_day = 2;       ///< of one device that a policy agrees to; more wait for a person
    bool for_stun = false;                  ///< a device signs its STUN requests with its login of connection requests
};

/// What every session needs of the rest of the ACS. All must outlive the sessions; the ports are called on the
/// sessions' own threads.
struct Services {
    domain::SessionStore& sessions;
    domain::TaskStore& tasks;
    domain::TreeStore& trees;
    domain::ModelStore& models;
    domain::FileStore& files;
    base::Clock const& clock;
    base::Metrics& metrics;
    domain::FileTokens const& file_tokens;
    FileUrls file_urls;
    SessionLimits limits;
    unsigned node = 0;  ///< this node's number, 0 to 1023: in its cookies, so that others know whose they are
    domain::TaskNews* news = nullptr;  ///< null: tasks that are ordered during a session wait for the next one
    domain::Waker* waker =
        nullptr;  ///< wakes devices whose session ended before a person's task was seen; null: nobody
    domain::DeviceRules* rules = nullptr;    ///< null: there are none
    domain::Incidents* incidents = nullptr;  ///< null: nobody wants to know
    domain::Strangers* strangers = nullptr;  ///< null: they are not kept
    NewDevices* new_devices = nullptr;       ///< null: there are no bounds
    FailedLogins* failed_logins = nullptr;   ///< null: they are not slowed down
    domain::LoginStore* logins = nullptr;    ///< null: devices keep the logins that they have
    LoginSettings login_settings = {};
    domain::SessionJournal* journal = nullptr;       ///< null: nobody writes down which sessions there were
    std::string node_name = {};                      ///< of this node, for people
    TraceDesk* traces = nullptr;                     ///< null: nothing is traced
    domain::ConnectionNotes* connections = nullptr;  ///< null: nobody wants to know where devices come from
};

}  // namespace session
