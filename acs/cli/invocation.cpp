#include "cli/invocation.hpp"

#include "cli/arguments.hpp"
#include "cli/self_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace cli {

namespace {

constexpr unsigned longest_wait = 86'400;  // seconds

/// Options that every command takes, in front of it or behind.
void add_common(CLI::App& app, Invocation& invocation, unsigned& wait)
{
    app.add_option("--server", invocation.server.url, "URL of the ACS's API (else ACS_SERVER, else the profile file)");
    app.add_option("--token", invocation.server.token, "bearer token (else ACS_TOKEN, else the profile file)");
    app.add_option("--ca", invocation.server.ca_file,
                   "PEM file of authorities to trust (else ACS_CA, else the profile file)");
    app.add_option("--profile", invocation.server.profile,
                   "a server by its name in the profile file (else ACS_PROFILE); login makes it");
    app.add_flag("--json", invocation.json, "print one JSON object a line");
    app.add_option("--format", invocation.format, "of a list: csv or ndjson, all of it")
        ->check(CLI::IsMember({"csv", "ndjson"}));
    app.add_option("--columns", invocation.columns, "of such a list: id,state,value('PATH')");
    app.add_flag("--wait{30}", wait,
                 "wake the device and wait for the end, 30 s or --wait=SECONDS; exit 3: not finished yet")
        ->check(CLI::Range(0u, longest_wait));
}

/// A command that makes a task.
CLI::App* task_on(CLI::App& app, Invocation& invocation, char const* name, char const* help, Operands operands = {})
{
    auto* const command = on_device(app, invocation, name, help, operands);
    add_times(*command, invocation);
    command->add_option("--priority", invocation.priority, "person, automation or bulk");
    return command;
}

void add_inventory(CLI::App& app, Invocation& invocation)
{
    auto* const devices = app.add_subcommand("devices", "list devices");
    devices->add_option("--where", invocation.where, "SQL condition over acs.device and value('PATH')");
    devices->add_option("--group", invocation.group, "a group; with --where both must hold");
    devices->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    on_device(app, invocation, "device",
              "show one device; or: device merge FROM INTO, device state ID STATE, device time-zone ID ZONE",
              {"OPERANDS", "what merge, state or time-zone take", 0, 2});
    auto* const promoted =
        app.add_subcommand("promoted", "list the parameters that fleets are searched by, add or remove a pattern");
    promoted->add_option("ACTION", invocation.operands, "add PATTERN or remove PATTERN; nothing: list")->expected(0, 2);
    promoted->add_option("--reason", invocation.reason, "who needs it");
    auto* const rules = app.add_subcommand(
        "rules", "provisioning rules: list, show, check, preview, apply, undo, pause, what they gave up");
    rules
        ->add_option("ACTION", invocation.operands,
                     "list, show NAME, check FILE, preview FILE, apply FOLDER, history [NAME], rollback EPOCH, export"
                     " FOLDER, pause [NAME], resume [NAME], quarantine or release DEVICE [RULE [WHAT]]")
        ->expected(0, 4);
    rules->add_option("--rule", invocation.rule, "only what this rule gave up");
    rules->add_option("--device", invocation.device, "only what was given up for this device");
    rules->add_option("--reason", invocation.reason, "why they are applied, rolled back or paused");
    rules->add_option("--where", invocation.where, "preview only devices for which this SQL condition holds");
    rules->add_flag("--dry-run", invocation.dry_run, "tell what applying or rolling back would change");
    rules->add_flag("--remove-all", invocation.remove_all, "apply a folder without rules: none is in force any more");
    rules->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    on_device(app, invocation, "explain", "show what rules want of a device, why, and what its next session sends",
              {"PATH", "only what begins so", 0, 1});
    auto* const parameters = on_device(app, invocation, "parameters", "list what is known of a device's parameters",
                                       {"PATH", "a parameter, or an object with its dot", 0, 1});
    parameters->add_flag("--reveal", invocation.reveal,
                         "values of secrets, too: needs the permission; it is written down");
    parameters->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    on_device(app, invocation, "wake", "make a device open a session now");
    on_device(app, invocation, "reachability", "show how a device can be made to come, and why it did not");
}

void add_operators(CLI::App& app, Invocation& invocation)
{
    auto* const login = app.add_subcommand("login", "log in; keeps a token in the profile file");
    login->add_option("NAME", invocation.operands, "the operator (else you are called as here)")->expected(0, 1);
    login->add_option("--days", invocation.days, "how long the token lives");
    app.add_subcommand("logout", "make the token worth nothing, and forget it");
    app.add_subcommand("whoami", "show who you are to the server, and what you may do");
    app.add_subcommand("password", "change your password");
    auto* const operators = app.add_subcommand("operators", "who may use the server: list, add, change, remove");
    operators
        ->add_option("ACTION", invocation.operands,
                     "add NAME --role ROLE, role NAME ROLE, password NAME, disable NAME, enable NAME, remove NAME;"
                     " nothing: list")
        ->expected(0, 3);
    operators->add_option("--role", invocation.role, "of a new operator; see roles");
    operators->add_flag("--no-password", invocation.without_password, "a new operator that uses tokens only");
    auto* const roles = app.add_subcommand("roles", "what operators may do: list, add, change, remove");
    roles
        ->add_option("ACTION", invocation.operands,
                     "add NAME PERMISSION..., change NAME [PERMISSION...], remove NAME; nothing: list")
        ->expected(0, many);
    roles->add_option("--where", invocation.where, "SQL condition: the part of the fleet that they see");
    auto* const tokens = app.add_subcommand("tokens", "tokens for programs: list, add, remove");
    tokens->add_option("ACTION", invocation.operands, "add NAME [PERMISSION...], remove TOKEN; nothing: list")
        ->expected(0, many);
    tokens->add_option("--days", invocation.days, "how long it lives");
    tokens->add_option("--operator", invocation.owner, "whom it is for (else you)");
    auto* const audit = app.add_subcommand("audit", "who did what: list; or prove that nothing of it was changed");
    audit->add_option("ACTION", invocation.operands, "verify [ANCHOR]; nothing: list")->expected(0, 2);
    audit->add_option("--by", invocation.by, "only what this operator did");
    audit->add_option("--action", invocation.action, "only this: task.created, or device. for all that begins so");
    audit->add_option("--device", invocation.device, "only what was done to this device");
    for (auto* const command : {operators, roles, tokens, audit})
        command->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
}

void add_changes(CLI::App& app, Invocation& invocation)
{
    task_on(app, invocation, "get", "read parameters from the device", {"PATH", "parameters or objects", 1, many});
    task_on(app, invocation, "set", "write parameters", {"PATH=VALUE", "what to write", 1, many});
    task_on(app, invocation, "add", "make an instance",
            {"OBJECT", "the table with its dot, then NAME=VALUE...", 1, many});
    task_on(app, invocation, "delete", "delete an instance", {"OBJECT", "the instance with its number and dot", 1, 1});
    task_on(app, invocation, "attributes", "set what the device tells of changes",
            {"PATH=NOTIFICATION", "off, passive, active or 0-6", 1, many});
    task_on(app, invocation, "refresh", "read names and values anew",
            {"PATH", "objects; none for everything", 0, many});
    task_on(app, invocation, "reboot", "restart the device");
    task_on(app, invocation, "factory-reset", "set the device back to its factory state");
    task_on(app, invocation, "diagnostics", "run a test on the device", {"TEST", "ping, then HOST", 2, 2});
    task_on(app, invocation, "rpc", "send any RPC", {"METHOD", "its name, then its arguments as a JSON object", 1, 2});
}

void add_logins(CLI::App& app, Invocation& invocation)
{
    on_device(app, invocation, "credential", "show how a device's logins stand (never the passwords)");
    on_device(app, invocation, "rotate", "give a device a new login; the old one is good until it has used it");
    auto* const rotations =
        app.add_subcommand("rotations", "list rotations of a fleet's logins; start, show, pause, resume, cancel one");
    rotations->add_option("ACTION", invocation.operands, "start, show ID, pause ID, resume ID or cancel ID")
        ->expected(0, 2);
    rotations->add_option("--where", invocation.where, "only devices for which this SQL condition holds");
    rotations->add_option("--rate", invocation.rate, "devices a minute");
    rotations->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    on_device(app, invocation, "re-enrol", "a device that was reset may come with a shared login and gets its own anew")
        ->add_option("--hours", invocation.hours, "how long that is good");
    auto* const retire = on_device(app, invocation, "retire", "reset a device when it comes, then let it in no more");
    retire->add_option("--days", invocation.days, "then it is retired although it did not come");
    retire->add_flag("--no-reset", invocation.no_reset, "retire it at once");
    on_device(app, invocation, "purge", "erase everything that is kept of a device that was retired or rejected")
        ->add_flag("--yes", invocation.sure, "it cannot be undone");
}

void add_files(CLI::App& app, Invocation& invocation)
{
    auto* const download = task_on(app, invocation, "download", "have the device fetch a file",
                                   {"FILE", "a local file (uploaded first), or the name or id of a stored one", 1, 1});
    auto* const add = app.add_subcommand("file-add", "store a file for downloads");
    add->add_option("PATH", invocation.operands, "the local file")->required()->expected(1);
    for (auto* const command : {download, add}) {
        add_file_options(*command, invocation);
        command->add_option("--name", invocation.name, "its name on the server");
    }
    auto* const upload = task_on(app, invocation, "upload", "have the device send a file of its own");
    upload->add_option("--type", invocation.type, "config, log or TR-069's own text");
    auto* const files = app.add_subcommand("files", "list stored files");
    files->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    app.add_subcommand("file-delete", "delete a stored file")
        ->add_option("FILE", invocation.operands, "its id or name")
        ->required()
        ->expected(1);
}

void add_tasks(CLI::App& app, Invocation& invocation)
{
    auto* const tasks = app.add_subcommand("tasks", "list tasks, of one device or all");
    tasks->add_option("ID", invocation.device, "the device");
    tasks->add_option("--state", invocation.state,
                      "queued, sent, waiting, unknown, done, failed, cancelled or expired");
    tasks->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    app.add_subcommand("task", "show one task")
        ->add_option("TASK", invocation.operands, "its id")
        ->required()
        ->expected(1);
    app.add_subcommand("cancel", "cancel a queued task")
        ->add_option("TASK", invocation.operands, "its id")
        ->required()
        ->expected(1);
    app.add_subcommand("version", "show the server's version");
}

void add_sessions(CLI::App& app, Invocation& invocation)
{
    auto* const sessions = app.add_subcommand(
        "sessions", "sessions that are open, or with a device those that are over, the newest first");
    sessions->add_option("ID", invocation.device, "only those of this device");
    sessions->add_option("--state", invocation.state, "open, ended, completed or failed");
    sessions->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    app.add_subcommand("session", "show one session")
        ->add_option("SESSION", invocation.operands, "its id")
        ->required()
        ->expected(1);
    auto* const trace = app.add_subcommand(
        "trace", "what was said: trace SESSION shows it; trace DEVICE on|off|show: trace the device's next sessions");
    trace->add_option("OPERANDS", invocation.operands, "SESSION, or DEVICE and on, off or show")
        ->required()
        ->expected(1, 2);
    trace->add_option("--save", invocation.save, "write it to this file, as acs decode reads it");
    trace->add_option("--sessions", invocation.sessions, "with on: so many");
    trace->add_option("--until", invocation.until, "with on: no longer than this (RFC 3339)");
}

void add_enrolment(CLI::App& app, Invocation& invocation)
{
    auto* const announcements = app.add_subcommand(
        "announcements", "devices that are expected: list, import a list, announce one, take one back");
    announcements
        ->add_option("ACTION", invocation.operands,
                     "import FILE.csv, add SERIAL [OUI [CLASS]], remove ID; nothing: list")
        ->expected(0, 4);
    announcements->add_option("--state", invocation.state, "only those waiting, or met");
    announcements->add_flag("--dry-run", invocation.dry_run, "tell what would become of a list");
    auto* const dump = app.add_subcommand("import", "announce the devices of another server's database");
    dump->add_option("DUMP", invocation.operands, "genieacs, then its devices: mongodump's devices.bson, or JSON")
        ->required()
        ->expected(2);
    dump->add_flag("--logins", invocation.logins, "take over what devices were told to log in with");
    dump->add_flag("--dry-run", invocation.dry_run, "tell what would become of them");
    auto* const strangers =
        app.add_subcommand("strangers", "unknown devices that were sent away: list, enrol one, forget one");
    strangers->add_option("ACTION", invocation.operands, "enrol ID or forget ID; nothing: list")->expected(0, 2);
    strangers->add_option("--address", invocation.address, "only those from this address");
    for (auto* const command : {announcements, strangers}) {
        command->add_option("--subscriber", invocation.subscriber, "whom it will serve");
        command->add_option("--tag", invocation.tags, "a label it will have; may stand several times");
        command->add_option("--username", invocation.username, "the login it comes with");
        command->add_option("--password", invocation.password, "its password");
        command->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    }
    add_sessions(app, invocation);
    auto* const incidents =
        app.add_subcommand("incidents", "what the network did that somebody may have to look at, the newest first");
    incidents->add_option("ID", invocation.device, "only those of this device");
    incidents->add_option("--kind", invocation.kind, "failed-login, wrong-login, replayed-login, conflict ...");
    incidents->add_option("--address", invocation.address, "only those from this address");
    incidents->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
}

void add_events(CLI::App& app, Invocation& invocation)
{
    auto* const events = app.add_subcommand("events", "what happened, the newest first; of the last 24 hours");
    events->add_option("--since", invocation.since, "from then on (RFC 3339)");
    events->add_option("--until", invocation.until, "before then (RFC 3339)");
    events->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    auto* const tail = app.add_subcommand("tail", "what happens, as it happens, until Ctrl-C");
    tail->add_option("--count", invocation.count, "end after so many events");
    for (auto* const command : {events, tail}) {
        command->add_option("ID,--device", invocation.device, "only of this device");
        command->add_option("--kind", invocation.kind, "only these kinds: device,task.failed (docs/events.md)");
        command->add_option("--where", invocation.where, "only of devices for which this SQL condition holds");
    }
    auto* const webhooks = app.add_subcommand(
        "webhooks",
        "where events are sent to: list, show, add, change, remove, pause, resume, test, what was given up");
    webhooks
        ->add_option("ACTION", invocation.operands,
                     "add NAME URL, show NAME, change NAME, remove NAME, pause NAME, resume NAME, test NAME, dead NAME,"
                     " redeliver NAME [ID...]; nothing: list")
        ->expected(0, many);
    webhooks->add_option("--kind", invocation.kind, "kinds of events: device,task.failed; none for all");
    webhooks->add_option("--where", invocation.where, "only of devices for which this SQL condition holds");
    webhooks->add_option("--url", invocation.url, "where they go from now on");
    webhooks->add_option("--batch", invocation.batch, "events in one request, at most");
    webhooks->add_flag("--secret", invocation.asks_secret, "ask for the secret (else the server makes one)");
    webhooks->add_option("--limit", invocation.limit, "at most so many, 0 for all");
}

/// Commands about acsctl itself, which need no server.
void add_self(CLI::App& app, Invocation& invocation)
{
    app.add_subcommand("top", "show what the server does now, every two seconds; Ctrl-C ends it")
        ->add_option("--rounds", invocation.rounds, "end after so many");
    app.add_subcommand("completion", "print what completes commands in a shell: source <(acsctl completion bash)")
        ->add_option("SHELL", invocation.operands, "bash, zsh or fish")
        ->required()
        ->expected(1);
    app.add_subcommand("man", "print the manual page: acsctl man | man -l -");
}

/// What acsctl says of itself, when that was asked for.
std::optional<Ending> self_description(CLI::App const& app, Invocation const& invocation)
{
    if (invocation.command == "man")
        return Ending{0, man_page(app)};
    if (invocation.command != "completion")
        return std::nullopt;
    auto const script = completion(app, invocation.operands.front());
    return script ? Ending{0, *script} : Ending{2, fmt::format("acsctl: {}\n", script.error().what)};
}

void add_overview(CLI::App& app, Invocation& invocation)
{
    auto* const faults = app.add_subcommand("faults", "what is wrong with devices now; faults summary: over the fleet");
    faults->add_option("ID", invocation.device, "only those of this device; or: summary");
    faults->add_option("--kind", invocation.kind, "task, rule, sessions or automation");
    faults->add_option("--code", invocation.code, "tasks that failed with this code");
    faults->add_option("--days", invocation.days, "tasks that were ordered within so many days");
    faults->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
    app.add_subcommand("statistics", "how many devices there are of what kind, and how they do");
    auto* const settings = app.add_subcommand("settings", "the configuration that the server runs with");
    settings->add_option("--limit", invocation.limit, "at most so many, 0 for all");
    auto* const places = app.add_subcommand(
        "rule-settings", "where the settings that rules name are found in the trees of devices: list, set, remove");
    places->add_option("ACTION", invocation.operands, "set NAME:ROOT:OUI:CLASS PATH or remove ID; nothing: list")
        ->expected(0, 3);
    places->add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
}

std::unexpected<Ending> ending(CLI::App const& app, CLI::ParseError const& error)
{
    std::ostringstream out;
    std::ostringstream problems;
    auto const code = app.exit(error, out, problems);
    return std::unexpected{code == 0 ? Ending{0, out.str()} : Ending{2, fmt::format("acsctl: {}", problems.str())}};
}

}  // namespace

CLI::App* on_device(CLI::App& app, Invocation& invocation, char const* name, char const* help, Operands operands)
{
    auto* const command = app.add_subcommand(name, help);
    command->add_option("ID", invocation.device, "the device: OUI-ProductClass-Serial")->required();
    if (operands.name != nullptr)
        command->add_option(operands.name, invocation.operands, operands.help)
            ->expected(operands.least, operands.most)
            ->required(operands.least > 0);
    return command;
}

void add_times(CLI::App& command, Invocation& invocation)
{
    command.add_option("--not-before", invocation.not_before, "carry it out no earlier (RFC 3339)");
    command.add_option("--expires-at", invocation.expires_at, "carry it out no later (RFC 3339)");
    command.add_option("--window", invocation.window, "begin it only at this time of day: 01:00-05:00");
}

void add_file_options(CLI::App& command, Invocation& invocation)
{
    command.add_option("--type", invocation.type, "firmware, web, config, tone, ringer or TR-069's own text");
    command.add_option("--version", invocation.version, "the SoftwareVersion that a firmware brings");
    command.add_option("--product-class", invocation.product_class, "what it is made for");
}

void add_limit(CLI::App& command, Invocation& invocation)
{
    command.add_option("--limit", invocation.limit, "at most so many, 0 for all")->capture_default_str();
}

std::expected<Invocation, Ending> read_arguments(std::vector<std::string> arguments)
{
    Invocation invocation;
    unsigned wait = 0;
    CLI::App app{"The operator's command line of the ACS.", "acsctl"};
    app.set_version_flag("--version", "acsctl " ACS_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    add_common(app, invocation, wait);
    add_inventory(app, invocation);
    add_changes(app, invocation);
    add_fleet(app, invocation);
    add_logins(app, invocation);
    add_files(app, invocation);
    add_tasks(app, invocation);
    add_enrolment(app, invocation);
    add_operators(app, invocation);
    add_events(app, invocation);
    add_self(app, invocation);
    add_overview(app, invocation);
    try {
        std::ranges::reverse(arguments);  // as CLI11 takes them
        app.parse(std::move(arguments));
    } catch (CLI::ParseError const& error) {
        return ending(app, error);
    }
    invocation.command = app.get_subcommands().front()->get_name();
    if (app.count("--wait") > 0)
        invocation.wait = std::chrono::seconds{wait};
    if (auto said = self_description(app, invocation))
        return std::unexpected{*std::move(said)};
    return invocation;
}

}  // namespace cli
