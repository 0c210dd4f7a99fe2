#pragma once

#include "cli/client.hpp"
#include "cli/invocation.hpp"
#include "cli/run.hpp"

#include <boost/json/object.hpp>

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
};

/// Writes "acsctl: ..." to standard error; returns `code`.
int complain(Terminal const& terminal, std::string_view what, int code = failed);
int complain(Session const& session, Refusal const& refusal);

/// Writes one object as a line of JSON.
void print_json(Session const& session, boost::json::object const& object);

/// The path of the asked device below /api/v1.
[[nodiscard]] std::string device_path(Session const& session);

// One function per command or family of commands; each returns the exit code.
int list_devices(Session session);
int show_device(Session session);
int list_parameters(Session session);
int promoted(Session session);
int wake_device(Session session);
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
int strangers(Session session);
int incidents(Session session);
int show_version(Session session);

/// The stored file that a download's operand means: a local file is uploaded first.
[[nodiscard]] Reply<boost::json::object> file_for_download(Session const& session);

}  // namespace cli
