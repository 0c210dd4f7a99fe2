// acsctl import: the devices of another server's database become announcements of ours.
#include "cli/genieacs_dump.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::size_t devices_at_once = 5'000;  ///< in one list to the server
constexpr std::string_view headings = "serial_number,oui,product_class,tags,username,password\n";

/// A field of a list, in quotes: whatever it holds.
std::string field(std::string_view text)
{
    std::string quoted{'"'};
    for (char const c : text)
        quoted += c == '"' ? std::string{"\"\""} : std::string{c};
    return quoted += '"';
}

std::uint64_t count_of(json::object const& report, std::string_view name)
{
    auto const* const value = report.if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

std::uint64_t line_of(json::value const& problem)
{
    return problem.is_object() ? count_of(problem.get_object(), "line") : 0;
}

/// A line end within a text would shift the numbers of the lines after it.
bool has_control(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

/// Sends devices as lists, and adds up what becomes of them.
class Import {
public:
    explicit Import(Session const& session) : session_{session} {}

    /// Fails when the server cannot be asked any more.
    [[nodiscard]] Reply<void> take(GenieDump::Item const& item)
    {
        if (auto const* const problem = std::get_if<DumpProblem>(&item)) {
            skip(problem->id.empty() ? fmt::format("document {}", problem->document) : problem->id, problem->reason);
            return {};
        }
        auto const& device = std::get<DumpedDevice>(item);
        if (has_control(device.serial_number + device.oui + device.product_class)) {
            skip(device.id, "holds a control character in its identity");
            return {};
        }
        add(device);
        return ids_.size() >= devices_at_once ? flush() : Reply<void>{};
    }

    /// Sends what has gathered.
    [[nodiscard]] Reply<void> flush()
    {
        if (ids_.empty())
            return {};
        auto const target = fmt::format("/announcements?dry_run={}", session_.asked.dry_run ? "true" : "false");
        auto const report = session_.client.send(target, std::string{headings} + std::exchange(list_, {}), "text/csv");
        if (!report)
            return std::unexpected{report.error()};
        note(*report, std::exchange(ids_, {}));
        return {};
    }

    /// The totals; gives the exit code.
    int finish(std::uint64_t documents) const
    {
        if (session_.asked.json) {
            json::object totals{{"dry_run", session_.asked.dry_run}, {"devices", documents}};
            for (auto const& [name, count] : counts_)
                totals[name] = count;
            totals["skipped"] = skipped_;
            totals["tags_left_out"] = tags_left_out_;
            print_json(session_, totals);
        } else {
            session_.terminal.out << fmt::format(
                "{}{} devices: ", session_.asked.dry_run ? "nothing was changed; " : "", documents);
            for (auto const& [name, count] : counts_)
                session_.terminal.out << fmt::format("{} {}, ", count, name == "known" ? "in service already" : name);
            session_.terminal.out << fmt::format("{} skipped\n", skipped_);
        }
        return skipped_ == 0 ? done : failed;
    }

private:
    void skip(std::string_view device, std::string_view reason)
    {
        ++skipped_;
        session_.terminal.error << fmt::format("{}: {}\n", escaped(device), escaped(reason));
    }

    void add(DumpedDevice const& device)
    {
        std::string tags;
        for (auto const& tag : device.tags)
            if (tag.contains('|') || has_control(tag)) {
                ++tags_left_out_;
                session_.terminal.error << fmt::format(
                    "{}: the tag {} is left out: it holds a '|' or a control character\n", escaped(device.id),
                    escaped(tag));
            } else {
                tags += (tags.empty() ? "" : "|") + tag;
            }
        bool const with_login = session_.asked.logins && !has_control(device.username + device.password);
        if (session_.asked.logins && !with_login)
            session_.terminal.error << fmt::format("{}: its login is left out: it holds a control character\n",
                                                   escaped(device.id));
        list_ += fmt::format("{},{},{},{},{},{}\n", field(device.serial_number), field(device.oui),
                             field(device.product_class), field(tags), field(with_login ? device.username : ""),
                             field(with_login ? device.password : ""));
        ids_.push_back(device.id);
    }

    void note(json::object const& report, std::vector<std::string> const& ids)
    {
        for (auto& [name, count] : counts_)
            count += count_of(report, name);
        auto const* const problems = report.if_contains("problems");
        if (problems != nullptr && problems->is_array())
            for (auto const& problem : problems->get_array()) {
                auto const line = line_of(problem);
                bool const is_known = line >= 2 && line - 2 < ids.size();
                tell(is_known ? ids[line - 2] : fmt::format("line {}", line), problem);
            }
        skipped_ += count_of(report, "refused");
    }

    void tell(std::string const& device, json::value const& problem) const
    {
        if (problem.is_object())
            session_.terminal.error << escaped(fmt::format("{}: {} {}", device, text_of(problem.get_object(), "column"),
                                                           text_of(problem.get_object(), "reason")))
                                    << '\n';
    }

    Session const& session_;
    std::string list_;
    std::vector<std::string> ids_;  ///< of the lines in list_
    std::array<std::pair<std::string_view, std::uint64_t>, 4> counts_{
        {{"added", 0}, {"updated", 0}, {"enrolled", 0}, {"known", 0}}};
    std::uint64_t skipped_ = 0;
    std::uint64_t tags_left_out_ = 0;
};

/// Hands over what was read.
Reply<void> drain(GenieDump& dump, Import& import)
{
    while (auto const item = dump.next())
        if (auto taken = import.take(*item); !taken)
            return taken;
    return {};
}

Reply<void> read_whole(std::istream& file, GenieDump& dump, Import& import)
{
    std::string piece(piece_bytes, '\0');
    while (file) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        auto const got = static_cast<std::size_t>(file.gcount());
        auto const read = dump.push(std::string_view{piece}.substr(0, got));
        if (auto taken = drain(dump, import); !taken)
            return taken;
        if (!read)
            return std::unexpected{Refusal{0, read.error().what}};
    }
    if (auto const whole = dump.finish(); !whole)
        return std::unexpected{Refusal{0, whole.error().what}};
    return drain(dump, import);
}

}  // namespace

int import_dump(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands[0] != "genieacs")
        return complain(session.terminal, "write import genieacs DUMP: no other server's database is read",
                        wrong_usage);
    std::ifstream file{operands[1], std::ios::binary};
    if (!file)
        return complain(session.terminal, fmt::format("{} cannot be opened", operands[1]));
    GenieDump dump;
    Import import{session};
    auto const read = read_whole(file, dump, import);
    auto const sent = import.flush();  // what came before a failure, too
    if (dump.documents() == 0 && read)
        return complain(session.terminal, fmt::format("{} holds no device", operands[1]));
    auto const code = import.finish(dump.documents());
    for (auto const* const outcome : {&read, &sent})
        if (!*outcome)
            return complain(session, outcome->error());
    return code;
}

}  // namespace cli
