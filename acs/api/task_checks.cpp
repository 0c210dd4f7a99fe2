#include "api/task_checks.hpp"

#include "domain/file.hpp"
#include "domain/parameter_check.hpp"

#include <fmt/format.h>

namespace api {

namespace {

/// Holds settings against the data model; `prefix` makes their paths whole.
void check_settings(domain::ParameterCheck const& known, domain::DeviceRow const& device, std::string const& prefix,
                    std::vector<domain::Setting> const& settings, std::vector<FieldError>& errors)
{
    for (auto const& setting : settings)
        if (auto const checked = known.check(device, prefix + setting.path, setting.value); !checked)
            errors.push_back({fmt::format("values.{}", setting.path), checked.error().what});
}

std::vector<FieldError> check_values(domain::ParameterCheck const* known, domain::DeviceRow const& device,
                                     domain::TaskArguments const& arguments)
{
    std::vector<FieldError> errors;
    if (known == nullptr)
        return errors;
    if (auto const* const set = std::get_if<domain::SetTask>(&arguments))
        check_settings(*known, device, "", set->settings, errors);
    if (auto const* const add = std::get_if<domain::AddTask>(&arguments))
        check_settings(*known, device, add->object + "1.", add->settings, errors);  // as any instance of the table
    return errors;
}

/// Takes from the file what the request left open. Fails with what is wrong with the file: what a device sent holds its
/// secrets, and goes to no other.
base::Awaitable<base::Result<void>> complete(Context const& context, domain::DeviceRow const* device,
                                             domain::DownloadTask& download)
{
    auto const file = co_await context.services.files.find(*download.file);
    if (!file)
        co_return base::fail(
            fmt::format("names no stored file: {}. Upload it first (POST /api/v1/files).", download.file->value()));
    if (file->uploaded_by && (device == nullptr || *file->uploaded_by != device->key))
        co_return base::fail("was sent by another device, and can go back to that one only.");
    if (download.expected_version.empty())
        download.expected_version = file->version;
    if (download.file_size == 0 && file->size <= UINT32_MAX)
        download.file_size = static_cast<std::uint32_t>(file->size);
    co_return base::Result<void>{};
}

}  // namespace

base::Awaitable<Outcome<void>> check_task(Context const& context, domain::DeviceRow const& device, domain::Task& task)
{
    if (device.state == domain::DeviceState::retired || device.state == domain::DeviceState::rejected)
        co_return problem(409, "conflict",
                          fmt::format("The device is {}: its sessions are refused, so no task can reach it.",
                                      domain::to_text(device.state)));
    if (co_await context.services.inventory.open_tasks(device.key) >= context.settings.open_tasks)
        co_return problem(409, "conflict",
                          fmt::format("The device has {} open tasks, as many as it may have "
                                      "(inventory.open_tasks_per_device): wait for them or cancel some.",
                                      context.settings.open_tasks));
    co_return co_await check_arguments(context, &device, task.arguments);
}

base::Awaitable<Outcome<void>> check_arguments(Context const& context, domain::DeviceRow const* device,
                                               domain::TaskArguments& arguments)
{
    if (device != nullptr)
        if (auto errors = check_values(context.services.parameter_check, *device, arguments); !errors.empty())
            co_return unprocessable(std::move(errors));
    auto* const download = std::get_if<domain::DownloadTask>(&arguments);
    if (download != nullptr && download->file) {
        auto const completed = co_await complete(context, device, *download);
        if (!completed)
            co_return unprocessable({{"file", completed.error().what}});
    }
    co_return Outcome<void>{};
}

}  // namespace api
