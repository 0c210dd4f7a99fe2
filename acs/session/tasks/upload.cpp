#include "session/tasks/transfer.hpp"

namespace session {
namespace {

/// Upload: the device puts a file to a URL of ours and says so with TransferComplete.
class UploadRunner final : public TransferRunner {
public:
    explicit UploadRunner(domain::Task t) : TransferRunner{std::move(t)} {}

protected:
    Move order(Desk& desk) override
    {
        if (!desk.transfer)
            return Failed{std::nullopt, "There is no listener for files that the device could upload to."};
        return Send{cwmp::Upload{.command_key = task.command_key,
                                 .file_type = arguments().file_type,
                                 .url = desk.transfer->url,
                                 .username = desk.transfer->grant.username,
                                 .password = desk.transfer->grant.password,
                                 .delay_seconds = arguments().delay_seconds},
                    true};
    }
    [[nodiscard]] std::chrono::seconds delay() const override
    {
        return std::chrono::seconds{arguments().delay_seconds};
    }

private:
    [[nodiscard]] domain::UploadTask const& arguments() const { return std::get<domain::UploadTask>(task.arguments); }
};

}  // namespace

std::unique_ptr<Runner> upload_runner(domain::Task task)
{
    return std::make_unique<UploadRunner>(std::move(task));
}

}  // namespace session
