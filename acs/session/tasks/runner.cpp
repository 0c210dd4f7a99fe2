#include "session/tasks/runner.hpp"

#include "cwmp/path.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>

namespace session {

namespace json = boost::json;

Runner::Runner(domain::Task t) : task{std::move(t)}
{
    boost::system::error_code failure;
    auto const value = json::parse(task.progress.empty() ? "{}" : task.progress, failure);
    if (!failure && value.is_object())
        saved_ = value.as_object();
    lost = static_cast<std::uint32_t>(number_in(saved_, "lost"));
}

std::string Runner::progress() const
{
    json::object now;
    save(now);
    if (lost > 0)
        now["lost"] = lost;
    return now.empty() ? std::string{} : json::serialize(now);
}

std::string Runner::new_key(unsigned part) const
{
    auto const id = static_cast<std::uint64_t>(task.id.value());
    return part == 0 ? fmt::format("{:x}.{}", id, task.attempts) : fmt::format("{:x}.{}.{}", id, task.attempts, part);
}

std::unique_ptr<Runner> make_runner(domain::Task task)
{
    using Maker = std::unique_ptr<Runner> (*)(domain::Task);
    // In the order of domain::TaskArguments.
    static constexpr std::array<Maker, std::variant_size_v<domain::TaskArguments>> makers{
        get_runner,    set_runner,           add_runner,      delete_runner, attributes_runner,      refresh_runner,
        reboot_runner, factory_reset_runner, download_runner, upload_runner, schedule_inform_runner, diagnostics_runner,
        rpc_runner};
    return makers[task.arguments.index()](std::move(task));
}

std::string text_in(json::object const& object, std::string_view name, std::string_view otherwise)
{
    auto const* value = object.if_contains(name);
    return std::string{value != nullptr && value->is_string() ? std::string_view{value->get_string()} : otherwise};
}

std::int64_t number_in(json::object const& object, std::string_view name, std::int64_t otherwise)
{
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

std::vector<std::string> texts_in(json::object const& object, std::string_view name)
{
    std::vector<std::string> texts;
    auto const* value = object.if_contains(name);
    if (value == nullptr || !value->is_array())
        return texts;
    for (auto const& item : value->get_array())
        if (item.is_string())
            texts.emplace_back(item.get_string());
    return texts;
}

std::string shown_value(std::string_view path, std::string_view value)
{
    return std::string{cwmp::is_secret_path(path) && !value.empty() ? std::string_view{"********"} : value};
}

}  // namespace session
