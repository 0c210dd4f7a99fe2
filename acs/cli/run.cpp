#include "cli/run.hpp"

#include "cli/session.hpp"
#include "cli/task_bodies.hpp"
#include "cli/text.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <ostream>
#include <utility>

namespace cli {

namespace {

struct Command {
    std::string_view name;
    int (*run)(Session session);
};

constexpr Command commands[] = {
    {"devices", list_devices},
    {"device", show_device},
    {"parameters", list_parameters},
    {"wake", wake_device},
    {"reachability", show_reachability},
    {"tag", tag_device},
    {"untag", untag_device},
    {"tags", tags},
    {"groups", groups},
    {"jobs", list_jobs},
    {"job", job},
    {"tasks", list_tasks},
    {"task", show_task},
    {"cancel", cancel_task},
    {"files", list_files},
    {"file-add", add_file},
    {"file-delete", delete_file},
    {"promoted", promoted},
    {"rules", rules},
    {"credential", show_credential},
    {"rotate", rotate_credential},
    {"rotations", rotations},
    {"re-enrol", re_enrol},
    {"retire", retire},
    {"purge", purge},
    {"explain", explain},
    {"version", show_version},
    {"top", show_top},
    {"login", log_in},
    {"logout", log_out},
    {"whoami", show_self},
    {"password", change_password},
    {"operators", operators},
    {"roles", roles},
    {"tokens", tokens},
    {"audit", audit},
    {"announcements", announcements},
    {"import", import_dump},
    {"strangers", strangers},
    {"incidents", incidents},
    {"events", events},
    {"tail", tail},
    {"webhooks", webhooks},
    {"sessions", list_sessions},
    {"session", show_session},
    {"trace", trace},
    {"faults", faults},
    {"statistics", statistics},
    {"settings", settings},
    {"rule-settings", rule_settings},
};

int dispatch(Session session)
{
    if (makes_task(session.asked.command))
        return make_task(session);
    for (auto const& command : commands)
        if (command.name == session.asked.command)
            return command.run(session);
    return complain(session.terminal, fmt::format("there is no command {}", session.asked.command), wrong_usage);
}

}  // namespace

int complain(Terminal const& terminal, std::string_view what, int code)
{
    terminal.error << "acsctl: " << what << '\n';
    return code;
}

int complain(Session const& session, Refusal const& refusal)
{
    return complain(session.terminal, refusal.what);
}

void print_json(Session const& session, boost::json::object const& object)
{
    session.terminal.out << harmless_json(boost::json::serialize(object)) << '\n';
}

std::string device_path(Session const& session)
{
    return fmt::format("/devices/{}", encoded(session.asked.device));
}

int run(std::vector<std::string> arguments, Terminal terminal)
{
    auto const asked = read_arguments(std::move(arguments));
    if (!asked) {
        (asked.error().code == 0 ? terminal.out : terminal.error) << asked.error().text;
        return asked.error().code;
    }
    auto server = resolve_server(asked->server, terminal.environment, asked->command != "login");
    if (!server)
        return complain(terminal, server.error().what, wrong_usage);
    auto client = Client::create(*server);
    if (!client)
        return complain(terminal, client.error().what, wrong_usage);
    return dispatch({*asked, *client, terminal, *server});
}

}  // namespace cli
