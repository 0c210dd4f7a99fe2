#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace cli {

/// Reads server-sent events from the pieces in which they arrive.
class EventReader {
public:
    static constexpr std::size_t longest_line = 1024 * 1024;  ///< bytes; a longer one ends the stream

    /// `take` is called with the data of each event.
    explicit EventReader(std::function<void(std::string_view data)> take) : take_{std::move(take)} {}

    /// False when a line is too long to be one.
    [[nodiscard]] bool read(std::string_view piece);
    /// Where to go on after a break: the last id that came, also without an event.
    [[nodiscard]] std::string const& last_id() const noexcept { return last_id_; }
    /// A stream begins anew: what was left of a line before it is dropped.
    void restart();

private:
    void read_line(std::string_view line);

    std::function<void(std::string_view)> take_;
    std::string line_, data_, id_, last_id_;
};

}  // namespace cli
