#include "api/announcement_views.hpp"
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "base/log.hpp"
#include "domain/announcement_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace api {

namespace {

namespace json = boost::json;
using Result = domain::AnnouncementResult;

constexpr char announcements_cursor = 'a';
constexpr std::size_t lines_at_once = 2'000;    ///< of a list in one transaction
constexpr std::size_t piece_bytes = 64 * 1024;  ///< of a list read at once
constexpr std::size_t most_problems = 10'000;   ///< of a list that are told one by one; all are counted

/// What became of a list.
class Report {
public:
    void take(std::vector<domain::ListProblem> problems)
    {
        for (auto& problem : problems)
            add(std::move(problem));
    }
    void take(std::vector<domain::AnnouncementList::Line> const& lines, std::vector<Result> const& results)
    {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            ++counts_[static_cast<std::size_t>(results[i].outcome)];
            if (results[i].outcome == Result::Outcome::refused)
                add({lines[i].line, results[i].field, results[i].problem});
        }
    }
    /// Lines that were taken cannot be refused too; lines with two problems are refused once.
    [[nodiscard]] json::object view(std::size_t lines, bool dry_run)
    {
        std::ranges::stable_sort(problems_, {}, &domain::ListProblem::line);
        json::array list;
        for (auto const& problem : problems_)
            list.push_back(
                json::object{{"line", problem.line}, {"column", problem.column}, {"reason", problem.reason}});
        json::object view{{"dry_run", dry_run}, {"lines", lines}};
        std::size_t taken = 0;
        for (auto const outcome :
             {Result::Outcome::added, Result::Outcome::updated, Result::Outcome::enrolled, Result::Outcome::known}) {
            view[to_text(outcome)] = counts_[static_cast<std::size_t>(outcome)];
            taken += counts_[static_cast<std::size_t>(outcome)];
        }
        view["refused"] = lines - std::min(lines, taken);
        view["problems"] = std::move(list);
        view["problems_left_out"] = problem_count_ - problems_.size();
        return view;
    }

private:
    void add(domain::ListProblem problem)
    {
        if (++problem_count_ <= most_problems)
            problems_.push_back(std::move(problem));
    }

    std::array<std::size_t, 5> counts_{};
    std::vector<domain::ListProblem> problems_;
    std::size_t problem_count_ = 0;
};

base::Awaitable<void> take_lines(Call const& call, std::vector<domain::AnnouncementList::Line> lines, bool dry_run,
                                 Report& report)
{
    std::vector<domain::Announcement> announcements;
    for (auto const& line : lines) {
        announcements.push_back(line.announcement);
        announcements.back().announced_by = call.caller.name;
    }
    auto const results = co_await call.context.services.announcements.add(std::move(announcements), dry_run);
    report.take(lines, results);
}

/// Reads a list piece by piece; what was read is announced before more is.
Answer import_list(Call call, bool dry_run)
{
    domain::AnnouncementList list;
    Report report;
    std::vector<domain::AnnouncementList::Line> waiting;
    std::string_view rest = call.request.body;
    bool is_over = false;
    while (!is_over) {
        is_over = rest.empty();
        is_over ? list.finish() : list.push(rest.substr(0, piece_bytes));
        rest.remove_prefix(std::min(rest.size(), piece_bytes));
        report.take(list.take_problems());
        std::ranges::move(list.take_lines(), std::back_inserter(waiting));
        if (!waiting.empty() && (is_over || waiting.size() >= lines_at_once))
            co_await take_lines(call, std::exchange(waiting, {}), dry_run, report);
    }
    auto view = report.view(list.lines(), dry_run);
    auto const count = [&view](std::string_view name) { return view.at(name).to_number<std::uint64_t>(); };
    base::log::info("api.announced", {{"lines", list.lines()},
                                      {"added", count("added")},
                                      {"refused", count("refused")},
                                      {"dry_run", dry_run ? "yes" : "no"},
                                      {"by", call.caller.name}});
    if (!dry_run) {
        auto told = view;
        told.erase("problems");
        co_await audit(call, "announcements.imported", fmt::format("{} lines", list.lines()), nullptr, std::move(told));
    }
    co_return json_response(200, view);
}

bool is_json(net::Request const& request)
{
    auto const type = request.headers.get("Content-Type");
    return type.starts_with("application/json");
}

Answer announce_one(Call call)
{
    auto wanted = read_announcement(call.request.body, true);
    if (!wanted)
        co_return std::unexpected{std::move(wanted).error()};
    auto const serial_number = wanted->serial_number;
    auto after = view_of(*wanted);
    auto const result = co_await announce(call, *std::move(wanted));
    if (!result)
        co_return std::unexpected{result.error()};
    after.erase("id");
    co_await audit(call, "announcement.added", serial_number, nullptr, std::move(after));
    co_return json_response(201, {{"serial_number", serial_number}, {"outcome", to_text(result->outcome)}});
}

}  // namespace

Answer add_announcements(Call call)
{
    Query query{call.request.query()};
    auto const dry_run = query.text("dry_run").value_or("false");
    if (dry_run != "true" && dry_run != "false")
        query.add_error("dry_run", "must be true or false.");
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (!is_json(call.request))
        co_return co_await import_list(std::move(call), dry_run == "true");
    if (dry_run == "true")
        co_return bad_request("dry_run is for lists (text/csv).");
    co_return co_await announce_one(std::move(call));
}

Answer list_announcements(Call call)
{
    Query query{call.request.query()};
    domain::AnnouncementQuery wanted;
    wanted.serial_number = query.text("serial_number").value_or("");
    auto const state = query.text("state");
    auto const limit = query.limit();
    wanted.after = query.after_number(announcements_cursor);
    if (state && *state != "met" && *state != "waiting")
        query.add_error("state", "must be waiting or met.");
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (state)
        wanted.met = *state == "met";
    wanted.limit = limit + 1;
    auto found = co_await call.context.services.announcements.list(std::move(wanted));
    std::optional<std::string> next;
    if (found.size() > limit) {
        found.resize(limit);
        next = make_cursor(announcements_cursor, std::to_string(found.back().id));
    }
    json::array items;
    for (auto const& one : found)
        items.push_back(view_of(one));
    co_return list_response(std::move(items), next);
}

Answer remove_announcement(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const id = parse_id(call.argument);
    auto const removed = id ? co_await call.context.services.announcements.remove(*id) : std::nullopt;
    if (!removed)
        co_return not_found("announcement", call.argument);
    base::log::info("api.announcement_removed", {{"serial_number", removed->serial_number}, {"by", call.caller.name}});
    co_await audit(call, "announcement.removed", removed->serial_number, view_of(*removed), nullptr);
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
