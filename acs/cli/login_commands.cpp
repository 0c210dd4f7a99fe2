// Who one is to the server.
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <ostream>
#include <utility>

namespace cli {

namespace {

constexpr unsigned usual_days = 30;

/// What the token of a login is called: the program and the machine that it is kept on.
std::string token_name()
{
    std::array<char, 65> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0)
        return "acsctl";
    std::string name{"acsctl@"};
    for (char const* c = host.data(); *c != '\0' && name.size() < 64; ++c) {
        bool const fits = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '.' || *c == '-';
        name += fits ? *c : *c >= 'A' && *c <= 'Z' ? static_cast<char>(*c - 'A' + 'a') : '_';
    }
    return name;
}

}  // namespace

std::optional<std::string> ask_secret(Session const& session, std::string const& prompt)
{
    if (session.terminal.ask_secret)
        if (auto answer = session.terminal.ask_secret(prompt))
            return answer;
    complain(session.terminal, "a password is needed: type it, or give it as a line of standard input");
    return std::nullopt;
}

std::optional<std::string> ask_new_password(Session const& session)
{
    auto password = ask_secret(session, "New password: ");
    if (!password || !session.terminal.is_typed)
        return password;
    auto const again = ask_secret(session, "Once more: ");
    if (!again)
        return std::nullopt;
    if (*again == *password)
        return password;
    complain(session.terminal, "the two are not the same");
    return std::nullopt;
}

int log_in(Session session)
{
    auto name =
        session.asked.operands.empty() ? session.terminal.environment("USER").value_or("") : session.asked.operands[0];
    if (name.empty())
        return complain(session.terminal, "give your name: login NAME", wrong_usage);
    auto const password = ask_secret(session, fmt::format("Password of {}: ", name));
    if (!password)
        return failed;
    auto const answer =
        session.client.post("/login", {{"username", name},
                                       {"password", *password},
                                       {"token", token_name()},
                                       {"days", session.asked.days == 0 ? usual_days : session.asked.days}});
    if (!answer)
        return complain(session, answer.error());
    auto server = session.server;
    server.token = text_of(*answer, "token");
    auto const path = profile_path(session.terminal.environment);
    if (auto const saved = save_profile(path, server); !saved)
        return complain(session.terminal, saved.error().what);
    session.terminal.error << fmt::format("logged in as {} until {}; the token is in {}\n", name,
                                          text_of(*answer, "expires_at"), path);
    return done;
}

int log_out(Session session)
{
    auto const answer = session.client.post("/logout", {});
    if (!answer && answer.error().status != 401)
        return complain(session, answer.error());
    auto const path = profile_path(session.terminal.environment);
    Server chosen;
    chosen.profile = session.server.profile;
    auto kept = resolve_server(std::move(chosen), [&](std::string const& name) -> std::optional<std::string> {
        return name == "HOME" || name == "XDG_CONFIG_HOME" ? session.terminal.environment(name) : std::nullopt;
    });
    if (!kept || kept->token != session.server.token)
        return done;
    kept->token.clear();
    if (auto const saved = save_profile(path, *kept); !saved)
        return complain(session.terminal, saved.error().what);
    return done;
}

int show_self(Session session)
{
    return print(session, session.client.get("/self"));
}

int change_password(Session session)
{
    auto const current = ask_secret(session, "Current password: ");
    auto const wanted = current ? ask_new_password(session) : std::nullopt;
    if (!wanted)
        return failed;
    auto const answer = session.client.post("/self/password", {{"current", *current}, {"password", *wanted}});
    return answer ? done : complain(session, answer.error());
}

}  // namespace cli
