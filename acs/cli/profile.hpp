#pragma once

#include "base/result.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cli {

/// Which server is spoken to, and as whom.
struct Server {
    std::string url;  ///< http or https, without a path: "https://acs.example:7557"
    std::string token;
    std::string ca_file;    ///< PEM; empty: the system's authorities
    std::string profile{};  ///< its name in the profile file; empty: the one that stands there without a name
};

/// The value of an environment variable; none when it is not set or empty.
using Environment = std::function<std::optional<std::string>(std::string const&)>;

/// Where the profile is read from: $XDG_CONFIG_HOME/acs/acsctl.toml, else ~/.config/acs/acsctl.toml; empty without
/// either.
[[nodiscard]] std::string profile_path(Environment const& environment);

/// Completes what the command line gave (`given`, empty fields open) from ACS_SERVER, ACS_TOKEN and ACS_CA, then from
/// the profile file with the keys server, token and ca. With a profile (`given.profile`, else ACS_PROFILE) only its
/// table [profile.NAME] counts: what the environment says of another server is not mixed with it. Fails naming what is
/// missing and where it may be given, or what is wrong with the file.
/// Without `wants_token` none is needed: who logs in has none yet.
[[nodiscard]] base::Result<Server> resolve_server(Server given, Environment const& environment,
                                                  bool wants_token = true);

/// Writes the profile file with `server` in its place, readable by its owner only; other profiles stay. Fails naming
/// the file.
[[nodiscard]] base::Result<void> save_profile(std::string const& path, Server const& server);

}  // namespace cli
