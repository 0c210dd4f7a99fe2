#pragma once

#include "cli/profile.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// What only work on many devices has.
struct JobOptions {
    std::string name;
    std::string devices;  ///< a file with their ids
    bool skip_unknown = false;
    unsigned at_once = 0;  ///< 0: any number
    std::optional<unsigned> most_failed;
    bool wake = false;
};

/// What was asked for on the command line.
struct Invocation {
    std::string command;                ///< "set"
    Server server;                      ///< as far as options gave it
    std::string device;                 ///< OUI-ProductClass-Serial
    std::vector<std::string> operands;  ///< what follows the device, or stands alone: paths, settings, a task, a file
    std::string where;
    std::string rule;           ///< of quarantines
    std::string type;           ///< of a file: TR-069's text or a short name
    std::string version;        ///< of a file
    std::string product_class;  ///< of a file
    std::string name;           ///< of a file, when it is not the path's last part
    std::string state;          ///< of tasks
    std::string not_before;
    std::string expires_at;
    std::string priority;
    std::string window;              ///< of tasks: "01:00-05:00"
    std::string reason;              ///< why a pattern is promoted
    std::string until;               ///< of traces and events: RFC 3339
    unsigned sessions = 0;           ///< of traces; 0: as the server has it
    std::string save;                ///< of a trace: the file that it goes to
    std::string kind;                ///< of incidents and events
    std::string since;               ///< of events: RFC 3339
    unsigned count = 0;              ///< of a tail: it ends after so many events; 0: never
    std::string url;                 ///< of a webhook
    unsigned batch = 0;              ///< events in one request to it; 0: as the server has it
    bool asks_secret = false;        ///< of a webhook: somebody types it
    std::string address;             ///< of incidents and strangers
    std::string subscriber;          ///< of a device that is expected
    std::vector<std::string> tags;   ///< of a device that is expected
    std::string username, password;  ///< that a device is expected with
    unsigned limit = 100;            ///< items of a list; 0: all
    std::string role;                ///< of an operator
    std::string owner;               ///< operator that a token is for
    std::string by;                  ///< whose entries of the audit trail
    std::string action;              ///< what kind of them
    unsigned days = 0;              ///< that a token lives, or a retiring device is waited for; 0: as the server has it
    bool without_password = false;  ///< a new operator works with tokens only
    std::string group;              ///< of devices
    JobOptions job;
    unsigned rate = 0;      ///< of a rotation or a job: devices a minute; 0: as the server has it
    unsigned hours = 0;     ///< of a re-enrolment; 0: as the server has it
    bool no_reset = false;  ///< of a retirement: at once, without a factory reset
    bool sure = false;      ///< of what cannot be undone
    unsigned rounds = 0;    ///< of top; 0: until it is interrupted
    std::string format;     ///< of a list: csv or ndjson; empty: a table, or `json`
    std::string columns;    ///< of such a list; empty: all
    std::string code;       ///< of faults
    bool json = false;
    bool reveal = false;      ///< of parameters: values of secrets, too
    bool dry_run = false;     ///< of rules, lists and dumps: tell what would change
    bool logins = false;      ///< of a dump: take over what devices log in with
    bool remove_all = false;  ///< of rules: an empty folder is meant
    std::optional<std::chrono::seconds> wait;
};

/// The program ends here: help was asked for, or the usage is wrong.
struct Ending {
    int code = 0;
    std::string text;  ///< for standard output when the code is 0, else for standard error
};

/// Reads the command line (without the program's name).
[[nodiscard]] std::expected<Invocation, Ending> read_arguments(std::vector<std::string> arguments);

}  // namespace cli
