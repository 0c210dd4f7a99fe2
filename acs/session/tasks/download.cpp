#include "session/tasks/transfer.hpp"

namespace session {
namespace {

/// Download: done by TransferComplete, or when the device runs the software that the file brings.
class DownloadRunner final : public TransferRunner {
public:
    explicit DownloadRunner(domain::Task t)
        : TransferRunner{std::move(t)}, from_{text_in(saved(), "from")}, to_{text_in(saved(), "to")}
    {
    }
    void save(boost::json::object& progress) const override
    {
        TransferRunner::save(progress);
        progress["from"] = from_;
        progress["to"] = to_;
    }

protected:
    Move order(Desk& desk) override
    {
        auto const& wanted = arguments();
        cwmp::Download download{.command_key = task.command_key,
                                .file_type = wanted.file_type,
                                .url = wanted.url,
                                .username = wanted.username,
                                .password = wanted.password,
                                .file_size = wanted.file_size,
                                .target_file_name = wanted.target_file_name,
                                .delay_seconds = wanted.delay_seconds};
        from_ = desk.facts.software_version;
        to_ = wanted.expected_version;
        if (wanted.file) {
            if (!desk.transfer)
                return Failed{std::nullopt, "The file of this task does not exist any more."};
            take_file(*desk.transfer, download);
        }
        if (download.url.empty() || download.url.size() > 256)
            return Failed{std::nullopt, "The URL of the file is missing or longer than the 256 bytes that CPEs take."};
        return Send{std::move(download), true};
    }
    [[nodiscard]] std::chrono::seconds delay() const override
    {
        return std::chrono::seconds{arguments().delay_seconds};
    }

    [[nodiscard]] bool is_proven(Evidence const& evidence) const override
    {
        bool const is_firmware = arguments().file_type.starts_with("1 ");
        if (!is_firmware || evidence.software_version.empty() || evidence.software_version == from_)
            return false;
        return to_.empty() ? !from_.empty() : evidence.software_version == to_;
    }

private:
    [[nodiscard]] domain::DownloadTask const& arguments() const
    {
        return std::get<domain::DownloadTask>(task.arguments);
    }

    void take_file(PreparedTransfer const& transfer, cwmp::Download& download)
    {
        download.url = transfer.url;
        download.username = transfer.grant.username;
        download.password = transfer.grant.password;
        if (!transfer.file)
            return;
        if (download.file_type.empty())
            download.file_type = transfer.file->file_type;
        if (download.file_size == 0 && transfer.file->size <= UINT32_MAX)
            download.file_size = static_cast<std::uint32_t>(transfer.file->size);
        if (to_.empty())
            to_ = transfer.file->version;
    }

    std::string from_, to_;  ///< SoftwareVersion before, and the one that tells success
};

}  // namespace

std::unique_ptr<Runner> download_runner(domain::Task task)
{
    return std::make_unique<DownloadRunner>(std::move(task));
}

}  // namespace session
