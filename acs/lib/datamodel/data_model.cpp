#include "datamodel/data_model.hpp"

#include "cwmp/path.hpp"
#include "datamodel/text.hpp"
#include "datamodel/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace datamodel {
namespace {

constexpr std::string_view services = "Device.Services.";
constexpr std::string_view tr098_services = "InternetGatewayDevice.Services.";

}  // namespace

DataModel::DataModel(std::vector<Definition> definitions)
{
    std::map<std::string_view, Definition*> latest;
    for (auto& definition : definitions)
        latest.insert_or_assign(definition.path, &definition);
    definitions_.reserve(latest.size());
    for (auto const& [path, definition] : latest)
        definitions_.push_back(std::move(*definition));
}

Definition const* DataModel::exactly(std::string_view path) const
{
    auto const found = std::ranges::lower_bound(
        definitions_, path, {}, [](Definition const& definition) { return std::string_view{definition.path}; });
    return found != definitions_.end() && found->path == path ? &*found : nullptr;
}

Definition const* DataModel::describe(std::string_view path) const
{
    auto form = cwmp::template_form(path);
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (auto const* const found = exactly(form))
            return found;
        if (cwmp::is_partial(form))
            if (auto const* const table = exactly(form + "{i}."))
                return table;
        if (!form.starts_with(tr098_services))
            break;
        form.replace(0, tr098_services.size(), services);
    }
    return nullptr;
}

base::Result<void> DataModel::validate(std::string_view path, std::string_view value, cwmp::ValueType type) const
{
    auto const refuse = [path](std::string const& why) { return base::fail(fmt::format("{}: {}", path, why)); };
    if (cwmp::is_partial(path))
        return refuse("this is an object; only parameters have values");
    if (auto const wire = to_wire(value, type); !wire)
        return refuse(wire.error().what);
    auto const* const definition = describe(path);
    if (!definition)
        return {};
    if (!definition->writable)
        return refuse(fmt::format("{} says that this parameter is read-only", definition->model));
    if (auto good = check_definition(*definition, value); !good)
        return refuse(good.error().what);
    return {};
}

bool DataModel::is_secret(std::string_view path) const
{
    if (cwmp::is_secret_path(path))
        return true;
    auto const* const definition = cwmp::is_partial(path) ? nullptr : describe(path);
    return definition && definition->hidden;
}

}  // namespace datamodel
