#include "device/tree.hpp"

#include "cwmp/path.hpp"

#include <algorithm>

namespace sim {

/// What a path leads to: an object, and a parameter of it unless the path ends with a dot.
struct Tree::Place {
    Object object;
    ParameterSpec const* parameter = nullptr;
};

Tree::Tree(Persona const& persona, Identity const& identity, DeviceFacts const& facts)
    : persona_{persona}, identity_{identity}, facts_{facts}
{
}

std::uint32_t Tree::factory_count(Object const& table) const
{
    if (!table.is_factory)
        return 0;
    auto const parent = std::max(table.instances.back(), 1U);
    return table.spec->counts[(parent - 1) % table.spec->counts.size()];
}

bool Tree::has_instance(Object const& table, std::string_view path, std::uint32_t number) const
{
    auto const change = tables_.find(path);
    auto const is_factory = number <= factory_count(table);
    if (change == tables_.end())
        return is_factory;
    if (is_factory)
        return !std::ranges::binary_search(change->second.removed, number);
    return std::ranges::binary_search(change->second.added, number);
}

std::vector<std::uint32_t> Tree::instances(Object const& table, std::string_view path) const
{
    std::vector<std::uint32_t> numbers;
    auto const change = tables_.find(path);
    for (std::uint32_t number = 1; number <= factory_count(table); ++number)
        if (change == tables_.end() || !std::ranges::binary_search(change->second.removed, number))
            numbers.push_back(number);
    if (change != tables_.end())
        numbers.insert(numbers.end(), change->second.added.begin(), change->second.added.end());
    return numbers;
}

std::optional<Tree::Place> Tree::locate(std::string_view path) const
{
    if (path.size() > cwmp::max_path_length || !path.starts_with(persona_.root.name) ||
        path.size() == persona_.root.name.size() || path[persona_.root.name.size()] != '.')
        return std::nullopt;
    Place place{{&persona_.root, {}, false, true}};
    for (auto start = persona_.root.name.size() + 1; start < path.size();) {
        auto const dot = path.find('.', start);
        auto const segment = path.substr(start, dot - start);
        auto& object = place.object;
        if (object.is_table) {
            auto const number = cwmp::instance_number(segment);
            auto const table = path.substr(0, start);
            if (dot == path.npos || !number || object.instances.full() || !has_instance(object, table, *number))
                return std::nullopt;
            object.is_factory = object.is_factory && *number <= factory_count(object);
            object.instances.push(*number);
            object.is_table = false;
        } else if (dot == path.npos) {
            place.parameter = object.spec->parameter(segment);
            return place.parameter ? std::optional{place} : std::nullopt;
        } else {
            object.spec = object.spec->object(segment);
            if (object.spec == nullptr)
                return std::nullopt;
            object.is_table = object.spec->is_table;
        }
        start = dot + 1;
    }
    return place;
}

std::optional<Parameter> Tree::find_parameter(std::string_view path) const
{
    auto const place = locate(path);
    if (!place || place->parameter == nullptr)
        return std::nullopt;
    return Parameter{place->parameter, place->object.instances, place->object.is_factory};
}

std::optional<Object> Tree::find_object(std::string_view path) const
{
    auto const place = locate(path);
    return place && place->parameter == nullptr && path.ends_with('.') ? std::optional{place->object} : std::nullopt;
}

std::string Tree::value(Parameter const& parameter, std::string_view path, base::TimePoint now) const
{
    if (auto const set = values_.find(path); set != values_.end())
        return set->second;
    auto const object = cwmp::parent(path);
    std::function<std::size_t(std::string_view)> const count = [&](std::string_view table) {
        return instances(std::string{object} + std::string{table} + ".").size();
    };
    ValueContext const context{identity_, facts_, now, parameter.instances.span(), text_hash(path), count};
    auto const& spec = *parameter.spec;
    if (!parameter.is_factory)
        return spec.initial.evaluate(context);
    auto const numbers = parameter.instances.span();
    auto number = parameter.instances.back();
    if (spec.values_by_parent && numbers.size() >= 2)
        number = numbers[numbers.size() - 2];
    return spec.values[(std::max(number, 1U) - 1) % spec.values.size()].evaluate(context);
}

std::string Tree::value(std::string_view path, base::TimePoint now) const
{
    auto const parameter = find_parameter(path);
    return parameter ? value(*parameter, path, now) : std::string{};
}

void Tree::set(std::string_view path, std::string value)
{
    values_.insert_or_assign(std::string{path}, std::move(value));
}

std::vector<std::uint32_t> Tree::instances(std::string_view table) const
{
    auto const object = find_object(table);
    return object && object->is_table ? instances(*object, table) : std::vector<std::uint32_t>{};
}

std::uint32_t Tree::add_instance(std::string_view table)
{
    auto const object = find_object(table);
    auto& change = tables_[std::string{table}];
    change.highest = std::max(change.highest, factory_count(*object)) + 1;
    change.added.push_back(change.highest);
    return change.highest;
}

void Tree::remove_instance(std::string_view instance)
{
    auto const table = cwmp::parent(instance);
    auto const number = *cwmp::instance_number(cwmp::last_segment(instance));
    auto const object = find_object(table);
    auto& change = tables_[std::string{table}];
    if (number <= factory_count(*object))
        change.removed.insert(std::ranges::upper_bound(change.removed, number), number);
    else
        std::erase(change.added, number);
    change.highest = std::max({change.highest, factory_count(*object), number});
    std::erase_if(values_, [&](auto const& entry) { return entry.first.starts_with(instance); });
    std::erase_if(tables_, [&](auto const& entry) { return entry.first.starts_with(instance); });
}

void Tree::reset()
{
    values_.clear();
    tables_.clear();
}

/// Visits objects and parameters, keeping one path text and one row of instance numbers.
struct Tree::Walker {
    Tree const& tree;
    std::function<void(Node const&)> const& visit;
    std::string path;

    void parameters(Object const& object)
    {
        auto const length = path.size();
        for (auto const& spec : object.spec->parameters) {
            path += spec.name;
            Parameter const parameter{&spec, object.instances, object.is_factory};
            visit({path, &parameter, spec.is_writable});
            path.resize(length);
        }
    }

    void children(Object const& object, bool deep)
    {
        if (object.is_table)
            return rows(object, deep);
        parameters(object);
        auto const length = path.size();
        for (auto const& spec : object.spec->objects) {
            path += spec.name + ".";
            Object const child{&spec, object.instances, spec.is_table, object.is_factory};
            visit({path, nullptr, spec.is_table && spec.can_add});
            if (deep)
                children(child, true);
            path.resize(length);
        }
    }

    void rows(Object const& table, bool deep)
    {
        auto const length = path.size();
        for (auto const number : tree.instances(table, path)) {
            path += std::to_string(number) + ".";
            Object row{table.spec, table.instances, false, table.is_factory && number <= tree.factory_count(table)};
            row.instances.push(number);
            visit({path, nullptr, table.spec->can_add});
            if (deep)
                children(row, true);
            path.resize(length);
        }
    }
};

bool Tree::walk(std::string_view object, bool next_level, std::function<void(Node const&)> const& visit) const
{
    auto const root = persona_.root_path();
    if (object.empty()) {
        if (!next_level)
            return walk(root, false, visit);
        visit({root, nullptr, false});
        return true;
    }
    auto const found = find_object(object);
    if (!found)
        return false;
    if (!next_level) {
        auto const is_row = found->spec->is_table && !found->is_table;
        visit({object, nullptr, (found->is_table || is_row) && found->spec->can_add});
    }
    Walker{*this, visit, std::string{object}}.children(*found, !next_level);
    return true;
}

}  // namespace sim
