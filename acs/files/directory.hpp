#pragma once

#include "domain/file_directory.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <string>

namespace files {

/// The file directory in a folder of the file system, which nodes may share (NFS): every file has a random name, is
/// written under a hidden one, and appears whole or not at all.
class Directory final : public domain::FileDirectory {
public:
    /// Opens `folder`, making it (mode 0750) when it is missing, and deletes what receptions of more than a day ago
    /// left behind. `pool` does the blocking work and must outlive the directory. Fails naming the folder and the
    /// reason.
    [[nodiscard]] static base::Result<std::unique_ptr<Directory>> open(std::string folder,
                                                                       boost::asio::thread_pool& pool);

    [[nodiscard]] base::Result<std::unique_ptr<domain::FileReceiver>> receive() override;
    [[nodiscard]] base::Result<std::string> path_of(std::string_view stored_as) const override;
    base::Awaitable<base::Result<void>> remove(std::string stored_as) override;

private:
    Directory(std::string folder, boost::asio::thread_pool& pool) : folder_{std::move(folder)}, pool_{pool} {}

    std::string folder_;
    boost::asio::thread_pool& pool_;
};

}  // namespace files
