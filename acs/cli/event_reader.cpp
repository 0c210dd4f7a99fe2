#include "cli/event_reader.hpp"

namespace cli {

bool EventReader::read(std::string_view piece)
{
    while (!piece.empty()) {
        auto const end = piece.find('\n');
        line_ += piece.substr(0, end);
        if (line_.size() > longest_line)
            return false;
        if (end == piece.npos)
            return true;
        piece.remove_prefix(end + 1);
        read_line(line_);
        line_.clear();
    }
    return true;
}

void EventReader::restart()
{
    line_.clear();
    data_.clear();
    id_ = last_id_;
}

void EventReader::read_line(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    auto const colon = line.find(':');
    auto const field = line.substr(0, colon);
    auto value = colon == line.npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (line.empty()) {
        if (!data_.empty())
            take_(data_);
        data_.clear();
        last_id_ = id_;
    } else if (field == "data") {
        data_ += data_.empty() ? "" : "\n";
        data_ += value;
    } else if (field == "id") {
        id_ = value;
    }
}

}  // namespace cli
