#pragma once

#include "cwmp/dialect.hpp"
#include "cwmp/message.hpp"
#include "cwmp/path.hpp"
#include "datamodel/tree.hpp"
#include "domain/device.hpp"
#include "domain/file.hpp"
#include "domain/login_store.hpp"
#include "domain/model.hpp"
#include "session/limits.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {

/// A transfer made ready for one Download or Upload.
struct PreparedTransfer {
    domain::Transfer grant;  ///< stored before the RPC leaves
    std::string url;
    std::optional<domain::File> file;  ///< what is downloaded
};

/// What a device is to be told to log in with. Kept already: it may have it whatever becomes of the RPC.
struct PreparedLogins {
    std::optional<domain::GivenLogin> login;  ///< ManagementServer.Username and Password
    std::optional<domain::GivenLogin> wake;   ///< ManagementServer.ConnectionRequestUsername and -Password
    /// It proves who it is by a certificate, and may never use its login.
    bool is_certified = false;
    bool for_stun = false;  ///< `wake` is also what it signs its STUN requests with
};

/// What lies before the runners of one session: the device as it is known, and what is learnt on the way.
/// Whoever gives a runner its turn has loaded the tree if the runner needs it.
struct Desk {
    datamodel::ParameterTree tree{};
    bool tree_changed = false;
    std::vector<std::string> read;  ///< partial paths that were read completely since the tree was stored
    std::string tree_version;       ///< the software that the tree was read from

    domain::ModelKnowledge model;
    bool learnt = false;  ///< `model` was changed by experience

    std::vector<cwmp::Root> roots;  ///< the data models that the device was seen to have, never empty
    domain::DeviceFacts facts;
    cwmp::BooleanSpelling booleans = cwmp::BooleanSpelling::digits;
    base::TimePoint now{};
    std::int64_t epoch = 0;  ///< of this session
    SessionLimits limits;
    std::optional<PreparedTransfer> transfer;  ///< for the runner whose turn it is, when it moves a file of ours
    std::optional<PreparedLogins> logins;      ///< for the runner whose turn it is, when it gives logins
    bool login_taken = false;                  ///< the device said yes to `logins`' login
    bool wake_taken = false;                   ///< it has all of its login of connection requests
    bool login_ignored = false;                ///< the device was told a login often enough, and does not use it
    bool is_retired = false;                   ///< the last thing was done to the device

    /// Seconds since 1970 of `now`, as trees keep time.
    [[nodiscard]] std::int32_t seconds() const noexcept;

    void take(datamodel::TreeChange const& change) { tree_changed = tree_changed || !change.empty(); }
    /// Takes values as they were told; names that are none are passed over.
    void take_values(std::vector<cwmp::ParameterValue> const& values);
    /// Takes all values below `object`, which is partial: what is known there and was not told is gone.
    void replace_values(std::string_view object, std::vector<cwmp::ParameterValue> const& values);
    void forget(std::string_view path) { take(tree.remove(path)); }

    /// Notes that the CPE has no such method.
    void learn_unsupported(std::string_view method);
    [[nodiscard]] bool is_unsupported(std::string_view method) const;
};

/// The values below `path`, as the tree takes them. The views are of `values`.
[[nodiscard]] std::vector<datamodel::ValueUpdate> updates_below(std::string_view path,
                                                                std::vector<cwmp::ParameterValue> const& values);

}  // namespace session
