#pragma once

#include "base/awaitable.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace domain {

/// What a received file came to.
struct StoredFile {
    std::string stored_as;   ///< its name within the directory, as in File::stored_as
    std::uint64_t size = 0;  ///< bytes
    std::string sha256;      ///< hexadecimal
};

/// A file that is being received. Destroyed before commit() it leaves nothing behind.
class FileReceiver {
public:
    virtual ~FileReceiver() = default;
    /// Appends; quick enough for an I/O thread (page cache). Fails naming the file and the system's reason (disk full).
    [[nodiscard]] virtual base::Result<void> write(std::string_view piece) = 0;
    /// Of all that was written, hexadecimal. Nothing may be written afterwards.
    [[nodiscard]] virtual std::string sha256() = 0;
    /// Makes the file durable under its final name. At most once; nothing may be written afterwards.
    virtual base::Awaitable<base::Result<StoredFile>> commit() = 0;
};

/// Where the bytes of files lie: one flat directory, shared by the nodes.
class FileDirectory {
public:
    virtual ~FileDirectory() = default;
    /// Begins a new file. Fails naming the directory and the system's reason.
    [[nodiscard]] virtual base::Result<std::unique_ptr<FileReceiver>> receive() = 0;
    /// Where a stored file is. Fails for a name that receive() never gives: nothing outside the directory is reachable.
    [[nodiscard]] virtual base::Result<std::string> path_of(std::string_view stored_as) const = 0;
    /// Deletes a stored file; one that is gone already counts as deleted.
    virtual base::Awaitable<base::Result<void>> remove(std::string stored_as) = 0;
};

}  // namespace domain
