#pragma once

#include "cli/client.hpp"
#include "cli/invocation.hpp"
#include "cli/run.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace cli {

/// Exit codes.
inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int wrong_usage = 2;
inline constexpr int not_finished = 3;

/// What every command works with.
struct Session {
    Invocation const& asked;
    Client& client;
    Terminal const& terminal;
    Server const& server;  ///< that the client speaks with
};

/// Writes "acsctl: ..." to standard error; returns `code`.
int complain(Terminal const& terminal, std::string_view what, int code = failed);
int complain(Session const& session, Refusal const& refusal);

/// Writes one object as a line of JSON, harmless for a terminal.
void print_json(Session const& session, boost::json::object const& object);

/// The path of the asked device below /api/v1.
[[nodiscard]] std::string device_path(Session const& session);

// One function per command or family of commands; each returns the exit code.
int list_devices(Session session);
int show_device(Session session);
int show_device_page(Session session);
int list_parameters(Session session);
int promoted(Session session);
int wake_device(Session session);
int show_reachability(Session session);
int tag_device(Session session);
int untag_device(Session session);
int tags(Session session);
int groups(Session session);
int list_jobs(Session session);
int job(Session session);
int make_task(Session session);
int list_tasks(Session session);
int show_task(Session session);
int cancel_task(Session session);
int list_files(Session session);
int add_file(Session session);
int delete_file(Session session);
int rules(Session session);
int explain(Session session);
int announcements(Session session);
int import_dump(Session session);
int strangers(Session session);
int incidents(Session session);
int events(Session session);
int tail(Session session);
int webhooks(Session session);
int list_sessions(Session session);
int show_session(Session session);
int trace(Session session);
int faults(Session session);
int statistics(Session session);
int settings(Session session);
int rule_settings(Session session);
int show_credential(Session session);
int rotate_credential(Session session);
int rotations(Session session);
int re_enrol(Session session);
int retire(Session session);
int purge(Session session);
int show_version(Session session);
int show_top(Session session);
int log_in(Session session);
int log_out(Session session);
int show_self(Session session);
int change_password(Session session);
int operators(Session session);
int roles(Session session);
int tokens(Session session);
int audit(Session session);

/// Asks for a secret, which is not shown; none, with a complaint, when there is nobody to ask.
[[nodiscard]] std::optional<std::string> ask_secret(Session const& session, std::string const& prompt);
/// Asks for a new password, twice when a person types it.
[[nodiscard]] std::optional<std::string> ask_new_password(Session const& session);
/// Writes one object, as JSON or line by line, or what the server had against it; gives the exit code.
int print(Session const& session, Reply<boost::json::object> const& answer);

/// The body of POST .../tasks for a command that makes a task; none, with a complaint and the exit code in `code`.
[[nodiscard]] std::optional<boost::json::object> whole_task_body(Session const& session, int& code);

/// "where=...&group=...": which devices are meant, as a part of a query.
[[nodiscard]] std::string device_query(Session const& session);

/// The stored file that a download's operand means: a local file is uploaded first.
[[nodiscard]] Reply<boost::json::object> file_for_download(Session const& session);

}  // namespace cli
