#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// A file that CPEs download, or that one uploaded. Its bytes lie in the file directory under `stored_as`.
struct File {
    FileId id;
    std::string name;       ///< as given; the last segment of its URLs
    std::string file_type;  ///< TR-069's text ("1 Firmware Upgrade Image")
    std::string version;    ///< for firmware: the SoftwareVersion it brings
    std::string product_class;
    std::uint64_t size = 0;
    std::string sha256;     ///< hexadecimal
    std::string stored_as;  ///< name within the file directory
    std::optional<DeviceKey> uploaded_by;
    base::TimePoint created{};
};

/// A right to move one file, bound to a task and a device; its token is the secret part of the URL.
struct Transfer {
    std::string token;  ///< at most 43 characters of the URL alphabet; only its hash is stored
    DeviceKey device;
    TaskId task;
    bool is_upload = false;
    std::optional<FileId> file;  ///< what is downloaded; for an upload what came of it
    std::string file_name;       ///< last segment of the URL
    std::string file_type;
    base::TimePoint expires_at{};
    std::string username, password;  ///< when the CPE must log in; empty: the token is enough
};

/// Files and the rights to move them.
class FileStore {
public:
    virtual ~FileStore() = default;
    virtual base::Awaitable<File> add(File file) = 0;  ///< gives the id
    virtual base::Awaitable<std::optional<File>> find(FileId id) = 0;
    virtual base::Awaitable<std::optional<File>> find_by_name(std::string name) = 0;  ///< the newest of that name
    virtual base::Awaitable<std::vector<File>> list(std::int64_t after, unsigned limit) = 0;
    virtual base::Awaitable<bool> remove(FileId id) = 0;

    virtual base::Awaitable<void> grant(Transfer transfer) = 0;  ///< durable on return
    virtual base::Awaitable<std::optional<Transfer>> find_transfer(std::string token) = 0;
    /// What the file listener saw: bytes moved and the HTTP status; `file` for an upload that was stored. Gives the
    /// file that nobody needs any more: what was stored by this token before, however many come at once, or `file`
    /// itself when the right has ended meanwhile.
    virtual base::Awaitable<std::optional<FileId>> note_transfer(std::string token, std::uint64_t bytes,
                                                                 unsigned status, std::optional<FileId> file) = 0;
};

}  // namespace domain
