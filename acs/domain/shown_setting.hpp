#pragma once

#include <string>

namespace domain {

/// A setting of the configuration, as it may be shown: without passwords.
struct ShownSetting {
    std::string name;                  ///< "database.search_timeout_ms", "cwmp.listener[0].port"
    std::string value, default_value;  ///< JSON
    bool is_given = false;             ///< it stands in the file
};

}  // namespace domain
