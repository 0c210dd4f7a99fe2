#include "datamodel/definition_reader.hpp"

#include "cwmp/path.hpp"
#include "datamodel/definition_library.hpp"
#include "datamodel/markup.hpp"
#include "datamodel/syntax_reader.hpp"
#include "datamodel/text.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace datamodel {
namespace {

constexpr std::size_t most_warnings = 100;

/// Where the parameters of service models stand.
constexpr std::string_view services = "Device.Services.";

Status status_of(pugi::xml_node node)
{
    std::string_view const status = node.attribute("status").value();
    if (status == "deprecated")
        return Status::deprecated;
    return status == "obsoleted" ? Status::obsoleted : Status::current;
}

ActiveNotify active_notify_of(std::string_view text)
{
    if (text == "forceEnabled")
        return ActiveNotify::force_enabled;
    if (text == "forceDefaultEnabled")
        return ActiveNotify::force_default_enabled;
    return text == "canDeny" ? ActiveNotify::can_deny : ActiveNotify::normal;
}

/// "readWrite" and "writeOnceReadOnly" can be written.
bool is_writable(std::string_view access)
{
    return access.starts_with("write") || access.ends_with("Write");
}

bool is_deleted(pugi::xml_node node)
{
    return std::string_view{node.attribute("status").value()} == "deleted";
}

/// `base` instead of `name` says that something is known already and changed here. Published names have blanks around
/// them now and then.
std::string_view name_of(pugi::xml_node node)
{
    return trimmed(node.attribute("name") ? node.attribute("name").value() : node.attribute("base").value());
}

bool modifies(pugi::xml_node node)
{
    return !node.attribute("name") && node.attribute("base");
}

/// About what a definition takes in memory.
std::size_t bytes_of(Definition const& definition)
{
    auto bytes = sizeof definition + definition.path.size() + definition.description.size() + definition.model.size();
    for (auto const& value : definition.enumeration)
        bytes += sizeof(std::string) + value.size();
    for (auto const& pattern : definition.patterns)
        bytes += sizeof(std::string) + pattern.size();
    return bytes + sizeof(Range) * (definition.ranges.size() + definition.sizes.size() + definition.list_sizes.size());
}

/// Walks through models and components and gathers definitions.
class DefinitionCollector {
public:
    DefinitionCollector(DefinitionLibrary const& library, DefinitionLimits const& limits)
        : library_{library},
          limits_{limits},
          syntax_{library, limits, [this](std::string sentence) { warn(std::move(sentence)); }}
    {
    }

    void read_model(Placed model, std::size_t depth);
    [[nodiscard]] base::Result<DefinitionSet> finish() &&;

private:
    void read_items(Placed holder, std::string const& prefix, std::size_t depth);
    void read_component(Placed reference, std::string const& prefix, std::size_t depth);
    void read_object(Placed object, std::string const& prefix);
    void read_parameter(Placed parameter, std::string const& prefix);
    Definition* entry(pugi::xml_node node, std::string path);
    void describe(pugi::xml_node node, Definition& definition) const;
    void remove(std::string const& path);
    void warn(std::string sentence);
    [[nodiscard]] bool too_much() const noexcept
    {
        return items_ > limits_.definitions || bytes_ > limits_.total_bytes;
    }

    DefinitionLibrary const& library_;
    DefinitionLimits limits_;
    SyntaxReader syntax_;
    std::map<std::string, Definition, std::less<>> found_;
    std::string model_;
    std::vector<std::string> models_;
    std::vector<std::string> warnings_;
    std::size_t items_ = 0;  ///< read, however often: components may be used again and again
    std::size_t bytes_ = 0;  ///< of what was read
};

void DefinitionCollector::warn(std::string sentence)
{
    if (warnings_.size() < most_warnings)
        warnings_.push_back(std::move(sentence));
}

void DefinitionCollector::read_model(Placed model, std::size_t depth)
{
    if (depth > limits_.nesting)
        return warn(fmt::format("{}: models are based on one another more than {} deep", model.document->name,
                                limits_.nesting));
    if (auto const base = model.node.attribute("base")) {
        if (auto const parent = library_.find(*model.document, &Document::models, base.value());
            parent && parent.node != model.node)
            read_model(parent, depth + 1);
        else
            warn(fmt::format("{}: the model {} that {} is based on is in none of the files", model.document->name,
                             in_quotes(base.value()), in_quotes(name_of(model.node))));
    }
    model_ = name_of(model.node);
    if (depth == 0)
        models_.push_back(model_);
    read_items(model, model.node.attribute("isService").as_bool() ? std::string{services} : std::string{}, depth);
}

void DefinitionCollector::read_items(Placed holder, std::string const& prefix, std::size_t depth)
{
    for (auto const node : holder.node.children()) {
        if (too_much())
            return;
        std::string_view const tag = node.name();
        if (tag == "object")
            read_object({holder.document, node}, prefix);
        else if (tag == "parameter")
            read_parameter({holder.document, node}, prefix);
        else if (tag == "component")
            read_component({holder.document, node}, prefix, depth);
    }
}

void DefinitionCollector::read_component(Placed reference, std::string const& prefix, std::size_t depth)
{
    auto const* const name = reference.node.attribute("ref").value();
    auto const component = library_.find(*reference.document, &Document::components, name);
    if (!component)
        return warn(
            fmt::format("{}: the component {} is in none of the files", reference.document->name, in_quotes(name)));
    if (depth >= limits_.nesting)
        return warn(fmt::format("{}: components are nested in one another more than {} deep at {}",
                                reference.document->name, limits_.nesting, in_quotes(name)));
    ++items_;
    read_items(component, prefix + reference.node.attribute("path").value(), depth + 1);
}

/// The definition of `path`, made if need be; none when it cannot be a path or there are too many.
Definition* DefinitionCollector::entry(pugi::xml_node node, std::string path)
{
    if (++items_ > limits_.definitions)
        return nullptr;
    if (path.empty() || path.size() > cwmp::max_path_length || path.find_first_of(" \t\r\n") != path.npos) {
        warn(fmt::format("{} is no path of a parameter or object", in_quotes(path)));
        return nullptr;
    }
    auto& definition = found_[path];
    if (!modifies(node))
        definition = {};
    definition.path = std::move(path);
    definition.model = model_;
    return &definition;
}

/// What parameters and objects have in common.
void DefinitionCollector::describe(pugi::xml_node node, Definition& definition) const
{
    if (auto const access = node.attribute("access"))
        definition.writable = is_writable(access.value());
    if (node.attribute("status"))
        definition.status = status_of(node);
    auto const description = node.child("description");
    if (!description)
        return;
    auto text = plain_text(description.child_value(), limits_.description_bytes);
    bool const append = std::string_view{description.attribute("action").value()} == "append";
    if (append && !definition.description.empty())
        text = definition.description + ' ' + text;
    definition.description = cut(text, limits_.description_bytes);
}

void DefinitionCollector::remove(std::string const& path)
{
    auto at = found_.lower_bound(path);
    while (at != found_.end() && cwmp::covers(path, at->first))
        at = found_.erase(at);
}

void DefinitionCollector::read_object(Placed object, std::string const& prefix)
{
    auto const path = prefix + std::string{name_of(object.node)};
    if (is_deleted(object.node))
        return path.ends_with('.') ? remove(path) : void();
    if (!path.ends_with('.'))
        return warn(fmt::format("{}: the object {} does not end with a dot", object.document->name, in_quotes(path)));
    auto* const definition = entry(object.node, path);
    if (!definition)
        return;
    describe(object.node, *definition);
    bytes_ += bytes_of(*definition);
    for (auto const parameter : object.node.children("parameter"))
        if (!too_much())
            read_parameter({object.document, parameter}, path);
}

void DefinitionCollector::read_parameter(Placed parameter, std::string const& prefix)
{
    auto const path = prefix + std::string{name_of(parameter.node)};
    if (is_deleted(parameter.node))
        return remove(path);
    if (path.ends_with('.'))
        return warn(fmt::format("{}: {} has a parameter without a name", parameter.document->name, in_quotes(path)));
    auto* const definition = entry(parameter.node, path);
    if (!definition)
        return;
    describe(parameter.node, *definition);
    if (auto const forced = parameter.node.attribute("forcedInform"))
        definition->forced_inform = forced.as_bool();
    if (auto const notify = parameter.node.attribute("activeNotify"))
        definition->active_notify = active_notify_of(notify.value());
    if (auto const syntax = parameter.node.child("syntax"))
        syntax_.read({parameter.document, syntax}, *definition);
    bytes_ += bytes_of(*definition);
}

base::Result<DefinitionSet> DefinitionCollector::finish() &&
{
    if (too_much())
        return base::fail(fmt::format("the files define more than {} parameters and objects, or more than {} bytes; "
                                      "import fewer at once",
                                      limits_.definitions, limits_.total_bytes));
    DefinitionSet set;
    set.models = std::move(models_);
    set.warnings = std::move(warnings_);
    set.definitions.reserve(found_.size());
    for (auto& [path, definition] : found_)
        set.definitions.push_back(std::move(definition));
    return set;
}

}  // namespace

base::Result<DefinitionSet> read_definitions(std::span<DefinitionFile const> files, DefinitionLimits const& limits)
{
    DefinitionLibrary library{limits};
    for (auto const& file : files)
        if (auto added = library.add(file); !added)
            return std::unexpected{added.error()};
    DefinitionCollector collector{library, limits};
    for (auto const& document : library.documents())
        for (auto const model : document->root.children("model"))
            collector.read_model({document.get(), model}, 0);
    return std::move(collector).finish();
}

}  // namespace datamodel
