#include "cli/profile.hpp"

#include "base/toml.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

namespace cli {

namespace {

void complete(std::string& field, std::optional<std::string> const& value)
{
    if (field.empty() && value)
        field = *value;
}

/// All that the file has, by their names; the one without a name as "".
using Profiles = std::map<std::string, Server>;

base::Result<Server> server_of(toml::table const& table, std::string const& path)
{
    Server server;
    for (auto const& [key, value] : table) {
        if (key == "profile" && value.is_table())
            continue;
        auto* const field = key == "server"  ? &server.url
                            : key == "token" ? &server.token
                            : key == "ca"    ? &server.ca_file
                                             : nullptr;
        auto const line = key.source().begin.line;
        if (field == nullptr)
            return base::fail(fmt::format("{}, line {}: the key {} is not known; there are server, token and ca, and "
                                          "tables [profile.NAME] with the same",
                                          path, line, key.str()));
        if (!value.is_string())
            return base::fail(fmt::format("{}, line {}: {} must be a text in quotes", path, line, key.str()));
        *field = value.as_string()->get();
    }
    return server;
}

base::Result<Profiles> profiles_of(toml::table const& table, std::string const& path)
{
    Profiles profiles;
    auto unnamed = server_of(table, path);
    if (!unnamed)
        return std::unexpected{std::move(unnamed).error()};
    profiles[""] = *std::move(unnamed);
    auto const* const named = table["profile"].as_table();
    if (named == nullptr)
        return profiles;
    for (auto const& [name, value] : *named) {
        if (!value.is_table())
            return base::fail(fmt::format("{}, line {}: profile.{} must be a table [profile.{}]", path,
                                          name.source().begin.line, name.str(), name.str()));
        auto server = server_of(*value.as_table(), path);
        if (!server)
            return std::unexpected{std::move(server).error()};
        profiles[std::string{name.str()}] = *std::move(server);
    }
    return profiles;
}

/// Empty when there is no such file.
base::Result<Profiles> read_profiles(std::string const& path)
{
    std::error_code error;
    if (path.empty() || !std::filesystem::exists(path, error))
        return Profiles{};
    auto const table = base::read_toml(path);
    if (!table)
        return std::unexpected{table.error()};
    return profiles_of(*table, path);
}

std::unexpected<base::Error> no_profile(Profiles const& profiles, std::string const& name, std::string const& path)
{
    std::string known;
    for (auto const& [each, server] : profiles)
        if (!each.empty())
            known += (known.empty() ? "" : ", ") + each;
    return base::fail(fmt::format("{} has no profile {}{}{}; make it with acsctl --profile {} --server URL login", path,
                                  name, known.empty() ? "" : ": there are ", known, name));
}

std::unexpected<base::Error> missing(std::string_view what, std::string_view option, std::string_view variable,
                                     std::string_view key, std::string const& path)
{
    return base::fail(fmt::format("no {} is given: use {}, set {}, or write {} = \"...\" into {}", what, option,
                                  variable, key, path.empty() ? "~/.config/acs/acsctl.toml" : path));
}

/// JSON's strings are TOML's.
std::string quoted(std::string const& text)
{
    return boost::json::serialize(boost::json::value(text));
}

std::string text_of(Profiles const& profiles)
{
    std::string text;
    auto const add = [&](std::string_view key, std::string const& value) {
        if (!value.empty())
            text += fmt::format("{} = {}\n", key, quoted(value));
    };
    for (auto const& [name, server] : profiles) {  // the one without a name first, as TOML wants it
        if (!name.empty())
            text += fmt::format("{}[profile.{}]\n", text.empty() ? "" : "\n", quoted(name));
        add("server", server.url);
        add("token", server.token);
        add("ca", server.ca_file);
    }
    return text;
}

}  // namespace

std::string profile_path(Environment const& environment)
{
    if (auto const folder = environment("XDG_CONFIG_HOME"))
        return fmt::format("{}/acs/acsctl.toml", *folder);
    if (auto const home = environment("HOME"))
        return fmt::format("{}/.config/acs/acsctl.toml", *home);
    return {};
}

base::Result<Server> resolve_server(Server given, Environment const& environment, bool wants_token)
{
    complete(given.profile, environment("ACS_PROFILE"));
    bool const is_chosen = !given.profile.empty();
    if (!is_chosen) {
        complete(given.url, environment("ACS_SERVER"));
        complete(given.token, environment("ACS_TOKEN"));
        complete(given.ca_file, environment("ACS_CA"));
    }
    auto const path = profile_path(environment);
    if (is_chosen || given.url.empty() || given.token.empty() || given.ca_file.empty()) {
        auto const profiles = read_profiles(path);
        if (!profiles)
            return std::unexpected{profiles.error()};
        auto const found = profiles->find(given.profile);
        if (is_chosen && found == profiles->end() && (wants_token || given.url.empty()))
            return no_profile(*profiles, given.profile, path);
        if (found != profiles->end()) {
            complete(given.url, found->second.url);
            complete(given.token, found->second.token);
            complete(given.ca_file, found->second.ca_file);
        }
    }
    if (given.url.empty())
        return missing("server", "--server URL", "ACS_SERVER", "server", path);
    if (given.token.empty() && wants_token)
        return missing("token", "--token TOKEN", "ACS_TOKEN", "token", path);
    return given;
}

base::Result<void> save_profile(std::string const& path, Server const& server)
{
    if (path.empty())
        return base::fail("there is no place for the profile file: set HOME or XDG_CONFIG_HOME");
    auto profiles = read_profiles(path);
    if (!profiles)
        return std::unexpected{std::move(profiles).error()};
    profiles->insert_or_assign(server.profile, server);
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), error);
    auto const fresh = path + ".new";
    auto const text = text_of(*profiles);
    auto const file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool const is_open = file >= 0 && ::fchmod(file, 0600) == 0;
    bool const is_written = is_open && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (file >= 0)
        ::close(file);
    if (!is_written || std::rename(fresh.c_str(), path.c_str()) != 0)
        return base::fail(fmt::format("{}: the file cannot be written: {}", path, std::strerror(errno)));
    return {};
}

}  // namespace cli
