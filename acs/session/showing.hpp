#pragma once

#include "domain/login_store.hpp"

#include <optional>
#include <string>

namespace session {

/// By what right a device was let in.
enum class Shown {
    nothing,      ///< the listener asks nobody
    shared,       ///< a login of first contact, which any device may have
    own,          ///< the login of this device
    certificate,  ///< a client certificate that names it
};

/// What a device showed of itself before its session began.
struct Showing {
    Shown by = Shown::nothing;
    std::string username;                        ///< of the login
    std::string ha1_md5;                         ///< of its own login: the HA1 that it came with, raw bytes
    bool is_new = false;                         ///< it was never seen to have this password of its own before
    bool has_next = false;                       ///< it came with its own password although it was told another one
    std::optional<domain::GivenLogin> cut = {};  ///< it came with the beginning of the password that it was told: this
};

}  // namespace session
