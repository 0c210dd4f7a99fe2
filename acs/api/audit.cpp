#include "api/audit.hpp"

#include "api/views.hpp"
#include "base/log.hpp"
#include "base/unavailable.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace api {

namespace {

std::string masked_text(boost::json::value value)
{
    if (value.is_null())
        return {};
    mask_secrets(value);
    return boost::json::serialize(value);
}

}  // namespace

domain::AuditEntry audit_entry(Call const& call, std::string action, std::string target, boost::json::value before,
                               boost::json::value after, std::optional<domain::DeviceKey> device)
{
    domain::AuditEntry entry;
    entry.by = call.caller.name;
    entry.how = how(call.caller);
    entry.peer = call.request.peer.address.to_string();
    entry.action = std::move(action);
    entry.target = std::move(target);
    entry.device = device;
    entry.before = masked_text(std::move(before));
    entry.after = masked_text(std::move(after));
    return entry;
}

base::Awaitable<void> audit(Call const& call, std::string action, std::string target, boost::json::value before,
                            boost::json::value after, std::optional<domain::DeviceKey> device)
{
    auto entry = audit_entry(call, std::move(action), std::move(target), std::move(before), std::move(after), device);
    try {
        static_cast<void>(co_await call.context.services.audit.append(entry));
    } catch (base::Unavailable const&) {
        base::log::error("api.audit_lost", {{"by", entry.by},
                                            {"action", entry.action},
                                            {"target", entry.target},
                                            {"before", entry.before},
                                            {"after", entry.after}});
        throw;
    }
}

}  // namespace api
