#include "session/tasks/writing.hpp"

#include "datamodel/value.hpp"
#include "session/tasks/runner.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace session {

Writing::Writing(std::vector<domain::Setting> settings, boost::json::object const& saved)
    : settings_{std::move(settings)},
      written_{std::min(static_cast<std::size_t>(number_in(saved, "written")), settings_.size())},
      part_{std::min(static_cast<std::size_t>(number_in(saved, "part")), settings_.size() - written_)},
      parts_{static_cast<unsigned>(number_in(saved, "parts"))},
      asked_types_{number_in(saved, "asked_types") != 0},
      asked_again_{number_in(saved, "asked_again") != 0},
      asking_{number_in(saved, "asking") != 0},
      guesses_{static_cast<std::size_t>(number_in(saved, "guesses"))},
      delayed_{number_in(saved, "delayed") != 0}
{
}

void Writing::save(boost::json::object& progress) const
{
    auto put = [&progress](char const* name, std::size_t value) {
        if (value != 0)
            progress[name] = static_cast<std::int64_t>(value);
    };
    put("written", written_);
    put("part", part_);
    put("parts", parts_);
    put("asked_types", asked_types_);
    put("asked_again", asked_again_);
    put("asking", asking_);
    put("guesses", guesses_);
    put("delayed", delayed_);
}

namespace {

/// The types that a value may have by its looks, for CPEs that never tell theirs and insist on it.
std::vector<cwmp::ValueType> types_by_looks(std::string_view value)
{
    using enum cwmp::ValueType;
    std::vector<cwmp::ValueType> types;
    if (value == "0" || value == "1" || value == "true" || value == "false")
        types.push_back(boolean);
    auto const digits = value.starts_with('-') ? value.substr(1) : value;
    bool const is_number = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
    if (is_number && digits.size() == value.size())
        types.push_back(unsigned_int);
    if (is_number)
        types.push_back(int_);
    if (cwmp::to_time_point(value))
        types.push_back(date_time);
    return types;
}

}  // namespace

cwmp::ValueType Writing::type_of(domain::Setting const& setting, Desk const& desk) const
{
    if (setting.type)
        return *setting.type;
    auto const node = desk.tree.find(setting.path);
    return node ? node->type : cwmp::ValueType::unknown;
}

std::vector<std::string> Writing::names_without_type(Desk const& desk) const
{
    std::vector<std::string> names;
    for (std::size_t at = written_; at < settings_.size(); ++at)
        if (type_of(settings_[at], desk) == cwmp::ValueType::unknown)
            names.push_back(settings_[at].path);
    return names;
}

std::optional<cwmp::Message> Writing::next(Desk& desk, KeyMaker const& make_key, std::string& key)
{
    if (written_ == settings_.size())
        return std::nullopt;
    asking_ = false;
    if (!asked_types_) {
        auto names = names_without_type(desk);
        names.resize(std::min<std::size_t>(names.size(), std::max(1U, desk.model.values_per_request)));
        asked_types_ = true;
        if (!names.empty()) {
            asking_ = true;
            return cwmp::GetParameterValues{std::move(names)};
        }
    }
    part_ = std::min<std::size_t>(settings_.size() - written_, std::max(1U, desk.model.settings_per_request));
    auto set = request(desk);
    key = set.parameter_key = make_key(++parts_);
    return set;
}

cwmp::SetParameterValues Writing::request(Desk const& desk) const
{
    cwmp::SetParameterValues set;
    for (std::size_t at = written_; at < written_ + part_; ++at) {
        auto const& setting = settings_[at];
        auto type = type_of(setting, desk);
        if (type == cwmp::ValueType::unknown)
            type = cwmp::ValueType::string;
        // What is no value of the type is sent as it was written: the CPE's own refusal explains more than a guess.
        auto value = datamodel::to_wire(setting.value, type, desk.booleans).value_or(setting.value);
        set.parameter_list.push_back({setting.path, std::move(value), type});
    }
    return set;
}

std::optional<cwmp::Fault> Writing::take(cwmp::Message const& answer, Desk& desk)
{
    if (std::exchange(asking_, false)) {
        take_types(answer, desk);
        return std::nullopt;
    }
    if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
        return refused(*fault, desk);
    if (auto const* response = std::get_if<cwmp::SetParameterValuesResponse>(&answer))
        delayed_ = delayed_ || response->status == 1;
    confirm(desk);
    return std::nullopt;
}

void Writing::take_types(cwmp::Message const& answer, Desk& desk)
{
    // A fault is no reason to give up: SetParameterValues says which name is wrong, this does not.
    if (auto const* values = std::get_if<cwmp::GetParameterValuesResponse>(&answer))
        desk.take_values(values->parameter_list);
}

void Writing::confirm(Desk& desk)
{
    auto const set = request(desk);
    desk.take_values(set.parameter_list);
    written_ += std::exchange(part_, 0);
}

std::optional<cwmp::Fault> Writing::refused(cwmp::Fault const& fault, Desk& desk)
{
    namespace code = cwmp::fault_code;
    auto const is_type = [](auto const& detail) { return detail.code == code::invalid_parameter_type; };
    bool const wrong_type =
        fault.code == code::invalid_parameter_type || std::ranges::any_of(fault.set_parameter_values_faults, is_type);
    if (wrong_type && !std::exchange(asked_again_, true)) {
        for (std::size_t at = written_; at < written_ + part_; ++at) {
            settings_[at].type.reset();
            if (auto const node = desk.tree.find(settings_[at].path))
                desk.forget(node->path);  // its type was wrong: learn it anew
        }
        asked_types_ = false;
        return std::nullopt;
    }
    if (wrong_type && guess_types(fault, desk))
        return std::nullopt;
    if (fault.code == code::resources_exceeded && part_ > 1) {
        desk.model.settings_per_request = static_cast<std::uint32_t>(part_ / 2);
        desk.learnt = true;
        return std::nullopt;
    }
    return fault;
}

/// Gives the next type by its looks to each refused value whose type the CPE does not tell. False when none is left.
bool Writing::guess_types(cwmp::Fault const& fault, Desk const& desk)
{
    bool guessed = false;
    auto const number = guesses_++;
    for (std::size_t at = written_; at < written_ + part_; ++at) {
        auto& setting = settings_[at];
        auto const node = desk.tree.find(setting.path);
        bool const is_told = node && node->type != cwmp::ValueType::unknown && node->type != cwmp::ValueType::string;
        auto const& details = fault.set_parameter_values_faults;
        bool const is_refused = details.empty() || std::ranges::any_of(details, [&](auto const& detail) {
                                    return detail.parameter_name == setting.path;
                                });
        auto const types = types_by_looks(setting.value);
        if (is_told || !is_refused || number >= types.size())
            continue;
        setting.type = types[number];
        guessed = true;
    }
    return guessed;
}

Failed failed_write(cwmp::Fault const& fault)
{
    auto failed = failed_by(fault);
    boost::json::object faults;
    for (auto const& detail : fault.set_parameter_values_faults)
        faults[detail.parameter_name] = {{"code", detail.code}, {"text", detail.string}};
    if (!faults.empty())
        failed.result = boost::json::serialize(boost::json::object{{"faults", std::move(faults)}});
    return failed;
}

}  // namespace session
