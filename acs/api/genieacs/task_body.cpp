#include "api/genieacs/task_body.hpp"

#include "api/genieacs/moments.hpp"
#include "api/json_body.hpp"
#include "base/time_text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace api::genieacs {

namespace json = boost::json;

namespace {

constexpr double most_seconds = 10.0 * 365 * 86'400;  // that a task may wait

/// Gathers what is wrong with a task while it is read.
class Reader {
public:
    Reader(json::object const& given, base::TimePoint now) : given_{given}, now_{now} {}

    TranslatedTask read()
    {
        auto const name = text("name");
        if (name == "getParameterValues")
            get();
        else if (name == "setParameterValues")
            set();
        else if (name == "refreshObject")
            refresh();
        else if (name == "addObject")
            add();
        else if (name == "deleteObject")
            begin("delete")["object"] = object_name();
        else if (name == "reboot")
            begin("reboot");
        else if (name == "factoryReset")
            begin("factory_reset");
        else if (name == "download")
            download();
        else if (name == "provisions")
            complain("name",
                     "provisions cannot be run here: what they do is written as a rule, in SQL (docs/rules.md)");
        else if (errors_.empty())
            complain("name", fmt::format("\"{}\" is no task that is known here; there are getParameterValues, "
                                         "setParameterValues, refreshObject, addObject, deleteObject, reboot, "
                                         "factoryReset and download",
                                         name));
        read_times();
        if (given_.contains("uniqueKey"))
            complain("uniqueKey", "is not kept here: cancel the older task instead (DELETE /tasks/ID)");
        return std::move(task_);
    }

    [[nodiscard]] std::vector<FieldError> take_errors() { return std::move(errors_); }

private:
    void complain(std::string field, std::string_view what)
    {
        errors_.push_back({std::move(field), fmt::format("{}.", what)});
    }

    json::object& begin(std::string_view kind)
    {
        task_.body["kind"] = kind;
        return task_.body;
    }

    std::optional<std::string> optional_text(std::string_view name)
    {
        auto const* const value = given_.if_contains(name);
        if (value == nullptr || value->is_null())
            return std::nullopt;
        if (!value->is_string()) {
            complain(std::string{name}, "must be a text");
            return std::nullopt;
        }
        return std::string{value->get_string().data(), value->get_string().size()};
    }

    std::string text(std::string_view name)
    {
        if (!given_.contains(name))
            complain(std::string{name}, "is missing");
        return optional_text(name).value_or("");
    }

    json::array const* list(std::string_view name)
    {
        auto const* const value = given_.if_contains(name);
        auto const* const array = value == nullptr ? nullptr : value->if_array();
        if (array == nullptr || array->empty())
            complain(std::string{name}, "must be a list that is not empty");
        return array;
    }

    /// Objects are named without their dot in GenieACS.
    std::string object_name()
    {
        auto name = text("objectName");
        if (!name.empty() && name.back() != '.')
            name += '.';
        return name;
    }

    void get()
    {
        auto& body = begin("get");
        if (auto const* const names = list("parameterNames"))
            body["paths"] = *names;
    }

    void set()
    {
        auto& body = begin("set");
        if (list("parameterValues") != nullptr)
            body["values"] = values();
    }

    void refresh()
    {
        auto& body = begin("refresh");
        auto const name = object_name();
        if (name.empty())
            return;  // everything
        body["paths"] = json::array{json::value(name)};
        task_.refreshed = name.substr(0, name.size() - 1);
    }

    void add()
    {
        auto& body = begin("add");
        body["object"] = object_name();
        if (given_.contains("parameterValues"))
            body["values"] = values();
    }

    /// [[name, value, type], ...] as {"name": {"value": ..., "type": ...}, ...}.
    json::object values()
    {
        json::object all;
        auto const* const array = given_.at("parameterValues").if_array();
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            auto const* const each = (*array)[i].if_array();
            bool const is_sound = each != nullptr && each->size() >= 2 && (*each)[0].is_string() &&
                                  ((*each)[1].is_string() || (*each)[1].is_number() || (*each)[1].is_bool()) &&
                                  (each->size() < 3 || (*each)[2].is_null() || (*each)[2].is_string());
            if (!is_sound) {
                complain(fmt::format("parameterValues[{}]", i),
                         R"(must be [name, value] or [name, value, "xsd:type"])");
                continue;
            }
            auto& value = all[(*each)[0].get_string()];
            value = (*each)[1];
            if (each->size() >= 3 && (*each)[2].is_string())
                value = json::object{{"value", (*each)[1]}, {"type", (*each)[2]}};
        }
        return all;
    }

    void download()
    {
        auto& body = begin("download");
        bool const is_by_name = !given_.contains("file");
        task_.file_name = text(is_by_name ? "fileName" : "file");
        if (auto const type = is_by_name ? text("fileType") : optional_text("fileType").value_or(""); !type.empty())
            body["file_type"] = type;
        if (auto const target = optional_text("targetFileName"))
            body["target_file_name"] = *target;
    }

    /// `timestamp`: not before; `expiry`: seconds from then on, or a moment.
    void read_times()
    {
        auto begins = now_;
        if (auto const* const value = given_.if_contains("timestamp"); value != nullptr && !value->is_null()) {
            auto const moment = read_moment(*value);
            if (!moment)
                complain("timestamp", "must be a moment or a number of milliseconds since 1970");
            begins = moment.value_or(now_);
            if (begins > now_)
                task_.body["not_before"] = base::to_rfc3339(begins);
        }
        auto const* const value = given_.if_contains("expiry");
        if (value == nullptr || value->is_null())
            return;
        auto const moment = value->is_number() ? in_seconds(begins, value->to_number<double>()) : read_moment(*value);
        if (!moment)
            complain("expiry", "must be a number of seconds or a moment");
        else
            task_.body["expires_at"] = base::to_rfc3339(*moment);
    }

    static std::optional<base::TimePoint> in_seconds(base::TimePoint from, double seconds)
    {
        if (!(seconds >= 0 && seconds <= most_seconds))
            return std::nullopt;
        return from + std::chrono::seconds{static_cast<std::int64_t>(seconds)};
    }

    json::object const& given_;
    base::TimePoint now_;
    TranslatedTask task_;
    std::vector<FieldError> errors_;
};

}  // namespace

Outcome<TranslatedTask> translate_task(std::string_view body, base::TimePoint now)
{
    auto const given = read_object(body, R"({"name":"reboot"})");
    if (!given)
        return std::unexpected{given.error()};
    Reader reader{*given, now};
    auto task = reader.read();
    auto errors = reader.take_errors();
    if (errors.empty())
        return task;
    auto detail = fmt::format("The task cannot be taken: {} {}", errors.front().field, errors.front().reason);
    return bad_request(std::move(detail), std::move(errors));
}

}  // namespace api::genieacs
