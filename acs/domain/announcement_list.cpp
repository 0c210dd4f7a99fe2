#include "domain/announcement_list.hpp"

#include "domain/tag.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace domain {

namespace {

constexpr std::size_t longest_part = 64;   ///< characters of DeviceIdStruct's members (TR-069 A.3.3.1)
constexpr std::size_t longest_text = 256;  ///< bytes of a subscriber, a user name, a password
constexpr char between_tags = '|';

constexpr std::string_view names = "serial_number, oui, product_class, subscriber, tags, username and password";

std::string trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return {};
    return std::string{text.substr(first, text.find_last_not_of(' ') - first + 1)};
}

/// Headings as people write them: "Serial Number" is serial_number.
std::string plain_heading(std::string_view text)
{
    std::string plain;
    for (char const c : text)
        if (c >= 'A' && c <= 'Z')
            plain += static_cast<char>(c - 'A' + 'a');
        else if (c != ' ' && c != '_' && c != '-')
            plain += c;
    return plain;
}

std::vector<std::string> split_tags(std::string_view text)
{
    std::vector<std::string> tags;
    while (!text.empty()) {
        auto const end = std::min(text.find(between_tags), text.size());
        if (auto tag = trimmed(text.substr(0, end)); !tag.empty() && std::ranges::find(tags, tag) == tags.end())
            tags.push_back(std::move(tag));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return tags;
}

bool is_hexadecimal(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/// "00:d0:9e" and "00-D0-9E" are 00D09E; anything else stays as it is.
std::string plain_oui(std::string const& text)
{
    std::string plain;
    for (char const c : text)
        if (c != ':' && c != '-')
            plain += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    return plain.size() == 6 && std::ranges::all_of(plain, is_hexadecimal) ? plain : text;
}

bool has_control(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_login(Announcement const& one, std::vector<AnnouncementComplaint>& complaints)
{
    if (one.username.empty() != one.password.empty())
        complaints.push_back({one.username.empty() ? "username" : "password",
                              "is missing: a login is a user name and a password, give both or neither"});
    if (one.username.find_first_of(":\"\\") != std::string::npos)
        complaints.push_back({"username", "holds a colon, a quote or a backslash: devices cannot log in with these"});
}

}  // namespace

std::vector<AnnouncementComplaint> check_announcement(Announcement& one)
{
    one.oui = plain_oui(one.oui);
    std::vector<AnnouncementComplaint> complaints;
    if (one.serial_number.empty())
        complaints.push_back({"serial_number", "is empty: write what the device tells as its serial number"});
    bool const is_oui = one.oui.size() == 6 && std::ranges::all_of(one.oui, is_hexadecimal);
    if (!one.oui.empty() && !is_oui)
        complaints.push_back({"oui", "is no OUI: write six hexadecimal digits such as 00D09E, or nothing for any"});
    auto const limit = [&](std::string_view field, std::string const& text, std::size_t most) {
        if (text.size() > most)
            complaints.push_back(
                {std::string{field}, fmt::format("has {} bytes: at most {} are kept", text.size(), most)});
        else if (has_control(text))
            complaints.push_back({std::string{field}, "holds a control character: remove it"});
    };
    limit("serial_number", one.serial_number, longest_part);
    limit("product_class", one.product_class, longest_part);
    limit("subscriber", one.subscriber, longest_text);
    limit("username", one.username, longest_text);
    limit("password", one.password, longest_text);
    if (auto problem = tags_problem(one.tags); !problem.empty())
        complaints.push_back({"tags", std::move(problem)});
    check_login(one, complaints);
    return complaints;
}

void AnnouncementList::push(std::string_view piece)
{
    if (is_unreadable_)
        return;
    reader_.push(piece);
    drain();
}

void AnnouncementList::finish()
{
    if (is_unreadable_)
        return;
    reader_.finish();
    drain();
    if (columns_.empty() && !is_unreadable_)
        complain(1, "1", fmt::format("is missing: the first line names the columns, {}", names));
}

std::vector<AnnouncementList::Line> AnnouncementList::take_lines()
{
    return std::exchange(lines_, {});
}

std::vector<ListProblem> AnnouncementList::take_problems()
{
    return std::exchange(problems_, {});
}

void AnnouncementList::drain()
{
    while (auto item = reader_.next()) {
        if (is_unreadable_)
            continue;
        if (auto const* problem = std::get_if<base::CsvProblem>(&*item)) {
            count_ += columns_.empty() ? 0 : 1;
            complain(problem->line, heading(problem->column), problem->reason);
            is_unreadable_ = columns_.empty();
        } else if (columns_.empty()) {
            read_headings(std::get<base::CsvRecord>(*item));
        } else {
            ++count_;
            read_record(std::get<base::CsvRecord>(*std::move(item)));
        }
    }
}

void AnnouncementList::read_headings(base::CsvRecord const& record)
{
    static constexpr auto known = std::to_array<std::pair<std::string_view, Column>>({
        {"serialnumber", Column::serial_number},
        {"serial", Column::serial_number},
        {"oui", Column::oui},
        {"productclass", Column::product_class},
        {"subscriber", Column::subscriber},
        {"tags", Column::tags},
        {"username", Column::username},
        {"password", Column::password},
    });
    for (auto const& text : record.fields) {
        auto const plain = plain_heading(text);
        auto const found = std::ranges::find(known, plain, &std::pair<std::string_view, Column>::first);
        if (found == known.end())
            complain(record.line, text, fmt::format("is no column: the first line names the columns, {}", names));
        else if (std::ranges::find(columns_, found->second) != columns_.end())
            complain(record.line, text, "stands twice: keep one of the columns");
        else
            columns_.push_back(found->second);
        headings_.push_back(text);
    }
    if (columns_.size() == record.fields.size() && std::ranges::find(columns_, Column::serial_number) == columns_.end())
        complain(record.line, "serial_number", "is missing: no device can be told without it");
    is_unreadable_ = !problems_.empty();
}

void AnnouncementList::read_record(base::CsvRecord record)
{
    if (record.fields.size() > columns_.size()) {
        complain(record.line, heading(columns_.size() + 1),
                 fmt::format("has no heading: a line has {} columns; a text that holds the separator stands in quotes",
                             columns_.size()));
        return;
    }
    Announcement one;
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
        auto& field = record.fields[i];
        switch (columns_[i]) {
            case Column::serial_number: one.serial_number = std::move(field); break;
            case Column::oui: one.oui = std::move(field); break;
            case Column::product_class: one.product_class = std::move(field); break;
            case Column::subscriber: one.subscriber = std::move(field); break;
            case Column::tags: one.tags = split_tags(field); break;
            case Column::username: one.username = std::move(field); break;
            case Column::password: one.password = std::move(field); break;
        }
    }
    auto const complaints = check_announcement(one);
    for (auto const& complaint : complaints)
        complain(record.line, complaint.field, complaint.reason);
    if (complaints.empty())
        lines_.push_back({record.line, std::move(one)});
}

std::string AnnouncementList::heading(std::size_t number) const
{
    return number >= 1 && number <= headings_.size() ? headings_[number - 1] : fmt::to_string(number);
}

void AnnouncementList::complain(std::size_t line, std::string column, std::string reason)
{
    problems_.push_back({line, std::move(column), std::move(reason)});
}

}  // namespace domain
