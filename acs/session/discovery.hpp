#pragma once

#include "session/reading_plan.hpp"
#include "session/tasks/desk.hpp"

#include <boost/json/object.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {

/// Reading a device, or parts of it, without knowing beforehand what it can stand: names of the whole tree at once or
/// level by level, values by subtree or by name, in batches that shrink when it refuses them. A pure object: asks,
/// takes answers, writes what it learns into the desk's tree and model, and can be put away as JSON between sessions.
///
/// What is still to be read is not kept: it is what the tree knows by name only or as doubtful.
class Discovery {
public:
    /// Reads what is below `paths`; none: everything, as the model's profile wants it.
    explicit Discovery(std::vector<std::string> paths) : paths_{std::move(paths)} {}
    /// Goes on where `saved` (from save()) says.
    Discovery(std::vector<std::string> paths, boost::json::object const& saved);

    /// The next RPC; none when all is read that can be read.
    [[nodiscard]] std::optional<cwmp::Message> next(Desk& desk);
    /// The answer to what next() gave.
    void take(cwmp::Message const& answer, Desk& desk);
    /// The device died, or lost its answer, while it worked on what next() gave.
    void lost(Desk& desk);

    /// What could not be read, and why: at most 200 paths.
    [[nodiscard]] boost::json::object const& skipped() const noexcept { return skipped_; }
    /// `asking`: also what is outstanding, so that a death that nobody sees is blamed on it.
    void save(boost::json::object& progress, bool asking) const;

private:
    /// One GetParameterNames.
    struct Naming {
        std::string path;
        bool next_level = false;
        std::uint32_t deaths = 0;
    };
    enum class Stage { fresh, methods, names, values, done };

    [[nodiscard]] bool is_whole() const noexcept { return paths_.empty(); }
    void begin(Desk& desk);
    void begin_whole(Desk& desk);
    void begin_part(std::string const& path, Desk& desk);
    void ask_roots(Desk const& desk, bool next_level);
    void plan_values(Desk& desk);
    [[nodiscard]] ReadingRules rules(Desk const& desk) const;

    void take_methods(cwmp::Message const& answer, Desk& desk);
    void take_names(Naming const& asked, cwmp::GetParameterNamesResponse const& answer, Desk& desk);
    void names_refused(Naming const& asked, cwmp::Fault const& fault, Desk& desk);
    void take_values(Reading const& asked, cwmp::GetParameterValuesResponse const& answer, Desk& desk);
    void values_refused(Reading const& asked, cwmp::Fault const& fault, Desk& desk);
    void unknown_name(Reading const& asked, cwmp::Fault const& fault, Desk& desk);
    void split(Reading const& asked, Desk& desk, std::string_view reason);
    void by_name(Desk& desk);
    void skip(std::string const& path, std::string_view reason);
    void fatal(std::string const& path, Desk& desk);
    void stop(std::string_view reason);

    std::vector<std::string> paths_;
    Stage stage_ = Stage::fresh;
    std::deque<Naming> namings_;
    std::deque<Reading> readings_;
    std::deque<Reading> suspects_;  ///< a device died while they were read: each is asked alone
    bool named_ = false;            ///< the names below everything to be read are fresh
    bool subtree_worked_ = false;
    std::optional<Naming> naming_;    ///< outstanding
    std::optional<Reading> reading_;  ///< outstanding
    boost::json::object skipped_;
};

}  // namespace session
