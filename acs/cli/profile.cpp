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
#include <string_view>

namespace cli {

namespace {

void complete(std::string& field, std::optional<std::string> const& value)
{
    if (field.empty() && value)
        field = *value;
}

base::Result<Server> server_of(toml::table const& table, std::string const& path)
{
    Server server;
    for (auto const& [key, value] : table) {
        auto* const field = key == "server"  ? &server.url
                            : key == "token" ? &server.token
                            : key == "ca"    ? &server.ca_file
                                             : nullptr;
        auto const line = key.source().begin.line;
        if (field == nullptr)
            return base::fail(fmt::format("{}, line {}: the key {} is not known; there are server, token and ca", path,
                                          line, key.str()));
        if (!value.is_string())
            return base::fail(fmt::format("{}, line {}: {} must be a text in quotes", path, line, key.str()));
        *field = value.as_string()->get();
    }
    return server;
}

base::Result<Server> read_profile(std::string const& path)
{
    auto const table = base::read_toml(path);
    if (!table)
        return std::unexpected{table.error()};
    return server_of(*table, path);
}

std::unexpected<base::Error> missing(std::string_view what, std::string_view option, std::string_view variable,
                                     std::string_view key, std::string const& path)
{
    return base::fail(fmt::format("no {} is given: use {}, set {}, or write {} = \"...\" into {}", what, option,
                                  variable, key, path.empty() ? "~/.config/acs/acsctl.toml" : path));
}

/// As TOML; JSON's strings are TOML's.
std::string text_of(Server const& server)
{
    std::string text;
    auto const add = [&](std::string_view key, std::string const& value) {
        if (!value.empty())
            text += fmt::format("{} = {}\n", key, boost::json::serialize(boost::json::value(value)));
    };
    add("server", server.url);
    add("token", server.token);
    add("ca", server.ca_file);
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
    complete(given.url, environment("ACS_SERVER"));
    complete(given.token, environment("ACS_TOKEN"));
    complete(given.ca_file, environment("ACS_CA"));
    auto const path = profile_path(environment);
    std::error_code error;
    auto const is_open = given.url.empty() || given.token.empty() || given.ca_file.empty();
    if (is_open && !path.empty() && std::filesystem::exists(path, error)) {
        auto const profile = read_profile(path);
        if (!profile)
            return std::unexpected{profile.error()};
        complete(given.url, profile->url);
        complete(given.token, profile->token);
        complete(given.ca_file, profile->ca_file);
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
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), error);
    auto const fresh = path + ".new";
    auto const text = text_of(server);
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
