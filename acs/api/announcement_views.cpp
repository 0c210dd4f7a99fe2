#include "api/announcement_views.hpp"

#include "api/json_body.hpp"
#include "base/time_text.hpp"
#include "domain/announcement_list.hpp"
#include "domain/json_fields.hpp"

#include <fmt/format.h>

#include <utility>

namespace api {

boost::json::object view_of(domain::Announcement const& one)
{
    boost::json::object view{{"id", std::to_string(one.id)},
                             {"serial_number", one.serial_number},
                             {"oui", one.oui},
                             {"product_class", one.product_class},
                             {"subscriber", one.subscriber},
                             {"tags", boost::json::array(one.tags.begin(), one.tags.end())},
                             {"username", one.username},
                             {"announced_at", base::to_rfc3339(one.announced_at)},
                             {"announced_by", one.announced_by},
                             {"state", one.device ? "met" : "waiting"},
                             {"contact", one.contact},
                             {"met_at", nullptr}};
    if (one.met_at)
        view["met_at"] = base::to_rfc3339(*one.met_at);
    return view;
}

std::string_view to_text(domain::AnnouncementResult::Outcome outcome)
{
    using enum domain::AnnouncementResult::Outcome;
    switch (outcome) {
        case added: return "added";
        case updated: return "updated";
        case enrolled: return "enrolled";
        case known: return "known";
        case refused: break;
    }
    return "refused";
}

Outcome<domain::Announcement> read_announcement(std::string_view body, bool identity)
{
    auto const object = read_object(body, identity ? R"({"serial_number":"S1","subscriber":"17","tags":["gold"]})"
                                                   : R"({"subscriber":"17","tags":["gold"]})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    domain::Announcement one;
    if (identity) {
        one.serial_number = fields.text("serial_number");
        one.oui = fields.text_or("oui", "");
        one.product_class = fields.text_or("product_class", "");
    }
    one.subscriber = fields.text_or("subscriber", "");
    one.tags = fields.texts("tags");
    one.username = fields.text_or("username", "");
    one.password = fields.text_or("password", "");
    std::vector<FieldError> errors;
    for (auto const& complaint : fields.finish_each())
        errors.push_back({complaint.field, fmt::format("{}.", complaint.what)});
    for (auto const& complaint : domain::check_announcement(one))
        if (identity || complaint.field != "serial_number")
            errors.push_back({complaint.field, fmt::format("{}.", complaint.reason)});
    if (!errors.empty())
        return unprocessable(std::move(errors));
    return one;
}

base::Awaitable<Outcome<domain::AnnouncementResult>> announce(Call const& call, domain::Announcement announcement)
{
    announcement.announced_by = call.caller.name;
    std::vector<domain::Announcement> one;
    one.push_back(std::move(announcement));
    auto const results = co_await call.context.services.announcements.add(std::move(one), false);
    if (results.at(0).outcome == domain::AnnouncementResult::Outcome::refused)
        co_return unprocessable({{results[0].field, fmt::format("{}.", results[0].problem)}});
    co_return results[0];
}

}  // namespace api
