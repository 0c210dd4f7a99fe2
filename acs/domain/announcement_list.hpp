#pragma once

#include "base/csv.hpp"
#include "domain/announcement.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// A line of a list that announces no device.
struct ListProblem {
    std::size_t line = 0;  ///< from 1
    std::string column;    ///< its heading, or its number where there is none
    std::string reason;    ///< a clause about the column: what is wrong, and what to do
};

/// What is wrong with an announcement as somebody made it, by field; empty: nothing. Brings the OUI into the form in
/// which it is kept (six upper-case hexadecimal digits).
struct AnnouncementComplaint {
    std::string field;
    std::string reason;
};
[[nodiscard]] std::vector<AnnouncementComplaint> check_announcement(Announcement& announcement);

/// Reads a list of devices: CSV whose first line names the columns serial_number, oui, product_class, subscriber, tags
/// (with '|' between them), username, password, in any order; all but the first may be missing. The text comes in
/// pieces; a line that is wrong is told and skipped.
class AnnouncementList {
public:
    struct Line {
        std::size_t line = 0;
        Announcement announcement;
    };

    void push(std::string_view piece);
    void finish();

    /// What was read since the last call.
    [[nodiscard]] std::vector<Line> take_lines();
    [[nodiscard]] std::vector<ListProblem> take_problems();
    /// Why nothing of the list can be read: its first line does not name the columns. More text is not looked at.
    [[nodiscard]] bool is_unreadable() const noexcept { return is_unreadable_; }
    /// Lines that held something, the headings not counted.
    [[nodiscard]] std::size_t lines() const noexcept { return count_; }

private:
    enum class Column { serial_number, oui, product_class, subscriber, tags, username, password };

    void drain();
    void read_headings(base::CsvRecord const& record);
    void read_record(base::CsvRecord record);
    [[nodiscard]] std::string heading(std::size_t number) const;
    void complain(std::size_t line, std::string column, std::string reason);

    base::CsvReader reader_;
    std::vector<Column> columns_;
    std::vector<std::string> headings_;
    std::vector<Line> lines_;
    std::vector<ListProblem> problems_;
    std::size_t count_ = 0;
    bool is_unreadable_ = false;
};

}  // namespace domain
