#include "session/tasks/runner.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>

namespace session {

namespace json = boost::json;

Runner::Runner(domain::Task t) : task{std::move(t)}
{
    saved_ = domain::object_of(task.progress);
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
        rpc_runner,    credentials_runner,   retire_runner};
    return makers[task.arguments.index()](std::move(task));
}

}  // namespace session
